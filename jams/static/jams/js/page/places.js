// Which loop sits where around the record. Place 0 is the visitor's own, at the bottom.

/**
 * Give each loop a place.
 *
 * You always sit at the bottom and the others follow clockwise. Once seated nobody is moved
 * about: a swap only exchanges the two loops it is about.
 * @param {string[] | null} before the places until now, null at the first time
 * @param {string[]} loops all loops, in the kit's order
 * @param {string | null} mine
 * @returns {string[]} the loop of each place
 */
export function placesOf(before, loops, mine) {
  const start = mine === null ? -1 : loops.indexOf(mine);
  if (before === null) return start < 0 ? loops : [...loops.slice(start), ...loops.slice(0, start)];
  const from = mine === null ? 0 : before.indexOf(mine);
  if (from <= 0) return before;
  const after = [...before];
  after[from] = before[0];
  after[0] = before[from];
  return after;
}
