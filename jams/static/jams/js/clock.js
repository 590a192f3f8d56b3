// The server's clock, estimated from exchanges over the socket, NTP-style. Pure but for its memory.

/** How many exchanges are weighed. */
const WINDOW = 32;
/** How fast two crystals may drift apart: 100 parts per million. */
const DRIFT = 1e-4;
/** Slack before two exchanges contradict each other, ms: timer resolution, scheduling. */
const SLACK_MS = 5;
/** This many exchanges in a row must contradict the estimate before a clock has really jumped. */
const WITNESSES = 2;

/**
 * @typedef {object} Exchange
 * @property {number} rttMs    time on the wire, the server's own time taken off
 * @property {number} offsetMs server's clock minus ours
 * @property {number} atMs     our clock at the reply
 */

/**
 * How wrong an exchange may be by now: half its round trip (the two ways may differ by all of it)
 * and the drift since.
 * @param {Exchange} exchange
 * @param {number} nowMs
 */
const bound = ({ rttMs, atMs }, nowMs) => rttMs / 2 + Math.max(0, nowMs - atMs) * DRIFT;

export class ServerClock {
  /** @type {Exchange[]} */
  #exchanges = [];
  /** @type {Exchange[]} those in a row that the estimate cannot explain */
  #witnesses = [];
  /** @type {Exchange | null} */
  #best = null;

  /** Server's clock minus ours in ms, or null before the first exchange. */
  get offsetMs() {
    return this.#best ? this.#best.offsetMs : null;
  }

  /** Round trip in ms of the exchange the estimate rests on. */
  get rttMs() {
    return this.#best ? this.#best.rttMs : Infinity;
  }

  /** How many exchanges the estimate was chosen from. */
  get exchanges() {
    return this.#exchanges.length;
  }

  /**
   * Takes in a reply.
   * @param {{ sent: number, received_ms: number, replied_ms: number }} reply `sent` by our clock
   * @param {number} nowMs our clock as the reply came
   * @returns {boolean} whether a clock has jumped: earlier exchanges were thrown away
   */
  take({ sent, received_ms, replied_ms }, nowMs) {
    const rttMs = nowMs - sent - (replied_ms - received_ms);
    if (!(rttMs >= 0)) return false;
    const exchange = {
      rttMs,
      offsetMs: (received_ms - sent + replied_ms - nowMs) / 2,
      atMs: nowMs,
    };
    const contradicted = this.#contradicted(exchange);
    const jumped = this.#witnesses.length >= WITNESSES;
    if (contradicted && !jumped) return false;
    if (jumped) this.#exchanges = this.#witnesses.splice(0);
    else this.#exchanges.push(exchange);
    if (this.#exchanges.length > WINDOW) this.#exchanges.shift();
    this.#best = this.#exchanges.reduce((a, b) => (bound(b, nowMs) < bound(a, nowMs) ? b : a));
    return jumped;
  }

  /**
   * Both bounds hold if neither clock has jumped; so estimates further apart than both tell of one.
   * @param {Exchange} exchange
   * @returns {boolean} whether it is kept as a witness, apart from the others
   */
  #contradicted(exchange) {
    const best = this.#best;
    if (!best || this.#exchanges.length === 0) return false;
    const apart = Math.abs(exchange.offsetMs - best.offsetMs);
    const explained = bound(exchange, exchange.atMs) + bound(best, exchange.atMs) + SLACK_MS;
    if (apart <= explained) this.#witnesses = [];
    else this.#witnesses.push(exchange);
    return apart > explained;
  }

  /** @param {number} nowMs our clock @returns {number} the server's, ms since the Unix epoch */
  at(nowMs) {
    return nowMs + (this.offsetMs ?? 0);
  }

  /**
   * A first guess from a message that merely carries the server's time (late by half a round trip).
   * @param {number} serverMs
   * @param {number} nowMs
   */
  guess(serverMs, nowMs) {
    this.#best ??= { rttMs: 2000, offsetMs: serverMs - nowMs, atMs: nowMs };
  }
}
