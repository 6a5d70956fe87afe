// Tells visitors that it is their turn, if they have asked for it: by a sound, by vibration, and outside the page.

import { pageTitle, texts } from "./given.js";
import { load, save } from "./memory.js";
import { offer } from "./options.js";
import { place } from "./place.js";
import { shown } from "./shown.js";

const TURNS = ["ready", "off"];
const TONES = [523, 659, 784]; // a chord in hertz, from below
const TONE_SECONDS = 0.28;
const LOUD = 0.2;
const QUIET = 0.05;
const BUZZES = [200, 100, 200, 100, 400]; // milliseconds
const REPEAT_SECONDS = 20;
const MOST_SOUNDS = 3;
const GESTURES = ["pointerup", "touchend", "click", "keydown"]; // Each browser takes at least one of them.
const Audio = window.AudioContext || window.webkitAudioContext;

// Before the visitor has touched the page, browsers let it neither sound nor vibrate, and complain if it tries.
const alerts = { box: null, audio: null, touched: false, sounds: 0, timer: 0 };

export function offerAlerts() {
  if (!Audio && !window.Notification && !navigator.vibrate) return;
  alerts.box = offer("alert", onChoice);
  for (const gesture of GESTURES) addEventListener(gesture, onGesture);
  if (isWanted()) showNote(texts.alerts.again);
}

// The page begins to show that the visitor may go in. A refresh shows the same turn again.
export function alertTurn() {
  const turn = [shown.state, place.number, place.late].join();
  const isKnown = load("alerted") === turn;
  save("alerted", turn);
  if (isKnown || !isWanted()) return;
  alerts.sounds = 0;
  sound();
  notify();
}

// How long the page should stay, so that the visitor hears the sound to its end.
export function alertSeconds() {
  return isWanted() && isAudible() ? TONES.length * TONE_SECONDS : 0;
}

function isWanted() {
  return Boolean(alerts.box) && alerts.box.checked;
}

function isAudible() {
  return Boolean(alerts.audio) && alerts.audio.state === "running";
}

function onChoice() {
  if (!isWanted()) {
    showNote(texts.alerts.off);
    return;
  }
  onGesture();
  showOutcome();
  if (alerts.audio) alerts.audio.resume().then(() => play(TONES.slice(0, 1), QUIET), () => {});
  if (window.Notification && Notification.permission === "default") askPermission();
}

function askPermission() {
  showNote("");
  const asked = Notification.requestPermission(showOutcome); // Safari promises nothing here before 2021.
  if (asked) asked.then(showOutcome, showOutcome);
}

function showOutcome() {
  const silent = window.Notification && Notification.permission !== "granted";
  if (isWanted()) showNote(silent ? texts.alerts.quiet : "");
}

function onGesture() {
  if (!isWanted()) return;
  if (!alerts.touched) showOutcome();
  alerts.touched = true;
  if (Audio && !alerts.audio) alerts.audio = new Audio();
  if (alerts.audio && !isAudible()) alerts.audio.resume().catch(() => {}); // A later gesture tries again.
}

// It sounds again while the page is still there: then something keeps the visitor from going in.
function sound() {
  clearTimeout(alerts.timer);
  if (!isWanted() || !TURNS.includes(shown.state) || alerts.sounds === MOST_SOUNDS) return;
  alerts.sounds += 1;
  alerts.timer = setTimeout(sound, REPEAT_SECONDS * 1000);
  if (isAudible()) play(TONES, LOUD);
  else if (alerts.audio) alerts.audio.resume().catch(() => {}); // A call, for instance, has interrupted it.
  if (alerts.touched && navigator.vibrate) navigator.vibrate(BUZZES);
}

// One tone after another. Each one swells and fades, because a sudden start clicks.
function play(tones, loudness) {
  const audio = alerts.audio;
  tones.forEach((hertz, index) => {
    const start = audio.currentTime + index * TONE_SECONDS;
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = hertz;
    volume.gain.setValueAtTime(0, start);
    volume.gain.linearRampToValueAtTime(loudness, start + TONE_SECONDS / 5);
    volume.gain.linearRampToValueAtTime(0, start + TONE_SECONDS);
    tone.connect(volume);
    volume.connect(audio.destination);
    tone.start(start);
    tone.stop(start + TONE_SECONDS);
  });
}

function notify() {
  if (!document.hidden || !window.Notification || Notification.permission !== "granted") return;
  try {
    const told = new Notification(texts.states[shown.state].status, { body: pageTitle, tag: location.pathname });
    told.addEventListener("click", () => {
      window.focus();
      told.close();
    });
  } catch (error) {
    // Chrome on Android has notifications for service workers only. The sound and the title are left.
  }
}

function showNote(note) {
  document.getElementById("alert-note").textContent = note;
}
