// What the visitor can ask for while waiting: a checkbox for each. The tab remembers the choice over a refresh.

import { load, save } from "./memory.js";

// Show the checkbox `id`, and return it. `choose` is called when the visitor has ticked or unticked it.
export function offer(id, choose) {
  const box = document.getElementById(id);
  box.checked = load(id) === true;
  box.addEventListener("change", () => {
    save(id, box.checked);
    choose();
  });
  box.parentElement.hidden = false;
  document.getElementById("options").hidden = false;
  return box;
}

export function untick(box) {
  box.checked = false;
  save(box.id, false);
}
