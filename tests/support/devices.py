"""What a device offers to a page, as scripts for a browser. They only note what the page wants."""

# Each of these goes into `window.wanted`.
NOTES = "window.wanted = [];"

# `window.silenced` keeps the sound off, like a browser before the first gesture, or a call.
SOUND = """
class AudioContext {
  constructor() {
    wanted.push("audio");
    Object.assign(this, { state: "suspended", currentTime: 0, destination: {} });
  }
  resume() { if (!window.silenced) this.state = "running"; return Promise.resolve(); }
  createGain() {
    const ramp = (value) => { if (value) wanted.push("volume " + value); };
    return { gain: { setValueAtTime() {}, linearRampToValueAtTime: ramp }, connect() {} };
  }
  createOscillator() {
    const tone = { frequency: {}, connect() {}, stop() {} };
    tone.start = () => wanted.push("tone " + tone.frequency.value);
    return tone;
  }
}
window.AudioContext = AudioContext;
"""
NO_SOUND = "delete window.AudioContext; delete window.webkitAudioContext;"

VIBRATION = "navigator.vibrate = () => wanted.push('vibration');"
NO_VIBRATION = "delete Navigator.prototype.vibrate;"

# The visitor answers the question for the permission with `window.answer`.
NOTIFICATIONS = """
window.notifications = [];
class Notification extends EventTarget {
  constructor(title, options) {
    super();
    if (window.onAndroid) throw new TypeError("Illegal constructor");
    wanted.push("notification " + title + ": " + options.body);
    notifications.push(this);
  }
  close() { wanted.push("closed"); }
  static requestPermission(told) {
    wanted.push("permission");
    Notification.permission = window.answer || "granted";
    if (window.oldSafari) { told(Notification.permission); return undefined; }
    return Promise.resolve(Notification.permission);
  }
}
Notification.permission = window.permission || "default";
window.Notification = Notification;
window.focus = () => wanted.push("focus");
"""
NO_NOTIFICATIONS = "delete window.Notification;"

# `window.refused`: the battery is low. `window.slow`: the lock comes when `window.give` is called.
SCREEN = """
Object.defineProperty(navigator, "wakeLock", { value: {
  request() {
    wanted.push("screen on");
    if (window.refused) return Promise.reject(new DOMException("", "NotAllowedError"));
    const lock = { released: false };
    lock.release = () => {
      wanted.push("screen off");
      lock.released = true;
      return Promise.resolve();
    };
    window.lock = lock;
    if (!window.slow) return Promise.resolve(lock);
    return new Promise((give) => { window.give = () => give(lock); });
  },
} });
"""
NO_SCREEN = "delete Navigator.prototype.wakeLock;"
