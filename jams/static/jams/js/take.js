// One source node playing one loop once, with a fade of its own. A source cannot be moved or
// started twice, so a correction ends one take and begins another.

import { framesIn } from "./frames.js";

/** @import { Grid, Start } from "./frames.js" */

/** Length of every fade, ms: too short to notice, too long to click. */
const FADE_MS = 12;

export class Take {
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
