// Your mix: how loud each loop is, for you alone.

import { TRIM_MS, loopMix } from "../mix.js";
import { make, setText } from "./dom.js";
import { fullName, PARTS } from "./parts.js";
import { createSlider, createVolume } from "./volume.js";
import { PHASE_NOTE, capitalised } from "./words.js";

/** @typedef {import("./types.js").Session} Session */
/** @typedef {import("./types.js").SeatLook} SeatLook */

/** Who it is that plays a loop, as a row calls them. @param {SeatLook} seat */
export const calledOf = (seat) =>
  seat.me
    ? "You"
    : seat.phase === "house"
      ? capitalised(seat.loop)
      : fullName(seat.loop, seat.animal);

/** @param {SeatLook} seat */
const noteOf = (seat) =>
  seat.phase === "house"
    ? "house band"
    : `${seat.loop} · ${seat.away ? "away" : PHASE_NOTE[seat.phase]}`;

/** What a loop's row shows. @param {SeatLook} seat @param {import("./types.js").State} state */
export const volumeOf = (seat, state) => ({
  part: seat.loop,
  name: calledOf(seat),
  note: noteOf(seat),
  ...loopMix(state.mix, seat.loop),
});

/** @param {Session} session */
export function createMixer(session) {
  const rows = PARTS.map((loop) =>
    createVolume("li", (patch) => session.setMix({ loops: { [loop]: patch } })),
  );
  const master = createSlider({
    min: 0,
    max: 100,
    step: 1,
    say: (value) => `${value} percent`,
    onInput: (value) => session.setMix({ master: value / 100 }),
  });
  const trim = createSlider({
    ...TRIM_MS,
    step: 5,
    say: (value) => `${value} milliseconds earlier`,
    onInput: (value) => session.setMix({ trimMs: value }),
  });
  master.slider.setAttribute("aria-label", "Volume, everything");
  trim.slider.setAttribute("aria-label", "Sound comes late? Play it earlier");
  const [masterAmount, trimAmount] = [
    make("span", { class: "amount" }),
    make("span", { class: "amount" }),
  ];
  const element = make(
    "div",
    {},
    make("ul", { class: "rows" }, ...rows.map(({ row }) => row)),
    line("Everything", "", master.slider, masterAmount),
    line("Sound late?", "headphones, TV", trim.slider, trimAmount),
  );

  /** @param {import("./types.js").Look} look @param {import("./types.js").State} state */
  function update(look, state) {
    for (const [i, seat] of look.seats.entries()) {
      rows[i].row.hidden = seat.phase === "free";
      if (seat.phase !== "free") rows[i].update(volumeOf(seat, state));
    }
    const { master: level, trimMs } = state.mix;
    master.show(Math.round(level * 100));
    trim.show(trimMs);
    setText(masterAmount, `${Math.round(level * 100)} %`);
    setText(trimAmount, `${trimMs} ms`);
  }

  return { element, update };
}

/** @param {string} name @param {string} note
 * @param {HTMLElement} slider @param {HTMLElement} amount
 */
const line = (name, note, slider, amount) =>
  make(
    "div",
    { class: "one plain" },
    make("span", { class: "who" }, name, make("small", {}, note)),
    slider,
    amount,
  );
