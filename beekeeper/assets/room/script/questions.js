// A question that the page asks until an answer settles it: to go in, or to get a place. The page asks by
// fetch and waits longer after each failure, so that no error of the API takes the place of the page.

import { fetchAnswer } from "./answers.js";
import { shown } from "./shown.js";
import { showBusy } from "./view.js";

// `settles` gets each answer, and says whether it settles the question. If not, `fails` says what the visitor
// reads (`busy`), and how long the page waits (`pause`).
// `begun` and `report` are for the asker: whether it is asking, and who gets the answer.
export function newQuestion(link, settles, fails) {
  return {
    link: link, settles: settles, fails: fails, takesPlace: false, begun: false, report: null,
    timer: 0, controller: null, failures: 0, unanswered: false,
  };
}

export async function askNow(question) {
  if (question.controller) return; // It is under way.
  clearTimeout(question.timer);
  const controller = new AbortController();
  question.controller = controller;
  const answer = await fetchAnswer(question.link, controller, question.takesPlace);
  if (controller !== question.controller) return; // The question was dropped.
  question.controller = null;
  question.unanswered = answer.status === 0;
  if (question.settles(answer)) return;
  question.failures += 1;
  const failed = question.fails(answer);
  showBusy(failed.busy);
  askAfter(question, failed.pause);
}

export function askAfter(question, seconds) {
  clearTimeout(question.timer);
  question.timer = setTimeout(askNow, seconds * 1000, question);
}

// The network is back. If the room itself failed, the page keeps to its back-off.
export function askOnline(question) {
  if (question.unanswered) askNow(question);
}

export function drop(question) {
  clearTimeout(question.timer);
  if (question.controller) question.controller.abort();
  question.controller = null;
  question.unanswered = false;
  shown.busy = "";
}
