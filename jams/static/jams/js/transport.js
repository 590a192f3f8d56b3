// The transport: the score as sound on one context's clock, all of it in phase with one `zero`.

import { framesIn, planCorrection } from "./frames.js";
import { Voice } from "./voice.js";

/** @import { Grid } from "./frames.js" */
/** @import { When } from "./voice.js" */
/** @import { Segment } from "./types.js" */

/**
 * How far ahead to schedule, ms: the way to the audio thread, and a garbage collection on it. A
 * start that comes too late is not dropped by the browser but played out of phase.
 */
const LEAD_MS = 60;
/** A gross error has to be seen this often in a row before it is believed. */
const GROSS_SIGHTINGS = 3;
/** After a jump: the length of its fade and a little, ms. */
const JUMP_MS = 20;

export class Transport {
  /** The frame at which cycle 0 began; null before the clocks are known. @type {number | null} */
  zero = null;
  /** @type {Map<string, Voice>} */
  #voices = new Map();
  /** @type {Voice[]} let go, but still to be heard to their end */
  #ending = [];
  /** No late start before this frame: a jump is on its way. */
  #jumpedBy = -Infinity;
  #grossSightings = 0;

  /**
   * @param {object} shell
   * @param {AudioContext} shell.context
   * @param {Grid} shell.grid
   * @param {(loop: string) => AudioBuffer | null} shell.bufferOf null while it is not loaded
   * @param {(loop: string) => AudioNode} shell.outputOf
   */
  constructor({ context, grid, bufferOf, outputOf }) {
    this.context = context;
    this.grid = grid;
    this.bufferOf = bufferOf;
    this.outputOf = outputOf;
  }

  /** The frame the context has come to. */
  get now() {
    return Math.round(this.context.currentTime * this.grid.sampleRate);
  }

  /** Whole hardware buffers are rendered at once, so the context's time may be old by one. */
  get #soonest() {
    const bufferMs = (this.context.baseLatency || 0) * 1000;
    return this.now + framesIn(this.grid, LEAD_MS + bufferMs);
  }

  /** @param {number} zero @returns {When} */
  #when(zero) {
    return { zero, now: this.now, soonest: this.#soonest };
  }

  /** @param {number} ideal see frames.js, idealZero */
  anchor(ideal) {
    this.zero = Math.round(ideal);
  }

  /**
   * Makes the score sound: begins, ends and changes what differs, and touches nothing else.
   * @param {Segment[]} score
   */
  play(score) {
    if (this.zero === null) return;
    const when = this.#when(this.zero);
    const keys = new Set(score.map(({ key }) => key));
    for (const [key, voice] of this.#voices) if (!keys.has(key)) this.#release(key, voice, when);
    for (const segment of score) this.#playSegment(segment, when);
  }

  /** @param {Segment} segment @param {When} when */
  #playSegment(segment, when) {
    const { key, loop } = segment;
    const voice = this.#voices.get(key);
    const wasEnding = voice?.isEnding;
    if (voice?.follow(segment, when)) return;
    if (voice && wasEnding) this.#ending.push(voice);
    else if (voice) this.#release(key, voice, when);
    const buffer = this.bufferOf(loop);
    if (!buffer) return void this.#voices.delete(key);
    const { context, grid } = this;
    const instrument = { context, grid, buffer, output: this.outputOf(loop) };
    const at = Math.max(when.soonest, this.#jumpedBy);
    this.#voices.set(key, new Voice(instrument, segment, when, at));
  }

  /** @param {string} key @param {Voice} voice @param {When} when */
  #release(key, voice, when) {
    voice.silence(when);
    this.#ending.push(voice);
    this.#voices.delete(key);
  }

  /** Every voice, those that fade out too. */
  get #all() {
    return [...this.#voices.values(), ...this.#ending];
  }

  /**
   * Keeps `zero` near to where it ought to be; call it a few times a second.
   * @param {number} ideal
   * @returns {boolean} whether `zero` has changed
   */
  steer(ideal) {
    this.#sweep();
    if (this.zero === null || this.now < this.#jumpedBy) return false;
    const { grid, zero } = this;
    const soonest = this.#soonest;
    const sounding = this.#all.some((voice) => voice.soundsAfter(this.now));
    const correction = planCorrection(grid, { error: ideal - zero, sounding, zero, soonest });
    if (correction.kind === "none") this.#grossSightings = 0;
    if (correction.kind === "anchor") this.anchor(ideal);
    if (correction.kind !== "jump") return correction.kind === "anchor";
    const gross = correction.at === soonest;
    if (gross && ++this.#grossSightings < GROSS_SIGHTINGS) return false;
    this.#grossSightings = 0;
    this.#jump(ideal, correction.at);
    return true;
  }

  /** @param {number} ideal @param {number} at */
  #jump(ideal, at) {
    this.anchor(ideal);
    this.#jumpedBy = at + framesIn(this.grid, JUMP_MS);
    const when = this.#when(/** @type {number} */ (this.zero));
    for (const voice of this.#all) voice.jump(when, at);
  }

  #sweep() {
    const { now } = this;
    for (const voice of this.#all) voice.sweep(now);
    this.#ending = this.#ending.filter((voice) => voice.soundsAfter(now));
  }
}
