// Your mix: how loud each loop is, for you alone.

import { TRIM_MS, loopMix } from "../mix.js";
import { make } from "./dom.js";
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
  spoken: seat.me ? "my loop" : calledOf(seat),
  note: noteOf(seat),
  ...loopMix(state.mix, seat.loop),
});

/** How loud everything is. @param {Session} session */
const createMaster = (session) =>
  createSlider({
    min: 0,
    max: 100,
    step: 1,
    label: "Everything, volume",
    say: (value) => `${value} %`,
    onInput: (value) => session.setMix({ master: value / 100 }),
  });

/** How much earlier the sound is played, for what is late on its way to the ear.
 * @param {Session} session
 */
const createTrim = (session) =>
  createSlider({
    ...TRIM_MS,
    step: 5,
    label: "Sound late? Play it earlier",
    say: (value) => `${value} ms`,
    onInput: (value) => session.setMix({ trimMs: value }),
  });

/** @param {Session} session */
export function createMixer(session) {
  const rows = PARTS.map((loop) =>
    createVolume("li", (patch) => session.setMix({ loops: { [loop]: patch } })),
  );
  const master = createMaster(session);
  const trim = createTrim(session);
  const element = make(
    "div",
    {},
    make("ul", { class: "rows" }, ...rows.map(({ row }) => row)),
    line("Everything", "", master),
    line("Sound late?", "headphones, TV", trim),
  );

  /** @param {import("./types.js").Look} look @param {import("./types.js").State} state */
  function update(look, state) {
    for (const [i, seat] of look.seats.entries()) {
      rows[i].row.hidden = seat.phase === "free";
      if (seat.phase !== "free") rows[i].update(volumeOf(seat, state));
    }
    master.show(Math.round(state.mix.master * 100));
    trim.show(state.mix.trimMs);
  }

  return { element, update };
}

/** @param {string} name @param {string} note @param {ReturnType<typeof createSlider>} control */
function line(name, note, { slider, amount }) {
  const who = make("span", { class: "who" }, name, make("small", {}, note));
  return make("div", { class: "one plain" }, who, slider, amount);
}
