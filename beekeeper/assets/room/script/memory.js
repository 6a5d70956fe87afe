// What the tab remembers when the visitor refreshes the page.

const STORE = "beekeeper:" + location.pathname + ":";

export function load(key) {
  try {
    return JSON.parse(sessionStorage.getItem(STORE + key));
  } catch (error) {
    return null; // A browser that blocks cookies blocks storage too. The page works without it.
  }
}

export function save(key, value) {
  try {
    sessionStorage.setItem(STORE + key, JSON.stringify(value));
  } catch (error) {
    // As above.
  }
}
