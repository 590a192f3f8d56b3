// A voice: one segment of the score as sound, through corrections and changes of mind.

import { barFrame, framesIn, planStart } from "./frames.js";

/** @import { Grid, Start } from "./frames.js" */
/** @import { Segment } from "./types.js" */

/** @typedef {{ context: BaseAudioContext, buffer: AudioBuffer, output: AudioNode, grid: Grid }} Instrument */

/**
 * @typedef {object} When
 * @property {number} zero     see frames.js
 * @property {number} now      the frame the context has come to
 * @property {number} soonest  the first frame at which a start or a fade can still be scheduled
 */

/** Length of every fade, ms: too short to notice, too long to click. */
const FADE_MS = 12;

/**
 * One source node playing one loop once, with a fade of its own. A source cannot be moved or started
 * twice, so a correction ends one take and begins another.
 */
class Take {
  /**
   * @param {object} options
   * @param {BaseAudioContext} options.context
   * @param {AudioBuffer} options.buffer
   * @param {AudioNode} options.output
   * @param {Grid} options.grid
   * @param {Start} options.start
   */
  constructor({ context, buffer, output, grid, start }) {
    this.rate = grid.sampleRate;
    this.fade = framesIn(grid, FADE_MS);
    this.frame = start.frame;
    /** The frame from which it is silent. */
    this.end = Infinity;
    this.gain = new GainNode(context, { gain: start.onTime ? 1 : 0 });
    this.source = new AudioBufferSourceNode(context, { buffer, loop: true });
    this.source.connect(this.gain).connect(output);
    if (!start.onTime) this.#ramp(0, 1, start.frame);
    this.source.start(start.frame / this.rate, start.offset / this.rate);
  }

  /** @param {number} from @param {number} to @param {number} frame at which it begins */
  #ramp(from, to, frame) {
    this.gain.gain.setValueAtTime(from, frame / this.rate);
    this.gain.gain.linearRampToValueAtTime(to, (frame + this.fade) / this.rate);
  }

  /**
   * Fades out so that `end` is the first silent frame, or takes such an end back (Infinity).
   * @param {number} end
   * @param {number} soonest the first frame that can still be scheduled
   * @returns {boolean} false: it is fading already, or has to be before anything can change
   */
  endAt(end, soonest) {
    if (this.end - this.fade < soonest) return false;
    if (end === this.end) return true;
    // Half a frame earlier: the events at exactly that frame have to go.
    const scheduled = (this.end - this.fade - 0.5) / this.rate;
    if (this.end !== Infinity) this.gain.gain.cancelScheduledValues(scheduled);
    // A take that has just begun is let in before it is let out.
    const earliest = Math.max(soonest, this.frame + this.fade) + this.fade;
    this.end = Math.max(end, earliest);
    if (end !== Infinity) this.#ramp(1, 0, this.end - this.fade);
    return true;
  }

  /** Silences it at once: for a take that has not begun or is over. */
  drop() {
    if (this.end === -Infinity) return;
    this.source.stop();
    this.source.disconnect();
    this.gain.disconnect();
    this.end = -Infinity;
  }
}

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
