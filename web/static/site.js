// What script adds to pages that are whole without it: times and numbers as the reader writes them, suggestions,
// numbers that move, hours of the reader's own zone.

const UNITS = {
  second: { dateStyle: "medium", timeStyle: "medium" },
  minute: { dateStyle: "medium", timeStyle: "short" },
  hour: { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" },
  day: { dateStyle: "medium" },
};
const formats = Object.fromEntries(Object.entries(UNITS).map(([unit, how]) => [unit, new Intl.DateTimeFormat(undefined, how)]));
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });
const numbers = new Intl.NumberFormat();
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
const LENGTHS = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];

function localise(root) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const at = new Date(time.dateTime);
    const ago = (Date.now() - at) / 1000;
    time.title = exact.format(at);
    if (time.dataset.unit === "minute" && ago > 0 && ago < 172800) {
      const [unit, length] = LENGTHS.find(([, each]) => ago >= each) ?? LENGTHS[3];
      time.textContent = relative.format(-Math.round(ago / length), unit);
    } else {
      const today = time.dataset.unit === "second" && at.toDateString() === new Date().toDateString();
      time.textContent = (today ? clock : formats[time.dataset.unit] ?? formats.minute).format(at);
    }
  }
  for (const data of root.querySelectorAll("data[value]")) data.textContent = numbers.format(Number(data.value));
}

async function pageAt(address) {
  const answer = await fetch(address, { cache: "no-cache" });
  if (!answer.ok) return null;
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

function replace(selector, page) {
  const [old, fresh] = [document.querySelector(selector), page.querySelector(selector)];
  if (!old || !fresh) return;
  localise(fresh);
  old.replaceWith(document.adoptNode(fresh));
}

function follow() {
  const live = document.querySelector("[data-live]");
  if (!live) return;
  const seconds = Number(live.dataset.live);
  setInterval(async () => {
    if (document.hidden || document.querySelector("[data-live] :focus, [data-live] details[open]")) return;
    try {
      const page = await pageAt(location.href);
      if (page) for (const each of ["[data-live]", ".asof"]) replace(each, page);
    } catch { /* the network is away: what is shown stays */ }
  }, seconds * 1000);
}

function suggest() {
  const input = document.querySelector(".find input");
  const list = document.getElementById("found");
  let waiting = 0;
  input?.addEventListener("input", () => {
    clearTimeout(waiting);
    const asked = input.value.trim();
    if (asked.length < 2 || asked.includes("/")) return;
    waiting = setTimeout(async () => {
      const answer = await fetch(`/api/v1/search?limit=8&q=${encodeURIComponent(asked)}`).catch(() => null);
      if (!answer?.ok || input.value.trim() !== asked) return;
      const { accounts } = await answer.json();
      list.replaceChildren(...accounts.filter((each) => each.handle).map((each) => {
        const option = document.createElement("option");
        option.value = each.handle;
        option.label = each.display_name ?? each.handle;
        return option;
      }));
    }, 150);
  });
}

async function ownZone() {
  const card = document.querySelector("[data-zone]");
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const address = new URL(location.href);
  if (!card || !zone || zone === card.dataset.zone || address.searchParams.has("tz")) return;
  address.searchParams.set("tz", zone);
  const page = await pageAt(address).catch(() => null);
  if (page) replace("[data-zone]", page);
}

localise(document);
follow();
suggest();
ownZone();
const lead = document.querySelector("a[data-lead]");
if (lead) location.replace(lead.href);
