// The waiting page: asks `turn` whether it is this visitor's turn, shows the answer, and enters.
// A visitor enters only after a valid answer of `turn`.

import { arm, ask, askSoon, onOffline, onOnline, onRestored } from "./asking.js";
import { enterByClick } from "./entering.js";
import { save } from "./memory.js";
import { restorePlace } from "./place.js";
import { showPlace, showState } from "./view.js";

document.addEventListener("visibilitychange", () => (document.hidden ? arm() : askSoon()));
addEventListener("online", onOnline);
addEventListener("offline", onOffline);
addEventListener("pageshow", (event) => {
  if (event.persisted) onRestored();
});
document.getElementById("enter").addEventListener("click", enterByClick);
document.getElementById("retry").addEventListener("click", () => save("returns", 0));

restorePlace();
showPlace();
showState();
ask();
