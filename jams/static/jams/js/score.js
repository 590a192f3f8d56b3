// The score: everything that has to sound, from everything that is known. Pure.

import { segmentOf } from "./presence.js";

/** @import { Segment, User } from "./types.js" */

/**
 * The house band: the kit's other loops, for you alone while you are alone.
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
function bandSegments(band, kit, users) {
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

/**
 * @param {object} known
 * @param {User[]} known.users
 * @param {Segment[]} known.leaving
 * @param {Band | null} known.band
 * @param {string[]} known.kit loops of the kit, in order
 * @param {number} nowBar
 * @returns {Segment[]} each key at most once
 */
export function scoreOf({ users, leaving, band, kit }, nowBar) {
  const parts = [
    ...users.map((user) => segmentOf(user, nowBar)),
    ...users.map(({ outgoing }) => outgoing),
    ...leaving,
    ...bandSegments(band, kit, users),
  ];
  /** @type {Map<string, Segment>} */
  const score = new Map();
  for (const part of parts) {
    const over = part === null || (part.until !== null && part.until <= nowBar);
    if (!over && !score.has(part.key)) score.set(part.key, part);
  }
  return [...score.values()];
}
