// Bars and cycles on the epoch the server and all clients share. Pure.

/**
 * Bar n starts at n x barMs since the Unix epoch on the server's clock; a cycle is one turn of a
 * loop.
 * @typedef {object} Timeline
 * @property {number} barMs
 * @property {number} barsPerLoop
 * @property {number} cycleMs
 */

/**
 * @param {{ bar_ms: number, bars_per_loop: number }} data the page's data
 * @returns {Timeline}
 */
export function timelineOf({ bar_ms, bars_per_loop }) {
  if (!(bar_ms > 0 && bars_per_loop > 0)) throw new RangeError("a bar must last");
  return { barMs: bar_ms, barsPerLoop: bars_per_loop, cycleMs: bar_ms * bars_per_loop };
}

/** @param {number} a @param {number} n @returns {number} a modulo n, never negative */
export const modulo = (a, n) => ((a % n) + n) % n;

/** @param {Timeline} timeline @param {number} ms @returns {number} the bar that sounds at `ms` */
export const barAt = ({ barMs }, ms) => Math.floor(ms / barMs);

/** @param {Timeline} timeline @param {number} bar @returns {number} ms at which it starts */
export const barStart = ({ barMs }, bar) => bar * barMs;

/**
 * The first bar that begins at least `leadMs` after `ms`; the server's rule for stamping.
 * @param {Timeline} timeline
 * @param {number} ms
 * @param {number} [leadMs]
 * @returns {number}
 */
export const nextBar = ({ barMs }, ms, leadMs = 0) => Math.ceil((ms + leadMs) / barMs);

/**
 * The distance from b to a on a circle of n, the short way round.
 * @param {number} a
 * @param {number} b
 * @param {number} n
 * @returns {number} from -n/2 up to n/2
 */
export const circularDistance = (a, b, n) => modulo(a - b + n / 2, n) - n / 2;
