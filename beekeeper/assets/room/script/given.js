// The data of the page. Python declares it (assets/room/texts, beekeeper/contract), and the build
// writes it into index.html as JSON (beekeeper/page).

const given = JSON.parse(document.getElementById("given").textContent);

export const texts = given.texts;
export const polling = given.polling;
export const turnStates = given.turn_states;
export const modes = given.modes;
export const noTicketState = given.no_ticket_state;
export const links = given.links;
export const newsSeconds = given.news_seconds; // 0 without an edge

export const pageTitle = document.title; // before the script changes it
