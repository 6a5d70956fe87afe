// The waiting page: gets a place, asks `turn` whether it is this visitor's turn, shows the answer, and enters.
// A visitor enters only after a valid answer of the room.

import { offerAlerts } from "./alerts.js";
import { arrive, ask, joinByClick } from "./asking.js";
import { checkByReload, isInApp, isServed } from "./browsers.js";
import { enterByClick } from "./entering.js";
import { restoreInside } from "./inside.js";
import {
  onOffline, onOnline, onRestored, onStorage, onVisibility, onWoken, showInside,
} from "./interruptions.js";
import { isNewcomer, joinLink } from "./joining.js";
import { keepAddress } from "./languages.js";
import { listen } from "./news.js";
import { restorePlace } from "./place.js";
import { markRemark } from "./remarks.js";
import { offerScreen } from "./screen.js";
import { checkSleep, watchSleep } from "./sleeping.js";
import { showPlace, showState } from "./view.js";

if (isServed()) open();
else checkByReload(); // The page stays as it is without a script.

function open() {
  listenToVisitor();
  keepAddress();
  restorePlace();
  restoreInside();
  offerAlerts();
  offerScreen();
  markRemark("in_app", isInApp(navigator.userAgent));
  showPlace();
  showState();
  // A browser can load the page before the visitor has decided to come. Only who comes takes a place.
  if (document.prerendering) document.addEventListener("prerenderingchange", start, { once: true });
  else start();
}

function listenToBrowser() {
  document.addEventListener("visibilitychange", onVisibility);
  document.addEventListener("resume", checkSleep); // a page that Chrome froze
  addEventListener("focus", checkSleep);
  addEventListener("online", onOnline);
  addEventListener("offline", onOffline);
  addEventListener("storage", onStorage);
  addEventListener("pageshow", (event) => {
    checkSleep();
    if (event.persisted) onRestored();
  });
}

function listenToVisitor() {
  document.getElementById("enter").addEventListener("click", enterByClick);
  document.getElementById("rejoin").addEventListener("click", joinByClick);
  document.getElementById("retry").addEventListener("click", joinByClick);
  document.getElementById("retry").href = joinLink();
}

function start() {
  listenToBrowser();
  watchSleep(onWoken);
  const back = showInside();
  if (isNewcomer() && !back) arrive();
  else ask();
  listen();
}
