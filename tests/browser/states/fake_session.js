// Stands in for ../session.js on the pages of the harness: the same face, its state from states.js,
// chosen by the address. The verbs change the state plausibly, so that pages can be used, too.

import { patched } from "/static/jams/js/mix.js";
import { phaseOf } from "/static/jams/js/presence.js";
import { NOW, STATES } from "/states.js";

export { phaseOf };

const query = new URLSearchParams(location.search);
const name = query.get("state") ?? "enter";
/** How far into the bar the page opens, ms. */
const INTO_MS = Number(query.get("t") ?? 1300);

class FakeSession {
  #subscribers = new Set();
  /** Page time at which the bar began; null while the music stands still, as for pictures. */
  #origin = query.has("still") ? null : performance.now() - INTO_MS;

  constructor(data) {
    this.data = data;
    const kit = query.get("kit");
    const state = STATES[name];
    this.state = kit && state.jam ? { ...state, jam: { ...state.jam, kit } } : state;
    this.calls = [];
    /** The server leaves what it is asked for without an answer. */
    this.slow = false;
  }

  set(change) {
    const previous = this.state;
    this.state = { ...previous, ...change };
    for (const fn of this.#subscribers) fn(this.state, previous);
  }

  subscribe(fn) {
    this.#subscribers.add(fn);
    return () => this.#subscribers.delete(fn);
  }

  #elapsed() {
    return this.#origin === null ? INTO_MS : performance.now() - this.#origin;
  }

  /** Music that stood still goes on from there. */
  moveOn() {
    this.#origin = performance.now() - INTO_MS;
    this.set({});
  }

  serverNow() {
    return NOW * this.data.bar_ms + this.#elapsed();
  }

  loopOrigin() {
    return performance.now() - this.#elapsed();
  }

  onOriginChange() {
    return () => {};
  }

  start() {}

  unlock() {
    this.set({ sound: "on" });
  }

  toggle() {
    const bar = Math.floor(this.serverNow() / this.data.bar_ms);
    const users = this.state.users.map((user) => {
      if (user.userId !== this.state.me) return user;
      const cancels = ["queued", "stopping"].includes(phaseOf(user, bar));
      return { ...user, playing: !user.playing, bar: cancels ? bar : bar + 1, outgoing: null };
    });
    this.set({ users });
  }

  swap(loop) {
    if (this.state.connection !== "online") return false;
    if (this.slow) {
      this.set({ asking: loop });
      return true;
    }
    const bar = Math.floor(this.serverNow() / this.data.bar_ms);
    const users = this.state.users.map((user) => {
      if (user.userId !== this.state.me) return user;
      if (phaseOf(user, bar) !== "playing") return { ...user, loop };
      const outgoing = { key: "", loop: user.loop, from: 0, until: bar + 1 };
      return { ...user, loop, bar: bar + 1, outgoing };
    });
    this.set({
      users,
      event: { kind: "loop_swapped", userId: this.state.me, name: "Otter", loop },
    });
    return true;
  }

  setBand(on) {
    this.set({ band: on });
  }

  setMix(patch) {
    this.set({ mix: patched(this.state.mix, patch) });
  }

  rejoin() {
    this.set({ ...STATES.alone });
  }

  leave() {}
}

export function createSession(data) {
  const session = new FakeSession(data);
  globalThis.fakeSession = session;
  return session;
}
