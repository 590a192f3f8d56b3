// Where in the music the visitor is. Bars are counted as they are heard, not as they are sent:
// what is seen has to agree with the loudspeaker.

const BEATS_PER_BAR = 4;

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

/** A timer may be early by a fraction of a millisecond; the beat must have begun. */
const LATE_MS = 6;

/**
 * When the page has to be looked at again although nothing has come in: milliseconds until the next
 * beat while your own start or stop is counted down, until the bar line while somebody else's
 * waits, null while nothing does.
 * @param {import("./types.js").SeatLook[]} seats @param {number} heard @param {number} barMs
 */
export function nextMoment(seats, heard, barMs) {
  const pending = seats.filter((seat) => seat.bar > heard);
  if (pending.length === 0) return null;
  const grid = pending.some((seat) => seat.me) ? BEATS_PER_BAR : 1;
  const position = heard * grid;
  return ((Math.floor(position) + 1 - position) / grid) * barMs + LATE_MS;
}
