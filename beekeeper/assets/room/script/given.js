// The data of the page: its texts, and how often to ask. Python declares both (assets/room/texts,
// beekeeper/contract/asking.py), and the build writes them into index.html as JSON.

const given = JSON.parse(document.getElementById("given").textContent);

export const texts = given.texts;
export const polling = given.polling;
export const turnStates = given.turn_states;
