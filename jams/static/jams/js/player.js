// One context's player: its bus, its output clock and its transport, kept going by a tick.

import { MasterBus } from "./bus.js";
import { gridOf, idealZero } from "./frames.js";
import { OutputClock, readZeroMs } from "./output-clock.js";
import { modulo } from "./timeline.js";
import { Transport } from "./transport.js";

/** @import { Timeline } from "./timeline.js" */
/** @import { Mix, Segment, Timers } from "./types.js" */

/** Gap between ticks, ms: at first to know the time soon, later to notice drift. */
const FIRST_TICK_MS = 20;
const TICK_MS = 250;
/** The context's time standing still for so long, ms, means that it is frozen. */
const FROZEN_MS = 2500;
/** One gap between ticks counts for so much at most, ms: it may have been the page that slept. */
const STILL_MS = 1000;

/**
 * @typedef {object} PlayerShell
 * @property {AudioContext} context
 * @property {Timeline} timeline
 * @property {(loop: string) => AudioBuffer | null} bufferOf
 * @property {() => number | null} offsetMs  server's clock minus ours
 * @property {Timers} timers
 * @property {() => number} now
 * @property {() => number} random
 * @property {() => void} onAnchor           it knows the time: give it the score
 * @property {() => void} onTick
 * @property {() => void} onFrozen
 */

export class Player {
  #output = new OutputClock();
  #trimMs = 0;
  /** Our clock (ms) as frame 0 is heard, by the last good estimate. @type {number | null} */
  #zeroMs = null;
  /** @type {unknown} */
  #timer = null;
  /** For how long the context's time has stood still by `atMs`. */
  #progress = { currentTime: -1, stillMs: 0, atMs: 0 };

  /** @param {PlayerShell} shell */
  constructor(shell) {
    const { context, timeline, bufferOf } = shell;
    this.shell = shell;
    this.bus = new MasterBus(context);
    this.transport = new Transport({
      context,
      grid: gridOf(timeline, context.sampleRate),
      bufferOf,
      outputOf: (loop) => this.bus.inputOf(loop),
    });
  }

  /** Begins, or begins again after an interruption. */
  start() {
    this.stop();
    this.#output.reset();
    this.#progress = { currentTime: -1, stillMs: 0, atMs: this.shell.now() };
    this.#tick();
  }

  stop() {
    this.shell.timers.clear(this.#timer);
  }

  get isAnchored() {
    return this.transport.zero !== null;
  }

  /** @param {Segment[]} score */
  play(score) {
    this.transport.play(score);
  }

  /** @param {Mix} mix */
  setMix(mix) {
    this.#trimMs = mix.trimMs;
    this.bus.setMix(mix);
  }

  /**
   * @returns {number | null} our clock (ms) as a cycle is heard to begin, the trim taken in; from 0
   *   up to a cycle
   */
  get originMs() {
    const { zero, grid } = this.transport;
    if (zero === null || this.#zeroMs === null) return null;
    const heard = this.#zeroMs + this.#trimMs + (zero * 1000) / grid.sampleRate;
    return modulo(heard, this.shell.timeline.cycleMs);
  }

  #tick() {
    const { context, now, random, timers, onTick, onFrozen } = this.shell;
    const zeroMs = readZeroMs(context, now());
    if (zeroMs !== null) this.#output.add(zeroMs, now());
    if (this.#output.settled) this.#steer();
    const wait = this.#output.settled && this.isAnchored ? TICK_MS : FIRST_TICK_MS;
    // Uneven, or the readings would beat against the hardware's buffers.
    this.#timer = timers.set(() => this.#tick(), wait * (0.6 + 0.8 * random()));
    onTick();
    if (this.#isFrozen()) onFrozen();
  }

  #steer() {
    const offsetMs = this.shell.offsetMs();
    const { zeroMs } = this.#output;
    if (offsetMs === null || zeroMs === null) return;
    this.#zeroMs = zeroMs;
    const { transport } = this;
    const ideal = idealZero(transport.grid, { offsetMs, zeroMs, trimMs: this.#trimMs });
    if (transport.zero !== null) transport.steer(ideal);
    else {
      transport.anchor(ideal);
      this.shell.onAnchor();
    }
  }

  #isFrozen() {
    const { currentTime, state } = this.shell.context;
    const nowMs = this.shell.now();
    const before = this.#progress;
    const moves = currentTime !== before.currentTime || state !== "running";
    const stillMs = moves ? 0 : before.stillMs + Math.min(nowMs - before.atMs, STILL_MS);
    this.#progress = { currentTime, stillMs, atMs: nowMs };
    return stillMs > FROZEN_MS;
  }
}
