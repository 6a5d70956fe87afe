// Leaves the page: to the destination, or back to the campaign link for a new ticket.

import { forgetSaidPlace } from "./announcements.js";
import { polling } from "./given.js";
import { load, save } from "./memory.js";
import { forgetPlace } from "./place.js";

const entering = { begun: false, timer: 0 };

export function enter(turn) {
  const link = enterLink(turn.enter);
  document.getElementById("enter").href = link;
  forget();
  // Only once: entering again would cancel a navigation that a busy destination is slow to answer.
  if (entering.begun) return;
  entering.begun = true;
  // Browsers delay the timers of a hidden tab by up to a minute, and nobody reads the page there.
  if (document.hidden) location.replace(link);
  else entering.timer = setTimeout(() => location.replace(link), polling.enter_seconds * 1000);
}

export function holdEntry() {
  clearTimeout(entering.timer);
}

export function cancelEntry() {
  entering.begun = false;
  holdEntry();
}

export function forget() {
  forgetPlace();
  forgetSaidPlace();
}

// Go to the campaign link for a ticket. Return false when that was tried often enough in vain.
export function returnToCampaign() {
  const count = returns() + 1;
  if (count > polling.most_returns) return false;
  forget();
  save("returns", count);
  location.replace(".#return-" + count);
  return true;
}

export function clearReturns() {
  save("returns", 0);
  if (location.hash) history.replaceState(null, "", location.pathname + location.search);
}

// The count is in the fragment too, which a redirect keeps: a browser that blocks cookies blocks storage
// as well. Without a count the loop would be endless, and each round would queue a visitor who is not there.
function returns() {
  const mark = /^#return-(\d+)$/.exec(location.hash);
  return Math.max(mark ? Number(mark[1]) : 0, Number(load("returns")) || 0);
}

function enterLink(link) {
  const absolute = /^\s*([a-z][a-z0-9+.-]*:|[/\\])/i;
  if (typeof link !== "string" || link === "" || absolute.test(link)) return "enter";
  return new URL(link, location.href).origin === location.origin ? link : "enter";
}
