// The seat to come back to: its signed token in this tab's sessionStorage, and a lock in its name.
// A duplicated tab gets a copy of sessionStorage; the lock tells it that the seat is taken.

const KEY = "jam-seat";
/** A refreshed page may be quicker than the release of its old self's lock, on a busy phone by a
 * good second. Only a duplicated tab waits for all of it, ms. */
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
  /** @type {(() => void) | null} lets go of the lock */
  #release = null;
  /** @type {string | null} user id the lock is held for */
  #locked = null;

  /**
   * @param {{ storage: Store | null, locks: Locks | null,
   *   signal?: (ms: number) => AbortSignal }} shell either may be missing; the seat then lasts as
   *   long as the page
   */
  constructor({ storage, locks, signal = (ms) => AbortSignal.timeout(ms) }) {
    this.storage = storage;
    this.locks = locks;
    this.signal = signal;
  }

  /** The token to connect with, or null for a new seat. */
  get token() {
    return this.#seat?.token ?? null;
  }

  /** The jam that the seat is in: the token is good for no other. Null without a seat. */
  get jamId() {
    return this.#seat?.jamId ?? null;
  }

  /**
   * Reads the seat of before a refresh, unless another tab is sitting in it, or the visitor has
   * followed a link to another jam.
   *
   * @param {string | null} [link] the jam that the link to this page names
   */
  async restore(link = null) {
    const seat = read(this.storage);
    if (!seat) return;
    const wanted = link === null || link === seat.jamId || link === seat.link;
    if (wanted && (await this.#lock(seat.userId))) this.#seat = seat;
    else this.#write(null);
  }

  /** @param {Seat} seat */
  async keep(seat) {
    this.#seat = seat;
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
    try {
      if (seat) this.storage?.setItem(KEY, JSON.stringify(seat));
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

/** @param {Store | null} storage @returns {Seat | null} */
function read(storage) {
  try {
    const seat = JSON.parse(storage?.getItem(KEY) ?? "null");
    const { token, userId, jamId } = seat ?? {};
    return [token, userId, jamId].every((part) => typeof part === "string")
      ? { token, userId, jamId, link: typeof seat.link === "string" ? seat.link : null }
      : null;
  } catch {
    return null;
  }
}
