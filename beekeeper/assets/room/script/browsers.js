// Which browsers run the page. In all others it only looks now and then whether it is the visitor's turn, as without
// a script. Nothing here needs more than those browsers have.

import { links, polling } from "./given.js";

const NEEDED = ["fetch", "AbortController", "URL", "URLSearchParams", "Promise"];

// The browsers in apps. Android's own name for them is `wv`.
const IN_APP = new RegExp(
  "\\b(Instagram|FBAN|FBAV|FB_IAB|musical_ly|trill|Bytedance\\w*|TikTok|Snapchat|MicroMessenger"
  + "|Twitter|LinkedInApp|Pinterest|KAKAOTALK|NAVER)\\b|\\bLine/|; wv\\)",
);

export function isServed() {
  const hasPlurals = typeof Intl === "object" && typeof Intl.PluralRules === "function";
  return hasPlurals && NEEDED.every((name) => typeof window[name] === "function");
}

export function checkByReload() {
  setTimeout(() => location.replace(links.enter), polling.refresh_seconds * 1000);
}

export function isInApp(agent) {
  return IN_APP.test(agent);
}
