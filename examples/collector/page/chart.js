// Draws an answer that has times: lines with gaps where samples are missing,
// bounds as a band, partial buckets shaded, coverage along the foot, events as
// numbered marks. uPlot does the axes and the lines.

import { isOpen, shortNumber, timeLabels, valueText } from "./words.js";

const MAX_SERIES = 8;

function cssValue(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
function rem() {
  return parseFloat(getComputedStyle(document.documentElement).fontSize);
}

// What may be drawn of an answer: null where it has no times or no numbers.
export function planChart(answer) {
  const columns = answer.columns;
  const time = columns.find((c) => c.role === "time");
  const members = columns.filter((c) => c.role === "member");
  const partial = columns.find((c) => c.role === "partial");
  const items = [];
  columns.forEach((column, i) => {
    if (column.type === "text") return;
    if (column.role === "value") {
      items.push({ ...column, value: column.name });
    } else if (column.role === "low" && columns[i + 1]?.role === "high") {
      // bounds(x): both ends, and no value of its own.
      items.push({ ...column, name: column.name.replace(/_low$/, ""), value: null,
        low: column.name, high: columns[i + 1].name,
        present: columns[i + 2]?.role === "present" ? columns[i + 2].name : undefined,
        expected: columns[i + 3]?.role === "expected" ? columns[i + 3].name : undefined });
    }
  });
  if (!time || items.length === 0 || answer.rows.length === 0) return null;

  const buckets = new Map();  // begin -> {begin, end, partial, lack, text}
  const lines = new Map();    // name -> {name, item, points: Map(begin -> row)}
  for (const row of answer.rows) {
    const begin = row[time.name];
    if (begin === null) continue;
    const bucket = buckets.get(begin) ?? { begin, end: time.end ? row[time.end] : null,
      text: row[time.text], partial: false, cover: 1 };
    buckets.set(begin, bucket);
    if (partial && row[partial.name]) bucket.partial = true;
    const group = members.map((m) => row[m.name] || "(not split)").join(", ");
    for (const item of items) {
      if (item.expected && row[item.expected] > 0) {
        bucket.cover = Math.min(bucket.cover, row[item.present] / row[item.expected]);
      }
      const name = [group, items.length > 1 || !group ? item.name : ""].filter(Boolean).join(": ");
      const line = lines.get(name) ?? { name, item, points: new Map() };
      lines.set(name, line);
      line.points.set(begin, row);
    }
  }
  const sorted = [...buckets.values()].sort((a, b) => a.begin - b.begin);
  return { buckets: sorted, lines: [...lines.values()].slice(0, MAX_SERIES),
    lineCount: lines.size, unit: items[0].unit ?? "", ratio: items.every((i) => i.ratio) };
}

// The columns that uPlot draws. Where no bucket follows at a bucket's end, a
// point without values stands there, so that no line crosses the gap.
function dataOf(plan) {
  const times = [];
  plan.buckets.forEach((bucket, i) => {
    times.push(bucket.begin);
    const next = plan.buckets[i + 1];
    if (next && bucket.end !== null && next.begin > bucket.end) times.push(bucket.end);
  });
  const data = [times.map((t) => t / 1000)];
  const number = (v) => (typeof v === "number" ? v : null);
  for (const { item, points } of plan.lines) {
    const pick = (name) => times.map((t) => {
      const row = points.get(t);
      return row === undefined || name === null || name === undefined ? null : number(row[name]);
    });
    data.push(pick(item.low), pick(item.high), pick(item.value));
  }
  return { times, data };
}

const SVG = "http://www.w3.org/2000/svg";
function swatch(draw) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 15");
  svg.setAttribute("aria-hidden", "true");
  for (const [tag, attributes] of draw) {
    const shape = document.createElementNS(SVG, tag);
    for (const [k, v] of Object.entries(attributes)) shape.setAttribute(k, v);
    svg.append(shape);
  }
  return svg;
}
function legendEntry(list, draw, text) {
  const entry = document.createElement("li");
  const label = document.createElement("span");
  label.textContent = text;
  entry.append(swatch(draw), label);
  list.append(entry);
}

export class Chart {
  constructor(host, readout, legend) {
    this.host = host;
    this.readout = readout;
    this.legend = legend;
    this.plot = null;
    this.plan = null;
    this.at = -1;
    new ResizeObserver(() => this.resize()).observe(host);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
    host.addEventListener("keydown", (event) => this.key(event));
    host.addEventListener("focus", () => { if (this.at < 0) this.move(0); });
  }

  show(plan, events) {
    this.plan = plan;
    this.at = -1;
    const last = plan.buckets[plan.buckets.length - 1];
    const [from, to] = this.span();
    this.events = events.filter((e) => e.time >= from && e.time < to);
    this.readout.textContent = "";
    this.host.setAttribute("aria-label",
      `Chart of ${plan.lines.map((l) => l.name).join("; ")}: ${plan.buckets.length} buckets ` +
      `from ${plan.buckets[0].text} to ${last.text}, ${this.events.length} events marked`);
    this.draw();
    return this.events;
  }

  // From the first bucket's begin to the last one's end, in milliseconds.
  span() {
    const first = this.plan.buckets[0].begin;
    const last = this.plan.buckets[this.plan.buckets.length - 1];
    const end = last.end ?? last.begin;
    return end > first ? [first, end] : [first - 43200000, first + 43200000];
  }

  size() {
    const width = Math.max(240, this.host.clientWidth);
    return { width, height: Math.round(Math.min(Math.max(width * 0.42, 15 * rem()), 40 * rem(), 0.72 * innerHeight + 60)) };
  }
  resize() {
    if (this.plot && this.host.clientWidth > 0) this.draw();
  }

  draw() {
    if (!this.plan) return;
    const size = this.size();
    const key = `${size.width}x${size.height}`;
    const { times, data } = dataOf(this.plan);
    this.times = times;
    const colors = cssValue("--series").split(",").map((c) => c.trim());
    const text = cssValue("--text");
    const grid = cssValue("--grid");
    const font = `${Math.round(0.82 * rem())}px ${getComputedStyle(document.body).fontFamily}`;
    const series = [{}];
    const bands = [];
    this.plan.lines.forEach((line, i) => {
      const color = colors[i % colors.length];
      const edge = line.item.value === null ? { stroke: color, width: 1.5 } : { width: 0 };
      const few = data[0].length < 80;
      const points = { show: few && line.item.value === null, size: 5 };
      series.push({ ...edge, points }, { ...edge, points },
        { stroke: color, width: Math.max(2, rem() / 10), points: { show: few ? true : undefined, size: Math.max(5, rem() / 3), fill: color } });
      bands.push({ series: [3 * i + 2, 3 * i + 1], fill: color + "38" });
    });
    const axis = { stroke: text, font, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, width: 1 } };
    if (this.plot) this.plot.destroy();
    this.drawn = key;
    const [from, to] = this.span();
    this.plot = new uPlot({
      ...size,
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
      padding: [1.6 * rem(), 1.6 * rem(), 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
      scales: { x: { time: true, range: [from / 1000, to / 1000] }, y: { range: (u, min, max) => this.rangeOf(min, max) } },
      axes: [
        { ...axis, size: 3.2 * rem(), space: 4.6 * rem(),
          values: (u, splits, index, space, step) => timeLabels(splits, step) },
        { ...axis, size: 4.4 * rem(), space: 2.2 * rem(),
          values: (u, splits) => splits.map((v) =>
            (v < 0 && this.positive ? "" : shortNumber(v, this.plan.ratio))) },
      ],
      series, bands,
      hooks: {
        drawAxes: [(u) => this.drawPartial(u)],
        draw: [(u) => { this.drawCoverage(u); this.drawKinds(u, colors); this.drawMarks(u, font); }],
        setCursor: [(u) => { if (u.cursor.idx !== null && u.cursor.idx !== undefined && u.cursor.event) this.tell(u.cursor.idx); }],
      },
    }, data, this.host);
    this.drawLegend(colors);
    if (this.at >= 0) this.move(this.at);
  }

  // With room at the foot for the coverage, and 0 where it is near.
  rangeOf(min, max) {
    if (min === null || max === null) return [0, 1];
    if (min >= 0 && min < 0.6 * max) min = 0;
    this.positive = min >= 0;  // what is below is room alone, and has no label
    const room = max - min || Math.abs(max) || 1;
    return [min - 0.09 * room, max + 0.08 * room];
  }

  drawPartial(u) {
    const { ctx, bbox } = u;
    ctx.save();
    ctx.fillStyle = cssValue("--partial");
    for (const bucket of this.plan.buckets) {
      if (!bucket.partial) continue;
      const from = Math.max(bbox.left, u.valToPos(bucket.begin / 1000, "x", true));
      const to = Math.min(bbox.left + bbox.width,
        bucket.end === null ? from + 4 : u.valToPos(bucket.end / 1000, "x", true));
      ctx.fillRect(from, bbox.top, Math.max(3, to - from), bbox.height);
    }
    ctx.restore();
  }

  // Along the foot: full where every step is there, red from above where not,
  // and enough of it to be seen.
  drawCoverage(u) {
    const { ctx, bbox } = u;
    const height = Math.round(0.6 * rem() * devicePixelRatio);
    const foot = bbox.top + bbox.height;
    ctx.save();
    this.plan.buckets.forEach((bucket, i) => {
      const from = Math.round(u.valToPos(bucket.begin / 1000, "x", true));
      const next = this.plan.buckets[i + 1];
      const end = bucket.end ?? next?.begin;
      let to = end === undefined ? from + 6 : Math.round(u.valToPos(end / 1000, "x", true));
      to = Math.min(to, bbox.left + bbox.width);
      const width = Math.max(2, to - from - (to - from > 4 ? 1 : 0));
      const full = bucket.cover < 1 ? Math.round(height * Math.min(bucket.cover, 0.6)) : height;
      ctx.fillStyle = cssValue("--lack");
      ctx.fillRect(from, foot - height, width, height - full);
      ctx.fillStyle = cssValue("--cover");
      ctx.fillRect(from, foot - full, width, full);
    });
    ctx.restore();
  }

  // A bar from bound to bound, dashed to the edge where there is none. A triangle
  // down: at most this; up: at least this. A ring: filled.
  drawKinds(u, colors) {
    const { ctx } = u;
    const apart = u.bbox.width / this.plan.buckets.length;
    const r = Math.max(2, Math.min(0.3 * rem() * devicePixelRatio, apart / 3));
    const roomy = apart > 14 * devicePixelRatio;  // else the band alone
    ctx.save();
    this.plan.lines.forEach((line, i) => {
      if (line.points.size > 200) return;
      ctx.strokeStyle = colors[i % colors.length];
      ctx.lineWidth = 1.5 * devicePixelRatio;
      for (const [begin, row] of line.points) {
        const kind = row[line.item.kind];
        const value = line.item.value === null ? null : row[line.item.value];
        const x = u.valToPos(begin / 1000, "x", true);
        if (isOpen(row, line.item) || (roomy && row[line.item.low] < row[line.item.high])) {
          const [low, high] = [row[line.item.low], row[line.item.high]];
          ctx.setLineDash(isOpen(row, line.item) ? [3 * devicePixelRatio, 3 * devicePixelRatio] : []);
          ctx.beginPath();
          ctx.moveTo(x, low === null ? u.bbox.top + u.bbox.height : u.valToPos(low, "y", true));
          ctx.lineTo(x, high === null ? u.bbox.top : u.valToPos(high, "y", true));
          ctx.stroke();
          ctx.setLineDash([]);
        }
        if (typeof value !== "number" || !["upper", "lower", "filled"].includes(kind)) continue;
        const y = u.valToPos(value, "y", true);
        ctx.beginPath();
        if (kind === "filled") {
          ctx.arc(x, y, r, 0, 7);
          ctx.fillStyle = cssValue("--page");
        } else {
          const d = kind === "upper" ? 1 : -1;
          ctx.moveTo(x - r, y);
          ctx.lineTo(x + r, y);
          ctx.lineTo(x, y + d * 1.8 * r);
          ctx.closePath();
          ctx.fillStyle = colors[i % colors.length];
        }
        ctx.fill();
        ctx.stroke();
      }
    });
    ctx.restore();
  }

  drawMarks(u, font) {
    const { ctx, bbox } = u;
    ctx.save();
    ctx.strokeStyle = ctx.fillStyle = cssValue("--mark");
    ctx.lineWidth = Math.max(1, devicePixelRatio);
    ctx.font = font.replace(/^\d+/, (px) => px * devicePixelRatio);
    ctx.textAlign = "center";
    ctx.textBaseline = "bottom";
    let free = -Infinity;  // to the right of the number before
    this.events.forEach((event, i) => {
      const x = Math.round(u.valToPos(event.time / 1000, "x", true));
      ctx.setLineDash([5 * devicePixelRatio, 4 * devicePixelRatio]);
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
      const width = ctx.measureText(String(i + 1)).width;
      if (x - width / 2 < free) return;
      ctx.fillText(String(i + 1), x, bbox.top - 3 * devicePixelRatio);
      free = x + width / 2 + 3 * devicePixelRatio;
    });
    ctx.restore();
  }

  drawLegend(colors) {
    this.legend.replaceChildren();
    const dim = cssValue("--dim");
    this.plan.lines.forEach((line, i) => {
      const color = colors[i % colors.length];
      legendEntry(this.legend, [["line", { x1: 0, y1: 7.5, x2: 24, y2: 7.5, stroke: color, "stroke-width": 3 }]],
        line.name + (line.item.unit ? ` (${line.item.unit})` : ""));
    });
    const rows = this.plan.lines.flatMap((l) => [...l.points.values()].map((r) => r[l.item.kind]));
    const has = (kind) => rows.includes(kind);
    const bounded = this.plan.lines.some((l) => [...l.points.values()].some((r) =>
      typeof r[l.item.low] === "number" && typeof r[l.item.high] === "number" && r[l.item.low] < r[l.item.high]));
    if (bounded) legendEntry(this.legend, [["rect", { x: 0, y: 2, width: 24, height: 11, fill: dim, opacity: 0.4 }]], "band and bar: the truth is in it");
    if (this.plan.lines.some((l) => [...l.points.values()].some((r) => isOpen(r, l.item)))) {
      legendEntry(this.legend, [["line", { x1: 12, y1: 0, x2: 12, y2: 15, stroke: dim, "stroke-width": 2, "stroke-dasharray": "3 2" }]], "dashed: no bound on that side");
    }
    if (has("upper")) legendEntry(this.legend, [["path", { d: "M6 4h12l-6 9z", fill: dim }]], "at most");
    if (has("lower")) legendEntry(this.legend, [["path", { d: "M6 11h12l-6-9z", fill: dim }]], "at least");
    if (has("filled")) legendEntry(this.legend, [["circle", { cx: 12, cy: 7.5, r: 4.5, fill: "none", stroke: dim, "stroke-width": 2 }]], "filled in");
    if (this.plan.buckets.some((b) => b.partial)) {
      legendEntry(this.legend, [["rect", { x: 0, y: 0, width: 24, height: 15, fill: cssValue("--partial"), stroke: dim }]], "partial bucket");
    }
    legendEntry(this.legend, [["rect", { x: 0, y: 4, width: 24, height: 8, fill: cssValue("--cover") }],
      ["rect", { x: 16, y: 4, width: 8, height: 4, fill: cssValue("--lack") }]], "coverage: red where samples are missing, none without a row");
    if (this.events.length > 0) {
      legendEntry(this.legend, [["line", { x1: 12, y1: 0, x2: 12, y2: 15, stroke: cssValue("--mark"), "stroke-width": 2, "stroke-dasharray": "4 2" }]], "event");
    }
  }

  // Says what stands at an index of the drawn times.
  tell(index) {
    const begin = this.times[index];
    const bucket = this.plan.buckets.find((b) => b.begin === begin);
    this.at = bucket ? this.plan.buckets.indexOf(bucket) : this.at;
    if (!bucket) {
      this.readout.textContent = "No sample here.";
      return;
    }
    const parts = this.plan.lines.map((line) => {
      const row = line.points.get(begin);
      return `${line.name}: ${row ? valueText(row, line.item) : "–"}`;
    });
    const cover = bucket.cover < 1 ? `, coverage ${Math.round(bucket.cover * 100)} %` : "";
    this.readout.textContent = `${bucket.text}${bucket.partial ? ", partial" : ""}${cover} — ${parts.join("; ")}`;
  }

  move(bucketIndex) {
    this.at = Math.min(Math.max(bucketIndex, 0), this.plan.buckets.length - 1);
    const begin = this.plan.buckets[this.at].begin;
    this.plot.setCursor({ left: this.plot.valToPos(begin / 1000, "x"), top: 10 }, false);
    this.tell(this.times.indexOf(begin));
  }

  key(event) {
    if (!this.plot) return;
    const to = { ArrowRight: this.at + 1, ArrowLeft: this.at - 1, Home: 0,
      End: this.plan.buckets.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.move(to);
  }
}
