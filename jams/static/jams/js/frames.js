// The arithmetic of the transport, in whole frames. Pure: no AudioContext, no clock.
//
// One whole number decides the phase of everything: `zero`, the frame of the context at which the
// timeline's cycle 0 began (far before the context, so negative). A loop's position at frame f is
// (f - zero) modulo its length. Starts are whole frames: a fractional one makes Chromium
// interpolate for ever after.

import { modulo } from "./timeline.js";

/** @import { Timeline } from "./timeline.js" */

/**
 * @typedef {object} Grid
 * @property {number} sampleRate  frames a second
 * @property {number} barFrames
 * @property {number} loopFrames
 */

/**
 * @param {Timeline} timeline
 * @param {number} sampleRate
 * @returns {Grid}
 * @throws {RangeError} when a bar is no whole number of frames at this rate
 */
export function gridOf({ barMs, barsPerLoop }, sampleRate) {
  const barFrames = (barMs * sampleRate) / 1000;
  if (!Number.isInteger(barFrames)) throw new RangeError(`no whole bars at ${sampleRate} Hz`);
  return { sampleRate, barFrames, loopFrames: barFrames * barsPerLoop };
}

/** @param {Grid} grid @param {number} ms @returns {number} whole frames */
export const framesIn = ({ sampleRate }, ms) => Math.round((ms * sampleRate) / 1000);

/** @param {Grid} grid @param {number} zero @param {number} bar @returns {number} its first frame */
export const barFrame = ({ barFrames }, zero, bar) => zero + bar * barFrames;

/** @param {Grid} grid @param {number} zero @param {number} frame @returns {number} loop position */
export const loopOffset = ({ loopFrames }, zero, frame) => modulo(frame - zero, loopFrames);

/**
 * The value `zero` ought to have by the clocks (a fraction).
 * @param {Grid} grid
 * @param {object} clocks
 * @param {number} clocks.offsetMs server's clock minus ours
 * @param {number} clocks.zeroMs   our clock as frame 0 is heard
 * @param {number} clocks.trimMs   what the listener adds: sound leaves this much earlier
 * @returns {number}
 */
export function idealZero({ sampleRate }, { offsetMs, zeroMs, trimMs }) {
  return ((-offsetMs - zeroMs - trimMs) * sampleRate) / 1000;
}

/**
 * @typedef {object} Start
 * @property {number} frame    of the context
 * @property {number} offset   frame of the loop it begins with
 * @property {boolean} onTime  false: it joins in the middle, in phase, and has to be faded in
 */

/**
 * @param {Grid} grid
 * @param {object} when
 * @param {number} when.zero
 * @param {number} when.from     bar
 * @param {number} when.soonest  the first frame that can still be scheduled
 * @returns {Start}
 */
export function planStart(grid, { zero, from, soonest }) {
  const due = barFrame(grid, zero, from);
  const frame = Math.max(due, soonest);
  return { frame, offset: loopOffset(grid, zero, frame), onTime: due >= soonest };
}

/** Errors smaller than this are left alone, ms. */
export const DEAD_BAND_MS = 3;
/** Nothing sounds: put it right for less. */
const SILENT_DEAD_BAND_MS = 0.5;
/** Larger than any drift, ms: the machine slept, the device changed. Don't wait for a bar line. */
export const GROSS_MS = 30;
/** A correction falls this long before a bar line, ms, where most loops are quietest. */
const BEFORE_BAR_MS = 30;
/** How far ahead of that moment to schedule it, ms: as late as the ticks allow. */
const AHEAD_MS = 700;

/** @typedef {{ kind: "none" | "anchor" } | { kind: "jump", at: number }} Correction */

/**
 * @param {Grid} grid
 * @param {object} situation
 * @param {number} situation.error    ideal zero minus zero, frames; positive: we play early
 * @param {boolean} situation.sounding
 * @param {number} situation.zero
 * @param {number} situation.soonest  the first frame that can still be scheduled
 * @returns {Correction}
 */
export function planCorrection(grid, { error, sounding, zero, soonest }) {
  const size = Math.abs(error);
  if (!sounding) {
    return { kind: size > framesIn(grid, SILENT_DEAD_BAND_MS) ? "anchor" : "none" };
  }
  if (size < framesIn(grid, DEAD_BAND_MS)) return { kind: "none" };
  if (size > framesIn(grid, GROSS_MS)) return { kind: "jump", at: soonest };
  const before = framesIn(grid, BEFORE_BAR_MS);
  const bar = Math.ceil((soonest + before - zero) / grid.barFrames);
  const at = barFrame(grid, zero, bar) - before;
  return at - soonest <= framesIn(grid, AHEAD_MS) ? { kind: "jump", at } : { kind: "none" };
}
