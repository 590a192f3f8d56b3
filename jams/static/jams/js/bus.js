// The master bus of one context: a gain for each loop, the master at -6 dB, and a soft clip that
// only an unforeseen sum would reach.

import { gainOf, loopGain } from "./mix.js";

/** @import { Mix } from "./types.js" */

/** -6 dB: seven loops at once stay below half of full scale. */
export const MASTER_GAIN = 0.5;
/** Up to here the clip changes nothing. */
const KNEE = 0.7;
const CURVE_POINTS = 4097;
/** A moved slider takes this long, s, so that it does not crackle. */
const GLIDE_S = 0.02;

/** @param {number} level 0 to 1 @returns {number} */
const clipped = (level) =>
  level <= KNEE ? level : KNEE + (1 - KNEE) * Math.tanh((level - KNEE) / (1 - KNEE));

/** @returns {Float32Array<ArrayBuffer>} the identity up to the knee, then ever flatter */
export function softClipCurve() {
  const middle = (CURVE_POINTS - 1) / 2;
  return Float32Array.from({ length: CURVE_POINTS }, (_, point) => {
    const level = (point - middle) / middle;
    return Math.sign(level) * clipped(Math.abs(level));
  });
}

export class MasterBus {
  /** @type {Map<string, GainNode>} */
  #loops = new Map();
  /** @type {Mix | null} */
  #mix = null;

  /** @param {BaseAudioContext} context */
  constructor(context) {
    this.context = context;
    const stereo = /** @type {const} */ ({ channelCount: 2, channelCountMode: "explicit" });
    this.master = new GainNode(context, { gain: MASTER_GAIN, ...stereo });
    /** Whatever is heard leaves here. */
    this.output = new WaveShaperNode(context, { curve: softClipCurve() });
    this.master.connect(this.output).connect(context.destination);
  }

  /** @param {string} loop @returns {AudioNode} where the loop's voices go */
  inputOf(loop) {
    let gain = this.#loops.get(loop);
    if (!gain) {
      gain = new GainNode(this.context, { gain: this.#mix ? loopGain(this.#mix, loop) : 1 });
      gain.connect(this.master);
      this.#loops.set(loop, gain);
    }
    return gain;
  }

  /** @param {Mix} mix */
  setMix(mix) {
    this.#mix = mix;
    this.#glide(this.master.gain, MASTER_GAIN * gainOf(mix.master));
    for (const [loop, { gain }] of this.#loops) this.#glide(gain, loopGain(mix, loop));
  }

  /** @param {AudioParam} param @param {number} value */
  #glide(param, value) {
    const { currentTime } = this.context;
    param.cancelScheduledValues(currentTime);
    param.setValueAtTime(param.value, currentTime);
    param.linearRampToValueAtTime(value, currentTime + GLIDE_S);
  }
}
