// Asks the service and shows what it answers. The address of the page holds the
// question, so that it can be kept and sent on.

import { Chart, planChart } from "./chart.js";
import { formatNumber, valueText } from "./words.js";

const MAX_TABLE_ROWS = 500;
const $ = (id) => document.getElementById(id);
const chart = new Chart($("chart"), $("readout"), $("legend"));
let asked = 0;  // an answer that comes after a later question is dropped

function fill(list, texts) {
  list.replaceChildren(...texts.map((text) => {
    const entry = document.createElement("li");
    entry.textContent = text;
    return entry;
  }));
}

async function request(search) {
  let response;
  try {
    response = await fetch("v1/query?" + search);
  } catch {
    throw new Error("The service does not answer. Is it still running?");
  }
  const body = await response.json();
  if (!response.ok) throw new Error(body.error.text);
  return body;
}

function searchOf() {
  const search = new URLSearchParams({ q: $("question").value });
  for (const line of $("parameters").value.split("\n")) {
    const equals = line.indexOf("=");
    if (equals > 0) search.append(line.slice(0, equals).trim(), line.slice(equals + 1));
  }
  return search;
}

function cell(tag, text, className) {
  const element = document.createElement(tag);
  element.textContent = text;
  if (className) element.className = className;
  if (tag === "th") element.scope = "col";
  return element;
}

// The statement and its carets keep their places; the words around them wrap.
function showError(text) {
  const lines = text.split("\n");
  const caret = lines.findIndex((line) => /^\s*\^+$/.test(line));
  $("error").replaceChildren();
  lines.forEach((line, i) => {
    if (caret > 0 && i === caret - 1) {
      $("error").append(cell("pre", line + "\n" + lines[caret]));
    } else if (i !== caret) {
      $("error").append(cell("p", line.trim()));
    }
  });
}

// The columns of the table: of values, one with the bounds in words and one
// with the coverage stand for all that belongs to them.
function tableColumns(answer) {
  const columns = [];
  const covered = new Set(answer.columns.flatMap((c) => [c.kind, c.low, c.high]));
  for (const column of answer.columns) {
    const unit = column.unit ? ` (${column.unit})` : "";
    if (covered.has(column.name) || column.role === "present") continue;
    if (column.role === "expected") {
      const present = column.name.replace(/_expected$/, "_present");
      // As in the program's tables: only where some row needs it.
      if (answer.rows.every((row) => row[present] === row[column.name])) continue;
      columns.push({ title: "coverage", number: true, dim: true,
        text: (row) => `${row[present]}/${row[column.name]}` });
    } else if (column.type === "time") {
      columns.push({ title: column.name, time: true, text: (row) => row[column.text] ?? "–" });
    } else if (column.role === "value") {
      columns.push({ title: column.name + unit, number: column.type !== "text",
        text: (row) => valueText(row, { ...column, value: column.name }) });
    } else if (column.role === "member") {
      columns.push({ title: column.name, text: (row) => row[column.name] || "(not split)" });
    } else if (column.role === "partial") {
      if (!answer.rows.some((row) => row[column.name])) continue;
      columns.push({ title: column.name, dim: true, text: (row) => (row[column.name] ? "partial" : "") });
    } else {
      columns.push({ title: column.name + unit, number: column.type === "integer" || column.type === "decimal",
        text: (row) => formatNumber(row[column.name] === "" ? null : row[column.name], column.ratio) });
    }
  }
  return columns;
}

function showTable(answer) {
  const columns = tableColumns(answer);
  const [head, body] = [$("table").tHead, $("table").tBodies[0]];
  head.replaceChildren(document.createElement("tr"));
  head.firstChild.append(...columns.map((c) => cell("th", c.title, c.number ? "number" : "")));
  const rows = answer.rows.slice(0, MAX_TABLE_ROWS);
  body.replaceChildren(...rows.map((row) => {
    const line = document.createElement("tr");
    line.append(...columns.map((c) =>
      cell("td", c.text(row), [c.number && "number", c.time && "time", c.dim && "dim"].filter(Boolean).join(" "))));
    return line;
  }));
  $("table-part").hidden = false;
  $("table-more").textContent = answer.rows.length > rows.length
    ? `The first ${rows.length} of ${answer.rows.length} rows.` : "";
}

// All events: the chart takes those in its range.
async function eventsOf() {
  if (!$("events").checked) return [];
  const answer = await request(new URLSearchParams({ q: "SHOW EVENTS" }));
  return answer.rows.filter((row) => row.time !== null);
}

async function ask() {
  const turn = ++asked;
  const search = searchOf();
  history.replaceState(null, "", "?" + search);
  $("ask").disabled = true;
  $("status").textContent = "Asking …";
  const began = performance.now();
  try {
    const answer = await request(search);
    const plan = planChart(answer);
    const events = plan ? await eventsOf() : [];
    if (turn !== asked) return;
    const ms = Math.round(performance.now() - began);
    $("error").hidden = true;
    $("figure").hidden = !plan;
    if (plan) {
      const marked = chart.show(plan, events);
      fill($("mark-list"), marked.map((e) =>
        `${e.time_text} ${e.kind} ${e.name}` + (e.for ? ` (${e.for})` : "") + (e.note ? `: ${e.note}` : "")));
      $("marks").hidden = marked.length === 0;
    }
    fill($("note-list"), answer.notes);
    $("notes").hidden = answer.notes.length === 0;
    showTable(answer);
    const more = plan && plan.lineCount > plan.lines.length
      ? ` The chart has the first ${plan.lines.length} of ${plan.lineCount} lines; the table has all.` : "";
    const rows = answer.rows.length;
    $("status").textContent = `${rows} ${rows === 1 ? "row" : "rows"} in ${ms} ms.${more}`;
  } catch (error) {
    if (turn !== asked) return;
    $("status").textContent = "Refused.";
    showError(error.message);
    $("error").hidden = false;
    for (const id of ["figure", "notes", "table-part"]) $(id).hidden = true;
  } finally {
    if (turn === asked) {
      $("ask").disabled = false;
      document.documentElement.dataset.asked = asked;  // for tests
    }
  }
}

async function listMetrics() {
  const { rows } = await request(new URLSearchParams({ q: "SHOW METRICS" })).catch(() => ({ rows: [] }));
  const buttons = rows.map(({ metric, period, unit }) => {
    const entry = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = metric + (unit ? ` (${unit})` : "");
    button.addEventListener("click", () => {
      $("question").value = `SELECT ${metric} EVERY ${period}`;
      $("parameters").value = "";
      ask();
    });
    entry.append(button);
    return entry;
  });
  $("metric-list").replaceChildren(...buttons);
  $("metrics").hidden = buttons.length === 0;
  $("metrics").open = matchMedia("(min-width: 64rem)").matches;
  if ($("question").value === "" && rows.length > 0) {
    $("question").value = `SELECT ${rows[0].metric} EVERY ${rows[0].period}`;
  }
}

$("form").addEventListener("submit", (event) => {
  event.preventDefault();
  ask();
});
$("question").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    ask();
  }
});
$("events").addEventListener("change", () => { if (asked > 0) ask(); });

const given = new URLSearchParams(location.search);
if (given.has("q")) {
  $("question").value = given.get("q");
  $("parameters").value = [...given].filter(([name]) => name !== "q")
    .map(([name, value]) => `${name}=${value}`).join("\n");
  $("parameters-part").open = $("parameters").value !== "";
  ask();
}
listMetrics();
