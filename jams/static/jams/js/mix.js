// The mixer, for this listener alone: pure values, and a memory in localStorage.

/** @import { LoopMix, Mix, MixPatch } from "./types.js" */

const KEY = "jam-mix";
/** How far the trim goes, ms: headphones without a wire are late by up to half a second. */
export const TRIM_MS = Object.freeze({ min: -100, max: 500 });

/** @type {Mix} */
export const FLAT = Object.freeze({ master: 1, trimMs: 0, loops: Object.freeze({}) });
/** @type {LoopMix} */
const FLAT_LOOP = Object.freeze({ volume: 1, muted: false });

/** @param {unknown} value @param {number} min @param {number} max @param {number} otherwise */
function clamped(value, min, max, otherwise) {
  const number = typeof value === "number" && Number.isFinite(value) ? value : otherwise;
  return Math.min(max, Math.max(min, number));
}

/** @param {Mix} mix @param {string} loop @returns {LoopMix} */
export const loopMix = (mix, loop) => mix.loops[loop] ?? FLAT_LOOP;

/**
 * Hearing is not linear: the square makes the middle of the slider sound like the middle.
 * @param {number} volume 0 to 1
 * @returns {number} gain
 */
export const gainOf = (volume) => volume * volume;

/** @param {Mix} mix @param {string} loop @returns {number} its gain, 0 when muted */
export function loopGain(mix, loop) {
  const { volume, muted } = loopMix(mix, loop);
  return muted ? 0 : gainOf(volume);
}

/**
 * @param {Mix} mix
 * @param {MixPatch} patch what is not in it stays
 * @returns {Mix}
 */
export function patched(mix, patch) {
  const loops = { ...mix.loops };
  for (const [loop, change] of Object.entries(patch.loops ?? {})) {
    const { volume, muted } = loopMix(mix, loop);
    const wanted = { volume, muted, ...change };
    loops[loop] = { volume: clamped(wanted.volume, 0, 1, volume), muted: wanted.muted === true };
  }
  const master = clamped(patch.master, 0, 1, mix.master);
  return { master, trimMs: clamped(patch.trimMs, TRIM_MS.min, TRIM_MS.max, mix.trimMs), loops };
}

/** @param {Pick<Storage, "getItem"> | null} storage @returns {Mix} */
export function remembered(storage) {
  try {
    const saved = JSON.parse(storage?.getItem(KEY) ?? "null");
    return saved && typeof saved === "object" ? patched(FLAT, saved) : FLAT;
  } catch {
    return FLAT;
  }
}

/** @param {Pick<Storage, "setItem"> | null} storage @param {Mix} mix */
export function remember(storage, mix) {
  try {
    storage?.setItem(KEY, JSON.stringify(mix));
  } catch {
    // Storage full or forbidden: the mix then lasts as long as the page.
  }
}
