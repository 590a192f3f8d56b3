// When is a frame of the context heard? A mean of many readings of the output timestamp.
//
// On a real device one reading is off by up to a hardware buffer either way (a saw-tooth), so the
// readings are taken at uneven moments and averaged; a lasting step (an underrun, another device)
// throws the old ones away.

const WINDOW_MS = 15_000;
/** So many readings make an estimate. */
export const ENOUGH = 10;
/** A context that starts fills its buffers: the first readings lie up to all of them too early. */
const FINE_SCATTER_MS = 4;
/** A coarse device never reads so finely; after this time, ms, its scatter may be larger. */
const PATIENCE_MS = 700;
const COARSE_SCATTER_MS = 60;
/** A context that has no timestamp by then, s, will never have one. */
const NO_TIMESTAMP_S = 0.5;
/** A step, ms: all of the newest readings off the older ones by more than most of their scatter. */
const STEP_MS = 7;
const STEP_SCATTER = 0.6;

/** @typedef {{ atMs: number, zeroMs: number }} Reading `zeroMs`: our clock as frame 0 is heard */

/**
 * The mean of the middle half: as good as the mean for a saw-tooth, and deaf to a late timer.
 * @param {Reading[]} readings
 */
function middle(readings) {
  const values = readings.map(({ zeroMs }) => zeroMs).sort((a, b) => a - b);
  const cut = Math.floor(values.length / 4);
  const half = values.slice(cut, values.length - cut);
  return half.reduce((sum, value) => sum + value, 0) / half.length;
}

/** @param {Reading[]} readings */
function scatter(readings) {
  const values = readings.map(({ zeroMs }) => zeroMs);
  return Math.max(...values) - Math.min(...values);
}

/**
 * One reading: the moment, on our clock, at which frame 0 of the context is, was or would be heard.
 * Chromium's timestamp has the output latency in it. Firefox's lies on currentTime, without it.
 * Safari's may be zeros.
 * @param {Pick<AudioContext, "getOutputTimestamp" | "currentTime" | "outputLatency" | "baseLatency">} context
 * @param {number} nowMs
 * @returns {number | null} ms, or null while the context has not begun
 */
export function readZeroMs(context, nowMs) {
  const { currentTime } = context;
  const latency = (context.outputLatency || 0) * 1000;
  const { performanceTime = 0, contextTime = 0 } = context.getOutputTimestamp?.() ?? {};
  const rendered = nowMs - currentTime * 1000;
  if (performanceTime > 0 && contextTime > 0) {
    const zeroMs = performanceTime - contextTime * 1000;
    return Math.abs(zeroMs - rendered) < 1 ? zeroMs + latency : zeroMs;
  }
  if (currentTime < NO_TIMESTAMP_S) return null;
  return rendered + latency + (context.baseLatency || 0) * 1000;
}

export class OutputClock {
  /** @type {Reading[]} */
  #readings = [];
  /** @type {number | null} our clock at the first reading */
  #beganMs = null;
  #settled = false;

  /** @param {number} zeroMs @param {number} nowMs */
  add(zeroMs, nowMs) {
    this.#beganMs ??= nowMs;
    this.#readings.push({ atMs: nowMs, zeroMs });
    const fresh = this.#readings.findIndex(({ atMs }) => nowMs - atMs <= WINDOW_MS);
    const old = Math.min(fresh, this.#readings.length - ENOUGH);
    if (old > 0) this.#readings.splice(0, old);
    if (this.#settled) this.#forgetBeforeStep();
    else this.#settle(nowMs - this.#beganMs);
  }

  /** @param {number} elapsedMs */
  #settle(elapsedMs) {
    const recent = this.#readings.slice(-ENOUGH);
    const limit = elapsedMs < PATIENCE_MS ? FINE_SCATTER_MS : COARSE_SCATTER_MS;
    if (recent.length < ENOUGH || scatter(recent) > limit) return;
    this.#settled = true;
    this.#readings = recent;
  }

  #forgetBeforeStep() {
    const recent = this.#readings.slice(-ENOUGH);
    const older = this.#readings.slice(0, -ENOUGH);
    if (older.length < ENOUGH) return;
    const limit = Math.max(STEP_MS, STEP_SCATTER * scatter(older));
    const off = recent.map(({ zeroMs }) => zeroMs - middle(older));
    if (off.every((ms) => ms > limit) || off.every((ms) => ms < -limit)) this.#readings = recent;
  }

  /** The device, the context or the whole page was interrupted. */
  reset() {
    this.#readings = [];
    this.#beganMs = null;
    this.#settled = false;
  }

  /** Whether the estimate can be relied on. */
  get settled() {
    return this.#settled;
  }

  /** Our clock (ms) at which frame 0 is heard; null without any reading. */
  get zeroMs() {
    return this.#readings.length ? middle(this.#readings) : null;
  }
}
