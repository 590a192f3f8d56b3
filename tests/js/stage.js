// A whole session on a stage: its server, its sound and its time are the test's.

import {
  FakeAudioContext,
  FakeLocks,
  FakeStorage,
  FakeTime,
  fakeWebSocket,
  installAudioNodes,
  joined,
  settle,
  wireUser,
} from "./fakes.js";

installAudioNodes();
export const { createSession, phaseOf } = await import("../../jams/static/jams/js/session.js");

export const LOOPS = ["drums", "percussion", "bass", "chords", "lead", "pad", "vox"];
export const BAR = 115_200;
/** The server's clock is this far ahead of the page's: bar 1000 begins at 0 of the page's time. */
export const OFFSET = 2_400_000;
export const data = {
  protocol: 1,
  jam_id: "jam-1",
  socket_path: "/ws/jams/jam-1/",
  invite: false,
  capacity: 7,
  bar_ms: 2400,
  bars_per_loop: 2,
  sample_rate: 48_000,
  frames: 2 * BAR,
  kits: {
    lofi: {
      title: "Lo-fi",
      loops: Object.fromEntries(LOOPS.map((id) => [id, { url: `/lofi/${id}`, envelope: "" }])),
    },
  },
};

class FakeDecoder {
  async decodeAudioData(url) {
    return { name: url.split("/").at(-1), length: 2 * BAR };
  }
}

export function setUp(change = {}) {
  const time = new FakeTime();
  time.nowMs = 0;
  const WebSocket = fakeWebSocket();
  const window = new EventTarget();
  const failing = new Set();
  const session = createSession(
    { ...data, ...change },
    {
      WebSocket,
      AudioContext: FakeAudioContext,
      OfflineAudioContext: FakeDecoder,
      fetch: async (url) => ({ ok: !failing.has(url), arrayBuffer: async () => url }),
      storage: new FakeStorage(),
      localStorage: new FakeStorage(),
      locks: new FakeLocks(),
      location: { protocol: "https:", host: "jam.test" },
      window,
      document: new EventTarget(),
      devices: null,
      audioSession: null,
      timers: time.timers,
      now: time.now,
      random: () => 0.5,
    },
  );
  return { time, WebSocket, window, failing, session };
}

/** Connects; `message` changes the server's welcome. */
export async function join(stage, message = {}) {
  stage.session.start();
  await settle();
  answer(stage, message);
  await settle();
}

export function answer({ WebSocket, time }, message = {}) {
  WebSocket.last.accept();
  WebSocket.last.receive(joined({ server_ms: OFFSET + time.nowMs, ...message }));
  WebSocket.last.receive({
    type: "clock",
    sent: time.nowMs,
    received_ms: OFFSET + time.nowMs,
    replied_ms: OFFSET + time.nowMs,
  });
}

/** What leaves a context is heard so much later, ms. */
const LATENCY = 30;

/** Unlocks the sound; the context's time runs with the page's. */
export async function unlock({ session, time }) {
  session.unlock();
  const { context } = session.audio;
  const began = time.nowMs;
  Object.defineProperty(context, "currentTime", {
    get: () => (time.nowMs - began) / 1000,
    configurable: true,
  });
  context.getOutputTimestamp = () => ({
    performanceTime: time.nowMs,
    contextTime: Math.max(0, context.currentTime - LATENCY / 1000),
  });
  context.become("running");
  time.pass(400);
  await settle();
  return { context, heardMs: (frame) => OFFSET + began + (frame * 1000) / 48_000 + LATENCY };
}

export const lynx = (fields) =>
  wireUser({ user_id: "lynx", name: "Lynx", loop: "bass", ...fields });

export const own = ({ session }) =>
  session.state.users.find(({ userId }) => userId === session.state.me);
export const phase = (stage) => phaseOf(own(stage), stage.session.nowBar());
