// A room that was destroyed answers nothing, or somebody else answers in its place.

import { polling } from "./given.js";

const GONE = [403, 404, 410];
const silence = { questions: 0, from: 0, since: 0 };

// Return whether the room is silent for so long that it seems to be closed. It counts from the first of the questions.
export function isSilent(answer) {
  if (!isNothing(answer)) silence.questions = 0;
  else if (silence.questions++ === 0) Object.assign(silence, { from: performance.now(), since: Date.now() });
  const seconds = (performance.now() - silence.from) / 1000;
  return silence.questions >= polling.closed_questions && seconds >= polling.closed_after_seconds;
}

// In milliseconds since the epoch.
export function silentSince() {
  return silence.since;
}

export function endSilence() {
  silence.questions = 0;
}

function isNothing(answer) {
  if (answer.status === 0) return navigator.onLine !== false;
  const body = answer.body;
  // What the room refuses has an error of ours. API Gateway says only a message.
  return GONE.includes(answer.status) && !(body && (body.state || body.error));
}
