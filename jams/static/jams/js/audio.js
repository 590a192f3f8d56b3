// The AudioContext and its troubles: it may be locked until a gesture, interrupted by a call,
// frozen by a driver, closed by the browser. Each time the next gesture brings it back.

/** @import { Timers } from "./types.js" */

/** @typedef {"locked" | "starting" | "running" | "blocked" | "unsupported"} AudioState */

/** A resume that has not worked by then, ms, will not work without a gesture. */
const RESUME_MS = 1500;
/** What counts as a gesture for one browser or another. */
const GESTURES = ["pointerdown", "pointerup", "touchend", "keydown"];

/**
 * @typedef {object} AudioShell
 * @property {typeof AudioContext | undefined} AudioContext
 * @property {number} sampleRate
 * @property {EventTarget | null} gestures
 * @property {{ type: string } | null} audioSession  navigator.audioSession, where it exists
 * @property {Timers} timers
 * @property {(context: AudioContext) => void} onContext  a new one; the old one is no good any more
 * @property {(state: AudioState) => void} onState
 */

export class AudioKeeper {
  /** @type {AudioContext | null} */
  context = null;
  /** @type {AudioState} */
  state = "locked";
  /** The context says it runs, and doesn't. */
  #frozen = false;
  /** It was asked to go on, in a gesture, and did not: the next one gets a new context. */
  #stuck = false;
  /** @type {unknown} */
  #waiting = null;

  /** @param {AudioShell} shell */
  constructor(shell) {
    this.shell = shell;
    if (!shell.AudioContext) this.state = "unsupported";
    // While it starts, too: the first event of a tap may be none that the browser counts.
    const recover = () => {
      if (this.state === "blocked" || this.state === "starting") this.unlock();
    };
    for (const gesture of GESTURES) {
      shell.gestures?.addEventListener(gesture, recover, { capture: true, passive: true });
    }
  }

  /** Call it inside a gesture. */
  unlock() {
    const { AudioContext, audioSession, timers } = this.shell;
    if (!AudioContext) return;
    if (audioSession) audioSession.type = "playback";
    const useless = this.context?.state === "closed" || this.#frozen || this.#stuck;
    if (!this.context || useless) this.#create(AudioContext);
    if (this.state !== "running") this.#become("starting");
    this.context?.resume().catch(() => this.#look());
    timers.clear(this.#waiting);
    this.#waiting = timers.set(() => this.#giveUp(), RESUME_MS);
    if (this.context?.state === "running") this.#look();
  }

  /** The page is seen again: where the browser lets us, go on without a gesture. */
  nudge() {
    if (this.state === "blocked" && !this.#frozen) this.context?.resume().catch(() => {});
  }

  /** Somebody noticed that the context's time stands still. */
  reportFrozen() {
    if (this.state !== "running") return;
    this.#frozen = true;
    this.#become("blocked");
    // Most browsers let a page that has sounded before sound again without a gesture.
    this.unlock();
  }

  /** @param {typeof AudioContext} Context */
  #create(Context) {
    this.context?.close().catch(() => {});
    this.#frozen = this.#stuck = false;
    const options = /** @type {const} */ ({ latencyHint: "playback" });
    let context;
    try {
      context = new Context({ ...options, sampleRate: this.shell.sampleRate });
    } catch {
      context = new Context(options);
    }
    context.onstatechange = () => context === this.context && this.#look();
    context.addEventListener("error", () => context === this.context && this.reportFrozen());
    this.context = context;
    this.shell.onContext(context);
  }

  /** The resume leads nowhere. */
  #giveUp() {
    this.#stuck = this.context?.state !== "running";
    this.#look();
  }

  /** Takes note of the context's own state. */
  #look() {
    if (this.context?.state === "running" && !this.#frozen) {
      this.shell.timers.clear(this.#waiting);
      this.#stuck = false;
      this.#become("running");
    } else if (this.state !== "locked") this.#become("blocked");
  }

  /** @param {AudioState} state */
  #become(state) {
    if (state === this.state) return;
    this.state = state;
    this.shell.onState(state);
  }
}
