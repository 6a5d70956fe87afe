// Asks `turn` again and again, and acts on each answer. No failure stops it.

import { fetchAnswer, isTurn, isWithoutTicket } from "./answers.js";
import { isCount } from "./counts.js";
import { cancelEntry, enter, enterOnline, holdEntry } from "./entering.js";
import { links, polling } from "./given.js";
import { clearReturns, forget, returnToCampaign } from "./leaving.js";
import { afterFailure, backOff, jittered } from "./pauses.js";
import { shown } from "./shown.js";
import { showConnection, showTurn } from "./view.js";

// Times come from performance.now(), which does not change if somebody sets the device's clock.
const line = {
  timer: 0, due: 0, serial: 0, asking: false, controller: null,
  askedAt: 0, answeredAt: -Infinity, heldUntil: 0,
  failures: 0, interval: 0, turnAt: Infinity, stopped: false,
};

export async function ask() {
  clearTimeout(line.timer);
  if (line.controller) line.controller.abort();
  const serial = ++line.serial;
  line.controller = new AbortController();
  line.asking = true;
  line.askedAt = performance.now();
  const answer = await fetchAnswer(links.turn, line.controller);
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
    enter(turn, turnedAway);
    // The turn can end while the browser still shows this page.
    line.interval = polling.entering_seconds;
  } else {
    cancelEntry();
    line.interval = isCount(turn.retry_after) ? turn.retry_after : polling.default_seconds;
  }
  line.turnAt = isCount(turn.eta_seconds) ? line.answeredAt + turn.eta_seconds * 1000 : Infinity;
  schedule(jittered(line.interval));
}

// `enter` did not let the visitor in.
function turnedAway(answer) {
  if (isWithoutTicket(answer)) replaceTicket();
  else if (answer.body.state === "expired") stop(answer.body);
  else {
    line.interval = 0; // The visitor is at the front, so a failure now is followed by a short back-off.
    ask();
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
  const now = performance.now();
  // A server in trouble gets no earlier question, even if the visitor returns to the tab.
  const held = Math.max(backOff(line.failures), answer.retryAfter);
  line.heldUntil = answer.status ? now + held * 1000 : 0;
  if (navigator.onLine === false) showConnection("offline");
  else if (line.failures >= 2 || shown.connection === "offline") showConnection("lost");
  const told = Math.max(line.interval, answer.retryAfter);
  schedule(afterFailure(line.failures, told, (line.turnAt - now) / 1000));
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
  enterOnline();
  askSoon();
}

export function onOffline() {
  if (!line.stopped) showConnection("offline");
}

// The browser kept the page, and the visitor came back to it.
export function onRestored() {
  if (shown.state === "expired" || shown.state === "blocked") return;
  line.stopped = false;
  cancelEntry(); // The visitor went in, and came back.
  askSoon();
}
