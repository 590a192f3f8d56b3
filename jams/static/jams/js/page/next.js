// When the page has to be looked at again although nothing has come in.

import { BEATS_PER_BAR } from "./clock.js";

/** A timer may be early by a fraction of a millisecond; the beat must have begun. */
const LATE_MS = 6;

/**
 * Milliseconds until the next beat while your own start or stop is counted down, until the bar
 * line while somebody else's waits, null while nothing does.
 * @param {import("./types.js").SeatLook[]} seats @param {number} heard @param {number} barMs
 */
export function nextMoment(seats, heard, barMs) {
  const pending = seats.filter((seat) => seat.bar > heard);
  if (pending.length === 0) return null;
  const grid = pending.some((seat) => seat.me) ? BEATS_PER_BAR : 1;
  const position = heard * grid;
  return ((Math.floor(position) + 1 - position) / grid) * barMs + LATE_MS;
}
