// Everything that is heard: context, player and loops together; given a score and a mix.

import { AudioKeeper } from "./audio.js";
import { bufferFetcher, LoopLibrary } from "./loops.js";
import { Player } from "./player.js";

/** @import { AudioState } from "./audio.js" */
/** @import { Timeline } from "./timeline.js" */
/** @import { JamData, Loading, Mix, Segment, SoundState, Timers } from "./types.js" */

/**
 * @typedef {object} SoundShell
 * @property {typeof AudioContext | undefined} AudioContext
 * @property {new (channels: number, length: number, rate: number) => BaseAudioContext} OfflineAudioContext
 * @property {(url: string, options: RequestInit) => Promise<Response>} fetch
 * @property {EventTarget | null} gestures
 * @property {{ type: string } | null} audioSession
 * @property {Timers} timers
 * @property {() => number} now
 * @property {() => number} random
 * @property {() => number | null} offsetMs
 * @property {() => void} onChange   `state` or `loading` may differ
 * @property {() => void} onOrigin   a tick: `originMs` may differ
 */

export class Sound {
  /** @type {Player | null} */
  #player = null;
  /** @type {Segment[]} */
  #score = [];
  /** @type {string | null} the visitor's own loop, the first that is needed */
  #ownLoop = null;
  /** @type {string | null} */
  #kit = null;
  /** Once on, it stays on: loops that come later join in. */
  #wasReady = false;

  /**
   * @param {JamData} data
   * @param {Timeline} timeline
   * @param {Mix} mix
   * @param {SoundShell} shell
   */
  constructor(data, timeline, mix, shell) {
    this.data = data;
    this.timeline = timeline;
    this.mix = mix;
    this.shell = shell;
    const { fetch, OfflineAudioContext: Decoder, timers } = shell;
    const { sample_rate: sampleRate, frames } = data;
    this.library = new LoopLibrary({
      fetchBuffer: bufferFetcher({ fetch, Decoder, sampleRate, frames }),
      timers,
      onChange: () => this.#changed(),
    });
    this.keeper = new AudioKeeper({
      ...shell,
      sampleRate,
      onContext: (context) => this.#equip(context),
      onState: (state) => this.#audioState(state),
    });
  }

  unlock() {
    this.keeper.unlock();
  }

  /** @returns {SoundState} */
  get state() {
    const { state } = this.keeper;
    if (state === "starting") return this.#wasReady ? "blocked" : "loading";
    if (state !== "running") return state;
    return this.#wasReady ? "on" : "loading";
  }

  /** @returns {Loading} */
  get loading() {
    return this.library.progress;
  }

  /** See player.js; null before there is sound. */
  get originMs() {
    return this.keeper.state === "running" ? (this.#player?.originMs ?? null) : null;
  }

  /**
   * @param {Segment[]} score
   * @param {string | null} kit
   * @param {string | null} ownLoop
   */
  play(score, kit, ownLoop) {
    // In another kit a loop of the same name is another sound.
    this.#score = score.map((segment) => ({ ...segment, key: `${kit}/${segment.key}` }));
    this.#kit = kit;
    this.#ownLoop = ownLoop;
    if (this.keeper.state !== "unsupported") this.library.want(this.#sources());
    this.#changed();
  }

  /** @param {Mix} mix */
  setMix(mix) {
    this.mix = mix;
    this.#player?.setMix(mix);
  }

  /** The page was asleep or hidden, a device came or went. */
  wake() {
    this.keeper.nudge();
    if (this.keeper.state === "running") this.#player?.start();
  }

  /** The network is back. */
  online() {
    this.library.retryFailed();
  }

  /** What a test may listen to. See session.js. */
  get seam() {
    const { context } = this.keeper;
    const player = this.#player;
    return { context, output: player?.bus.output ?? null, transport: player?.transport ?? null };
  }

  /** Own loop first, then those that sound, then the rest. */
  #sources() {
    const loops = this.#kit === null ? {} : (this.data.kits[this.#kit]?.loops ?? {});
    const needed = [this.#ownLoop, ...this.#score.map(({ loop }) => loop), ...Object.keys(loops)];
    const ids = [...new Set(needed)].filter((id) => id !== null && Object.hasOwn(loops, id));
    return ids.map((id) => ({ id: String(id), url: loops[String(id)].url }));
  }

  /** @param {AudioContext} context */
  #equip(context) {
    this.#player?.stop();
    const { timers, now, random, offsetMs, onOrigin } = this.shell;
    this.#player = new Player({
      context,
      timeline: this.timeline,
      bufferOf: (loop) => this.library.bufferOf(loop),
      offsetMs,
      timers,
      now,
      random,
      onAnchor: () => this.#changed(),
      onTick: onOrigin,
      onFrozen: () => this.keeper.reportFrozen(),
    });
    this.#player.setMix(this.mix);
  }

  /** @param {AudioState} state */
  #audioState(state) {
    if (state === "running") this.#player?.start();
    else this.#player?.stop();
    this.#changed();
  }

  #changed() {
    this.#player?.play(this.#score);
    const needed = [this.#ownLoop, ...this.#score.map(({ loop }) => loop)];
    const loaded = needed.every((loop) => loop !== null && this.library.isSettled(loop));
    if (loaded && this.#player?.isAnchored) this.#wasReady = true;
    this.shell.onChange();
  }
}
