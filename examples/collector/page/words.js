// Numbers, bounds and times as words that need no picture.

// `round`: "floor" or "ceil" for an end of what is known, so that it stays true.
export function formatNumber(value, ratio, round = "halfExpand") {
  if (value === null || value === undefined) return "–";
  if (typeof value !== "number") return String(value);
  if (ratio) return (value * 100).toLocaleString("en", { maximumFractionDigits: 2, roundingMode: round }) + " %";
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    return "about " + value.toLocaleString("en");
  }
  return value.toLocaleString("en", { maximumFractionDigits: Math.abs(value) < 1 ? 6 : 3, roundingMode: round });
}

export function shortNumber(value, ratio) {
  if (ratio) return (value * 100).toLocaleString("en", { maximumFractionDigits: 1 }) + "%";
  return value.toLocaleString("en", { notation: "compact", maximumFractionDigits: 2 });
}

// A value with its bounds, in words that need no colour.
export function valueText(row, item) {
  const f = (v, round) => formatNumber(v, item.ratio, round);
  const low = row[item.low] === null ? "" : f(row[item.low], "floor");
  const high = row[item.high] === null ? "" : f(row[item.high], "ceil");
  if (item.value === null) return `${low || "–"} .. ${high || "–"}`;
  const value = row[item.value];
  if (value === null) return "–";
  switch (row[item.kind]) {
    case "upper": return `≤ ${f(value, "ceil")}` + (low ? `, ≥ ${low}` : "");
    case "lower": return `≥ ${f(value, "floor")}` + (high ? `, ≤ ${high}` : "");
    case "range": return `${f(value)} [${low} .. ${high}]`;
    case "filled": return `~ ${f(value)}`;
    default: return f(value);
  }
}

// Whether nothing is known on one side of it.
export function isOpen(row, item) {
  if (item.value !== null && (row[item.value] === null || row[item.kind] === "filled")) return false;
  return (row[item.low] === null) !== (row[item.high] === null);
}

// "20 Jan", and "13:00" below a day; under the first, and where it changes, the
// year, or the day.
export function timeLabels(splits, step) {
  const label = (seconds, options) =>
    new Date(seconds * 1000).toLocaleString("en-GB", { timeZone: "UTC", ...options });
  const day = { day: "numeric", month: "short" };
  const [fine, coarse] = step < 86400 ? [{ hour: "2-digit", minute: "2-digit" }, { ...day, year: "numeric" }]
    : step < 28 * 86400 ? [day, { year: "numeric" }]
      : step < 360 * 86400 ? [{ month: "short" }, { year: "numeric" }] : [{ year: "numeric" }, null];
  let before = "";
  return splits.map((seconds) => {
    const under = coarse ? label(seconds, coarse) : "";
    const text = label(seconds, fine) + (under === before ? "" : "\n" + under);
    before = under;
    return text;
  });
}
