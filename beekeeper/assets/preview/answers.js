// For `beekeeper preview` only: runs before the script of the waiting page, and gives it the answers of one state.
"use strict";
(function () {
  const state = JSON.parse(document.getElementById("preview").textContent);
  const FORGOTTEN = "beekeeper:" + location.pathname.replace(/[^/]*$/, "");
  let answers = state.answers;

  [sessionStorage, localStorage].forEach(forget);
  history.replaceState(null, "");
  Object.keys(state.browser).forEach((name) => {
    Object.defineProperty(navigator, name, { get: () => state.browser[name] });
  });
  window.fetch = (link, options) => answer(new URL(link, location.href), options || {});
  if (state.hurried_seconds > 0) hurry(state.hurried_seconds * 1000, 1000 * state.hurried_for);

  function forget(storage) {
    Object.keys(storage)
      .filter((key) => key.startsWith(FORGOTTEN))
      .forEach((key) => storage.removeItem(key));
  }

  function answer(address, options) {
    const route = address.pathname.split("/").pop();
    const scripted = answers[route] || [];
    if (route === "enter" && state.returned) setTimeout(comeBack, 300);
    const reply = scripted.length > 1 ? scripted.shift() : scripted[0];
    return new Promise((resolve, reject) => {
      if (!reply) return; // no answer yet
      if (reply.status === 0) reject(new TypeError("Failed to fetch"));
      else resolve(responseOf(lacksTicket(route, options) ? state.no_ticket : reply));
    });
  }

  // Without cookies, a question without the ticket in its header comes from a stranger.
  function lacksTicket(route, options) {
    const asksForPlace = route === "join" || route === "news";
    return state.cookieless && !asksForPlace && !new Headers(options.headers).has("Authorization");
  }

  function responseOf(reply) {
    const body = reply.body.replace("{inside}", location.href.split("#")[0] + "#inside");
    return new Response(body, { status: reply.status, headers: reply.headers });
  }

  // The visitor went in, and comes back to a page that the browser kept.
  function comeBack() {
    answers = state.returned;
    dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
  }

  // The page's first `page` milliseconds pass within `real` ones. They lie in the past, so that they end now.
  function hurry(page, real) {
    const clocks = { performance: performance.now.bind(performance), date: Date.now };
    const start = clocks.performance();
    const speed = page / real;
    const fast = (ms) => (ms < real ? ms * speed : ms + page - real);
    const slow = (ms) => (ms < page ? ms / speed : ms - page + real);
    const elapsed = () => clocks.performance() - start;
    const after = (ms) => Math.max(0, slow(fast(elapsed()) + (ms || 0)) - elapsed());
    const timeout = window.setTimeout;
    const repeated = {};
    performance.now = () => start + fast(elapsed());
    Date.now = () => clocks.date() - elapsed() - page + real + fast(elapsed());
    window.setTimeout = (run, ms, ...given) => timeout(run, after(ms), ...given);
    window.setInterval = (run, ms, ...given) => {
      const again = () => {
        repeated[id] = timeout(again, after(ms));
        run(...given);
      };
      const id = timeout(again, after(ms));
      repeated[id] = id;
      return id;
    };
    window.clearInterval = (id) => clearTimeout(repeated[id]);
  }
})();
