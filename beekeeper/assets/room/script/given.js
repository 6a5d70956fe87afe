// What the page was given when it was built: its texts, and how often to ask. Python declares both
// (beekeeper/page, beekeeper/contract/asking.py) and writes them into index.html as JSON.

const given = JSON.parse(document.getElementById("given").textContent);

export const texts = given.texts;
export const polling = given.polling;
export const turnStates = given.turn_states;
