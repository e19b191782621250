// page_test.sh starts this. It speaks to Chromium through a pipe, so that no
// package is needed.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const [program, folder] = process.argv.slice(2);
const home = mkdtempSync(join(tmpdir(), "footfall-page-"));
const failures = [];
const check = (holds, what) => {
  console.log(`${holds ? "ok  " : "FAIL"} ${what}`);
  if (!holds) failures.push(what);
};

// The service, with the example data.
const service = spawn(program, ["--listen", "127.0.0.1:0", "--script",
  "examples/data/load.footfall", join(home, "db")], { stdio: ["ignore", "ignore", "pipe"] });
const address = await new Promise((resolve, reject) => {
  let said = "";
  service.stderr.on("data", (part) => {
    said += part;
    const found = said.match(/http:\/\/127\.0\.0\.1:\d+\//);
    if (found) resolve(found[0]);
  });
  service.on("exit", () => reject(new Error(said)));
});

// Beside it an app with a gap, and one whose web samples are missing for two
// days, so that values lack a part.
const samples = [];
for (let day = 1; day <= 24; ++day) {
  const time = `2025-03-${String(day).padStart(2, "0")}`;
  if (day < 8 || day > 10) samples.push({ metric: "dau", time, app: "Gap", platform: "app", value: 1000 + 40 * day });
  samples.push({ metric: "dau", time, app: "Late", platform: "app", value: 900 + 10 * day });
  if (day < 14 || day > 15) samples.push({ metric: "dau", time, app: "Late", platform: "web", value: 400 + 5 * day });
}
const posted = await fetch(address + "v1/samples", { method: "POST",
  headers: { "Content-Type": "application/x-ndjson" }, body: samples.map((s) => JSON.stringify(s)).join("\n") });
check(posted.ok, "samples are taken");

// Chromium, and what it reports.
const browser = spawn("chromium", ["--headless=new", "--no-sandbox", "--disable-gpu",
  "--remote-debugging-pipe", "--no-first-run", "--disable-dev-shm-usage",
  "--disable-background-networking", "--hide-scrollbars", `--user-data-dir=${join(home, "chromium")}`],
  { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
const waiting = new Map();
const complaints = [];
const requests = [];
let number = 0;
let received = "";
browser.stdio[4].on("data", (part) => {
  received += part;
  for (let end; (end = received.indexOf("\0")) >= 0; received = received.slice(end + 1)) {
    const message = JSON.parse(received.slice(0, end));
    if (message.id) {
      waiting.get(message.id)(message);
      waiting.delete(message.id);
    } else if (message.method === "Runtime.exceptionThrown") {
      complaints.push(JSON.stringify(message.params.exceptionDetails));
    } else if (message.method === "Runtime.consoleAPICalled" && ["error", "warning"].includes(message.params.type)) {
      complaints.push(JSON.stringify(message.params.args));
    } else if (message.method === "Log.entryAdded" && ["error", "warning"].includes(message.params.entry.level)) {
      complaints.push(`${message.params.entry.text} ${message.params.entry.url ?? ""}`);
    } else if (message.method === "Network.requestWillBeSent") {
      requests.push(message.params.request.url);
    }
  }
});
let session;
function send(method, params = {}) {
  const id = ++number;
  browser.stdio[3].write(JSON.stringify({ id, method, params, ...(session && { sessionId: session }) }) + "\0");
  return new Promise((resolve, reject) => waiting.set(id, (message) =>
    (message.error ? reject(new Error(`${method}: ${message.error.message}`)) : resolve(message.result))));
}
const { targetId } = await send("Target.createTarget", { url: "about:blank" });
({ sessionId: session } = await send("Target.attachToTarget", { targetId, flatten: true }));
for (const domain of ["Page", "Runtime", "Log", "Network"]) await send(`${domain}.enable`);

async function evaluate(expression) {
  const { result, exceptionDetails } = await send("Runtime.evaluate",
    { expression, awaitPromise: true, returnByValue: true });
  if (exceptionDetails) throw new Error(JSON.stringify(exceptionDetails));
  return result.value;
}
async function until(expression) {
  for (let turn = 0; turn < 600; ++turn) {
    if (await evaluate(expression).catch(() => false)) return true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  check(false, `came true: ${expression}`);
  return false;
}
async function look({ width, height, scale = 1, dark = false }) {
  await send("Emulation.setDeviceMetricsOverride",
    { width, height, deviceScaleFactor: scale, mobile: false });
  await send("Emulation.setEmulatedMedia",
    { features: [{ name: "prefers-color-scheme", value: dark ? "dark" : "light" }] });
}
async function open(search) {
  await send("Page.navigate", { url: address + search });
  await until("document.readyState === 'complete' && document.getElementById('metric-list').children.length > 0");
  if (search) await until("document.documentElement.dataset.asked !== undefined");
}
async function key(name, { text, ctrl = false, shift = false } = {}) {
  const code = { Enter: 13, Tab: 9, ArrowRight: 39, ArrowLeft: 37, Home: 36, End: 35, " ": 32, a: 65 }[name];
  const event = { key: name, code: name === " " ? "Space" : name, windowsVirtualKeyCode: code,
    modifiers: (ctrl ? 2 : 0) + (shift ? 8 : 0), ...(text && { text }) };
  await send("Input.dispatchKeyEvent", { type: "keyDown", ...event });
  await send("Input.dispatchKeyEvent", { type: "keyUp", ...event });
}
const focused = () => evaluate("document.activeElement.id || document.activeElement.textContent.trim()");

try {
  // By keyboard alone.
  await look({ width: 1280, height: 900 });
  await open("");
  for (let turn = 0; turn < 10 && (await focused()) !== "question"; ++turn) await key("Tab");
  check(await focused() === "question", "Tab reaches the question");
  await key("a", { ctrl: true });
  await evaluate("document.execCommand('selectAll')");
  await send("Input.insertText", { text: "SELECT dau WHERE app = $app EVERY day" });
  await key("Tab");
  await key("Enter", { text: "\r" });  // opens the parameters
  await key("Tab");
  check(await focused() === "parameters", "Tab reaches the parameters");
  await send("Input.insertText", { text: "app=DeepSeek" });
  await key("Tab");
  check(await focused() === "ask", "Tab reaches the button");
  await key(" ", { text: " " });
  await until("document.documentElement.dataset.asked === '1'");
  check(await evaluate("!document.getElementById('figure').hidden"), "the answer is drawn");
  check(/^\d+ rows in /.test(await evaluate("document.getElementById('status').textContent")), "the status tells of it");
  check(await evaluate("document.querySelectorAll('#mark-list li').length > 0"), "events are listed");
  for (let turn = 0; turn < 20 && (await focused()) !== "chart"; ++turn) await key("Tab");
  check(await focused() === "chart", "Tab reaches the chart");
  await key("Home");
  const first = await evaluate("document.getElementById('readout').textContent");
  await key("ArrowRight");
  const second = await evaluate("document.getElementById('readout').textContent");
  await key("End");
  const last = await evaluate("document.getElementById('readout').textContent");
  check(first !== second && second !== last && /^2025-02-08.*≤ 119,790,000/.test(last),
    `arrow keys read the points: ${last}`);
  check(await evaluate("document.querySelectorAll('#table tbody tr').length > 5"), "the table has the rows");
  await key("Tab");
  const shown = await evaluate("getComputedStyle(document.activeElement).outlineStyle");
  check(shown !== "none", "what has the focus shows it");

  // What is refused.
  await open("?q=" + encodeURIComponent("SELECT sum(dau) EVERY month"));
  check(await evaluate("document.getElementById('error').textContent.includes('^^^')"), "a refusal shows its carets");
  check(await evaluate("document.getElementById('figure').hidden"), "and no chart");
  const refusals = complaints.splice(0).filter((text) => !/status of 400/.test(text));
  check(refusals.length === 0, `no error on the console: ${refusals.join("; ")}`);

  // Every control has a name; nothing is wider than the window.
  await open("?q=" + encodeURIComponent("SELECT dau WHERE app = $app EVERY day") + "&app=DeepSeek");
  check(await evaluate(`[...document.querySelectorAll("button, input, textarea")].every((e) =>
    e.labels?.length > 0 || e.textContent.trim() || e.getAttribute("aria-label"))`), "controls have names");

  const questions = {
    days: "?q=" + encodeURIComponent("SELECT dau WHERE app = $app EVERY day") + "&app=DeepSeek",
    platforms: "?q=" + encodeURIComponent("SELECT dau WHERE app IN ('Gap', 'Late') BY app, platform EVERY day"),
    bounds: "?q=" + encodeURIComponent("SELECT bounds(dau) WHERE app = 'DeepSeek' BY platform EVERY day"),
    weeks: "?q=" + encodeURIComponent("SELECT avg(dau), max(dau) DURING 2025-01-14..2025-02-12 EVERY week"),
    gaps: "?q=" + encodeURIComponent("SELECT dau WHERE app = 'Gap' DURING 2025-03"),
    filled: "?q=" + encodeURIComponent("SELECT dau WHERE app = 'Gap' DURING 2025-03-01..2025-03-24 EVERY day FILL linear"),
    late: "?q=" + encodeURIComponent("SELECT dau WHERE app = 'Late' EVERY day"),
    cut: "?q=" + encodeURIComponent("SELECT avg(dau) WHERE app = 'Late' DURING 2025-03-05..2025-03-19 EVERY week"),
    metrics: "?q=" + encodeURIComponent("SHOW METRICS"),
    refused: "?q=" + encodeURIComponent("SELECT sum(dau) EVERY month"),
  };
  for (const [width, height] of [[320, 640], [768, 1024], [1280, 900], [3840, 2160]]) {
    for (const dark of [false, true]) {
      for (const [name, search] of Object.entries(questions)) {
        await look({ width, height, dark });
        await open(search);
        const over = await evaluate("document.documentElement.scrollWidth - innerWidth");
        check(over <= 0, `${name} fits ${width} pixels${dark ? ", dark" : ""}`);
        const { cssContentSize } = await send("Page.getLayoutMetrics");
        const { data } = await send("Page.captureScreenshot", { captureBeyondViewport: true,
          clip: { x: 0, y: 0, width, height: Math.max(height, Math.min(cssContentSize.height, 4000)), scale: 1 } });
        writeFileSync(join(folder, `${name}-${width}-${dark ? "dark" : "light"}.png`), Buffer.from(data, "base64"));
      }
    }
  }
  const rest = complaints.filter((text) => !/status of 400/.test(text));
  check(rest.length === 0, `no error on the console: ${rest.join("; ")}`);
  const foreign = requests.filter((url) => !url.startsWith(address) && !url.startsWith("about:"));
  check(foreign.length === 0, `nothing is fetched from elsewhere: ${foreign.join(" ")}`);
} finally {
  browser.kill();
  service.kill();
  await new Promise((resolve) => setTimeout(resolve, 500));
  rmSync(home, { recursive: true, force: true, maxRetries: 5 });
}
console.log(failures.length === 0 ? "the page passed" : `${failures.length} failed`);
process.exit(failures.length === 0 ? 0 : 1);
