// The waiting page: asks `turn` whether it is this visitor's turn, shows the answer, enters.
// Nothing but a valid answer from `turn` ever lets a visitor through, and no failure ends the asking.
(function () {
  "use strict";

  const TEXT = {
    connecting: { status: "Finding your place in line", detail: "" },
    waiting: {
      status: "You are in line",
      detail: "Keep this tab open, we'll take you in automatically. You can refresh; you keep your place.",
    },
    paused: {
      status: "The line is paused; you keep your place",
      detail: "Nobody is being let in just now. Keep this tab open: it goes on by itself.",
    },
    ready: {
      status: "It's your turn!",
      detail: "We are taking you in now. If nothing happens, use the button.",
      tab: "It's your turn!",
    },
    off: {
      status: "No waiting now: come in",
      detail: "We are taking you in now. If nothing happens, use the button.",
      tab: "Come in",
    },
    expired: {
      status: "Your turn has run out",
      detail: "We kept your turn for a while, but you were not here. You can join the line again, at the back.",
      tab: "Your turn has run out",
    },
    blocked: {
      status: "Cookies are needed",
      detail: "A cookie keeps your place in line, and your browser did not keep it. "
        + "Allow cookies for this site, then try again.",
      tab: "Cookies are needed",
    },
    lost: "Trying to reconnect; you keep your place",
    offline: "You are offline; you keep your place",
    back: "Connected again.",
    ahead: { one: "person ahead of you", other: "people ahead of you" },
    next: "You are next",
    waitLabel: "Estimated wait",
    updatedLabel: "Last update",
    messageLabel: "Message from the organiser",
    enter: "Enter now",
    rejoin: "Join again at the back",
    retry: "Try again",
    unknownWait: "not known yet",
    pausedWait: "when the line goes on",
    underMinute: "less than a minute",
    minutes: "about {low}–{high} minutes",
    hour: "about an hour",
    hours: "more than an hour: about {hours} h",
    hoursMinutes: "more than an hour: about {hours} h {minutes} min",
    day: "more than a day",
  };

  const TIMEOUT_MS = 15000;
  const HIDDEN_MS = 30000;
  const FRESH_MS = 1000;
  const ENTER_MS = 800;
  // setTimeout fires at once when the delay overflows 31 bits: no answer may ask for that. In a line of
  // millions, the server asks for most of an hour, and a shorter limit would bring all back at once.
  const LONGEST_SECONDS = 86400;
  const MAX_RETURNS = 2;
  const STATES = ["waiting", "ready", "paused", "off", "expired"];
  const LIVE = ["connecting", "waiting", "paused"];
  const STORE = "beekeeper:" + location.pathname + ":";

  const root = document.documentElement;
  const language = root.lang;
  const roomTitle = document.getElementById("title").textContent;
  const numbers = new Intl.NumberFormat(language);
  const plurals = new Intl.PluralRules(language);

  // Times are of performance.now(), which a change of the device's clock doesn't move.
  const line = {
    timer: 0, due: 0, serial: 0, asking: false, controller: null,
    askedAt: 0, answeredAt: -Infinity, heldUntil: 0,
    failures: 0, stopped: false, entering: false, enterTimer: 0,
  };
  const shown = { state: "connecting", connection: "ok", ahead: null, first: null, message: "" };
  const said = { status: "", ahead: null, message: "" };

  // --- What the tab remembers -------------------------------------------------------------------

  function load(key) {
    try {
      return JSON.parse(sessionStorage.getItem(STORE + key));
    } catch (error) {
      return null; // storage is blocked together with cookies: the page works without
    }
  }

  function save(key, value) {
    try {
      sessionStorage.setItem(STORE + key, JSON.stringify(value));
    } catch (error) {
      // as above
    }
  }

  function restorePlace() {
    const place = load("place");
    if (place && isCount(place.ahead) && isCount(place.first)) {
      shown.ahead = place.ahead;
      shown.first = place.first;
    }
  }

  function forgetPlace() {
    shown.ahead = shown.first = said.ahead = null;
    save("place", null);
  }

  function rememberPlace(ahead) {
    // The estimate behind `ahead` wobbles by a few neighbours; a place that grows looks like cheating.
    shown.ahead = shown.ahead === null ? ahead : Math.min(shown.ahead, ahead);
    shown.first = shown.first === null ? ahead : Math.max(shown.first, shown.ahead);
    save("place", { ahead: shown.ahead, first: shown.first });
  }

  // --- Words ------------------------------------------------------------------------------------

  function fill(template, values) {
    return template.replace(/\{(\w+)\}/g, (mark, name) => numbers.format(values[name]));
  }

  function waitText(seconds) {
    if (typeof seconds !== "number" || !isFinite(seconds) || seconds < 0) return TEXT.unknownWait;
    if (seconds < 60) return TEXT.underMinute;
    const minutes = seconds / 60;
    if (minutes >= 55) return longWaitText(minutes);
    const step = minutes > 12 ? 5 : 1;
    const low = Math.max(1, Math.floor((minutes * 0.85) / step) * step);
    const high = Math.ceil((minutes * 1.15) / step) * step;
    return fill(TEXT.minutes, { low: low, high: Math.max(high, low + 1) });
  }

  function longWaitText(minutes) {
    const tens = Math.round(minutes / 10) * 10;
    if (tens <= 60) return TEXT.hour;
    if (tens >= 24 * 60) return TEXT.day;
    const parts = { hours: Math.floor(tens / 60), minutes: tens % 60 };
    return fill(parts.minutes ? TEXT.hoursMinutes : TEXT.hours, parts);
  }

  function clockText(epochSeconds) {
    const at = isCount(epochSeconds) && epochSeconds > 0 ? new Date(epochSeconds * 1000) : new Date();
    return at.toLocaleTimeString([], { hour: "numeric", minute: "2-digit", second: "2-digit" });
  }

  function statusText() {
    const failing = shown.connection !== "ok" && LIVE.includes(shown.state);
    return failing ? TEXT[shown.connection] : TEXT[shown.state].status;
  }

  function placeText() {
    if (shown.ahead === null) return "";
    if (shown.ahead === 0) return TEXT.next;
    return numbers.format(shown.ahead) + " " + TEXT.ahead[plurals.select(shown.ahead)];
  }

  // --- What is on screen ------------------------------------------------------------------------

  function setText(id, text) {
    const element = document.getElementById(id);
    if (element.textContent !== text) element.textContent = text;
  }

  function showStaticTexts() {
    document.querySelectorAll("[data-text]").forEach((element) => {
      element.textContent = TEXT[element.getAttribute("data-text")];
    });
  }

  function showState() {
    const live = LIVE.includes(shown.state);
    root.setAttribute("data-state", shown.state);
    root.setAttribute("data-connection", live ? shown.connection : "ok");
    setText("status", statusText());
    setText("detail", TEXT[shown.state].detail);
    document.title = tabTitle(live);
  }

  function tabTitle(live) {
    if (!live) return TEXT[shown.state].tab + " – " + roomTitle;
    if (shown.ahead === null) return roomTitle;
    return "(" + numbers.format(shown.ahead) + ") " + roomTitle;
  }

  function showPlace() {
    if (shown.ahead === null) return;
    const next = shown.ahead === 0;
    const text = next ? TEXT.next : numbers.format(shown.ahead);
    const position = document.getElementById("position");
    setText("position", text);
    position.style.setProperty("--chars", String(Math.max(text.length, 3)));
    setText("ahead-label", next ? "" : TEXT.ahead[plurals.select(shown.ahead)]);
    const progress = document.getElementById("progress");
    progress.max = Math.max(shown.first, 1);
    progress.value = next ? progress.max : shown.first - shown.ahead;
  }

  function showMessage(message) {
    shown.message = typeof message === "string" ? message.trim() : "";
    setText("message", shown.message);
    document.getElementById("notice").hidden = shown.message === "";
  }

  function show(turn) {
    shown.state = turn.state;
    shown.connection = "ok";
    if (isCount(turn.ahead) && LIVE.includes(turn.state)) rememberPlace(turn.ahead);
    showPlace();
    setText("wait", turn.state === "paused" ? TEXT.pausedWait : waitText(turn.eta_seconds));
    setText("updated", clockText(turn.updated_at));
    showMessage(turn.message);
    showState();
    announce();
  }

  function showConnection(connection) {
    shown.connection = connection;
    showState();
    announce();
  }

  // --- What is read aloud -----------------------------------------------------------------------

  function announce() {
    const news = [statusNews(), placeNews(), messageNews()].filter(Boolean);
    if (news.length === 0) return;
    const urgent = shown.state === "ready" || shown.state === "off";
    document.getElementById(urgent ? "assertive" : "polite").textContent = news.join(". ");
  }

  function statusNews() {
    const status = statusText();
    if (status === said.status || shown.state === "connecting") return "";
    const back = [TEXT.lost, TEXT.offline].includes(said.status) && LIVE.includes(shown.state);
    said.status = status;
    return back && shown.connection === "ok" ? TEXT.back + " " + status : status;
  }

  function placeNews() {
    if (shown.ahead === null || shown.connection !== "ok" || shown.state !== "waiting") return "";
    // Each halving is news, however long the line: some twenty announcements from a million to one.
    const news = said.ahead === null || (shown.ahead <= said.ahead / 2 && shown.ahead < said.ahead);
    if (!news) return "";
    said.ahead = shown.ahead;
    return placeText() + ". " + TEXT.waitLabel + ": " + document.getElementById("wait").textContent;
  }

  function messageNews() {
    if (shown.message === said.message) return "";
    said.message = shown.message;
    return shown.message && TEXT.messageLabel + ": " + shown.message;
  }

  // --- Asking -----------------------------------------------------------------------------------

  function isCount(value) {
    return typeof value === "number" && isFinite(value) && value >= 0;
  }

  function isTurn(body) {
    return Boolean(body) && STATES.includes(body.state)
      && (body.state !== "waiting" || body.ahead === null || isCount(body.ahead));
  }

  function retryAfterSeconds(header) {
    if (!header) return 0;
    const seconds = /^\s*\d/.test(header) ? parseFloat(header) : (Date.parse(header) - Date.now()) / 1000;
    return isCount(seconds) ? Math.min(seconds, LONGEST_SECONDS) : 0;
  }

  async function fetchTurn(controller) {
    const timeout = setTimeout(() => controller.abort(), TIMEOUT_MS);
    try {
      const response = await fetch("turn", {
        credentials: "same-origin",
        cache: "no-store",
        redirect: "error", // a captive portal's redirect is a failure, not an answer
        headers: { Accept: "application/json" },
        signal: controller.signal,
      });
      const retryAfter = retryAfterSeconds(response.headers.get("Retry-After"));
      const body = await response.json().catch(() => null);
      return { status: response.status, body: body, retryAfter: retryAfter };
    } catch (error) {
      return { status: 0, body: null, retryAfter: 0 };
    } finally {
      clearTimeout(timeout);
    }
  }

  async function ask() {
    clearTimeout(line.timer);
    if (line.controller) line.controller.abort();
    const serial = ++line.serial;
    line.controller = new AbortController();
    line.asking = true;
    line.askedAt = performance.now();
    const answer = await fetchTurn(line.controller);
    if (serial !== line.serial) return; // a newer question overtook this one
    line.asking = false;
    line.answeredAt = performance.now();
    receive(answer);
  }

  function receive(answer) {
    const body = answer.body;
    if (answer.status === 200 && isTurn(body)) take(body);
    else if (answer.status === 401 && body && body.state === "unknown") returnToCampaign();
    else fail(answer);
  }

  function take(turn) {
    line.failures = 0;
    line.heldUntil = 0;
    clearReturns();
    if (turn.state === "expired") return stop(turn);
    show(turn);
    if (turn.state === "ready" || turn.state === "off") return enter(turn);
    line.entering = false;
    clearTimeout(line.enterTimer);
    schedule(jitter(Math.max(isCount(turn.retry_after) ? turn.retry_after : 5, 1)));
  }

  function fail(answer) {
    line.failures += 1;
    const ceiling = Math.min(60, 4 * Math.pow(2, Math.min(line.failures, 10) - 1));
    const backOff = (ceiling / 2) * (1 + Math.random());
    const asked = answer.retryAfter * (1 + 0.15 * Math.random());
    const wait = Math.max(backOff, asked);
    // A server that is in trouble is spared even when the visitor comes back to the tab.
    line.heldUntil = answer.status ? performance.now() + wait * 1000 : 0;
    if (navigator.onLine === false) showConnection("offline");
    else if (line.failures >= 2 || shown.connection === "offline") showConnection("lost");
    schedule(wait);
  }

  function jitter(seconds) {
    return Math.max(1, seconds * (0.85 + 0.3 * Math.random()));
  }

  function schedule(seconds) {
    line.due = performance.now() + Math.min(seconds, LONGEST_SECONDS) * 1000;
    arm();
  }

  function arm() {
    clearTimeout(line.timer);
    if (line.stopped || line.asking) return;
    const earliest = document.hidden ? line.askedAt + HIDDEN_MS : 0;
    line.timer = setTimeout(ask, Math.max(line.due, earliest) - performance.now());
  }

  function askSoon() {
    const now = performance.now();
    if (now - line.answeredAt >= FRESH_MS) line.due = Math.min(line.due, Math.max(now, line.heldUntil));
    arm();
  }

  // --- Leaving ----------------------------------------------------------------------------------

  function enterLink(link) {
    const absolute = /^\s*([a-z][a-z0-9+.-]*:|[\/\\])/i;
    if (typeof link !== "string" || link === "" || absolute.test(link)) return "enter";
    return new URL(link, location.href).origin === location.origin ? link : "enter";
  }

  function enter(turn) {
    const link = enterLink(turn.enter);
    document.getElementById("enter").href = link;
    forgetPlace();
    // Asks on, for a turn that runs out while this page is still here, but enters only once: entering
    // again would cancel a navigation that a busy destination is slow to answer.
    schedule(jitter(30));
    if (line.entering) return;
    line.entering = true;
    // Browsers hold a hidden tab's timers back for up to a minute, and nobody reads it meanwhile.
    line.enterTimer = setTimeout(() => location.replace(link), ENTER_MS);
    if (document.hidden) {
      clearTimeout(line.enterTimer);
      location.replace(link);
    }
  }

  function stop(turn) {
    line.stopped = true;
    clearTimeout(line.timer);
    clearTimeout(line.enterTimer);
    forgetPlace();
    show(turn);
  }

  // The count of returns travels in the fragment too, which a redirect keeps: where cookies are blocked
  // so is the storage, and each turn of an endless loop would queue one more visitor who isn't there.
  function returns() {
    const mark = /^#return-(\d+)$/.exec(location.hash);
    return Math.max(mark ? Number(mark[1]) : 0, Number(load("returns")) || 0);
  }

  function clearReturns() {
    save("returns", 0);
    if (location.hash) history.replaceState(null, "", location.pathname + location.search);
  }

  function returnToCampaign() {
    const count = returns() + 1;
    if (count > MAX_RETURNS) return stop({ state: "blocked" });
    line.stopped = true;
    forgetPlace();
    save("returns", count);
    location.replace(".#return-" + count);
  }

  // --- Events -----------------------------------------------------------------------------------

  function onOnline() {
    if (line.stopped) return;
    // A question that was sent over the lost network may hang until it times out.
    if (line.asking) return void ask();
    if (shown.connection === "offline") showConnection("lost");
    askSoon();
  }

  function onOffline() {
    if (!line.stopped) showConnection("offline");
  }

  function onPageShow(event) {
    if (!event.persisted || shown.state === "expired" || shown.state === "blocked") return;
    line.stopped = false;
    askSoon();
  }

  document.addEventListener("visibilitychange", () => (document.hidden ? arm() : askSoon()));
  addEventListener("online", onOnline);
  addEventListener("offline", onOffline);
  addEventListener("pageshow", onPageShow);
  document.getElementById("enter").addEventListener("click", () => clearTimeout(line.enterTimer));
  document.getElementById("retry").addEventListener("click", () => save("returns", 0));

  showStaticTexts();
  restorePlace();
  showPlace();
  showState();
  ask();
})();
