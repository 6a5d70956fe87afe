// The visitor's place in line. Neither an answer nor a refresh ever makes it worse. Who comes late
// leaves the line, and has a place in the lane for latecomers instead. `late` is the number there.
// `number` is that of the ticket, and null until the page has joined.

import { isCount } from "./counts.js";
import { isForRoom, load, loadForRoom, save, saveForRoom } from "./memory.js";

const NUMBER = "number";

// `said` is the place that a screen reader has heard.
export const place = { ahead: null, first: null, said: null, late: 0, number: null };

export function restorePlace() {
  const saved = load("place");
  if (saved && isCount(saved.ahead) && isCount(saved.first)) {
    place.ahead = saved.ahead;
    place.first = saved.first;
    place.late = saved.late || 0;
    place.number = saved.number;
  }
}

export function forgetPlace() {
  place.ahead = null;
  place.first = null;
  place.said = null;
  place.late = 0;
  save("place", null);
}

export function rememberPlace(ahead, late) {
  if (late !== place.late) forgetPlace();
  place.late = late;
  // `ahead` is an estimate, and each answer can be wrong by a few people. A number that grows looks
  // as if somebody had jumped the line.
  place.ahead = place.ahead === null ? ahead : Math.min(place.ahead, ahead);
  place.first = place.first === null ? ahead : Math.max(place.first, place.ahead);
  save("place", { ahead: place.ahead, first: place.first, late: late, number: place.number });
}

// The room has said which ticket the visitor has. With another one, it is another place.
export function keepPlaceOf(number) {
  if (number !== place.number) forgetPlace();
  place.number = number;
}

export function tellOtherTabs() {
  saveForRoom(NUMBER, place.number);
}

// Another tab has joined. Its ticket is that of this tab too, and may be a new one with a worse place. Return whether
// this is the event of it.
export function followOtherPlace(event) {
  if (!isForRoom(event, NUMBER)) return false;
  keepPlaceOf(loadForRoom(NUMBER));
  return true;
}
