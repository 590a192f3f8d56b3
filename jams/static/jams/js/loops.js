// The loops as sound: fetched and decoded in the order they are needed, tried again when they fail.

/** @import { Loading, Timers } from "./types.js" */

/** Two at a time: the first one soon, and the line still full. */
const AT_ONCE = 2;
/** Waits before another attempt, ms; after the last the loop counts as failed. */
const RETRY_MS = [500, 2000];
/** A failed loop is tried again after so long, ms. */
const FAILED_RETRY_MS = 20_000;
/** Some decoders pad or cut a few frames; more than that is another sound. */
const TOLERANCE_FRAMES = 2400;

/** @typedef {{ id: string, url: string }} LoopSource */

/**
 * @param {AudioBuffer} buffer
 * @param {number} frames
 * @returns {AudioBuffer} of exactly so many frames, or the loop would drift against the others
 * @throws {RangeError} when it is another length altogether
 */
export function fitted(buffer, frames) {
  if (buffer.length === frames) return buffer;
  if (Math.abs(buffer.length - frames) > TOLERANCE_FRAMES) throw new RangeError("wrong length");
  const { numberOfChannels, sampleRate } = buffer;
  const exact = new AudioBuffer({ length: frames, numberOfChannels, sampleRate });
  for (let channel = 0; channel < numberOfChannels; channel += 1) {
    exact.copyToChannel(buffer.getChannelData(channel).subarray(0, frames), channel);
  }
  return exact;
}

export class LoopLibrary {
  /** @type {Map<string, AudioBuffer>} by URL, kept when the kit changes */
  #buffers = new Map();
  /** @type {LoopSource[]} the kit's, in order of need */
  #wanted = [];
  /** @type {Set<string>} URLs on their way */
  #busy = new Set();
  /** @type {Map<string, number>} attempts that failed, by URL */
  #failures = new Map();

  /**
   * @param {object} shell
   * @param {(url: string, again: boolean) => Promise<AudioBuffer>} shell.fetchBuffer `again`: the
   *   last attempt failed
   * @param {Timers} shell.timers
   * @param {() => void} shell.onChange
   */
  constructor({ fetchBuffer, timers, onChange }) {
    this.fetchBuffer = fetchBuffer;
    this.timers = timers;
    this.onChange = onChange;
  }

  /**
   * Wants all of these, the first ones first. Call it again when the order changes.
   * @param {LoopSource[]} sources
   */
  want(sources) {
    this.#wanted = sources;
    this.#pump();
  }

  /** @param {string} id @returns {AudioBuffer | null} */
  bufferOf(id) {
    const source = this.#wanted.find((wanted) => wanted.id === id);
    return (source && this.#buffers.get(source.url)) ?? null;
  }

  /** @param {string} id @returns {boolean} whether nothing is to be waited for any more */
  isSettled(id) {
    return this.bufferOf(id) !== null || this.progress.failed.includes(id);
  }

  /** @returns {Loading} */
  get progress() {
    const done = this.#wanted.filter(({ url }) => this.#buffers.has(url)).length;
    const failed = this.#wanted.filter(({ url }) => this.#hasFailed(url)).map(({ id }) => id);
    return { done, total: this.#wanted.length, failed };
  }

  /** The network is back. */
  retryFailed() {
    for (const url of this.#failures.keys()) if (this.#hasFailed(url)) this.#failures.delete(url);
    this.#pump();
  }

  /** @param {string} url */
  #hasFailed(url) {
    return (this.#failures.get(url) ?? 0) > RETRY_MS.length && !this.#buffers.has(url);
  }

  #pump() {
    for (const { url } of this.#wanted) {
      if (this.#busy.size >= AT_ONCE) return;
      const idle = !this.#busy.has(url) && !this.#buffers.has(url);
      if (idle && !this.#failures.has(url)) this.#load(url);
    }
  }

  /** @param {string} url */
  async #load(url) {
    this.#busy.add(url);
    try {
      this.#buffers.set(url, await this.fetchBuffer(url, this.#failures.has(url)));
      this.#failures.delete(url);
    } catch {
      this.#failed(url);
    }
    this.#busy.delete(url);
    this.onChange();
    this.#pump();
  }

  /** @param {string} url */
  #failed(url) {
    const failures = (this.#failures.get(url) ?? 0) + 1;
    this.#failures.set(url, failures);
    this.timers.set(() => this.#retry(url), RETRY_MS[failures - 1] ?? FAILED_RETRY_MS);
  }

  /** @param {string} url */
  #retry(url) {
    const wanted = this.#wanted.some((source) => source.url === url);
    if (wanted && !this.#buffers.has(url) && !this.#busy.has(url)) this.#load(url);
    if (!wanted) this.#failures.delete(url);
  }
}

/**
 * @typedef {object} Fetcher
 * @property {(url: string, options: RequestInit) => Promise<Response>} fetch
 * @property {new (channels: number, length: number, sampleRate: number) => BaseAudioContext} Decoder
 *   an OfflineAudioContext: it decodes before any gesture
 * @property {number} sampleRate
 * @property {number} frames
 */

/**
 * @param {Fetcher} fetcher
 * @returns {(url: string, again: boolean) => Promise<AudioBuffer>}
 */
export function bufferFetcher({ fetch, Decoder, sampleRate, frames }) {
  /** @type {Set<string>} URLs that have come past the cache */
  const reloaded = new Set();
  return async (url, again) => {
    // What could not be decoded would come out of the browser's cache for ever. But a browser that
    // can't decode it needs no third copy.
    const reload = again && !reloaded.has(url);
    const response = await fetch(url, { cache: reload ? "reload" : "default" });
    if (!response.ok) throw new Error(`${url}: ${response.status}`);
    const bytes = await response.arrayBuffer();
    if (reload) reloaded.add(url);
    return fitted(await new Decoder(2, 1, sampleRate).decodeAudioData(bytes), frames);
  };
}
