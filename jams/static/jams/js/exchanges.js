// When to ask for the server's clock, and when its silence means that the line is dead.

/** @import { Timers } from "./types.js" */

/** Gaps before the next exchange, ms: quick at first, 2 s for half a minute, then 10 s. */
export const QUICK_MS = 60;
const QUICK_EXCHANGES = 12;
const WARM_MS = 2000;
const WARM_EXCHANGES = 15;
const SLOW_MS = 10_000;
/** No answer for so long, ms: the line is dead (a half-open connection never says so itself). */
export const SILENCE_MS = 8000;

/** @param {number} done exchanges asked for so far @returns {number} ms until the next */
export function gapMs(done) {
  if (done < QUICK_EXCHANGES) return QUICK_MS;
  return done < QUICK_EXCHANGES + WARM_EXCHANGES ? WARM_MS : SLOW_MS;
}

export class Exchanges {
  #done = 0;
  /** @type {unknown} */
  #next = null;
  /** @type {unknown} */
  #silence = null;

  /**
   * @param {{ ask: () => void, onSilence: () => void, timers: Timers, now: () => number }} shell
   *   `ask` sends one exchange
   */
  constructor({ ask, onSilence, timers, now }) {
    this.ask = ask;
    this.onSilence = onSilence;
    this.timers = timers;
    this.now = now;
  }

  /** From the quick ones: a new connection, a jump of a clock, a page that was asleep. */
  start() {
    this.stop();
    this.#done = 0;
    this.#step();
  }

  stop() {
    this.timers.clear(this.#next);
    this.heard();
  }

  /** Anything from the server proves that the line lives. */
  heard() {
    this.timers.clear(this.#silence);
    this.#silence = null;
  }

  #step() {
    this.ask();
    if (this.#silence === null) this.#listen(SILENCE_MS);
    this.#next = this.timers.set(() => this.#step(), gapMs(++this.#done));
  }

  /** @param {number} ms */
  #listen(ms) {
    const due = this.now() + ms;
    this.#silence = this.timers.set(() => {
      this.#silence = null;
      // A page that slept runs its timers before it reads its socket: give the answer a chance.
      if (this.now() > due + SILENCE_MS / 4) this.#listen(SILENCE_MS / 4);
      else this.onSilence();
    }, ms);
  }
}
