// Asks `turn` again and again, and acts on each answer. No failure stops it.

import { fetchAnswer, isTurn, isWayIn, isWithoutTicket } from "./answers.js";
import { isCount } from "./counts.js";
import { cancelEntry, enter, goTo, holdEntry, readyToEnter } from "./entering.js";
import { links, polling, texts } from "./given.js";
import { forgetInside, isBackFromInside, keepInsideOf } from "./inside.js";
import { clearReturns, getTicket, join } from "./joining.js";
import { afterFailure, backOff, closedPause, countingPause, jittered } from "./pauses.js";
import { forgetPlace } from "./place.js";
import { markRemark } from "./remarks.js";
import { isLive, shown } from "./shown.js";
import { endSilence, isSilent, silentSince } from "./silence.js";
import { isTicketNeeded, showTicketInstead } from "./ticket.js";
import { showBusy, showClosed, showConnection, showJoined, showTurn } from "./view.js";

const BUSY = 429; // The room is there, and many ask.

// Times come from performance.now(), which does not change if somebody sets the device's clock.
export const line = {
  timer: 0, due: 0, serial: 0, asking: false, controller: null,
  askedAt: 0, answeredAt: -Infinity, heardAt: -Infinity, heldUntil: 0,
  failures: 0, interval: 0, told: 0, turnAt: Infinity, stopped: false, unreached: false, lost: false,
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
  else if (isWithoutTicket(answer)) withoutTicket(answer);
  else fail(answer);
}

function take(turn) {
  line.failures = 0;
  line.heldUntil = 0;
  line.heardAt = line.answeredAt;
  clearReturns();
  endSilence();
  if (shown.busy === texts.line.crowded) shown.busy = "";
  markRemark("cookies", isTicketNeeded());
  if (turn.state === "expired") {
    stop(turn);
    return;
  }
  if (turn.state === "waiting") forgetInside(); // It is a new place.
  line.told = isCount(turn.retry_after) ? turn.retry_after : polling.default_seconds;
  line.interval = line.told;
  if (isWayOpen(turn)) openDoor(turn);
  else {
    cancelEntry();
    showTurn(turn);
  }
  line.turnAt = isCount(turn.eta_seconds) ? line.answeredAt + turn.eta_seconds * 1000 : Infinity;
  schedule(jittered(line.interval));
}

function openDoor(turn) {
  // The turn can end while the browser still shows this page. Who goes in with a whole line asks less often.
  line.interval = Math.max(polling.entering_seconds, line.told);
  if (isBackFromInside()) {
    showTurn(Object.assign({}, turn, { state: "inside" }));
    readyToEnter(turn, turnedAway);
  } else {
    showTurn(turn);
    enter(turn, turnedAway);
  }
}

function isWayOpen(turn) {
  return turn.state === "ready" || turn.state === "off";
}

// `enter` did not let the visitor in.
export function turnedAway(answer) {
  if (isWithoutTicket(answer)) withoutTicket(answer);
  else if (answer.body.state === "expired") stop(answer.body);
  else {
    line.interval = line.told;
    askAsAllowed();
  }
}

// A server in trouble gets no earlier question.
export function askAsAllowed() {
  const now = performance.now();
  if (now >= line.heldUntil) ask();
  else schedule((line.heldUntil - now) / 1000);
}

function withoutTicket(answer) {
  if (showTicketInstead(answer)) {
    askAsAllowed();
    return;
  }
  // The visitor had a place. The browser has lost the ticket, and the page never had it.
  if (line.heardAt > 0 && !answer.withTicket) line.lost = true;
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
  line.lost = false;
  join(event.currentTarget.href, onJoined);
}

function onJoined(answer, tried) {
  if (isWayIn(answer)) {
    // The room is off, so there is no ticket and no turn to ask for.
    clearReturns();
    welcome(answer.body);
    return;
  }
  keepInsideOf(answer.body.number);
  markRemark("lost", line.lost);
  Object.assign(line, { stopped: false, failures: 0, interval: 0, told: 0, turnAt: Infinity, heldUntil: 0 });
  showJoined();
  schedule(countingPause(tried));
}

function welcome(entry) {
  if (isBackFromInside()) {
    showTurn({ state: "inside" });
    readyToEnter({}, turnedAway);
  } else {
    showTurn(entry);
    goTo(entry.enter, turnedAway);
  }
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
  hold(answer);
  const closed = isSilent(answer);
  if (closed) showSilence();
  else showFailure(answer);
  const told = Math.max(line.interval, answer.retryAfter);
  const untilTurn = (line.turnAt - performance.now()) / 1000;
  schedule(closed ? closedPause(told) : afterFailure(line.failures, told, untilTurn));
}

// A server in trouble gets no earlier question, even if the visitor returns to the tab. If no question reached it, the
// trouble is likely in the visitor's network, which can be back any time.
function hold(answer) {
  line.unreached = answer.status === 0 && !answer.timedOut;
  const told = line.unreached ? 0 : line.told;
  line.heldUntil = performance.now() + Math.max(backOff(line.failures), answer.retryAfter, told) * 1000;
}

function showFailure(answer) {
  const busy = answer.status === BUSY;
  if (busy && isLive()) showBusy(texts.line.crowded);
  else if (shown.busy === texts.line.crowded) showBusy("");
  if (navigator.onLine === false) showConnection("offline");
  else if (busy) showConnection("ok");
  else if (line.failures >= 2 || shown.connection === "offline") showConnection("lost");
}

function showSilence() {
  if (shown.state !== "closed" && shown.state !== "inside") showClosed(silentSince());
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
