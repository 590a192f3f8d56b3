// Your mix: how loud each loop is, for you alone.

import { TRIM_MS, loopMix } from "../mix.js";
import { make, makeSymbol, setAttribute, setSymbol, setText } from "./dom.js";
import { fullName, PARTS } from "./parts.js";
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

/**
 * @param {HTMLInputElement} slider @param {number} value 0 to 1 between its ends
 */
const showFill = (slider, value) => slider.style.setProperty("--v", `${Math.round(value * 100)}%`);

/**
 * A slider without a mute button; `amount` shows its value in words.
 * @param {{min: number, max: number, step: number, label: string,
 *   say: (value: number) => string, onInput: (value: number) => void}} options
 */
function createSlider({ min, max, step, label, say, onInput }) {
  const slider = make("input", {
    type: "range",
    min: String(min),
    max: String(max),
    step: String(step),
    "aria-label": label,
  });
  const amount = make("span", { class: "amount", "aria-hidden": "true" });
  /** @param {number} value */
  function show(value) {
    if (slider.valueAsNumber !== value) slider.value = String(value);
    showFill(slider, (value - min) / (max - min));
    setAttribute(slider, "aria-valuetext", say(value));
    setText(amount, say(value));
  }
  slider.addEventListener("input", () => {
    show(slider.valueAsNumber);
    onInput(slider.valueAsNumber);
  });
  return { slider, amount, show };
}

/**
 * A slider with its name, and a button to mute: a row of the mixer, the heart of a seat's sheet.
 * @param {string} tag of the row
 * @param {(patch: {volume?: number, muted?: boolean}) => void} onChange
 */
export function createVolume(tag, onChange) {
  const glyph = makeSymbol("g-drums", "glyph");
  const name = make("span");
  const small = make("small");
  const { slider, show } = createSlider({
    min: 0,
    max: 100,
    step: 1,
    label: "Volume",
    say: (value) => `${value} %`,
    onInput: (value) => onChange({ volume: value / 100 }),
  });
  const mute = make("button", { type: "button", class: "mute" }, makeSymbol("i-sound", "icon"));
  mute.addEventListener("click", () =>
    onChange({ muted: mute.getAttribute("aria-pressed") !== "true" }),
  );
  const row = document.createElement(tag);
  row.append(glyph, make("span", { class: "who" }, name, small), slider, mute);

  /**
   * @param {{part: string, name: string, spoken: string, note: string, volume: number,
   *   muted: boolean}} now `spoken`: what the slider and the button are called by
   */
  function update(now) {
    setAttribute(row, "data-part", now.part);
    setSymbol(glyph, `g-${now.part}`);
    setText(name, now.name);
    setText(small, now.note);
    show(Math.round(now.volume * 100));
    setAttribute(slider, "aria-label", `Volume, ${now.spoken}`);
    setAttribute(mute, "aria-label", `Mute ${now.spoken}`);
    setAttribute(mute, "aria-pressed", String(now.muted));
    setSymbol(mute, now.muted ? "i-muted" : "i-sound");
  }

  return { row, update };
}

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
