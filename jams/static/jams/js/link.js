// The line to the jam: socket, seat and the server's clock together.

import { ServerClock } from "./clock.js";
import { Exchanges } from "./exchanges.js";
import { FROM_CLIENT, FROM_SERVER } from "./protocol.js";
import { SeatKeeper } from "./seat.js";
import { JamSocket } from "./socket.js";

/** @import { Joined, ServerMessage } from "./protocol.js" */
/** @import { Locks, Store } from "./seat.js" */
/** @import { Connection, JamData, Timers } from "./types.js" */

/**
 * @typedef {object} LinkShell
 * @property {new (url: string) => WebSocket} WebSocket
 * @property {Store | null} storage       sessionStorage
 * @property {Locks | null} locks
 * @property {{ protocol: string, host: string }} location
 * @property {string} navigation          how the page was come to
 * @property {Timers} timers
 * @property {() => number} now
 * @property {() => number} random
 * @property {(message: ServerMessage) => void} onMessage  every message but the clock's
 * @property {(connection: Connection) => void} onConnection
 */

export class JamLink {
  #clock = new ServerClock();
  /** @type {string} */
  #jamId;
  /** How often it was closed: an `open` that is still waiting then has been called off. */
  #closings = 0;

  /** @param {JamData} data @param {LinkShell} shell */
  constructor(data, shell) {
    this.data = data;
    this.shell = shell;
    this.#jamId = data.jam_id;
    const { timers, now } = shell;
    this.seat = new SeatKeeper(shell);
    this.socket = new JamSocket({
      ...shell,
      url: () => this.#url(),
      onMessage: (message) => this.#receive(message),
      onConnection: (connection) => this.#connection(connection),
      onForgetSeat: () => this.seat.forget(),
    });
    this.exchanges = new Exchanges({
      ask: () => this.socket.send(FROM_CLIENT.CLOCK, { sent: now() }),
      onSilence: () => this.socket.reset(),
      timers,
      now,
    });
  }

  async open() {
    const closings = this.#closings;
    await this.seat.restore(this.#link, this.shell.navigation);
    if (closings !== this.#closings) return this.seat.forget();
    this.#jamId = this.seat.jamId ?? this.data.jam_id;
    this.socket.open();
  }

  /** @param {string} type @param {Record<string, unknown>} [fields] */
  send(type, fields) {
    return this.socket.send(type, fields);
  }

  /** Gives the seat up, for good. */
  leave() {
    this.socket.send(FROM_CLIENT.LEAVE);
    this.close();
    this.seat.forget();
  }

  close() {
    this.#closings += 1;
    this.exchanges.stop();
    this.socket.close();
  }

  /** The page was asleep, or the network away: find out at once what still holds. */
  wake() {
    if (this.socket.isOpen) this.exchanges.start();
    else this.socket.hurry();
  }

  /** Server's clock minus ours, ms; null before it has said anything. */
  get offsetMs() {
    return this.#clock.offsetMs;
  }

  get serverNow() {
    return this.#clock.at(this.shell.now());
  }

  get rttMs() {
    return Number.isFinite(this.#clock.rttMs) ? this.#clock.rttMs : 0;
  }

  /** The jam whose link led here, or null on the front page. */
  get #link() {
    return this.data.invite ? this.data.jam_id : null;
  }

  /** Back to the jam last sat in: its id is in the path, by which a proxy may choose the server. */
  #url() {
    const { location } = this.shell;
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const query = new URLSearchParams();
    if (this.seat.token) query.set("token", this.seat.token);
    if (this.data.invite && this.#jamId === this.data.jam_id) query.set("invite", "1");
    const asked = query.toString(); // its `size` came to iPhones with iOS 17
    return `${scheme}//${location.host}${this.#path}${asked && `?${asked}`}`;
  }

  /** The id is the last that looks like it: a link made by hand may call a jam "jams". */
  get #path() {
    const { socket_path, jam_id } = this.data;
    const at = socket_path.lastIndexOf(jam_id);
    return socket_path.slice(0, at) + this.#jamId + socket_path.slice(at + jam_id.length);
  }

  /** @param {ServerMessage} message */
  #receive(message) {
    this.exchanges.heard();
    this.seat.touch();
    if (message.type === FROM_SERVER.CLOCK) {
      if (this.#clock.take(message, this.shell.now())) this.exchanges.start();
      return;
    }
    if (message.type === FROM_SERVER.JOINED) this.#joined(message);
    this.shell.onMessage(message);
  }

  /** @param {Joined} message */
  #joined({ jam_id, token, user_id, server_ms }) {
    this.#jamId = jam_id;
    this.#clock.guess(server_ms, this.shell.now());
    this.seat.keep({ token, userId: user_id, jamId: jam_id, link: this.#link });
    this.exchanges.start();
  }

  /** @param {Connection} connection */
  #connection(connection) {
    if (connection !== "online") this.exchanges.stop();
    this.shell.onConnection(connection);
  }
}
