// Asks `turn` again and again, and acts on each answer. No failure stops it.

import { fetchAnswer, isTurn, isWayIn, isWithoutTicket } from "./answers.js";
import { isCount } from "./counts.js";
import { cancelEntry, enter, goTo, holdEntry } from "./entering.js";
import { links, polling } from "./given.js";
import { clearReturns, getTicket, join } from "./joining.js";
import { afterFailure, backOff, countingPause, jittered } from "./pauses.js";
import { forgetPlace } from "./place.js";
import { shown } from "./shown.js";
import { showConnection, showJoined, showTurn } from "./view.js";

const BUSY = 429; // The room is there, and many ask.

// Times come from performance.now(), which does not change if somebody sets the device's clock.
export const line = {
  timer: 0, due: 0, serial: 0, asking: false, controller: null,
  askedAt: 0, answeredAt: -Infinity, heardAt: -Infinity, heldUntil: 0,
  failures: 0, interval: 0, told: 0, turnAt: Infinity, stopped: false,
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
  else if (isWithoutTicket(answer)) returnForTicket();
  else fail(answer);
}

function take(turn) {
  line.failures = 0;
  line.heldUntil = 0;
  line.heardAt = line.answeredAt;
  clearReturns();
  if (turn.state === "expired") {
    stop(turn);
    return;
  }
  showTurn(turn);
  line.told = isCount(turn.retry_after) ? turn.retry_after : polling.default_seconds;
  if (turn.state === "ready" || turn.state === "off") {
    enter(turn, turnedAway);
    // The turn can end while the browser still shows this page. Who goes in with a whole line asks less often.
    line.interval = Math.max(polling.entering_seconds, line.told);
  } else {
    cancelEntry();
    line.interval = line.told;
  }
  line.turnAt = isCount(turn.eta_seconds) ? line.answeredAt + turn.eta_seconds * 1000 : Infinity;
  schedule(jittered(line.interval));
}

// `enter` did not let the visitor in.
export function turnedAway(answer) {
  if (isWithoutTicket(answer)) returnForTicket();
  else if (answer.body.state === "expired") stop(answer.body);
  else {
    line.interval = 0; // The visitor is at the front, so a failure now is followed by a short back-off.
    ask();
  }
}

function returnForTicket() {
  forgetPlace();
  arrive();
}

// At the campaign link the page asks for a place first. Who has one keeps it.
export function arrive() {
  halt();
  if (!getTicket(onJoined)) stop({ state: "blocked" });
}

// "Join the line again" and "Try again". Without this script they are plain links.
export function joinByClick(event) {
  event.preventDefault();
  clearReturns();
  halt();
  forgetPlace();
  join(event.currentTarget.href, onJoined);
}

function onJoined(answer, tried) {
  if (isWayIn(answer)) {
    // The room is off, so there is no ticket and no turn to ask for.
    clearReturns();
    showTurn(answer.body);
    goTo(answer.body.enter, turnedAway);
    return;
  }
  Object.assign(line, { stopped: false, failures: 0, interval: 0, told: 0, turnAt: Infinity, heldUntil: 0 });
  showJoined();
  schedule(countingPause(tried));
}

function stop(turn) {
  halt();
  forgetPlace();
  showTurn(turn);
}

// An answer that is under way does not count any more.
function halt() {
  line.stopped = true;
  line.asking = false;
  line.serial += 1;
  clearTimeout(line.timer);
  holdEntry();
}

function fail(answer) {
  line.failures += 1;
  const now = performance.now();
  // A server in trouble gets no earlier question, even if the visitor returns to the tab.
  const held = Math.max(backOff(line.failures), answer.retryAfter);
  line.heldUntil = answer.status ? now + held * 1000 : 0;
  if (navigator.onLine === false) showConnection("offline");
  else if (answer.status === BUSY) showConnection("ok");
  else if (line.failures >= 2 || shown.connection === "offline") showConnection("lost");
  const told = Math.max(line.interval, answer.retryAfter);
  schedule(afterFailure(line.failures, told, (line.turnAt - now) / 1000));
}

export function schedule(seconds) {
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
