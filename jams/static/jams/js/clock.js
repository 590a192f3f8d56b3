// The server's clock, estimated from exchanges over the socket, NTP-style. Pure but for its memory.
//
// No message arrives before it is sent. So the way up bounds the offset from above, the way down
// from below, and of many exchanges the quickest way up and the quickest way down count, though
// they be of different ones. The middle is off by half of what the two ways differ at their best.

/** How many exchanges are weighed. */
const WINDOW = 32;
/** How fast two crystals may drift apart: 100 parts per million. */
const DRIFT = 1e-4;
/** Slack before two bounds contradict each other, ms: timer resolution. */
const SLACK_MS = 5;
/** So many exchanges tell how late messages on this line are. */
const ENOUGH = 12;
/** How far newer bounds may be within the older ones: see `sinceJump`. */
const SURPRISE = 10;

/**
 * What is known of the offset, the server's clock minus ours.
 * @typedef {object} Bounds
 * @property {number} upper ms: it is at most this
 * @property {number} lower ms: it is at least this
 */
/** @typedef {Bounds & { atMs: number }} Exchange `atMs`: our clock at the reply */

/** @type {Bounds} */
const NOTHING = Object.freeze({ upper: Infinity, lower: -Infinity });

/**
 * @param {Bounds} a
 * @param {Bounds} b
 * @returns {Bounds} what both say together
 */
const both = (a, b) => ({
  upper: Math.min(a.upper, b.upper),
  lower: Math.max(a.lower, b.lower),
});

/** @param {Exchange} exchange @param {number} nowMs @returns {Bounds} with the drift since */
function aged({ upper, lower, atMs }, nowMs) {
  const drift = Math.max(0, nowMs - atMs) * DRIFT;
  return { upper: upper + drift, lower: lower - drift };
}

/**
 * The bounds that are the closest by now, as they were: drift may go either way.
 * @param {Exchange[]} exchanges
 * @param {number} nowMs
 * @returns {Bounds}
 */
function closest(exchanges, nowMs) {
  const least = (/** @type {(one: Exchange) => number} */ cost) =>
    exchanges.reduce((best, one) => (cost(one) <= cost(best) ? one : best));
  const { upper } = least((one) => aged(one, nowMs).upper);
  const { lower } = least((one) => -aged(one, nowMs).lower);
  return { upper, lower };
}

/**
 * How much closer than the closest of these bounds later ones may come without a jump: by chance,
 * the quickest of n messages being late by an n-th of their mean, and ten times as late once in
 * e^10 cases; and by drift. Of a few messages little is known; later ones may then come as close
 * as the opposite bounds.
 * @param {number[]} distances of the bounds from the closest of them, ms
 * @param {number} driftMs since then
 * @param {number} width from the closest upper bound to the closest lower one, ms
 */
function leeway(distances, driftMs, width) {
  const mean = distances.reduce((sum, ms) => sum + ms, 0) / distances.length;
  const chance = distances.length < ENOUGH ? Infinity : (SURPRISE * mean) / distances.length;
  return Math.min(chance + 2 * driftMs, width) + SLACK_MS;
}

/**
 * Finds a jump of a clock. Lateness can't feign it: what a late message says is vague, never false.
 * @param {Exchange[]} exchanges the oldest first
 * @param {number} nowMs
 * @returns {number} how many at the end contradict those before; 0: none
 */
function sinceJump(exchanges, nowMs) {
  const bounds = exchanges.map((one) => aged(one, nowMs));
  let newer = NOTHING;
  for (let count = 1; count < bounds.length; count += 1) {
    newer = both(newer, bounds[bounds.length - count]);
    const older = bounds.slice(0, -count);
    const drift = (nowMs - exchanges[older.length - 1].atMs) * DRIFT;
    const { upper, lower } = older.reduce(both, NOTHING);
    const below = leeway(older.map((one) => one.upper - upper), drift, upper - lower);
    const above = leeway(older.map((one) => lower - one.lower), drift, upper - lower);
    if (newer.upper < upper - below || newer.lower > lower + above) return count;
  }
  return 0;
}

export class ServerClock {
  /** @type {Exchange[]} */
  #exchanges = [];
  /** @type {Bounds | null} */
  #bounds = null;

  /** Server's clock minus ours in ms, or null before it has said anything. */
  get offsetMs() {
    return this.#bounds && (this.#bounds.upper + this.#bounds.lower) / 2;
  }

  /** The shortest round trip in ms, made up of the quickest way up and the quickest down. */
  get rttMs() {
    return this.#bounds ? Math.max(0, this.#bounds.upper - this.#bounds.lower) : Infinity;
  }

  /**
   * Takes in a reply.
   * @param {{ sent: number, received_ms: number, replied_ms: number }} reply `sent` by our clock
   * @param {number} nowMs our clock as the reply came
   * @returns {boolean} whether a clock has jumped: earlier exchanges were thrown away
   */
  take({ sent, received_ms, replied_ms }, nowMs) {
    const exchange = { upper: received_ms - sent, lower: replied_ms - nowMs, atMs: nowMs };
    if (!(exchange.lower <= exchange.upper)) return false;
    const exchanges = [...this.#exchanges, exchange].slice(-WINDOW);
    const since = sinceJump(exchanges, nowMs);
    this.#exchanges = exchanges.slice(-since);
    this.#bounds = closest(this.#exchanges, nowMs);
    return since > 0;
  }

  /** @param {number} nowMs our clock @returns {number} the server's, ms since the Unix epoch */
  at(nowMs) {
    return nowMs + (this.offsetMs ?? 0);
  }

  /**
   * A guess from a message that merely carries the server's time (late by half a round trip). Only
   * for the first, or if nothing that was known before can be true any more.
   * @param {number} serverMs
   * @param {number} nowMs
   */
  guess(serverMs, nowMs) {
    const guessed = serverMs - nowMs;
    if (this.#bounds && guessed <= this.#upperAt(nowMs) + SLACK_MS) return;
    // A message that comes before it was sent: our clock stood still, as it does in some sleeps.
    this.#exchanges = [];
    this.#bounds = { upper: guessed, lower: guessed };
  }

  /** The most that the offset can be by now, ms. @param {number} nowMs */
  #upperAt(nowMs) {
    const { upper } = /** @type {Bounds} */ (this.#bounds);
    const last = this.#exchanges.at(-1);
    return last ? aged({ ...last, upper }, nowMs).upper : upper;
  }
}
