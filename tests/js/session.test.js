import assert from "node:assert/strict";
import { test } from "node:test";

import { FakeAudioContext, FakeLocks, FakeStorage, FakeTime, fakeWebSocket, installAudioNodes, joined, settle, wireUser } from "./fakes.js";

installAudioNodes();
const { createSession, phaseOf } = await import("../../jams/static/jams/js/session.js");

const LOOPS = ["drums", "percussion", "bass", "chords", "lead", "pad", "vox"];
const BAR = 115_200;
/** The server's clock is this far ahead of the page's: bar 1000 begins at 0 of the page's time. */
const OFFSET = 2_400_000;
const data = {
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

function setUp(change = {}) {
  const time = new FakeTime();
  time.nowMs = 0;
  const WebSocket = fakeWebSocket();
  const window = new EventTarget();
  const failing = new Set();
  const session = createSession({ ...data, ...change }, {
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
  });
  return { time, WebSocket, window, failing, session };
}

/** Connects; `message` changes the server's welcome. */
async function join(stage, message = {}) {
  stage.session.start();
  await settle();
  answer(stage, message);
  await settle();
}

function answer({ WebSocket, time }, message = {}) {
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
async function unlock({ session, time }) {
  session.unlock();
  const { context } = session.audio;
  const began = time.nowMs;
  Object.defineProperty(context, "currentTime", { get: () => (time.nowMs - began) / 1000 });
  context.getOutputTimestamp = () => ({
    performanceTime: time.nowMs,
    contextTime: Math.max(0, context.currentTime - LATENCY / 1000),
  });
  context.become("running");
  time.pass(400);
  await settle();
  return { context, heardMs: (frame) => OFFSET + began + (frame * 1000) / 48_000 + LATENCY };
}

const lynx = (fields) => wireUser({ user_id: "lynx", name: "Lynx", loop: "bass", ...fields });
const own = ({ session }) => session.state.users.find(({ userId }) => userId === session.state.me);
const phase = (stage) => phaseOf(own(stage), stage.session.nowBar());

test("the seat is there before any sound", async () => {
  const stage = setUp();
  assert.equal(stage.session.state.connection, "connecting");
  await join(stage, { users: [wireUser(), lynx()] });
  const { state } = stage.session;
  assert.equal(stage.WebSocket.last.url, "wss://jam.test/ws/jams/jam-1/");
  assert.equal(state.connection, "online");
  assert.equal(state.sound, "locked");
  assert.deepEqual(state.jam, { id: "jam-1", kit: "lofi", capacity: 7 });
  assert.deepEqual(state.users.map(({ userId }) => userId), ["me", "lynx"]);
});

test("an invitation is told to the server, and a jam that was full to the page", async () => {
  const stage = setUp({ invite: true });
  await join(stage, { jam_id: "jam-2" });
  assert.equal(stage.WebSocket.opened[0].url, "wss://jam.test/ws/jams/jam-1/?invite=1");
  assert.equal(stage.session.state.event.kind, "moved");
});

test("a refresh asks for the jam of the seat; a link to another jam is stronger", async () => {
  const before = setUp();
  await join(before, { jam_id: "jam-9" });
  const { storage } = before.session.host;
  const url = async (change) => {
    const stage = setUp(change);
    const session = createSession({ ...data, ...change }, { ...stage.session.host, storage });
    session.start();
    await settle();
    return stage.WebSocket.last.url.replace("wss://jam.test/ws/jams", "");
  };
  assert.equal(await url({}), "/jam-9/?token=token-1");
  assert.equal(await url({ invite: true }), "/jam-1/?invite=1");
  assert.equal(await url({}), "/jam-1/", "which gave the old seat up");
});

test("states are replaced, never changed, and told with the one before", async () => {
  const stage = setUp();
  await join(stage);
  const told = [];
  const unsubscribe = stage.session.subscribe((state, previous) => told.push([state, previous]));
  const before = stage.session.state;
  const copy = structuredClone(before);
  stage.WebSocket.last.receive({ type: "user_joined", user: lynx() });
  assert.deepEqual(before, copy);
  assert.equal(told[0][1], before);
  assert.equal(told.at(-1)[0], stage.session.state);
  assert.deepEqual(stage.session.state.event, { kind: "user_joined", userId: "lynx", name: "Lynx", loop: "bass" });
  unsubscribe();
  const { length } = told;
  stage.WebSocket.last.receive({ type: "user_left", user_id: "lynx" });
  assert.equal(told.length, length);
  assert.equal(stage.session.state.event.name, "Lynx", "though she is gone");
});

test("a repeated state is told to nobody", async () => {
  const stage = setUp();
  await join(stage, { users: [wireUser(), lynx({ playing: true, bar: 990, seq: 4 })] });
  const before = stage.session.state;
  stage.WebSocket.last.receive({ type: "loop_played", user_id: "lynx", bar: 990, seq: 4 });
  assert.equal(stage.session.state, before);
});

test("the button: shown at once, decided by the server", async () => {
  const stage = setUp();
  await join(stage);
  stage.session.toggle();
  assert.equal(phase(stage), "queued");
  assert.equal(own(stage).bar, 1001);
  assert.equal(stage.WebSocket.last.said("play").length, 1);
  stage.WebSocket.last.receive({ type: "loop_played", user_id: "me", bar: 1002, seq: 1 });
  assert.equal(own(stage).bar, 1002, "its bar counts");
  stage.session.toggle();
  assert.equal(phase(stage), "quiet");
  assert.equal(stage.WebSocket.last.said("stop").length, 1);
});

test("an error takes back what was shown", async () => {
  const stage = setUp();
  await join(stage);
  stage.session.toggle();
  stage.WebSocket.last.receive({ type: "error", code: "try_again", message: "Try again." });
  assert.equal(phase(stage), "quiet");
  assert.deepEqual(stage.session.state.error, { code: "try_again", message: "Try again." });
});

test("a press without a connection is said when there is one again, with the token", async () => {
  const stage = setUp();
  await join(stage);
  stage.WebSocket.last.lose();
  assert.equal(stage.session.state.connection, "reconnecting");
  stage.session.toggle();
  assert.equal(phase(stage), "queued");
  stage.time.pass(1000);
  assert.equal(stage.WebSocket.last.url, "wss://jam.test/ws/jams/jam-1/?token=token-1");
  answer(stage);
  assert.equal(phase(stage), "queued", "the snapshot does not know of it yet");
  assert.equal(stage.WebSocket.last.said("play").length, 1);
});

test("a swap is asked of the server, and only of it", async () => {
  const stage = setUp();
  await join(stage);
  assert.equal(stage.session.swap("vox"), true);
  assert.deepEqual(stage.WebSocket.last.said("swap"), [{ loop: "vox", type: "swap" }]);
  assert.equal(own(stage).loop, "drums");
  stage.WebSocket.last.lose();
  assert.equal(stage.session.swap("pad"), false);
});

test("leaving gives the seat up; a later seat is a new one", async () => {
  const stage = setUp();
  await join(stage);
  const { last } = stage.WebSocket;
  stage.session.leave();
  assert.equal(last.said("leave").length, 1);
  assert.equal(stage.session.state.jam, null);
  stage.session.rejoin();
  assert.equal(stage.WebSocket.last.url, "wss://jam.test/ws/jams/jam-1/");
});

test("the network's return, and the page's, ask at once what still holds", async () => {
  const stage = setUp();
  await join(stage);
  stage.time.pass(700);
  const { last } = stage.WebSocket;
  const asked = () => last.said("clock").length;
  const before = asked();
  stage.window.dispatchEvent(new Event("pageshow"));
  assert.equal(asked(), before + 1);
  last.lose();
  stage.window.dispatchEvent(new Event("online"));
  assert.equal(stage.WebSocket.opened.length, 2, "without waiting");
});

test("a seat taken over by another tab is left to it until the visitor asks", async () => {
  const stage = setUp();
  await join(stage);
  stage.WebSocket.last.lose(4408);
  stage.time.pass(60_000);
  stage.window.dispatchEvent(new Event("online"));
  assert.equal(stage.session.state.connection, "replaced");
  assert.equal(stage.WebSocket.opened.length, 1);
  stage.session.rejoin();
  answer(stage);
  assert.equal(stage.session.state.connection, "online");
});

test("after a silence the line is given up and opened anew", async () => {
  const stage = setUp();
  await join(stage);
  stage.time.pass(9000);
  assert.ok(stage.WebSocket.opened.length >= 2);
  assert.equal(stage.WebSocket.opened[0].readyState, 3);
});

test("the sound comes on in phase with those who play", async () => {
  const stage = setUp();
  await join(stage, { users: [wireUser(), lynx({ playing: true, bar: 990 })] });
  assert.equal(stage.session.state.loading.done, 7, "loaded before the tap");
  const { context, heardMs } = await unlock(stage);
  assert.equal(stage.session.state.sound, "on");
  stage.time.pass(300);
  const now = stage.session.audio.transport.now;
  const [bass] = context.heardAt(now);
  assert.equal(bass.loop, "bass");
  assert.equal(bass.frame, Math.round((heardMs(now) % 4800) * 48) % (2 * BAR));
});

test("a lost connection goes on with what it knows; the snapshot makes no gap", async () => {
  const stage = setUp();
  const users = [wireUser(), lynx({ playing: true, bar: 990 })];
  await join(stage, { users });
  const { context } = await unlock(stage);
  stage.time.pass(300);
  stage.WebSocket.last.lose();
  stage.time.pass(1000);
  assert.equal(context.heardAt(stage.session.audio.transport.now).length, 1);
  answer(stage, { users });
  stage.time.pass(300);
  assert.equal(context.sources.length, 1, "the same source as before");
  assert.equal(context.heardAt(stage.session.audio.transport.now).length, 1);
});

test("a loop that can't be loaded says so, and the rest plays", async () => {
  const stage = setUp();
  stage.failing.add("/lofi/vox");
  await join(stage, { users: [wireUser(), lynx({ playing: true, bar: 990 })] });
  for (const ms of [600, 2500]) {
    stage.time.pass(ms);
    await settle();
  }
  assert.deepEqual(stage.session.state.loading, { done: 6, total: 7, failed: ["vox"] });
  const { context } = await unlock(stage);
  stage.time.pass(300);
  assert.equal(stage.session.state.sound, "on");
  assert.equal(context.heardAt(stage.session.audio.transport.now)[0].loop, "bass");
});

test("the band plays for one who is alone, and bows out at a bar when somebody comes", async () => {
  const stage = setUp();
  await join(stage);
  const { context } = await unlock(stage);
  stage.session.setBand(true);
  assert.equal(stage.session.state.band, true);
  stage.time.pass(3000);
  const heard = () => context.heardAt(stage.session.audio.transport.now).map(({ loop }) => loop);
  assert.deepEqual(heard(), LOOPS.filter((loop) => loop !== "drums"));
  stage.WebSocket.last.receive({ type: "user_joined", user: lynx() });
  assert.equal(stage.session.state.band, false);
  stage.time.pass(2900);
  assert.deepEqual(heard(), []);
  stage.session.setBand(true);
  assert.equal(stage.session.state.band, false, "not among people");
});

test("the mix is heard, told and remembered", async () => {
  const stage = setUp();
  await join(stage);
  stage.session.setMix({ master: 0.5, loops: { bass: { muted: true } } });
  assert.deepEqual(stage.session.state.mix, { master: 0.5, trimMs: 0, loops: { bass: { volume: 1, muted: true } } });
  assert.match(stage.session.host.localStorage.getItem("jam-mix"), /"master":0.5/);
});

test("the origin follows the server's clock, then the sound, and says when it moves", async () => {
  const stage = setUp();
  let moves = 0;
  stage.session.onOriginChange(() => (moves += 1));
  await join(stage);
  assert.equal(stage.session.loopOrigin(), (4800 - (OFFSET % 4800)) % 4800);
  await unlock(stage);
  assert.ok(Math.abs(stage.session.loopOrigin() - 0) < 1 || Math.abs(stage.session.loopOrigin() - 4800) < 1);
  stage.session.setMix({ trimMs: 20 });
  assert.equal(moves > 0, true);
  stage.time.pass(100);
});

test("no WebSocket: it says so and asks for nothing", () => {
  const { session } = setUp();
  const without = createSession(data, { ...session.host, WebSocket: undefined });
  without.start();
  without.rejoin();
  assert.equal(without.state.connection, "unsupported");
});
