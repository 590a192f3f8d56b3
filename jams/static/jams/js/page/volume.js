// A slider with its name, and a button to mute: a row of the mixer, the heart of a seat's sheet.

import { make, makeSymbol, setAttribute, setSymbol, setText } from "./dom.js";

/**
 * @param {HTMLInputElement} slider @param {number} value 0 to 1 between its ends
 */
const showFill = (slider, value) => slider.style.setProperty("--v", `${Math.round(value * 100)}%`);

/**
 * A slider without a mute button; `amount` shows its value in words.
 * @param {{min: number, max: number, step: number, label: string,
 *   say: (value: number) => string, onInput: (value: number) => void}} options
 */
export function createSlider({ min, max, step, label, say, onInput }) {
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
