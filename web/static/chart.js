// Charts: the points of the server's line once more, with values on hover and zoom by drag. A double click zooms out.

function colour(name) {
  const probe = document.createElement("i");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
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

async function draw(figure) {
  const answer = await (await fetch(figure.dataset.source)).json();
  const seconds = (text) => Date.parse(text) / 1000;
  const gaps = answer.gaps.map((gap) => [seconds(gap.from), seconds(gap.to)]);
  const missing = (at) => gaps.some(([from, to]) => at >= from && at + answer.bucket <= to);
  const times = answer.points.map((point) => seconds(point.time));
  const values = answer.points.map((point, at) => (missing(times[at]) ? null : point.net));
  if (times.length < 2) return;
  const holder = document.createElement("div");
  holder.className = "drawn";
  const [ink, line, sky, wash] = ["--soft", "--line", "--sky", "--sky-wash"].map(colour);
  const axis = { stroke: ink, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 } };
  figure.querySelector(".chart").before(holder);
  const width = () => Math.max(200, figure.clientWidth);
  const plot = new uPlot({
    width: width(), height: 260,
    series: [{}, { label: figure.dataset.name, stroke: sky, fill: wash, width: 2, spanGaps: false, points: { show: times.length < 40 } }],
    axes: [axis, { ...axis, size: 64, values: (_, ticks) => ticks.map((tick) => tick.toLocaleString()) }],
    scales: { y: { range: (_, low, high) => [Math.min(0, low), Math.max(1, high * 1.05)] } },
    cursor: { drag: { x: true, y: false } },
    hooks: { drawClear: [(each) => shade(each, gaps)] },
  }, [times, values], holder);
  new ResizeObserver(() => plot.setSize({ width: width(), height: 260 })).observe(figure);
  for (const still of figure.querySelectorAll(".chart, .axis")) still.setAttribute("hidden", "");
  figure.dataset.drawn = "";
}

for (const figure of document.querySelectorAll(".plot[data-source]")) draw(figure).catch(() => {});
