// Keeps the screen on while the visitor waits, if the visitor has asked for it.

import { offer, untick } from "./options.js";

const AWAKE_STATES = ["connecting", "waiting", "paused", "ready", "off"];

const awake = { box: null, lock: null, asking: false };

export function offerScreen() {
  if (!navigator.wakeLock) return;
  awake.box = offer("screen", keepAwake);
  // The browser releases the lock of a hidden page. Who has gone in, in whatever tab, waits no more.
  document.addEventListener("visibilitychange", keepAwake);
  new MutationObserver(keepAwake).observe(document.documentElement, { attributeFilter: ["data-state"] });
  addEventListener("pagehide", release);
  keepAwake();
}

async function keepAwake() {
  if (!needsScreen()) release();
  else if (!awake.asking && !(awake.lock && !awake.lock.released)) await lockScreen();
}

function needsScreen() {
  const state = document.documentElement.getAttribute("data-state");
  return awake.box.checked && !document.hidden && AWAKE_STATES.includes(state);
}

async function lockScreen() {
  awake.asking = true;
  try {
    awake.lock = await navigator.wakeLock.request("screen");
  } catch (error) {
    // A phone refuses if its battery is low. A page that was hidden meanwhile may ask again.
    if (needsScreen()) untick(awake.box);
  }
  awake.asking = false;
  if (!needsScreen()) release();
}

function release() {
  if (awake.lock) awake.lock.release().catch(() => {});
  awake.lock = null;
}
