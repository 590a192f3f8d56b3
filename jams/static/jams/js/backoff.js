// What to do when the socket has closed: a pure decision.

import { CLOSE } from "./protocol.js";

/** @import { Connection } from "./types.js" */

/** The first wait is up to this long, ms; each next one up to twice as long. */
const BASE_MS = 500;
const MAX_MS = 15_000;
/** The server is short of something: don't press it. */
const BUSY_BASE_MS = 2000;
const BUSY_MAX_MS = 60_000;
/** Failing this often without ever getting through means that something blocks the way. */
export const HOPEFUL_ATTEMPTS = 4;
/** Who has been through may be in a tunnel, where attempts fail at once: so long, ms. */
export const HOPEFUL_MS = 15_000;

/**
 * @typedef {object} Closing
 * @property {number} code             the socket's close code
 * @property {number} attempt          closings since the last `joined`, this one included
 * @property {boolean} everJoined
 * @property {number} lostMs           ms since the first of these closings
 * @property {number | null} byeMs     the wait that the server's `bye` asked for
 * @property {number} random           0 up to 1
 */

/**
 * @typedef {object} Reaction
 * @property {Connection} connection
 * @property {number | null} waitMs    null: don't come back by itself
 * @property {boolean} forgetSeat      the token is no good
 */

/**
 * Full jitter, for a hundred thousand clients lose the same server at the same moment.
 * @param {number} baseMs
 * @param {number} maxMs
 * @param {number} attempt
 * @param {number} random
 */
const jittered = (baseMs, maxMs, attempt, random) =>
  Math.min(maxMs, baseMs * 2 ** Math.min(attempt - 1, 16)) * (0.2 + 0.8 * random);

/**
 * @param {Closing} closing
 * @returns {Reaction}
 */
export function reactionTo({ code, attempt, everJoined, lostMs, byeMs, random }) {
  if (code === CLOSE.REPLACED) return { connection: "replaced", waitMs: null, forgetSeat: false };
  if (code === CLOSE.FREED) return { connection: "freed", waitMs: null, forgetSeat: true };
  if (code === CLOSE.TOO_MANY_MESSAGES || code === CLOSE.NO_STATE_STORE) {
    const waitMs = jittered(BUSY_BASE_MS, BUSY_MAX_MS, attempt, random);
    return { connection: "busy", waitMs, forgetSeat: false };
  }
  const hopeless = everJoined ? lostMs >= HOPEFUL_MS : attempt >= HOPEFUL_ATTEMPTS;
  const trying = everJoined ? "reconnecting" : "connecting";
  const connection = hopeless ? "unreachable" : trying;
  if (code === CLOSE.BAD_TOKEN && attempt === 1) return { connection, waitMs: 0, forgetSeat: true };
  const backoff = jittered(BASE_MS, MAX_MS, attempt, random);
  const waitMs = byeMs === null ? backoff : byeMs * (1 + random / 2);
  return { connection, waitMs, forgetSeat: code === CLOSE.BAD_TOKEN };
}
