// The visitor's place in line, which never gets worse: not by an answer, and not by a refresh.

import { isCount } from "./counts.js";
import { load, save } from "./memory.js";

export const place = { ahead: null, first: null };

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
  save("place", null);
}

export function rememberPlace(ahead) {
  // `ahead` is an estimate, and is off by a few people each time. A number that grows looks like cheating.
  place.ahead = place.ahead === null ? ahead : Math.min(place.ahead, ahead);
  place.first = place.first === null ? ahead : Math.max(place.first, place.ahead);
  save("place", { ahead: place.ahead, first: place.first });
}
