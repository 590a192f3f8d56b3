// One live connection to the jam, for as long as the page lives: opens, resumes, comes back.

import { reactionTo } from "./backoff.js";
import { decode, encode, FROM_SERVER } from "./protocol.js";

/** @import { ServerMessage } from "./protocol.js" */
/** @import { Connection, Timers } from "./types.js" */

const OPEN = 1;
/** A socket that neither opens nor fails within this time, ms, is given up. */
const OPENING_MS = 10_000;

/**
 * @typedef {object} SocketShell
 * @property {new (url: string) => WebSocket} WebSocket
 * @property {() => string} url            asked anew for every attempt: the token changes
 * @property {() => number} random
 * @property {() => number} now
 * @property {Timers} timers
 * @property {(message: ServerMessage) => void} onMessage
 * @property {(connection: Connection) => void} onConnection
 * @property {() => void} onForgetSeat     the server refused the token
 */

export class JamSocket {
  /** @type {WebSocket | null} */
  #socket = null;
  #attempt = 0;
  #everJoined = false;
  /** When the first of the attempts failed, ms. */
  #lostAt = 0;
  /** @type {number | null} */
  #byeMs = null;
  /** @type {unknown} */
  #retry = null;
  /** @type {unknown} */
  #opening = null;
  #closed = true;

  /** @param {SocketShell} shell */
  constructor(shell) {
    this.shell = shell;
  }

  get isOpen() {
    return this.#socket?.readyState === OPEN;
  }

  /** Connects now, whatever it was waiting for. */
  open() {
    this.#closed = false;
    this.#clearTimers();
    this.#abandon();
    const socket = new this.shell.WebSocket(this.shell.url());
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.#receive(data);
    socket.onclose = ({ code }) => this.#lost(code);
    this.#opening = this.shell.timers.set(() => this.reset(), OPENING_MS);
  }

  /**
   * @param {string} type
   * @param {Record<string, unknown>} [fields]
   * @returns {boolean} whether it could be sent
   */
  send(type, fields) {
    if (!this.isOpen) return false;
    /** @type {WebSocket} */ (this.#socket).send(encode(type, fields));
    return true;
  }

  /** Gives up a connection that no longer answers; comes back like after any other loss. */
  reset() {
    if (this.#closed || !this.#socket) return;
    this.#abandon();
    this.#lost(0);
  }

  /** The network is back: no reason to wait any longer. */
  hurry() {
    if (!this.#closed && !this.#socket) this.open();
  }

  /** Closes for good (until `open`). */
  close() {
    this.#closed = true;
    this.#clearTimers();
    this.#abandon();
  }

  /** @param {unknown} data */
  #receive(data) {
    const message = decode(data);
    if (!message) return;
    if (message.type === FROM_SERVER.BYE) this.#byeMs = message.reconnect_ms;
    this.shell.onMessage(message);
    // Afterwards: who is told that they are back is told of those who are there, not of before.
    if (message.type === FROM_SERVER.JOINED) this.#joined();
  }

  #joined() {
    this.#attempt = 0;
    this.#byeMs = null;
    this.#everJoined = true;
    this.#clearTimers();
    this.shell.onConnection("online");
  }

  /** @param {number} code */
  #lost(code) {
    this.#clearTimers();
    this.#socket = null;
    this.#attempt += 1;
    const { random, timers, now, onConnection, onForgetSeat } = this.shell;
    if (this.#attempt === 1) this.#lostAt = now();
    const reaction = reactionTo({
      code,
      attempt: this.#attempt,
      everJoined: this.#everJoined,
      lostMs: now() - this.#lostAt,
      byeMs: this.#byeMs,
      random: random(),
    });
    this.#byeMs = null;
    if (reaction.forgetSeat) onForgetSeat();
    if (reaction.waitMs === null) {
      this.#closed = true;
      this.#attempt = 0; // who asks to come back begins anew
    } else this.#retry = timers.set(() => this.open(), reaction.waitMs);
    onConnection(reaction.connection);
  }

  /** Lets go of the socket without hearing of its end. */
  #abandon() {
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onmessage = socket.onclose = null;
    socket.close();
  }

  #clearTimers() {
    this.shell.timers.clear(this.#retry);
    this.shell.timers.clear(this.#opening);
  }
}
