// What moves while it is looked at: counts as they come. The page is whole without it; while the tab is hidden it rests, and
// then goes on where it was. When the site has nothing to say, what moves goes, and the page stays as it was made.

const number = new Intl.NumberFormat();
const tenths = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1, minimumFractionDigits: 1 });
const DRAWN = 120;  // messages, one a second
const RATED = 10;
const WIDTH = 700, HEIGHT = 120;
const BEGIN_MS = 1000;  // who is gone by then has cost nobody a stream
const SILENT_MS = 15000;  // something comes each second: who hears nothing has a connection that is none any more
const AGAIN_MS = 2000, AGAIN_MS_MAX = 60000;
const root = document.documentElement;
const place = document.querySelector("[data-watch]");
let lastId = "";
let begun = new Date();
let totals = new Map();
let latest = [];

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const seen = () => new Promise((done) => {
  if (!document.hidden) done();
  else document.addEventListener("visibilitychange", done, { once: true });
});
const came = (counts, key) => (key ? counts[key] ?? 0 : Object.values(counts).reduce((sum, n) => sum + n, 0));
const rate = (key) => latest.slice(-RATED).reduce((sum, counts) => sum + came(counts, key), 0) / Math.max(1, Math.min(RATED, latest.length));

function write() {
  const all = [...totals.values()].reduce((sum, n) => sum + n, 0);
  for (const each of document.querySelectorAll("[data-count]")) each.textContent = number.format(each.dataset.count ? totals.get(each.dataset.count) ?? 0 : all);
  for (const each of document.querySelectorAll("[data-rate]")) each.textContent = tenths.format(rate(each.dataset.rate));
  for (const each of document.querySelectorAll("time[data-begun]")) {
    each.dateTime = begun.toISOString();
    each.textContent = begun.toLocaleTimeString();
  }
  draw();
}

function draw() {
  const lines = [...document.querySelectorAll("path[data-line]")];
  const values = lines.map((line) => latest.map((counts) => came(counts, line.dataset.line)));
  const most = Math.max(1, ...values.flat());
  lines.forEach((line, at) => {
    const points = values[at].map((n, x) => `${(WIDTH * (DRAWN - values[at].length + x + 1) / DRAWN).toFixed(1)} ${(HEIGHT * (1 - n / most)).toFixed(1)}`);
    line.setAttribute("d", points.length > 1 ? `M${points.join("L")}` : "");
  });
  for (const each of document.querySelectorAll("[data-most]")) each.textContent = number.format(most);
}

function heard(text) {
  const fields = Object.fromEntries(text.split("\n").filter((line) => !line.startsWith(":")).map((line) => {
    const [, name, value] = /^([^:]*):? ?(.*)$/.exec(line);
    return [name, value];
  }));
  if (fields.data === undefined) {
    if (text.startsWith(":")) root.dataset.still = "";
    return;
  }
  const { counts } = JSON.parse(fields.data);
  if (fields.event === "restart") {
    [begun, totals, latest, lastId] = [new Date(), new Map(), [], ""];
  }
  if (!counts) return;
  lastId = fields.id ?? lastId;
  for (const [key, n] of Object.entries(counts)) totals.set(key, (totals.get(key) ?? 0) + n);
  if (resumed) resumed = false;  // what was missed counts, and did not happen in this second
  else latest = [...latest, counts].slice(-DRAWN);
  delete root.dataset.still;
  write();
}

let resumed = false;

async function follow(signal, listening) {
  resumed = true;
  const headers = lastId ? { "Last-Event-ID": lastId } : {};
  listening();
  const answer = await fetch(`/api/v1/live?${place.dataset.watch}`, { headers, signal, cache: "no-store" });
  if (!answer.ok) throw new Error(answer.statusText);
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let text = ""; ;) {
    const { value, done } = await reader.read();
    if (done) return;
    listening();
    const parts = (text + value).split("\n\n");
    text = parts.pop();
    parts.forEach(heard);
  }
}

async function watch() {
  await sleep(BEGIN_MS);
  for (let wait = AGAIN_MS; ;) {
    await seen();
    const ending = new AbortController();
    const rest = () => document.hidden && ending.abort("rest");
    let silence = 0;
    const listening = () => {
      clearTimeout(silence);
      silence = setTimeout(() => ending.abort("silence"), SILENT_MS);
    };
    document.addEventListener("visibilitychange", rest);
    const id = lastId;
    await follow(ending.signal, listening).catch(() => {});
    clearTimeout(silence);
    document.removeEventListener("visibilitychange", rest);
    if (ending.signal.reason === "rest") continue;
    root.dataset.still = "";
    wait = lastId === id ? Math.min(2 * wait, AGAIN_MS_MAX) : AGAIN_MS;
    await sleep(wait * (0.5 + Math.random()));
  }
}

if (place) watch();
