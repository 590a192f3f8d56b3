// The house band: the kit's other loops, for you alone while you are alone. Pure.

/** @import { Segment, User } from "./types.js" */

/**
 * @typedef {object} Band
 * @property {number} from          the bar it comes in at
 * @property {number | null} until  the bar it bows out at
 */

/**
 * When the band plays a loop: not while it is a user's; in a swap the two change at its bar.
 * @param {string} loop
 * @param {Band} band
 * @param {User[]} users
 * @returns {Segment | null}
 */
function bandSegment(loop, band, users) {
  const segment = { key: `band/${loop}`, loop, from: band.from, until: band.until };
  const owner = users.find((user) => user.loop === loop);
  if (owner) return owner.outgoing ? { ...segment, until: owner.bar } : null;
  const freed = users.find((user) => user.outgoing?.loop === loop);
  return freed ? { ...segment, from: Math.max(band.from, freed.bar) } : segment;
}

/**
 * @param {Band | null} band
 * @param {string[]} kit loops of the kit, in order
 * @param {User[]} users
 * @returns {(Segment | null)[]}
 */
export function bandSegments(band, kit, users) {
  return band ? kit.map((loop) => bandSegment(loop, band, users)) : [];
}

/**
 * @param {Band | null} band
 * @param {number} bar the next one
 * @returns {Band | null} the band on its way out
 */
export function bowOut(band, bar) {
  if (!band || band.from >= bar) return null;
  return { ...band, until: Math.min(bar, band.until ?? Infinity) };
}
