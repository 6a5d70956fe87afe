// How long the page waits before it asks again. All times are in seconds.

import { isCount } from "./counts.js";
import { newsSeconds, polling } from "./given.js";

// A time that an answer says. With a delay of more than 31 bits, setTimeout would fire at once.
export function shortened(seconds) {
  return isCount(seconds) ? Math.min(seconds, polling.longest_seconds) : 0;
}

export function jittered(seconds) {
  const interval = Math.max(polling.shortest_seconds, seconds);
  const spread = Math.min(polling.jitter * interval, polling.jitter_seconds);
  return Math.max(polling.shortest_seconds, interval + spread * (2 * Math.random() - 1));
}

export function backOff(failures) {
  const doubled = polling.first_back_off_seconds * Math.pow(2, Math.min(failures, 10) - 1);
  return Math.min(polling.longest_back_off_seconds, doubled);
}

// After a failure the page asks no sooner than the room last `told` it to, and no sooner than its back-off.
// It adds up to as much again at random, but not beyond its expected turn, so that after an outage the
// pages come back spread over their intervals, and never more often than the room wants.
export function afterFailure(failures, told, untilTurn) {
  const shortest = backOff(failures);
  const least = Math.max(shortest, told);
  const spread = Math.max(shortest, Math.min(least, untilTurn - least));
  return least + spread * Math.random();
}

// A room that seems to be closed is asked now and then, in case that it comes back.
export function closedPause(told) {
  const least = Math.max(polling.closed_seconds / 2, told);
  return least + polling.closed_seconds / 2 * Math.random();
}

// In a crowd, who has tried to join for longer waits longer, because nobody knows how large the crowd is.
export function joiningPause(tried, told) {
  const crowd = Math.max(polling.joining_seconds, polling.joining_share * tried);
  const interval = Math.max(Math.min(crowd, polling.longest_joining_seconds), told);
  return Math.max(interval / 2, told) + interval * Math.random();
}

// Who has a place lets those ask first who have none.
export function countingPause(tried) {
  return (polling.counting_seconds + Math.min(tried, polling.longest_joining_seconds)) * Math.random();
}

export function newsPause(failures) {
  if (failures === 1) return newsSeconds * polling.second_news * (0.5 + Math.random() / 2);
  const doubled = newsSeconds * Math.pow(2, Math.min(Math.max(failures - 1, 0), polling.most_news_doublings));
  return doubled * (polling.soonest_news + (polling.latest_news - polling.soonest_news) * Math.random());
}
