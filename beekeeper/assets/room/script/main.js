// The waiting page: gets a place, asks `turn` whether it is this visitor's turn, shows the answer, and enters.
// A visitor enters only after a valid answer of the room.

import { offerAlerts } from "./alerts.js";
import { arrive, ask, joinByClick } from "./asking.js";
import { enterByClick } from "./entering.js";
import { onOffline, onOnline, onRestored, onVisibility } from "./interruptions.js";
import { isNewcomer, joinLink } from "./joining.js";
import { keepAddress } from "./languages.js";
import { listen } from "./news.js";
import { restorePlace } from "./place.js";
import { offerScreen } from "./screen.js";
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
document.getElementById("retry").href = joinLink();

keepAddress();
restorePlace();
offerAlerts();
offerScreen();
showPlace();
showState();
// A browser can load the page before the visitor has decided to come. Only who comes takes a place.
if (document.prerendering) document.addEventListener("prerenderingchange", start, { once: true });
else start();

function start() {
  if (isNewcomer()) arrive();
  else ask();
  listen();
}
