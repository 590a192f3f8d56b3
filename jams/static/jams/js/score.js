// The score: everything that has to sound, from everything that is known. Pure.

import { bandSegments } from "./band.js";
import { segmentOf } from "./presence.js";

/** @import { Band } from "./band.js" */
/** @import { Segment, User } from "./types.js" */

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
