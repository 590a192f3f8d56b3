// Where in the music the visitor is. Bars are counted as they are heard, not as they are sent:
// what is seen has to agree with the loudspeaker.

export const BEATS_PER_BAR = 4;

/** @param {number} value @param {number} by */
const modulo = (value, by) => ((value % by) + by) % by;

/**
 * The bar that is heard now, with its fraction.
 *
 * The server's clock says which bar it is, the heard origin says how far into it the ear is.
 * @param {number} serverMs the server's clock now
 * @param {number} pageMs `performance.now()`
 * @param {number} originMs a moment (page clock) at which a cycle began to be heard
 * @param {number} barMs
 */
export function heardBar(serverMs, pageMs, originMs, barMs) {
  const byServer = serverMs / barMs;
  const fraction = modulo(pageMs - originMs, barMs) / barMs;
  return Math.round(byServer - fraction) + fraction;
}

/** Milliseconds until `bar` is heard.
 * @param {number} bar @param {number} heard @param {number} barMs
 */
export const msUntil = (bar, heard, barMs) => (bar - heard) * barMs;

/** Beats left until `bar`, the one that is running counted in: 4, 3, 2, 1.
 * @param {number} bar @param {number} heard
 */
export const beatsLeft = (bar, heard) => Math.max(0, Math.ceil((bar - heard) * BEATS_PER_BAR));
