// Goes in when it is the visitor's turn. The page leaves only for a good answer of `enter`.

import { alertSeconds } from "./alerts.js";
import { isTurnedAway, isWayIn } from "./answers.js";
import { isCount } from "./counts.js";
import { links, polling, texts } from "./given.js";
import { leaveBack, rememberInside } from "./inside.js";
import { afterFailure, shortened } from "./pauses.js";
import { forgetPlace } from "./place.js";
import { askAfter, askNow, askOnline, drop, newQuestion } from "./questions.js";
import { shown } from "./shown.js";
import { showBusy } from "./view.js";

const entering = newQuestion(links.enter, goIn, notYetIn);
entering.state = "";
entering.expiresAt = null; // when the turn ends, a time of performance.now(), if the room has said so

// `turnedAway` gets the answer if the visitor can't go in after all. If everybody may go in, each page draws a
// moment within `spread_seconds`, once, so that they do not come together.
export function enter(turn, turnedAway) {
  readyToEnter(turn, turnedAway);
  // Enter only once. A second navigation would cancel the first, if a busy destination is slow.
  if (entering.begun && entering.state === turn.state) return;
  entering.begun = true;
  entering.state = turn.state;
  // In a hidden tab nobody reads the page, and browsers delay timers there by up to a minute.
  const soonest = Math.max(document.hidden ? 0 : polling.enter_seconds, alertSeconds());
  const first = Math.max(soonest, shortened(turn.spread_seconds) * Math.random());
  askAfter(entering, entering.failures ? afterFailure(entering.failures, 0, 0) : first);
}

// The button takes the visitor in.
export function readyToEnter(turn, turnedAway) {
  entering.link = enterLink(turn.enter);
  entering.report = turnedAway;
  entering.expiresAt = isCount(turn.expires_in) ? performance.now() + turn.expires_in * 1000 : null;
  document.getElementById("enter").href = entering.link;
}

function notYetIn(answer) {
  return { busy: texts.line.busy, pause: afterFailure(entering.failures, answer.retryAfter, 0) };
}

export function enterByClick(event) {
  event.preventDefault();
  leaveBack();
  askNow(entering);
}

// Goes in without a question: the visitor has the address of the destination.
export function goTo(address, turnedAway) {
  entering.report = turnedAway;
  rememberInside(null);
  location.assign(address);
}

export function enterOnline() {
  askOnline(entering);
}

export function holdEntry() {
  entering.begun = false;
  drop(entering);
}

export function cancelEntry() {
  entering.failures = 0;
  holdEntry();
}

function goIn(answer) {
  if (isWayIn(answer)) {
    entering.failures = 0;
    rememberInside(entering.expiresAt === null ? null : Math.max(0, entering.expiresAt - performance.now()) / 1000);
    forgetPlace();
    shown.allInAt = 0; // The visitor's moment has come.
    showBusy("");
    location.assign(answer.body.enter);
    return true;
  }
  if (!isTurnedAway(answer)) return false;
  entering.failures += 1;
  entering.begun = false;
  entering.report(answer);
  return true;
}

function enterLink(link) {
  const absolute = /^[^!-~]*([a-z][a-z0-9+.-]*:|[/\\])/i;
  if (typeof link !== "string" || link === "" || absolute.test(link)) return links.enter;
  return new URL(link, location.href).origin === location.origin ? link : links.enter;
}
