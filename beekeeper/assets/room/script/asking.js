// Asks `turn` again and again, and acts on each answer. No failure stops it.

import { fetchAnswer, isTurn, isWayIn, isWithoutTicket } from "./answers.js";
import { isCount } from "./counts.js";
import { isWayOpen, openDoor, takeIn } from "./door.js";
import { cancelEntry, holdEntry } from "./entering.js";
import { links, polling, texts } from "./given.js";
import { forgetInside, keepInsideOf } from "./inside.js";
import { clearReturns, getTicket, join } from "./joining.js";
import { line } from "./line.js";
import { countingPause, jittered } from "./pauses.js";
import { forgetPlace } from "./place.js";
import { markRemark } from "./remarks.js";
import { shown } from "./shown.js";
import { endSilence } from "./silence.js";
import { isTicketNeeded, showTicketInstead } from "./ticket.js";
import { pauseAfterFailure } from "./trouble.js";
import { showJoined, showTurn } from "./view.js";

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
  else schedule(pauseAfterFailure(answer));
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
  line.interval = line.told = isCount(turn.retry_after) ? turn.retry_after : polling.default_seconds;
  if (isWayOpen(turn)) {
    // The turn can end while the browser still shows this page. Who goes in with a whole line asks less often.
    line.interval = Math.max(polling.entering_seconds, line.told);
    openDoor(turn, turnedAway);
  } else {
    cancelEntry();
    showTurn(turn);
  }
  line.turnAt = isCount(turn.eta_seconds) ? line.answeredAt + turn.eta_seconds * 1000 : Infinity;
  schedule(jittered(line.interval));
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
function askAsAllowed() {
  if (performance.now() >= line.heldUntil) ask();
  else schedule((line.heldUntil - performance.now()) / 1000);
}

function withoutTicket(answer) {
  if (showTicketInstead(answer)) askAsAllowed();
  else returnForTicket(answer);
}

function returnForTicket(answer) {
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
    takeIn(answer.body, turnedAway);
    return;
  }
  keepInsideOf(answer.body.number);
  markRemark("lost", line.lost);
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
