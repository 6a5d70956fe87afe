// News for everybody who waits: the mode of the room, and the operators' message. The edge answers, so that all can
// ask often. A page asks only if it has heard nothing for so long. If it fails, the polls say so.

import { fetchAnswer, isNews } from "./answers.js";
import { hear, line } from "./asking.js";
import { links, newsSeconds } from "./given.js";
import { newsPause } from "./pauses.js";

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
