// Goes in when it is the visitor's turn. The page asks `enter` by fetch and leaves only for a good answer,
// so that no error of the API takes the place of the page.

import { fetchAnswer, isTurnedAway, isWayIn } from "./answers.js";
import { links, polling } from "./given.js";
import { forget } from "./leaving.js";
import { afterFailure } from "./pauses.js";
import { shown } from "./shown.js";
import { showBusy } from "./view.js";

const entering = {
  begun: false, link: links.enter, timer: 0, controller: null,
  failures: 0, unanswered: false, turnedAway: null,
};

// `turnedAway` gets the answer if the visitor can't go in after all.
export function enter(turn, turnedAway) {
  entering.link = enterLink(turn.enter);
  entering.turnedAway = turnedAway;
  document.getElementById("enter").href = entering.link;
  forget();
  // Enter only once. A second navigation would cancel the first, if a busy destination is slow.
  if (entering.begun) return;
  entering.begun = true;
  // In a hidden tab nobody reads the page, and browsers delay timers there by up to a minute.
  const first = document.hidden ? 0 : polling.enter_seconds;
  goInAfter(entering.failures ? afterFailure(entering.failures, 0, 0) : first);
}

export function enterByClick(event) {
  event.preventDefault();
  goIn();
}

// The network is back. If the room itself failed, the page keeps to its back-off.
export function enterOnline() {
  if (entering.begun && entering.unanswered) goIn();
}

export function holdEntry() {
  clearTimeout(entering.timer);
  if (entering.controller) entering.controller.abort();
  entering.controller = null;
  shown.busy = false;
}

export function cancelEntry() {
  entering.begun = false;
  entering.failures = 0;
  holdEntry();
}

async function goIn() {
  if (entering.controller) return; // The question is under way.
  clearTimeout(entering.timer);
  const controller = new AbortController();
  entering.controller = controller;
  const answer = await fetchAnswer(entering.link, controller);
  if (controller !== entering.controller) return; // The page no longer enters.
  entering.controller = null;
  entering.unanswered = answer.status === 0;
  if (isWayIn(answer)) {
    entering.failures = 0;
    showBusy(false);
    location.assign(answer.body.enter);
    return;
  }
  entering.failures += 1;
  if (isTurnedAway(answer)) {
    entering.begun = false;
    entering.turnedAway(answer);
  } else {
    showBusy(true);
    goInAfter(afterFailure(entering.failures, answer.retryAfter, 0));
  }
}

function goInAfter(seconds) {
  clearTimeout(entering.timer);
  entering.timer = setTimeout(goIn, seconds * 1000);
}

function enterLink(link) {
  const absolute = /^\s*([a-z][a-z0-9+.-]*:|[/\\])/i;
  if (typeof link !== "string" || link === "" || absolute.test(link)) return links.enter;
  return new URL(link, location.href).origin === location.origin ? link : links.enter;
}
