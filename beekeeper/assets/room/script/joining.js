// Gets a place for a visitor who comes, who has no ticket, or whose turn has ended.

import { isPlace, isWayIn } from "./answers.js";
import { links, polling, texts } from "./given.js";
import { afterFailure, closedPause, joiningPause } from "./pauses.js";
import { keepPlaceOf, place, tellOtherTabs } from "./place.js";
import { askNow, askOnline, newQuestion } from "./questions.js";
import { shown } from "./shown.js";
import { endSilence, isSilent, silentSince } from "./silence.js";
import { keepTicket } from "./ticket.js";
import { showClosed, showJoining } from "./view.js";

// What API Gateway, CloudFront and the functions answer when too many come at once, or nothing.
const CROWD = [0, 429, 502, 503, 504];
const joining = newQuestion(links.join, takePlace, notYet);
joining.takesPlace = true;
let since = 0;
let returns = 0;

// At the campaign link the visitor has yet to join. The link says where to, and from which campaign.
export function isNewcomer() {
  return !location.pathname.endsWith("/" + links.room);
}

export function joinLink() {
  return links.join + (isNewcomer() ? location.search : "");
}

// `joined` gets the answer, and how many seconds that took. The visitor then has a place, or may go in without one.
export function join(link, joined) {
  if (joining.begun) return;
  joining.begun = true;
  joining.report = joined;
  joining.link = link;
  joining.failures = 0;
  since = performance.now();
  showJoining();
  askNow(joining);
}

// The visitor has no ticket that the room knows. Return false if new tickets have failed too often.
// A browser that loses them, and the page's own too, would put one on the queue each time, and nobody would use it.
export function getTicket(joined) {
  if (returns++ >= polling.most_returns) return false;
  join(joinLink(), joined);
  return true;
}

export function clearReturns() {
  returns = 0;
}

export function isJoining() {
  return joining.begun;
}

export function joinOnline() {
  askOnline(joining);
}

function takePlace(answer) {
  if (!isPlace(answer) && !isWayIn(answer)) return false;
  joining.begun = false;
  shown.busy = "";
  endSilence();
  if (isPlace(answer)) {
    keepTicket(answer.body.ticket);
    keepPlaceOf(answer.body.number);
    tellOtherTabs();
  }
  joining.report(answer, triedSeconds());
  return true;
}

function notYet(answer) {
  if (isSilent(answer)) {
    if (shown.state !== "closed") showClosed(silentSince());
    return { busy: "", pause: closedPause(answer.retryAfter) };
  }
  const crowded = CROWD.includes(answer.status) && navigator.onLine !== false;
  const pause = crowded
    ? joiningPause(triedSeconds(), answer.retryAfter)
    : afterFailure(joining.failures, answer.retryAfter, 0);
  return { busy: busyText(crowded), pause: pause };
}

function busyText(crowded) {
  if (place.ahead !== null) return texts.line.returning; // The visitor has refreshed the page.
  return crowded ? texts.line.arriving : texts.line.no_place;
}

function triedSeconds() {
  return (performance.now() - since) / 1000;
}
