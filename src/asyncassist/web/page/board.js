// Live board: health, caches and breakers in one request, every five seconds while the page is seen.

import { byId, el, read, startTheme, svg, write } from "./dom.js";
import { problemOf } from "./stream.js";

const EVERY = 5000;
const WORDS = { pass: "all well", warn: "degraded", fail: "failing" };
const TOKEN = "asyncassist.admin";
let timer = 0;

function seconds(value) {
  if (value === null || value === undefined) return "–";
  if (value < 0.0995) return `${(value * 1000).toLocaleString("en", { maximumSignificantDigits: 2 })} ms`;
  return `${value.toLocaleString("en", { maximumFractionDigits: 2 })} s`;
}

function span(total) {
  const minutes = Math.round(total / 60);
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  if (!hours) return `${rest} min`;
  return rest ? `${hours} h ${rest} min` : `${hours} h`;
}

async function load(path) {
  const token = read("sessionStorage", TOKEN);
  const response = await fetch(path, { headers: token ? { authorization: `Bearer ${token}` } : {} });
  if (!response.ok) throw await problemOf(response);
  return response.json();
}

function lock(error) {
  const off = error.status === 403;
  byId("unlock").hidden = false;
  byId("cards").hidden = true;
  byId("unlock-words").textContent = off
    ? "The board is off: set ASYNCASSIST_ADMIN_TOKEN, or ASYNCASSIST_PUBLIC_BOARD=1 to show it to everybody."
    : "The board needs the admin token. It stays in this tab.";
  for (const node of byId("unlock").querySelectorAll("label, button")) node.hidden = off;
  showOverall("none", "locked");
  write("sessionStorage", TOKEN, null);
}

function spark(points) {
  // Less than ten milliseconds is noise: do not scale it up to peaks.
  const most = Math.max(...points.map((point) => point.response_time), 0.01);
  const x = (index) => (points.length < 2 ? 100 : (100 * index) / (points.length - 1));
  const y = (point) => 18 - (16 * point.response_time) / most;
  const line = points.map((point, index) => `${x(index).toFixed(2)},${y(point).toFixed(2)}`).join(" ");
  const shape = points.length < 2 ? `0,${y(points[0]).toFixed(2)} ${line}` : line;
  const failures = points
    .map((point, index) => (point.status === "fail" ? svg("circle", { cx: x(index), cy: y(point), r: 2 }) : null))
    .filter(Boolean);
  return svg(
    "svg",
    { class: "spark", viewBox: "0 0 100 20", preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("polygon", { points: `0,20 ${shape} 100,20` }),
    svg("polyline", { points: shape }),
    failures,
  );
}

function showChecks(health, history) {
  const rows = Object.entries(health.checks).map(([name, check]) => {
    const points = history.entries.map((entry) => entry.checks[name]).filter(Boolean);
    const took = `${seconds(check.response_time)}`;
    return el(
      "li",
      { "data-status": check.status, title: `p95 ${seconds(check.p95)}, p99 ${seconds(check.p99)}` },
      el("span", { class: "dot", "aria-hidden": "true" }),
      el("span", {}, name, el("span", { class: "hidden" }, `: ${WORDS[check.status]}`)),
      points.length ? spark(points) : el("span", {}),
      el("span", { class: "took" }, took),
      check.note ? el("span", { class: "note" }, check.note) : null,
    );
  });
  byId("checks").replaceChildren(...rows);
}

function showProcess({ system }) {
  const figures = [
    ["CPU", system.cpu === undefined ? "–" : `${Math.round(system.cpu)} %`],
    ["Memory", system.memory ? `${Math.round(system.memory / 2 ** 20)} MiB` : "–"],
    ["Loop late", system.loop_lag ? seconds(system.loop_lag.p95) : "–"],
    ["Up", system.uptime < 60 ? `${Math.round(system.uptime)} s` : span(system.uptime)],
  ];
  byId("process").replaceChildren(...figures.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));
}

function showCaches({ caches }) {
  const rows = Object.entries(caches).map(([name, cache]) => {
    const asked = cache.hits + cache.misses;
    const share = cache.hit_ratio === null ? 0 : cache.hit_ratio;
    const words = asked ? `${Math.round(share * 100)} % of ${asked}` : "not asked yet";
    const latencies = [];
    if (cache.cached.p50 !== null) latencies.push(`cached ${seconds(cache.cached.p50)}`);
    if (cache.live.p50 !== null) latencies.push(`live ${seconds(cache.live.p50)}`);
    if (cache.saved > 0) latencies.push(`${seconds(cache.saved)} saved`);
    return el(
      "li",
      {},
      el("p", { class: "name" }, name, el("span", {}, words)),
      asked ? svg("svg", { "aria-hidden": "true" }, svg("rect", { width: `${share * 100}%`, height: "100%", rx: 3 })) : null,
      latencies.length ? el("p", { class: "lat" }, latencies.join(" · ")) : null,
    );
  });
  byId("caches").replaceChildren(...rows);
}

function showBreakers({ services }) {
  const words = { closed: ["pass", "closed"], "half-open": ["warn", "probing"], open: ["fail", "open"], off: ["none", "off"] };
  const rows = [];
  for (const [room, figures] of Object.entries(services || {})) {
    for (const origin of figures?.origins || []) rows.push([origin.origin, origin.breaker]);
    for (const breaker of Object.entries(figures?.breakers || {})) rows.push([`${room}: ${breaker[0]}`, String(breaker[1]?.state || breaker[1])]);
  }
  const items = rows.map(([name, state]) => {
    const [status, word] = words[state] || ["none", state];
    return el("li", { "data-status": status }, el("span", { class: "dot", "aria-hidden": "true" }), el("span", {}, name), el("span", {}, word));
  });
  byId("breakers").replaceChildren(...(items.length ? items : [el("li", { class: "empty" }, "No upstream has been called yet.")]));
}

function showOverall(status, words) {
  byId("overall").dataset.status = status;
  if (byId("overall-text").textContent !== words) byId("overall-text").textContent = words;
}

async function refresh() {
  clearTimeout(timer);
  if (document.visibilityState !== "visible") return;
  let wait = EVERY;
  try {
    const { health, history, caches } = await load("board/data");
    byId("unlock").hidden = true;
    byId("cards").hidden = false;
    showOverall(health.status, WORDS[health.status]);
    showProcess(health);
    showChecks(health, history);
    showCaches({ caches });
    showBreakers(health);
    byId("updated").textContent = `as of ${new Date().toLocaleTimeString("en-GB")}`;
  } catch (error) {
    if (error.status === 401 || error.status === 403) {
      lock(error);
      return;
    }
    showOverall(error.document ? "warn" : "fail", error.document ? "paused" : "not reachable");
    if (error.wait) wait = Math.max(wait, error.wait * 1000);
  }
  timer = setTimeout(refresh, wait);
}

function bars(result) {
  const most = Math.max(result.sequential.total, result.concurrent.total);
  const row = (name, kind, total) => [
    el("span", {}, name),
    svg("svg", { "aria-hidden": "true" }, svg("rect", { class: kind, width: `${Math.max(1, (100 * total) / most)}%`, height: "100%", rx: 4 })),
    el("span", {}, seconds(total)),
  ];
  return [
    el("div", { class: "bars" }, row("sequential", "slow", result.sequential.total), row("concurrent", "fast", result.concurrent.total)),
    el("p", { class: "verdict" }, el("b", {}, `${result.speedup.toFixed(1)}×`), ` faster: ${result.requests} requests of ${seconds(result.delay)}`),
  ];
}

async function run(event) {
  event.preventDefault();
  const form = event.currentTarget;
  const button = byId("run");
  const output = byId("result");
  button.disabled = true;
  output.replaceChildren("Running …");
  try {
    const response = await fetch("api/async/performance-test", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ requests: form.requests.valueAsNumber, delay: form.delay.valueAsNumber }),
    });
    if (!response.ok) throw await problemOf(response);
    output.replaceChildren(...bars(await response.json()));
  } catch (error) {
    output.replaceChildren(error.document ? error.message : "The server cannot be reached.");
  } finally {
    button.disabled = false;
  }
}

byId("test").addEventListener("submit", run);
byId("unlock").addEventListener("submit", (event) => {
  event.preventDefault();
  write("sessionStorage", TOKEN, event.currentTarget.token.value.trim());
  event.currentTarget.reset();
  refresh();
});
document.addEventListener("visibilitychange", refresh);
startTheme((name) => `Colours: ${name === "system" ? "as the system" : name}`);
refresh();
