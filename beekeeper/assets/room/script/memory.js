// What the browser remembers: of a tab until it is closed, and of a room for all tabs.

const STORE = "beekeeper:" + location.pathname + ":";
// The same at the campaign link and at the waiting page.
const ROOM_STORE = "beekeeper:" + location.pathname.replace(/[^/]*$/, "") + ":";

export function load(key) {
  return attempt(() => JSON.parse(sessionStorage.getItem(STORE + key)));
}

export function save(key, value) {
  attempt(() => sessionStorage.setItem(STORE + key, JSON.stringify(value)));
}

export function loadForRoom(key) {
  return attempt(() => JSON.parse(localStorage.getItem(ROOM_STORE + key)));
}

// The other tabs of the room get an event `storage`.
export function saveForRoom(key, value) {
  attempt(() => localStorage.setItem(ROOM_STORE + key, JSON.stringify(value)));
}

export function isForRoom(event, key) {
  return event.key === ROOM_STORE + key;
}

function attempt(action) {
  try {
    return action();
  } catch (error) {
    return null; // A browser that blocks cookies blocks storage too. The page works without it.
  }
}
