// A voice: one segment of the score as sound, through corrections and changes of mind.

import { barFrame, planStart } from "./frames.js";
import { Take } from "./take.js";

/** @import { Grid } from "./frames.js" */
/** @import { Segment } from "./types.js" */

/** @typedef {{ context: BaseAudioContext, buffer: AudioBuffer, output: AudioNode, grid: Grid }} Instrument */

/**
 * @typedef {object} When
 * @property {number} zero     see frames.js
 * @property {number} now      the frame the context has come to
 * @property {number} soonest  the first frame at which a start or a fade can still be scheduled
 */

export class Voice {
  /** @type {Take[]} the last is the present one; earlier ones are fading out */
  #takes = [];
  /** @type {number | null} */
  #until = null;

  /**
   * @param {Instrument} instrument
   * @param {Segment} segment
   * @param {When} when
   * @param {number} [at] not before this frame
   */
  constructor(instrument, segment, when, at = when.soonest) {
    this.instrument = instrument;
    this.loop = segment.loop;
    this.from = segment.from;
    this.#until = segment.until;
    this.#begin(when, at);
  }

  /** @param {When} when @param {number} at not before this frame */
  #begin({ zero, soonest }, at) {
    const start = planStart(this.instrument.grid, { zero, from: this.from, soonest: at });
    const end = this.#endFrame(zero);
    if (end <= start.frame) return;
    const take = new Take({ ...this.instrument, start });
    this.#takes.push(take);
    take.endAt(end, soonest);
  }

  /** @param {number} zero */
  #endFrame(zero) {
    return this.#until === null ? Infinity : barFrame(this.instrument.grid, zero, this.#until);
  }

  get #present() {
    return this.#takes.at(-1);
  }

  /** Whether its end is already on the schedule. */
  get isEnding() {
    return this.#until !== null;
  }

  /** @param {number} frame @returns {boolean} whether anything is heard of it from `frame` on */
  soundsAfter(frame) {
    return this.#takes.some(({ end }) => end > frame);
  }

  /**
   * Goes on as the segment says, if it can without a gap.
   * @param {Segment} segment
   * @param {When} when
   * @returns {boolean} false: it cannot become that; let it go and begin another
   */
  follow(segment, { zero, soonest }) {
    const { grid } = this.instrument;
    const dueBy = (/** @type {number} */ bar) => barFrame(grid, zero, bar) < soonest;
    const begun = (this.#present?.frame ?? -Infinity) < soonest || dueBy(this.from);
    if (begun ? !dueBy(segment.from) : segment.from !== this.from) return false;
    if (segment.until === this.#until) return true;
    this.#until = segment.until;
    return this.#present?.endAt(this.#endFrame(zero), soonest) ?? this.isEnding;
  }

  /** Fades out as soon as can be; what has not begun never will. @param {When} when */
  silence({ now, soonest }) {
    for (const take of this.#takes) {
      if (take.frame >= now) take.drop();
      else if (take.end > soonest) take.endAt(soonest, soonest);
    }
  }

  /**
   * Carries on from frame `at` in phase with `when.zero`, a scheduled end with it.
   * @param {When} when
   * @param {number} at
   */
  jump(when, at) {
    const old = this.#present;
    if (!old || old.end <= at) return;
    if (old.frame >= at) old.drop();
    else if (!old.endAt(at + old.fade, when.soonest)) return;
    this.#begin(when, at);
  }

  /** Lets go of takes that were over by `frame`. @param {number} frame */
  sweep(frame) {
    for (const take of this.#takes) if (take.end < frame) take.drop();
    this.#takes = this.#takes.filter(({ end }) => end !== -Infinity);
  }
}
