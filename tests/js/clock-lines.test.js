// The server's clock on lines of all kinds, simulated: how far apart two pages come to be, and how
// soon a jump is followed. The seed is fixed, so the figures are the same at every run.

import assert from "node:assert/strict";
import { test } from "node:test";

import { ServerClock } from "../../jams/static/jams/js/clock.js";
import { gapMs } from "../../jams/static/jams/js/exchanges.js";

const MARKS_MS = [1000, 5000, 31_000, 600_000];
const PAIRS = 100;
const PPM = 30;

/** The yardstick: the one exchange with the shortest round trip, its age counted in. */
class BestExchange {
  #exchanges = [];
  offsetMs = null;

  take({ sent, received_ms, replied_ms }, nowMs) {
    const [upper, lower] = [received_ms - sent, replied_ms - nowMs];
    this.#exchanges.push({ upper, lower, atMs: nowMs });
    this.#exchanges = this.#exchanges.slice(-32);
    const bound = (one) => (one.upper - one.lower) / 2 + (nowMs - one.atMs) * 1e-4;
    const best = this.#exchanges.reduce((a, b) => (bound(b) < bound(a) ? b : a));
    this.offsetMs = (best.upper + best.lower) / 2;
    return false;
  }
}

/** Numbers from 0 up to 1, the same for the same seed (a xorshift generator). */
function randomFrom(seed) {
  let state = Math.imul(seed, 0x9e3779b1);
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** A page on a line: half of `rtt` each way and an exponential delay, and a crystal of its own. */
class SimulatedPage {
  nowMs = 0;
  jumps = 0;
  jumpedMs = 0;
  /** Answers on their way, in order: a line does not overtake itself. */
  #answers = [];
  #asked = 0;
  #nextMs = 0;
  #lastUp = 0;
  #lastDown = 0;

  constructor(clock, random, { rtt, up, down, ppm }) {
    Object.assign(this, { clock, random, rtt, up, down });
    this.drift = (2 * random() - 1) * ppm * 1e-6;
  }

  offsetAt(ms) {
    return 5000 + this.drift * ms + this.jumpedMs;
  }

  /** How wrong the page's clock is at this moment, ms. */
  get errorMs() {
    return this.clock.offsetMs - this.offsetAt(this.nowMs);
  }

  #arrival(sent, mean, last) {
    return Math.max(sent + this.rtt / 2 - Math.log(1 - this.random()) * mean, last);
  }

  /** A question leaves; the next one by the product's schedule, whether answered or not. */
  #ask() {
    this.nowMs = this.#nextMs;
    this.#lastUp = this.#arrival(this.nowMs, this.up, this.#lastUp);
    this.#lastDown = this.#arrival(this.#lastUp, this.down, this.#lastDown);
    const server = this.#lastUp + this.offsetAt(this.#lastUp);
    const reply = { sent: this.nowMs, received_ms: server, replied_ms: server };
    this.#answers.push({ reply, atMs: this.#lastDown });
    this.#asked += 1;
    this.#nextMs += gapMs(this.#asked);
  }

  #hear({ reply, atMs }) {
    this.nowMs = atMs;
    if (!this.clock.take(reply, atMs)) return;
    this.jumps += 1;
    this.#asked = 0;
    this.#nextMs = atMs;
  }

  /** All that happens until then. */
  run(untilMs) {
    for (;;) {
      const answered = this.#answers.length > 0 && this.#answers[0].atMs <= this.#nextMs;
      const next = answered ? this.#answers[0].atMs : this.#nextMs;
      if (next > untilMs) break;
      if (answered) this.#hear(this.#answers.shift());
      else this.#ask();
    }
    this.nowMs = untilMs;
    return this;
  }
}

/** The middle distance between two pages' clocks, at each mark, ms. */
function spreads(Clock, line) {
  const all = MARKS_MS.map(() => []);
  for (let pair = 0; pair < PAIRS; pair += 1) {
    // Of its own, so that the same messages are as late with either clock.
    const random = (side) => randomFrom(1000 * (2 * pair + side + 1));
    const pages = [0, 1].map(
      (side) => new SimulatedPage(new Clock(), random(side), { ppm: PPM, ...line }),
    );
    MARKS_MS.forEach((mark, i) => {
      const [a, b] = pages.map((page) => page.run(mark).errorMs);
      all[i].push(Math.abs(a - b));
    });
  }
  return all.map((values) => values.sort((a, b) => a - b)[PAIRS / 2]);
}

for (const rtt of [0, 100, 300]) {
  for (const jitter of [0, 5, 20]) {
    test(`two pages are closer than by their best exchanges: ${rtt} ms, jitter ${jitter}`, (t) => {
      const line = { rtt, up: jitter, down: jitter };
      const [ours, best] = [spreads(ServerClock, line), spreads(BestExchange, line)];
      t.diagnostic(`${ours.map((ms) => ms.toFixed(2))} ms for ${best.map((ms) => ms.toFixed(2))}`);
      ours.forEach((ms, i) => assert.ok(ms <= best[i] * (jitter ? 0.85 : 1) + 0.05));
      if (jitter) assert.ok(ours[1] < best[1] * 0.6);
    });
  }
}

test("a line with jitter one way only is no worse for it", () => {
  for (const line of [
    { rtt: 300, up: 20, down: 0 },
    { rtt: 100, up: 0, down: 20 },
  ]) {
    const [ours, best] = [spreads(ServerClock, line), spreads(BestExchange, line)];
    ours.forEach((ms, i) => assert.ok(ms <= best[i] * 1.05 + 0.05, `${ours} for ${best}`));
  }
});

test("jitter and drift alone hardly ever look like a jump", () => {
  const random = randomFrom(777);
  let jumps = 0;
  for (let hour = 0; hour < 10; hour += 1) {
    const line = { rtt: 100, up: 5, down: 5, ppm: 100 };
    jumps += new SimulatedPage(new ServerClock(), random, line).run(3_600_000).jumps;
  }
  assert.ok(jumps <= 5, `${jumps} in ten hours`);
});

test("a jump is followed within ten seconds, whenever it comes", () => {
  const random = randomFrom(4242);
  for (const jump of [-60_000, -800, -60, 60, 200, 800]) {
    for (const jitter of [0, 5]) {
      const line = { rtt: 100, up: jitter, down: jitter, ppm: PPM };
      const page = new SimulatedPage(new ServerClock(), random, line);
      const jumpMs = 300_000 + random() * 20_000;
      page.run(jumpMs).jumpedMs = jump;
      page.run(jumpMs + 10_500);
      assert.ok(Math.abs(page.errorMs) < 2 + jitter, `${jump}: ${page.errorMs}`);
    }
  }
});
