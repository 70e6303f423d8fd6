// Charts: the points of the server's lines once more, with values on hover and zoom by drag. A double click zooms out.
// Colours and dashes are those of the lines, so they stand in the stylesheet alone.

const seconds = (text) => Date.parse(text) / 1000;
const number = new Intl.NumberFormat();
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const day = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric" });
const hour = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const HEIGHT = 240;
const WHOLE = Array.from({ length: 13 }, (_, n) => [1, 2, 5].map((each) => each * 10 ** n)).flat();  // steps between counts

function colour(name) {
  const probe = document.createElement("i");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

async function read(path, since) {
  const { points, gaps, bucket } = await (await fetch(path.dataset.source)).json();
  const away = gaps.map((gap) => [seconds(gap.from), seconds(gap.to)]);
  const missing = (at) => at + bucket <= since || away.some(([from, to]) => at >= from && at + bucket <= to);
  const times = points.map((point) => seconds(point.time));
  const values = points.map((point, at) => (missing(times[at]) ? null : point.net));
  return { path, times, values, gaps: away };
}

function shade(plot, gaps) {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.fillStyle = colour("--gap");
  for (const [from, to] of gaps) {
    const [left, right] = [from, to].map((at) => Math.min(bbox.left + bbox.width, Math.max(bbox.left, plot.valToPos(at, "x", true))));
    ctx.fillRect(left, bbox.top, Math.max(right - left, right > left ? 1 : 0), bbox.height);
  }
  ctx.restore();
}

function ticks(_, times, __, ___, apart) {
  return times.map((time, at) => {
    const when = new Date(time * 1000);
    if (apart >= 86400) return day.format(when);
    const begins = at === 0 || (when.getHours() === 0 && when.getMinutes() === 0);
    return begins ? `${hour.format(when)}\n${day.format(when)}` : hour.format(when);
  });
}

function series({ path, times, values }) {
  const style = getComputedStyle(path);
  const dash = style.strokeDasharray === "none" ? [] : style.strokeDasharray.split(/[ ,]+/).map(parseFloat);
  const last = values.findLast((value) => value !== null);
  return {
    label: path.dataset.name, stroke: style.stroke, width: parseFloat(style.strokeWidth), dash, spanGaps: false,
    fill: path.classList.contains("now") ? colour("--sky-wash") : undefined,
    points: { show: times.length < 40 && !dash.length },
    value: (_, value, __, at) => (at === null ? (last === undefined ? "–" : number.format(last)) : value === null ? "–" : number.format(value)),
  };
}

function plotted(figure, holder, lines) {
  const [ink, grid] = ["--soft", "--line"].map(colour);
  const axis = { stroke: ink, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, width: 1 } };
  const { times, gaps } = lines[0];
  return new uPlot({
    width: Math.max(200, figure.clientWidth), height: HEIGHT,
    padding: [null, 30, null, null],  // half of the last time's width
    series: [{ label: "From", value: (_, time) => moment.format((time ?? times.at(-1)) * 1000) }, ...lines.map(series)],
    axes: [{ ...axis, values: ticks, space: 70 }, { ...axis, size: 62, incrs: WHOLE, values: (_, all) => all.map((each) => number.format(each)) }],
    scales: { y: { range: (_, low, high) => [Math.min(0, low), Math.max(1, high * 1.05)] } },
    cursor: { drag: { x: true, y: false } },
    hooks: { drawClear: [(plot) => shade(plot, gaps)] },
  }, [times, ...lines.map(({ values }) => times.map((_, at) => values[at] ?? null))], holder);
}

async function draw(figure) {
  const paths = [...figure.querySelectorAll("path[data-source]")].reverse();
  const lines = await Promise.all(paths.map((path) => read(path, seconds(figure.dataset.since))));
  if (lines[0].times.length < 2) return;
  const holder = document.createElement("div");
  holder.className = "drawn";
  figure.querySelector(".frame").before(holder);
  let plot = plotted(figure, holder, lines);
  new ResizeObserver(() => plot.setSize({ width: Math.max(200, figure.clientWidth), height: HEIGHT })).observe(figure);
  document.addEventListener("theme", () => {
    const { min, max } = plot.scales.x;
    plot.destroy();
    plot = plotted(figure, holder, lines);
    plot.setScale("x", { min, max });
  });
  for (const still of figure.querySelectorAll(".frame, .axis, .key")) still.setAttribute("hidden", "");
  figure.dataset.drawn = "";
}

for (const figure of document.querySelectorAll(".plot")) draw(figure).catch(() => {});
