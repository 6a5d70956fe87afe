// The finishing time that the visitor was promised. If it moves away, the page says why.

import { isCount } from "./counts.js";
import { load, save } from "./memory.js";
import { place } from "./place.js";

const LEAST_SECONDS = 120; // A change that is smaller is no news to anybody.
const SHARE = 0.1; // of the wait

// Whether the line moves more slowly than it promised. Call it once for each answer, after the place is known.
// A small delay counts from the best promise, so that many of them are noticed as well.
export function isSlower(etaSeconds) {
  if (!isCount(etaSeconds)) return false;
  const finish = Date.now() / 1000 + etaSeconds;
  const before = promised();
  if (before === null) return promise(finish, false);
  const limit = Math.max(LEAST_SECONDS, SHARE * etaSeconds);
  if (finish > before.finish + limit) return promise(finish, true);
  if (!before.slower) return promise(Math.min(finish, before.finish), false);
  // From then on, the worst promise counts until the line is faster again.
  if (finish < before.finish - limit) return promise(finish, false);
  return promise(Math.max(finish, before.finish), true);
}

function promised() {
  const saved = load("promise");
  const valid = saved && isCount(saved.finish) && saved.number === place.number && saved.late === place.late;
  return valid ? saved : null;
}

// With another ticket, or in the lane for latecomers, it is another promise.
function promise(finish, slower) {
  save("promise", { finish: finish, slower: slower, number: place.number, late: place.late });
  return slower;
}
