// Gets a place for a visitor who has no ticket, or whose turn has ended.

import { isPlace, isWayIn } from "./answers.js";
import { links, polling, texts } from "./given.js";
import { forgetPlace } from "./place.js";
import { askNow, askOnline, newQuestion } from "./questions.js";
import { shown } from "./shown.js";
import { showJoining } from "./view.js";

const joining = newQuestion(links.campaign, texts.line.no_place, takePlace);
let returns = 0;

// `joined` gets the answer. The visitor then has a place, or may go in without one.
export function join(link, joined) {
  if (joining.begun) return;
  joining.begun = true;
  joining.report = joined;
  joining.link = link;
  joining.failures = 0;
  forgetPlace();
  showJoining();
  askNow(joining);
}

// The room does not know the visitor's ticket. Return false if new tickets have failed too often.
// A browser that blocks cookies would put a ticket on the queue each time, and nobody would use it.
export function replaceTicket(joined) {
  if (!navigator.cookieEnabled || returns++ >= polling.most_returns) return false;
  join(links.campaign, joined);
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
  joining.report(answer);
  return true;
}
