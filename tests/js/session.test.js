import assert from "node:assert/strict";
import { test } from "node:test";

import { settle, wireUser } from "./fakes.js";
import { answer, createSession, data, join, lynx, own, phase, setUp } from "./stage.js";

test("the seat is there before any sound", async () => {
  const stage = setUp();
  assert.equal(stage.session.state.connection, "connecting");
  await join(stage, { users: [wireUser(), lynx()] });
  const { state } = stage.session;
  assert.equal(stage.WebSocket.last.url, "wss://jam.test/ws/jams/jam-1/");
  assert.equal(state.connection, "online");
  assert.equal(state.sound, "locked");
  assert.deepEqual(state.jam, { id: "jam-1", kit: "lofi", capacity: 7 });
  assert.deepEqual(
    state.users.map(({ userId }) => userId),
    ["me", "lynx"],
  );
});

test("a seat that is long in coming is told, at each time of asking anew", async () => {
  const stage = setUp();
  stage.session.start();
  await settle();
  stage.time.pass(5900);
  assert.equal(stage.session.state.slow, false);
  stage.time.pass(200);
  assert.equal(stage.session.state.slow, true);
  stage.session.rejoin();
  assert.equal(stage.session.state.slow, false);
  stage.time.pass(6100);
  assert.equal(stage.session.state.slow, true);
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

test("a browser without the size of a query tells the server the same", async () => {
  const size = Object.getOwnPropertyDescriptor(URLSearchParams.prototype, "size");
  delete URLSearchParams.prototype.size;
  try {
    const stage = setUp({ invite: true });
    await join(stage);
    assert.match(stage.WebSocket.last.url, /\?invite=1$/);
    stage.WebSocket.last.lose();
    stage.time.pass(500);
    assert.match(stage.WebSocket.last.url, /\?token=token-1&invite=1$/);
  } finally {
    Object.defineProperty(URLSearchParams.prototype, "size", size);
  }
});

test("a jam may have any name, those of the path too", async () => {
  const stage = setUp({ jam_id: "jams", socket_path: "/ws/jams/jams/" });
  await join(stage, { jam_id: "jam-2" });
  stage.WebSocket.last.lose();
  stage.time.pass(500);
  assert.match(stage.WebSocket.last.url, /jam\.test\/ws\/jams\/jam-2\/\?/);
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
  assert.deepEqual(stage.session.state.event, {
    kind: "user_joined",
    userId: "lynx",
    name: "Lynx",
    loop: "bass",
    from: undefined,
  });
  const swapped = { type: "loop_swapped", user_id: "lynx", playing: false, bar: 0, seq: 1 };
  stage.WebSocket.last.receive({ ...swapped, loop: "vox" });
  const { loop, from } = stage.session.state.event;
  assert.deepEqual([from, loop], ["bass", "vox"]);
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

test("a swap is asked of the server, and only of it", async () => {
  const stage = setUp();
  await join(stage);
  assert.equal(stage.session.swap("vox"), true);
  assert.deepEqual(stage.WebSocket.last.said("swap"), [{ loop: "vox", type: "swap" }]);
  assert.equal(own(stage).loop, "drums");
  stage.WebSocket.last.lose();
  assert.equal(stage.session.swap("pad"), false);
});

test("a loop that was asked for is shown as that until the server has answered", async () => {
  const stage = setUp();
  await join(stage);
  const { last } = stage.WebSocket;
  stage.session.swap("vox");
  assert.equal(stage.session.state.asking, "vox");
  last.receive({ type: "user_joined", user: lynx() });
  const swapped = { type: "loop_swapped", playing: false, bar: 0, seq: 1 };
  last.receive({ ...swapped, user_id: "lynx", loop: "pad" });
  assert.equal(stage.session.state.asking, "vox");
  last.receive({ ...swapped, user_id: "me", loop: "vox" });
  assert.equal(stage.session.state.asking, null);
  stage.session.swap("pad");
  last.receive({ type: "error", code: "try_again", message: "Try again." });
  assert.equal(stage.session.state.asking, null);
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

test("a seat that the house has freed is not asked for again, but another when the visitor asks", async () => {
  const stage = setUp();
  await join(stage);
  stage.WebSocket.last.lose(4410);
  stage.time.pass(60_000);
  assert.equal(stage.session.state.connection, "freed");
  assert.equal(stage.WebSocket.opened.length, 1);
  stage.session.rejoin();
  assert.equal(stage.WebSocket.opened.length, 2);
  assert.doesNotMatch(stage.WebSocket.last.url, /token=/);
  answer(stage);
  assert.equal(stage.session.state.connection, "online");
});

test("no WebSocket: it says so and asks for nothing", () => {
  const { session } = setUp();
  const without = createSession(data, { ...session.host, WebSocket: undefined });
  without.start();
  without.rejoin();
  assert.equal(without.state.connection, "unsupported");
});

test("one who leaves before the seat is found again stays away", async () => {
  const before = setUp();
  await join(before);
  const { storage } = before.session.host;
  const stage = setUp();
  const session = createSession(data, { ...stage.session.host, storage });
  session.start();
  session.leave();
  await settle();
  assert.equal(stage.WebSocket.opened.length, 0);
  session.rejoin();
  assert.equal(stage.WebSocket.last.url, "wss://jam.test/ws/jams/jam-1/", "a new seat");
});
