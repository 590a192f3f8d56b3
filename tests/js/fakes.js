// Stand-ins for the browser: time that passes when a test says so, sockets and audio that only
// take notes.

/** Time and timers in one; nothing happens before `pass`. */
export class FakeTime {
  nowMs = 1000;
  #due = new Map();
  #ids = 0;

  timers = {
    set: (run, ms) => {
      this.#ids += 1;
      this.#due.set(this.#ids, { run, atMs: this.nowMs + ms });
      return this.#ids;
    },
    clear: (id) => this.#due.delete(id),
  };

  now = () => this.nowMs;

  /** Gaps in ms until each timer that waits, the next one first. */
  get waiting() {
    return [...this.#due.values()].map(({ atMs }) => atMs - this.nowMs).sort((a, b) => a - b);
  }

  /** Lets so many ms go by, and runs what falls due, each at its moment. */
  pass(ms) {
    const end = this.nowMs + ms;
    for (;;) {
      const next = [...this.#due].sort(([, a], [, b]) => a.atMs - b.atMs)[0];
      if (!next || next[1].atMs > end) break;
      this.#due.delete(next[0]);
      this.nowMs = Math.max(this.nowMs, next[1].atMs);
      next[1].run();
    }
    this.nowMs = end;
  }
}

/** Lets promises that are settled take effect. */
export const settle = () => new Promise((resolve) => setImmediate(resolve));

/** A WebSocket class of its own; `opened` lists its sockets, the first one first. */
export function fakeWebSocket() {
  return class FakeSocket {
    static opened = [];
    readyState = 0;
    sent = [];

    constructor(url) {
      this.url = url;
      FakeSocket.opened.push(this);
    }

    static get last() {
      return FakeSocket.opened.at(-1);
    }

    send(text) {
      this.sent.push(JSON.parse(text));
    }

    /** Frames of a type, or all but the clock's. */
    said(type) {
      return this.sent.filter((frame) => (type ? frame.type === type : frame.type !== "clock"));
    }

    close() {
      this.readyState = 3;
    }

    accept() {
      this.readyState = 1;
      this.onopen?.();
    }

    receive(message) {
      this.onmessage?.({ data: JSON.stringify(message) });
    }

    lose(code = 1006) {
      this.readyState = 3;
      this.onclose?.({ code });
    }
  };
}

export class FakeStorage {
  #items = new Map();

  constructor(items = {}) {
    for (const [key, value] of Object.entries(items)) this.setItem(key, value);
  }

  getItem(key) {
    return this.#items.get(key) ?? null;
  }

  setItem(key, value) {
    this.#items.set(key, String(value));
  }

  removeItem(key) {
    this.#items.delete(key);
  }
}

/** Web Locks of one browser: give the same one to each of its tabs. */
export class FakeLocks {
  held = new Set();

  async request(name, _options, granted) {
    if (this.held.has(name)) throw new DOMException("timed out", "TimeoutError");
    this.held.add(name);
    try {
      return await granted();
    } finally {
      this.held.delete(name);
    }
  }
}

class FakeParam {
  constructor(value) {
    this.value = value;
    this.events = [];
  }

  setValueAtTime(value, time) {
    this.events.push({ value, time });
  }

  linearRampToValueAtTime(value, time) {
    this.events.push({ value, time, ramp: true });
  }

  cancelScheduledValues(from) {
    this.events = this.events.filter(({ time }) => time < from);
  }

  /** The value at a time, by the rules of the Web Audio API. */
  at(time) {
    let value = this.value;
    let since = 0;
    for (const event of this.events) {
      if (event.time > time) {
        if (!event.ramp) return value;
        return value + ((event.value - value) * (time - since)) / (event.time - since);
      }
      ({ value, time: since } = event);
    }
    return value;
  }
}

class FakeNode {
  constructor(context) {
    this.context = context;
  }

  connect(node) {
    this.connected = node;
    return node;
  }

  disconnect() {
    this.connected = null;
  }
}

class FakeGain extends FakeNode {
  constructor(context, { gain }) {
    super(context);
    this.gain = new FakeParam(gain);
  }
}

class FakeSource extends FakeNode {
  constructor(context, { buffer, loop }) {
    super(context);
    Object.assign(this, { buffer, loop, startedAt: null, offset: null, stopped: false });
    context.sources.push(this);
  }

  start(time, offset) {
    this.startedAt = time;
    this.offset = offset;
  }

  stop() {
    this.stopped = true;
  }
}

/** A context whose time a test sets; its sources tell what would be heard. */
export class FakeAudioContext extends EventTarget {
  static created = [];
  currentTime = 0;
  baseLatency = 0;
  outputLatency = 0;
  state = "suspended";
  sources = [];
  destination = new FakeNode(this);

  constructor({ sampleRate = 48_000 } = {}) {
    super();
    this.sampleRate = sampleRate;
    FakeAudioContext.created.push(this);
  }

  become(state) {
    this.state = state;
    this.onstatechange?.();
  }

  async resume() {}

  async close() {
    this.state = "closed";
  }

  /**
   * What is heard at a frame: for each source that sounds, its buffer's name, the frame of the
   * loop and the gain of its fade.
   */
  heardAt(frame) {
    const time = frame / this.sampleRate;
    return this.sources
      .filter(({ startedAt, stopped }) => !stopped && startedAt !== null && startedAt <= time)
      .map(({ buffer, startedAt, offset, connected }) => ({
        loop: buffer.name,
        frame: Math.round((time - startedAt + offset) * this.sampleRate) % buffer.length,
        gain: connected.gain.at(time),
      }))
      .filter(({ gain }) => gain > 0);
  }
}

/** Puts the nodes in the place of the browser's, for the modules that create them by name. */
export function installAudioNodes() {
  Object.assign(globalThis, {
    GainNode: FakeGain,
    AudioBufferSourceNode: FakeSource,
    WaveShaperNode: FakeNode,
  });
}

/** A user as the wire writes it. */
export const wireUser = (fields = {}) => ({
  user_id: "me",
  name: "Otter",
  loop: "drums",
  playing: false,
  bar: 0,
  seq: 0,
  away: false,
  ...fields,
});

/** The server's welcome. */
export const joined = (fields = {}) => ({
  type: "joined",
  protocol: 1,
  jam_id: "jam-1",
  user_id: "me",
  token: "token-1",
  kit: "lofi",
  loop: "drums",
  capacity: 7,
  server_ms: 0,
  users: [wireUser()],
  ...fields,
});
