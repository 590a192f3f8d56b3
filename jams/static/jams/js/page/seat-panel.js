// What tapping a seat brings up: somebody's volume, or what a free seat is good for.

import { make, makeSymbol, setAttribute, setText } from "./dom.js";
import { calledOf, createVolume, volumeOf } from "./mixer.js";

/** @typedef {import("./types.js").SeatLook} SeatLook */

/** @param {SeatLook} seat */
export function seatTitle(seat) {
  if (seat.phase === "free") return `Free seat: ${seat.loop}`;
  return seat.phase === "house" ? `House band: ${seat.loop}` : calledOf(seat);
}

/**
 * @param {import("./types.js").Session} session @param {string} loop
 * @param {{share: () => void, close: () => void}} verbs
 */
export function createSeatPanel(session, loop, verbs) {
  const help = make("p", { class: "help" });
  const volume = createVolume("div", (patch) => session.setMix({ loops: { [loop]: patch } }));
  volume.row.classList.add("one");
  const label = make("span");
  const take = make(
    "button",
    { type: "button", class: "button wide mine", "data-part": loop },
    makeSymbol(`g-${loop}`, "glyph"),
    label,
  );
  const invite = make(
    "button",
    { type: "button", class: "button wide soft" },
    makeSymbol("i-invite", "icon"),
    "Invite a friend",
  );
  take.addEventListener("click", () => {
    if (session.swap(loop)) verbs.close();
  });
  invite.addEventListener("click", verbs.share);
  const element = make("div", {}, help, volume.row, take, invite);

  /** @param {import("./types.js").Look} look @param {import("./types.js").State} state */
  function update(look, state) {
    const seat = look.seats.find((one) => one.loop === loop);
    if (!seat) return null;
    const open = seat.phase === "free" || seat.phase === "house";
    const me = look.seats.find((one) => one.me);
    const online = state.connection === "online";
    setText(help, open ? helpOf(seat, me, online) : "Only you hear these changes.");
    volume.row.hidden = seat.phase === "free";
    volume.update(volumeOf(seat, state));
    take.hidden = invite.hidden = !open;
    setAttribute(take, "aria-disabled", online ? null : "true");
    setText(label, `Take the ${loop} yourself`);
    return seatTitle(seat);
  }

  return { element, update };
}

/** @param {SeatLook} seat @param {SeatLook | undefined} me @param {boolean} online */
function helpOf(seat, me, online) {
  if (!online) return "The connection dropped. You can take it in a moment.";
  const who = seat.phase === "house" ? "The house band keeps this seat warm." : "Nobody sits here.";
  const when = me && me.phase === "playing" ? " You change at the next bar." : "";
  return `${who} Take it instead of your ${me?.loop ?? "loop"}, or keep it for a friend.${when}`;
}
