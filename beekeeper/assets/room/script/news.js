// News for everybody who waits: the mode of the room, and the operators' message. The edge answers, so that all can
// ask often. A page asks only if it has heard nothing for so long. If it fails, the polls say so.

import { fetchAnswer, isNews } from "./answers.js";
import { schedule, turnedAway } from "./asking.js";
import { cancelEntry, enter } from "./entering.js";
import { links, newsSeconds, polling } from "./given.js";
import { line } from "./line.js";
import { newsPause } from "./pauses.js";
import { shown } from "./shown.js";
import { showNews } from "./view.js";

const news = { since: 0, pause: 0, failures: 0 };

export function listen() {
  if (newsSeconds > 0) listenFor(newsPause(0));
}

function listenFor(pause) {
  news.since = performance.now();
  news.pause = pause;
  sleep();
}

function sleep() {
  setTimeout(wake, dueAt() - performance.now());
}

function dueAt() {
  return Math.max(news.since, line.heardAt) + news.pause * 1000;
}

function wake() {
  if (line.stopped) listenFor(newsPause(0)); // The visitor does not wait.
  else if (performance.now() < dueAt()) sleep();
  else askForNews();
}

async function askForNews() {
  const heardAt = line.heardAt;
  const answer = await fetchAnswer(links.news, new AbortController());
  const heard = isNews(answer);
  news.failures = heard ? 0 : news.failures + 1;
  listenFor(Math.max(newsPause(news.failures), answer.retryAfter));
  // An answer of `turn` that came meanwhile is newer.
  if (heard && !line.stopped && heardAt === line.heardAt) hear(answer.body);
}

// The news are of the whole line. Each visitor's place is as it was.
function hear(told) {
  const before = shown.state;
  const state = stateAfter(before, told.mode);
  showNews(told, state);
  if (state === "off") enter({ state: state, spread_seconds: told.spread_seconds }, turnedAway);
  else if (before === "off") goOnWaiting();
}

function stateAfter(before, mode) {
  if (before === "ready" || before === "inside" || (before === "connecting" && mode === "on")) return before;
  return mode === "on" ? "waiting" : mode;
}

function goOnWaiting() {
  cancelEntry();
  line.interval = line.told;
  // Everybody hears it within the same minute, and must not ask then. Nor does a server in trouble get a question.
  const held = (line.heldUntil - performance.now()) / 1000;
  schedule(Math.max(held, (line.told || polling.default_seconds) * Math.random()));
}
