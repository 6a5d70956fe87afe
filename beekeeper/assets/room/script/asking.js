// Asks `turn` again and again, and acts on each answer. No failure stops it.

import { fetchTurn, isTurn, isWithoutTicket } from "./answers.js";
import { isCount } from "./counts.js";
import { polling } from "./given.js";
import { cancelEntry, clearReturns, enter, forget, holdEntry, returnToCampaign } from "./leaving.js";
import { shown } from "./shown.js";
import { showConnection, showTurn } from "./view.js";

// Times come from performance.now(), which does not change if somebody sets the device's clock.
const line = {
  timer: 0, due: 0, serial: 0, asking: false, controller: null,
  askedAt: 0, answeredAt: -Infinity, heldUntil: 0,
  failures: 0, stopped: false,
};

export async function ask() {
  clearTimeout(line.timer);
  if (line.controller) line.controller.abort();
  const serial = ++line.serial;
  line.controller = new AbortController();
  line.asking = true;
  line.askedAt = performance.now();
  const answer = await fetchTurn(line.controller);
  if (serial !== line.serial) return; // The page has asked again since then.
  line.asking = false;
  line.answeredAt = performance.now();
  receive(answer);
}

function receive(answer) {
  if (isTurn(answer)) take(answer.body);
  else if (isWithoutTicket(answer)) replaceTicket();
  else fail(answer);
}

function take(turn) {
  line.failures = 0;
  line.heldUntil = 0;
  clearReturns();
  if (turn.state === "expired") {
    stop(turn);
    return;
  }
  showTurn(turn);
  if (turn.state === "ready" || turn.state === "off") {
    enter(turn);
    // The turn can end while the browser still shows this page.
    schedule(jitter(polling.entering_seconds));
  } else {
    cancelEntry();
    schedule(jitter(isCount(turn.retry_after) ? turn.retry_after : polling.default_seconds));
  }
}

function replaceTicket() {
  if (returnToCampaign()) line.stopped = true;
  else stop({ state: "blocked" });
}

function stop(turn) {
  line.stopped = true;
  clearTimeout(line.timer);
  holdEntry();
  forget();
  showTurn(turn);
}

function fail(answer) {
  line.failures += 1;
  const doubled = polling.first_back_off_seconds * Math.pow(2, Math.min(line.failures, 10) - 1);
  const ceiling = Math.min(polling.longest_back_off_seconds, doubled);
  const backOff = (ceiling / 2) * (1 + Math.random());
  const asked = answer.retryAfter * (1 + polling.jitter * Math.random());
  const wait = Math.max(backOff, asked);
  // A server in trouble gets no earlier question, even if the visitor returns to the tab.
  line.heldUntil = answer.status ? performance.now() + wait * 1000 : 0;
  if (navigator.onLine === false) showConnection("offline");
  else if (line.failures >= 2 || shown.connection === "offline") showConnection("lost");
  schedule(wait);
}

function jitter(seconds) {
  const spread = 1 + polling.jitter * (2 * Math.random() - 1);
  return Math.max(polling.shortest_seconds, Math.max(polling.shortest_seconds, seconds) * spread);
}

function schedule(seconds) {
  // With a delay of more than 31 bits, setTimeout would fire at once.
  line.due = performance.now() + Math.min(seconds, polling.longest_seconds) * 1000;
  arm();
}

export function arm() {
  clearTimeout(line.timer);
  if (line.stopped || line.asking) return;
  const earliest = document.hidden ? line.askedAt + polling.hidden_seconds * 1000 : 0;
  line.timer = setTimeout(ask, Math.max(line.due, earliest) - performance.now());
}

export function askSoon() {
  const now = performance.now();
  const fresh = now - line.answeredAt < polling.fresh_seconds * 1000;
  if (!fresh) line.due = Math.min(line.due, Math.max(now, line.heldUntil));
  arm();
}

export function onOnline() {
  if (line.stopped) return;
  // A question that was sent before the network was lost can hang until it times out.
  if (line.asking) {
    ask();
    return;
  }
  if (shown.connection === "offline") showConnection("lost");
  askSoon();
}

export function onOffline() {
  if (!line.stopped) showConnection("offline");
}

// The browser kept the page, and the visitor came back to it.
export function onRestored() {
  if (shown.state === "expired" || shown.state === "blocked") return;
  line.stopped = false;
  askSoon();
}
