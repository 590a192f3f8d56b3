// What the engine needs from the browser, in one place; tests put their own in its stead.

/** @import { Timers } from "./types.js" */

/** A loop that has not come by then, ms, is stuck: on a very slow line one takes half a minute. */
const FETCH_MS = 60_000;

/**
 * @typedef {object} Host
 * @property {(new (url: string) => WebSocket) | undefined} WebSocket
 * @property {typeof AudioContext | undefined} AudioContext
 * @property {new (channels: number, length: number, rate: number) => BaseAudioContext} OfflineAudioContext
 * @property {(url: string, options: RequestInit) => Promise<Response>} fetch
 * @property {Storage | null} storage       sessionStorage: the seat
 * @property {Storage | null} localStorage  the mix
 * @property {Pick<LockManager, "request"> | null} locks
 * @property {{ protocol: string, host: string }} location
 * @property {string} navigation            "navigate", "reload" or "back_forward"
 * @property {EventTarget | null} window    online, pageshow; gestures
 * @property {(EventTarget & { visibilityState?: string }) | null} document
 * @property {EventTarget | null} devices   navigator.mediaDevices
 * @property {{ type: string } | null} audioSession
 * @property {Timers} timers
 * @property {() => number} now             ms, never set back
 * @property {() => number} random
 */

/**
 * @template T
 * @param {() => T} get
 * @returns {T | null} null where the browser forbids even to ask
 */
function permitted(get) {
  try {
    return get() ?? null;
  } catch {
    return null;
  }
}

/**
 * AbortSignal.timeout, for Safari before 16 too.
 * @param {number} ms
 * @returns {AbortSignal}
 */
export function timeoutSignal(ms) {
  if (typeof AbortSignal.timeout === "function") return AbortSignal.timeout(ms);
  const controller = new AbortController();
  setTimeout(() => controller.abort(), ms);
  return controller.signal;
}

/** @returns {Host} */
export function browserHost() {
  const [arrival] = /** @type {PerformanceNavigationTiming[]} */ (
    performance.getEntriesByType("navigation")
  );
  const navigator = /** @type {Partial<Navigator>} */ (globalThis.navigator ?? {});
  return {
    WebSocket: globalThis.WebSocket,
    AudioContext: globalThis.AudioContext,
    OfflineAudioContext: globalThis.OfflineAudioContext,
    fetch: (url, options) => globalThis.fetch(url, { ...options, signal: timeoutSignal(FETCH_MS) }),
    storage: permitted(() => globalThis.sessionStorage),
    localStorage: permitted(() => globalThis.localStorage),
    locks: navigator.locks ?? null,
    location: globalThis.location,
    navigation: arrival?.type ?? "navigate",
    window: globalThis.window,
    document: globalThis.document,
    devices: navigator.mediaDevices ?? null,
    audioSession: "audioSession" in navigator ? /** @type {any} */ (navigator.audioSession) : null,
    timers: {
      set: (run, ms) => setTimeout(run, ms),
      clear: (timer) => clearTimeout(timer),
    },
    now: () => performance.now(),
    random: Math.random,
  };
}

/**
 * After a sleep, or with another network or loudspeaker: find out at once what still holds.
 * @param {Pick<Host, "window" | "document" | "devices">} host
 * @param {{ link: { wake(): void }, sound: { wake(): void, online(): void } }} engine
 */
export function watchHost({ window, document, devices }, { link, sound }) {
  const wake = () => {
    link.wake();
    sound.wake();
  };
  window?.addEventListener("online", () => {
    link.wake();
    sound.online();
  });
  window?.addEventListener("pageshow", wake);
  document?.addEventListener("resume", wake);
  document?.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") wake();
  });
  devices?.addEventListener("devicechange", () => sound.wake());
}
