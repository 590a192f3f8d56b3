// What holds over a lost connection.

import assert from "node:assert/strict";
import { test } from "node:test";

import { wireUser } from "./fakes.js";
import { answer, join, lynx, phase, setUp } from "./stage.js";

test("coming back to another jam is not to have come for it", async () => {
  const stage = setUp({ invite: true });
  await join(stage);
  stage.WebSocket.last.lose();
  stage.time.pass(500);
  answer(stage, { jam_id: "jam-2" });
  assert.equal(stage.session.state.event.kind, "resettled");
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

test("a loop stopped during an outage stays silent on coming back, and its stop is sent", async () => {
  const stage = setUp();
  const playing = wireUser({ playing: true, bar: 990, seq: 1 });
  await join(stage, { users: [playing] });
  stage.WebSocket.last.lose();
  stage.session.toggle();
  stage.time.pass(4800);
  assert.equal(phase(stage), "quiet");
  const shown = new Set();
  stage.session.subscribe(() => shown.add(phase(stage)));
  answer(stage, { users: [playing] });
  assert.equal(stage.WebSocket.last.said("stop").length, 1);
  const bar = stage.session.nowBar() + 1;
  stage.WebSocket.last.receive({ type: "loop_stopped", user_id: "me", bar, seq: 2 });
  assert.deepEqual([...shown], ["quiet"]);
});

test("who played and comes back to a lost seat plays on, and is shown no state of before", async () => {
  const stage = setUp();
  await join(stage, { users: [wireUser({ playing: true, bar: 0 }), lynx()] });
  stage.WebSocket.last.lose();
  stage.time.pass(500);
  const shown = [];
  stage.session.subscribe(({ connection, users }) => shown.push([connection, users.length]));
  stage.WebSocket.last.sent.length = 0;
  await join(stage, { users: [wireUser({ playing: false, bar: 0 })] });
  assert.deepEqual(shown.at(-1), ["online", 1]);
  assert.ok(!shown.some(([connection, users]) => connection === "online" && users === 2));
  assert.ok(stage.WebSocket.last.sent.some(({ type }) => type === "play"));
  assert.equal(phase(stage), "queued");
});

test("a loop asked for before a lost connection is asked for again, unless it is one's own", async () => {
  const stage = setUp();
  await join(stage);
  stage.session.swap("vox");
  stage.WebSocket.last.lose();
  stage.time.pass(500);
  answer(stage);
  assert.deepEqual(stage.WebSocket.last.said("swap"), [{ loop: "vox", type: "swap" }]);
  stage.WebSocket.last.lose();
  stage.time.pass(500);
  answer(stage, { loop: "vox", users: [wireUser({ loop: "vox" })] });
  assert.deepEqual(stage.WebSocket.last.said("swap"), []);
  assert.equal(stage.session.state.asking, null);
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

test("after a silence the line is given up and opened anew", async () => {
  const stage = setUp();
  await join(stage);
  stage.time.pass(9000);
  assert.ok(stage.WebSocket.opened.length >= 2);
  assert.equal(stage.WebSocket.opened[0].readyState, 3);
});
