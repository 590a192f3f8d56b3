// The seat to come back to: its signed token in this tab's sessionStorage, and a lock in its name.
// A duplicated tab gets a copy of sessionStorage; the lock tells it that the seat is taken.

import { timeoutSignal } from "./host.js";

const KEY = "jam-seat";
/**
 * Away for longer, ms, one is better placed anew: the server keeps a seat for seconds, and coming
 * back to a jam that has gone would be to sit there alone.
 */
const KEPT_MS = 120_000;
/** How often to note that the seat is alive, ms. */
const NOTE_MS = 5000;
/**
 * A refreshed page may be quicker than the release of its old self's lock, on a busy phone by a
 * good second. Only a duplicated tab waits for all of it, ms.
 */
const LOCK_WAIT_MS = 2500;

/**
 * @typedef {object} Seat
 * @property {string} token
 * @property {string} userId
 * @property {string} jamId
 * @property {string | null} link  the jam whose link led to the page; its own may have been full
 */
/** @typedef {Pick<Storage, "getItem" | "setItem" | "removeItem">} Store */
/** @typedef {Pick<LockManager, "request">} Locks */

/** @param {string} userId */
const lockName = (userId) => `jam-seat-${userId}`;

export class SeatKeeper {
  /** @type {Seat | null} */
  #seat = null;
  /** When the server was last heard, ms since the epoch: it has to outlast the page. */
  #aliveMs = 0;
  #notedMs = 0;
  /** @type {(() => void) | null} lets go of the lock */
  #release = null;
  /** @type {string | null} user id the lock is held for */
  #locked = null;

  /**
   * @param {{ storage: Store | null, locks: Locks | null,
   *   signal?: (ms: number) => AbortSignal, wallNow?: () => number }} shell storage and locks may
   *   be missing; the seat then lasts as long as the page
   */
  constructor({ storage, locks, signal = timeoutSignal, wallNow = Date.now }) {
    this.storage = storage;
    this.locks = locks;
    this.signal = signal;
    this.wallNow = wallNow;
  }

  /** The token to connect with, or null for a new seat. */
  get token() {
    return this.wallNow() - this.#aliveMs < KEPT_MS ? (this.#seat?.token ?? null) : null;
  }

  /** The jam that the seat is in: the token is good for no other. Null without a seat. */
  get jamId() {
    return this.#seat?.jamId ?? null;
  }

  /**
   * Reads the seat of before a refresh, unless that was long ago, another tab is sitting in it, or
   * the visitor has followed a link to another jam: also one whose jam was full the time before.
   *
   * @param {string | null} [link] the jam that the link to this page names
   * @param {string} [navigation] how the page was come to, as the browser calls it
   */
  async restore(link = null, navigation = "reload") {
    const saved = read(this.storage);
    if (!saved) return;
    const { aliveMs, ...seat } = saved;
    const lasts = this.wallNow() - aliveMs < KEPT_MS;
    const stays = link === seat.link && navigation !== "navigate";
    const wanted = link === null || link === seat.jamId || stays;
    if (lasts && wanted && (await this.#lock(seat.userId))) {
      this.#seat = seat;
      this.#aliveMs = aliveMs;
    } else this.#write(null);
  }

  /** The server was heard: the seat is alive. */
  touch() {
    this.#aliveMs = this.wallNow();
    if (this.#seat && this.#aliveMs - this.#notedMs > NOTE_MS) this.#write(this.#seat);
  }

  /** @param {Seat} seat */
  async keep(seat) {
    this.#seat = seat;
    this.#aliveMs = this.wallNow();
    this.#write(seat);
    await this.#lock(seat.userId);
  }

  forget() {
    this.#seat = null;
    this.#write(null);
    this.#unlock();
  }

  /** @param {Seat | null} seat */
  #write(seat) {
    this.#notedMs = this.#aliveMs;
    const saved = JSON.stringify({ ...seat, aliveMs: this.#aliveMs });
    try {
      if (seat) this.storage?.setItem(KEY, saved);
      else this.storage?.removeItem(KEY);
    } catch {
      // Storage full or forbidden: the seat then lasts as long as the page.
    }
  }

  #unlock() {
    this.#release?.();
    this.#release = this.#locked = null;
  }

  /**
   * @param {string} userId
   * @returns {Promise<boolean>} whether the seat is ours
   */
  #lock(userId) {
    const { locks } = this;
    if (!locks || this.#locked === userId) return Promise.resolve(true);
    this.#unlock();
    return new Promise((settle) => {
      /** @type {Promise<void>} */
      const held = new Promise((resolve) => (this.#release = resolve));
      const granted = () => {
        this.#locked = userId;
        settle(true);
        return held;
      };
      locks
        .request(lockName(userId), { signal: this.signal(LOCK_WAIT_MS) }, granted)
        .catch(() => settle(false));
    });
  }
}

/** @param {Store | null} storage @returns {Seat & { aliveMs: number } | null} */
function read(storage) {
  try {
    const saved = JSON.parse(storage?.getItem(KEY) ?? "{}");
    const { token, userId, jamId, link = null, aliveMs } = saved;
    const texts = [token, userId, jamId].every((value) => typeof value === "string");
    return texts && typeof aliveMs === "number" ? { token, userId, jamId, link, aliveMs } : null;
  } catch {
    return null;
  }
}
