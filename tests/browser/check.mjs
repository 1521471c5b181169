// Does the page work in a real browser? Drives chromium through its debugging
// pipe, without any package: node check.mjs CHROMIUM PAGE LARGE [SCREENSHOT_FOLDER]
// AXE=path/to/axe.min.js (npm axe-core) adds its accessibility rules.
// Prints one line for each check; exits 1 if one fails.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [chromium, page, large, shots] = process.argv.slice(2);
const profile = mkdtempSync(join(tmpdir(), "report-browser-"));
const browser = spawn(chromium, ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
  `--user-data-dir=${profile}`, "--remote-debugging-pipe", "about:blank"], { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
const [, , , to, from] = browser.stdio;
let failed = 0;
function check(name, ok, detail = "") {
  console.log(`${ok ? "ok  " : "FAIL"} ${name}${ok || detail === "" ? "" : `: ${detail}`}`);
  if (!ok) failed += 1;
}
const giveUp = setTimeout(() => { console.log("FAIL the browser did not answer in two minutes"); end(1); }, 120_000);
function end(code) {
  clearTimeout(giveUp);
  browser.kill("SIGKILL");
  browser.on("close", () => { try { rmSync(profile, { recursive: true, force: true }); } catch { /* the system's temporary folder */ } process.exit(code); });
}

let serial = 0;
let rest = Buffer.alloc(0);
const waiting = new Map();
const heard = [];
from.on("data", (bytes) => {
  rest = Buffer.concat([rest, bytes]);
  for (let zero; (zero = rest.indexOf(0)) >= 0; rest = rest.subarray(zero + 1)) {
    const message = JSON.parse(rest.subarray(0, zero).toString());
    if (message.id) { waiting.get(message.id)(message); waiting.delete(message.id); } else heard.push(message);
  }
});
let session;
const send = (method, params = {}) => new Promise((resolve, reject) => {
  const id = ++serial;
  waiting.set(id, (m) => (m.error ? reject(new Error(`${method}: ${m.error.message}`)) : resolve(m.result)));
  to.write(`${JSON.stringify({ id, method, params, sessionId: session })}\0`);
});
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
async function run(expression) {
  const { result, exceptionDetails } = await send("Runtime.evaluate", { expression, returnByValue: true, awaitPromise: true });
  if (exceptionDetails) throw new Error(`${expression}: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`);
  return result.value;
}
async function until(expression, ms = 4000) {
  for (const start = Date.now(); Date.now() - start < ms; await sleep(25)) if (await run(expression)) return true;
  return false;
}
async function visit(file, hash = "") {
  await send("Page.navigate", { url: "about:blank" });
  await sleep(50);
  await send("Page.navigate", { url: pathToFileURL(file).href + hash });
  await until("document.readyState === 'complete' && location.protocol === 'file:'", 15_000);
}
async function press(key, code = key) {
  const text = key === "Enter" ? "\r" : key.length === 1 ? key : undefined;
  await send("Input.dispatchKeyEvent", { type: "keyDown", key, code, text, windowsVirtualKeyCode: key === "Enter" ? 13 : 0 });
  await send("Input.dispatchKeyEvent", { type: "keyUp", key, code });
}
const set = (id, value) => run(`(() => { const f = document.getElementById("${id}"); f.value = ${JSON.stringify(value)}; f.dispatchEvent(new Event("input", { bubbles: true })); })()`).then(() => sleep(120));
const shown = () => run(`document.getElementById("shown").textContent`);

try {
  const { targetId } = await send("Target.createTarget", { url: "about:blank" });
  session = (await send("Target.attachToTarget", { targetId, flatten: true })).sessionId;
  for (const domain of ["Page", "Runtime", "Network", "Log"]) await send(`${domain}.enable`);
  await send("Emulation.setDeviceMetricsOverride", { width: 1280, height: 900, deviceScaleFactor: 1, mobile: false });

  await visit(page);
  const all = await run("JSON.parse(document.getElementById('debate').textContent).claims.length");
  check("hostile text stays text", (await run("document.images.length === 0 && document.title !== 'owned'")) && await run("document.body.textContent.includes('</script><img')"));
  check("nothing leads off the page", await run("[...document.querySelectorAll('a')].every((a) => a.getAttribute('href').startsWith('#'))"));
  check("every quote says its language and direction", await run("[...document.querySelectorAll('blockquote')].every((q) => q.lang && q.dir === 'auto') && [...document.querySelectorAll('[lang]')].every((q) => /^[a-z]{2,3}$/.test(q.lang))"));
  check("Arabic runs from the right", await run("getComputedStyle(document.querySelector('blockquote[lang=ar]')).direction === 'rtl' || document.querySelector('blockquote[lang=ar]').matches(':dir(rtl)')"));
  check("the list shows every claim at first", (await shown()).includes(String(all)), await shown());

  // filters
  const count = async () => Number((await shown()).match(/\d+/)[0]);
  await set("f-lang", "jpn");
  check("language filter", (await count()) > 0 && (await count()) < all && await run("[...document.querySelectorAll('#list blockquote')].every((q) => q.lang === 'ja')"));
  await set("f-side", "against");
  check("side filter", (await run("document.querySelectorAll('#list blockquote').length")) === 1, await shown());
  await run("document.getElementById('reset').click()"); await sleep(200);
  check("clearing the filters", (await count()) === all);
  await set("f-sure", "90");
  const sure = await count();
  check("confidence filter", sure > 0 && sure < all);
  await set("f-sure", "0"); await set("f-voice", await run("[...document.getElementById('f-voice').options].find((o) => o.textContent === 'Rosa Almeida').value"));
  check("voice filter", await run("[...document.querySelectorAll('#list .by b')].every((b) => b.textContent === 'Rosa Almeida')"));
  await set("f-voice", ""); await set("f-text", "ПАРКОВКАМИ");
  check("text search ignores case in any script", (await count()) === 1, await shown());
  await set("f-text", "no such words"); 
  check("an empty result says so", (await count()) === 0 && await run("document.querySelector('#list .none') !== null"));
  await set("f-text", "");
  await set("f-verdict", "diverge");
  check("verdict filter", await run("document.querySelectorAll('#list .point').length") === 3);
  await run("document.getElementById('reset').click()"); await sleep(200);
  await run("document.getElementById('view-claims').click()"); await sleep(100);
  check("all claims as one list", await run("document.querySelectorAll('#list.claims .said').length") === all);
  await run("document.getElementById('view-points').click()");

  // keyboard
  await run("document.activeElement.blur()");
  await press("/", "Slash");
  check("/ goes to the search", await run("document.activeElement.id === 'f-text' && document.activeElement.value === ''"));
  await press("Escape");
  await run("document.querySelector('.matrix .cell[tabindex=\"0\"]').focus()");
  const at = () => run("(() => { const c = document.activeElement; const td = c.closest('td'); return td ? [td.closest('tr').rowIndex, td.cellIndex].join() : c.tagName; })()");
  const before = await at();
  await press("ArrowRight"); await press("ArrowDown");
  check("arrows move in the matrix", before === "1,1" && (await at()) === "2,2", `${before} -> ${await at()}`);
  await press("Home"); await press("ArrowUp"); await press("ArrowUp"); await press("ArrowLeft");
  check("arrows stop at the edge", (await at()) === "1,1", await at());
  check("one cell is in the tab order", await run("document.querySelectorAll('.matrix .cell[tabindex=\"0\"]').length") === 1);
  await run("document.querySelector('.matrix a.cell[href*=\"K1\"]').focus()");
  await press("Enter");
  check("Enter opens the sentences behind a mark", await until("!document.getElementById('drawer').hidden && document.querySelectorAll('#drawer .card mark').length > 0"));
  check("the drawer has the focus and a name", await run("document.activeElement.id === 'drawer' && document.getElementById('drawer-title').textContent.length > 0"));
  await press("Escape");
  check("Esc closes it and goes back", await until("document.getElementById('drawer').hidden") && await run("document.activeElement.matches('.matrix a.cell')"));
  await press("Enter");
  check("the same mark opens again", await until("!document.getElementById('drawer').hidden"));
  await press("Escape");

  // links
  await visit(page, "#claim-c12");
  check("a claim's link opens the claim", await until("document.querySelector('#drawer [data-claim=c12] mark') !== null"));
  check("its sentence is marked whole", await run("document.querySelector('#drawer mark').textContent") === "Роза Алмейда уверяет, что расходы малы рядом с пустыми парковками.");
  check("its cue is marked", await run("document.querySelector('#drawer .cue').textContent") === "Роза Алмейда уверяет");
  check("similar claims are one click away", await run("(() => { const a = document.querySelector('#drawer .near a'); a.click(); return a.getAttribute('href'); })()").then((href) => until(`location.hash === ${JSON.stringify(href)} && document.querySelectorAll('#drawer .card').length === 1 && '#claim-' + document.querySelector('#drawer .card').dataset.claim === location.hash`)));
  await visit(page, "#point-K2/v-almeida");
  check("a mark's link opens both sides", await until("document.querySelectorAll('#drawer .card').length === 3"), await run("document.querySelectorAll('#drawer .card').length"));
  await visit(page, "#claim-nowhere");
  check("an unknown link does no harm", await run("document.getElementById('drawer').hidden"));

  // the theme
  await send("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: "dark" }] });
  await visit(page);
  const paper = () => run("getComputedStyle(document.body).backgroundColor");
  const dark = await paper();
  await run("document.getElementById('theme').click()");
  check("dark follows the system and the button", dark === "rgb(23, 24, 26)" && (await paper()) === "rgb(251, 250, 246)", `${dark}, ${await paper()}`);
  await run("localStorage.removeItem('counterpoint-theme')");

  // three widths, both themes
  for (const scheme of ["light", "dark"]) {
    await send("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: scheme }, { name: "prefers-reduced-motion", value: "reduce" }] });
    for (const width of [390, 900, 1440]) {
      await send("Emulation.setDeviceMetricsOverride", { width, height: 900, deviceScaleFactor: 1, mobile: width < 500 });
      await visit(page);
      const wide = await run("document.documentElement.scrollWidth");
      check(`no sideways scrolling at ${width} px, ${scheme}`, wide <= width, wide);
      if (!shots) continue;
      await run("document.querySelectorAll('.point, .said').forEach((p) => { p.style.contentVisibility = 'visible'; })");
      const { data } = await send("Page.captureScreenshot", { captureBeyondViewport: true, clip: { x: 0, y: 0, width, height: await run("document.documentElement.scrollHeight"), scale: 1 } });
      writeFileSync(join(shots, `${scheme}-${width}.png`), Buffer.from(data, "base64"));
      await visit(page, "#point-K1");
      await sleep(100);
      const drawer = await send("Page.captureScreenshot", {});
      writeFileSync(join(shots, `${scheme}-${width}-drawer.png`), Buffer.from(drawer.data, "base64"));
    }
  }
  await send("Emulation.setEmulatedMedia", { media: "", features: [] });
  await send("Emulation.setDeviceMetricsOverride", { width: 1280, height: 900, deviceScaleFactor: 1, mobile: false });
  if (shots) writeFileSync(join(shots, "print.pdf"), Buffer.from((await send("Page.printToPDF", {})).data, "base64"));

  // accessibility, by rules the project did not write
  const axe = process.env.AXE ?? join(process.env.VALIDATE_HOME ?? join(homedir(), ".cache/counterpoint-validate"), "node_modules/axe-core/axe.min.js");
  if (existsSync(axe)) {
    for (const [scheme, hash] of [["light", ""], ["dark", ""], ["light", "#point-K1"], ["dark", "#claim-c12"]]) {
      await send("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: scheme }] });
      await visit(page, hash);
      await run(`${readFileSync(axe, "utf8")}; true`);
      const found = await run("axe.run(document, { resultTypes: ['violations'] }).then((r) => r.violations.filter((v) => ['serious', 'critical'].includes(v.impact)).map((v) => `${v.id} (${v.nodes.length}): ${v.nodes[0].html.slice(0, 120)}`))");
      check(`axe finds nothing serious, ${scheme} ${hash}`, found.length === 0, found.join("\n     "));
    }
    await send("Emulation.setEmulatedMedia", { media: "", features: [] });
  } else console.log("skipped axe: no axe-core here (VALIDATE_INSTALL=1 tests/validate.sh FOLDER installs it)");

  // five thousand claims
  await visit(large);
  const took = await run("performance.getEntriesByType('navigation')[0].loadEventEnd");
  check("5,000 claims open in a second", took < 1000, `${Math.round(took)} ms`);
  console.log(`     load event after ${Math.round(took)} ms, ${await run("document.querySelectorAll('*').length")} elements`);
  const rows = await run("document.querySelectorAll('#list .point').length");
  await run("document.getElementById('tail').scrollIntoView()");
  check("more of the list is drawn on the way down", rows < 100 && await until(`document.querySelectorAll('#list .point').length > ${rows}`), rows);
  const searched = await run("(async () => { const t = performance.now(); const f = document.getElementById('f-text'); f.value = '4321'; f.dispatchEvent(new Event('input', { bubbles: true })); while (document.getElementById('shown').textContent.startsWith('5000')) await new Promise((r) => setTimeout(r, 5)); return performance.now() - t; })()");
  check("a search over 5,000 claims answers in half a second", searched < 500, `${Math.round(searched)} ms`);

  // what the browser itself said
  const requests = heard.filter((m) => m.method === "Network.requestWillBeSent").map((m) => m.params.request.url).filter((url) => !/^(about:|file:.*\.html)/.test(url));
  check("no request", requests.length === 0, requests.slice(0, 3).join(" "));
  const errors = heard.filter((m) => (m.method === "Runtime.consoleAPICalled" && ["error", "warning"].includes(m.params.type)) || m.method === "Runtime.exceptionThrown" || (m.method === "Log.entryAdded" && m.params.entry.level !== "verbose"));
  check("no console message", errors.length === 0, (JSON.stringify(errors[0]?.params) ?? "").slice(0, 400));
} catch (error) {
  check("the checks ran to their end", false, error.stack);
}
end(failed ? 1 : 0);
