// The engine's one face towards the page: a state to show, verbs to call, time to move by.

import { eventOf } from "./events.js";
import { browserHost, watchHost } from "./host.js";
import { afterMessage, asHeard, askingAfter, intentOf, playingOn, withIntent } from "./intent.js";
import { JamLink } from "./link.js";
import { patched, remember, remembered } from "./mix.js";
import { NOBODY, reduce, userOf } from "./presence.js";
import { FROM_CLIENT, FROM_SERVER } from "./protocol.js";
import { bowOut, scoreOf } from "./score.js";
import { Sound } from "./sound.js";
import { barAt, circularDistance, modulo, nextBar, timelineOf } from "./timeline.js";

/** @import { Host } from "./host.js" */
/** @import { Intent } from "./intent.js" */
/** @import { Band } from "./score.js" */
/** @import { ServerMessage } from "./protocol.js" */
/** @import { Connection, JamData, JamEvent, MixPatch, Presence, SessionState } from "./types.js" */

export { phaseOf } from "./presence.js";

/** The server stamps the first bar that begins at least this long after it hears of a start, ms. */
const SERVER_LEAD_MS = 400;
/** The band, for this page alone, needs only the time to schedule it, ms. */
const BAND_LEAD_MS = 250;
/** Who waits for a seat longer than this, ms, is told that it isn't always so. */
const SLOW_MS = 6000;
/** An origin that has moved less than this, ms, is not worth telling. */
const ORIGIN_STEP_MS = 4;

/** @typedef {(state: SessionState, previous: SessionState) => void} Subscriber */

class Session {
  /** @type {SessionState} */
  state;
  /** @type {Presence} */
  #presence = NOBODY;
  /** @type {Intent | null} */
  #intent = null;
  /** @type {Band | null} */
  #band = null;
  /** @type {Set<Subscriber>} */
  #subscribers = new Set();
  /** @type {Set<() => void>} */
  #originListeners = new Set();
  /** The origin last told, ms. */
  #toldOrigin = 0;
  /** @type {unknown} */
  #slow = null;

  /** @param {JamData} data @param {Host} host */
  constructor(data, host) {
    this.data = data;
    this.host = host;
    this.timeline = timelineOf(data);
    const mix = remembered(host.localStorage);
    this.link = new JamLink(data, {
      ...host,
      WebSocket: /** @type {new (url: string) => WebSocket} */ (host.WebSocket),
      onMessage: (message) => this.#receive(message),
      onConnection: (connection) => this.#connected(connection),
    });
    this.sound = new Sound(data, this.timeline, mix, {
      ...host,
      gestures: host.window,
      offsetMs: () => this.link.offsetMs,
      onChange: () => this.#heardDiffers(),
      onOrigin: () => this.#tellOrigin(),
    });
    this.state = {
      connection: host.WebSocket ? "connecting" : "unsupported",
      sound: this.sound.state,
      loading: this.sound.loading,
      jam: null,
      me: null,
      users: [],
      event: null,
      error: null,
      asking: null,
      slow: false,
      band: false,
      mix,
    };
    watchHost(host, this);
  }

  /** Opens the socket; the seat is there before any sound. */
  start() {
    if (!this.host.WebSocket) return;
    this.link.open();
    this.#countOn();
  }

  /** Unlocks the sound; call it inside the gesture. */
  unlock() {
    this.sound.unlock();
  }

  /** @param {Subscriber} fn @returns {() => void} unsubscribe */
  subscribe(fn) {
    this.#subscribers.add(fn);
    return () => this.#subscribers.delete(fn);
  }

  /** @param {() => void} fn @returns {() => void} unsubscribe */
  onOriginChange(fn) {
    this.#originListeners.add(fn);
    return () => this.#originListeners.delete(fn);
  }

  /** Play, stop or cancel: what the one big button means now. Said again once reconnected. */
  toggle() {
    const own = userOf(this.state, this.state.me);
    if (!own) return;
    const intent = intentOf(own, this.nowBar(), this.#likelyBar());
    this.#intent = intent;
    this.#sendIntent(intent);
    this.#present({});
  }

  /** Said again once reconnected. @param {string} loop @returns {boolean} whether it was asked */
  swap(loop) {
    const sent = this.link.send(FROM_CLIENT.SWAP, { loop });
    if (sent) this.#set({ asking: loop });
    return sent;
  }

  /** Gives up the seat; `rejoin` takes a new one. */
  leave() {
    this.link.leave();
    this.#vacate("left");
  }

  /** Connects again, now. */
  rejoin() {
    if (!this.host.WebSocket) return;
    this.#set({ connection: this.state.jam ? "reconnecting" : "connecting" });
    this.link.socket.open();
    this.#countOn();
  }

  #countOn() {
    const { timers } = this.host;
    timers.clear(this.#slow);
    this.#set({ slow: false });
    this.#slow = timers.set(() => this.#set({ slow: true }), SLOW_MS);
  }

  /** @param {boolean} on the house band plays only for somebody who is alone */
  setBand(on) {
    if (on && this.state.band) return;
    const bar = nextBar(this.timeline, this.serverNow(), BAND_LEAD_MS);
    const alone = this.#presence.users.length === 1;
    if (on && alone) this.#band = { from: bar, until: null };
    else this.#band = bowOut(this.#band, bar);
    this.#present({ band: on && alone });
  }

  /** @param {MixPatch} patch */
  setMix(patch) {
    const mix = patched(this.state.mix, patch);
    remember(this.host.localStorage, mix);
    this.sound.setMix(mix);
    this.#set({ mix });
    this.#tellOrigin();
  }

  /** @returns {number} ms since the Unix epoch on the server's clock */
  serverNow() {
    return this.link.serverNow;
  }

  /** @returns {number} the bar that sounds now */
  nowBar() {
    return barAt(this.timeline, this.serverNow());
  }

  /**
   * @returns {number} the value of performance.now() at which a cycle is heard to begin, modulo
   *   the cycle; before there is sound, by the server's clock
   */
  loopOrigin() {
    return this.sound.originMs ?? modulo(-(this.link.offsetMs ?? 0), this.timeline.cycleMs);
  }

  /**
   * The seam for browser tests: the AudioContext, the node whose output is all that is heard, and
   * the transport (its `zero` and `grid`). Each is null before `unlock`.
   */
  get audio() {
    return this.sound.seam;
  }

  /** @param {Connection} connection */
  #connected(connection) {
    if (connection === "replaced" || connection === "freed") this.#vacate(connection);
    else this.#set({ connection });
  }

  /** The seat is somebody else's now: silence, and nobody to be seen. @param {Connection} connection */
  #vacate(connection) {
    this.#presence = NOBODY;
    this.#intent = this.#band = null;
    this.#present({ connection, band: false, asking: null });
  }

  /** @param {ServerMessage} message */
  #receive(message) {
    const before = this.#presence;
    const intended = this.#intent;
    this.#presence = asHeard(reduce(before, message, this.nowBar()), intended, this.nowBar());
    this.#intent = afterMessage(intended, message, before.me);
    const asking = askingAfter(this.state.asking, message, before.me);
    /** @type {Partial<SessionState>} */
    const change = asking === this.state.asking ? {} : { asking };
    const event = eventOf(message, before, this.#presence, this.data);
    if (event) change.event = event;
    if (message.type === FROM_SERVER.ERROR) {
      change.error = { code: message.code, message: message.message };
    }
    if (message.type === FROM_SERVER.JOINED) {
      change.error = null;
      if (!intended) this.#intent = playingOn(before, message, this.#likelyBar());
      if (this.#intent) this.#sendIntent(this.#intent);
      if (asking) this.link.send(FROM_CLIENT.SWAP, { loop: asking });
    }
    Object.assign(change, this.#bandBowsOut());
    const repeated = before === this.#presence && intended === this.#intent;
    if (!repeated || Object.keys(change).length > 0) this.#present(change);
  }

  /** @returns {{ band?: boolean, event?: JamEvent }} */
  #bandBowsOut() {
    if (!this.state.band || this.#presence.users.length <= 1) return {};
    this.#band = bowOut(this.#band, nextBar(this.timeline, this.serverNow(), BAND_LEAD_MS));
    return { band: false };
  }

  /** The bar that the server will most likely stamp what is asked for now. */
  #likelyBar() {
    return nextBar(this.timeline, this.serverNow() + this.link.rttMs / 2, SERVER_LEAD_MS);
  }

  /** @param {Intent} intent */
  #sendIntent({ playing }) {
    this.link.send(playing ? FROM_CLIENT.PLAY : FROM_CLIENT.STOP);
  }

  /** Shows and plays what is known now. @param {Partial<SessionState>} change */
  #present(change) {
    const { jam, me, leaving } = this.#presence;
    const users = withIntent(this.#presence.users, me, this.#intent);
    this.#set({ jam, me, users, ...change });
    const kit = jam ? Object.keys(this.data.kits[jam.kit]?.loops ?? {}) : [];
    const score = scoreOf({ users, leaving, band: this.#band, kit }, this.nowBar());
    this.sound.play(score, jam?.kit ?? null, userOf({ users }, me)?.loop ?? null);
  }

  #heardDiffers() {
    const { state: sound, loading } = this.sound;
    const same = JSON.stringify(loading) === JSON.stringify(this.state.loading);
    if (!same || sound !== this.state.sound) this.#set({ sound, loading });
  }

  #tellOrigin() {
    const { cycleMs } = this.timeline;
    const origin = this.loopOrigin();
    if (Math.abs(circularDistance(origin, this.#toldOrigin, cycleMs)) < ORIGIN_STEP_MS) return;
    this.#toldOrigin = origin;
    for (const fn of this.#originListeners) fn();
  }

  /** @param {Partial<SessionState>} change */
  #set(change) {
    const previous = this.state;
    this.state = { ...previous, ...change };
    for (const fn of this.#subscribers) fn(this.state, previous);
  }
}

/**
 * @param {JamData} data the page's `jam-data`
 * @param {Partial<Host>} [host] put in the place of the browser's, for tests
 * @returns {Session} not started yet
 */
export function createSession(data, host = {}) {
  return new Session(data, { ...browserHost(), ...host });
}
