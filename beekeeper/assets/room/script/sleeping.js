// Finds that the device slept. The browser need not say so, and performance.now() can stand still meanwhile: a timer
// then waits for what is left of it. Date.now() goes on. It also jumps if somebody sets the clock, which looks the same.

import { polling } from "./given.js";

const watched = { wall: 0, steady: 0, report: null };

// `report` gets how many milliseconds were slept through.
export function watchSleep(report) {
  watched.report = report;
  look();
  setInterval(checkSleep, polling.sleep_check_seconds * 1000);
}

export function checkSleep() {
  const jump = Date.now() - watched.wall - (performance.now() - watched.steady);
  look();
  if (watched.report && jump > polling.slept_seconds * 1000) watched.report(jump);
}

function look() {
  watched.wall = Date.now();
  watched.steady = performance.now();
}
