// The waiting page: asks `turn` whether it is this visitor's turn, shows the answer, and enters.
// A visitor enters only after a valid answer of `turn`.

import { ask, joinByClick } from "./asking.js";
import { enterByClick } from "./entering.js";
import { onOffline, onOnline, onRestored, onVisibility } from "./interruptions.js";
import { restorePlace } from "./place.js";
import { showPlace, showState } from "./view.js";

document.addEventListener("visibilitychange", onVisibility);
addEventListener("online", onOnline);
addEventListener("offline", onOffline);
addEventListener("pageshow", (event) => {
  if (event.persisted) onRestored();
});
document.getElementById("enter").addEventListener("click", enterByClick);
document.getElementById("rejoin").addEventListener("click", joinByClick);
document.getElementById("retry").addEventListener("click", joinByClick);

restorePlace();
showPlace();
showState();
ask();
