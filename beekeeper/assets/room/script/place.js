// The visitor's place in line. Neither an answer nor a refresh ever makes it worse.

import { isCount } from "./counts.js";
import { load, save } from "./memory.js";

// `said` is the place that a screen reader has heard.
export const place = { ahead: null, first: null, said: null };

export function restorePlace() {
  const saved = load("place");
  if (saved && isCount(saved.ahead) && isCount(saved.first)) {
    place.ahead = saved.ahead;
    place.first = saved.first;
  }
}

export function forgetPlace() {
  place.ahead = null;
  place.first = null;
  place.said = null;
  save("place", null);
}

export function rememberPlace(ahead) {
  // `ahead` is an estimate, and each answer can be wrong by a few people. A number that grows looks
  // as if somebody had jumped the line.
  place.ahead = place.ahead === null ? ahead : Math.min(place.ahead, ahead);
  place.first = place.first === null ? ahead : Math.max(place.first, place.ahead);
  save("place", { ahead: place.ahead, first: place.first });
}
