import assert from "node:assert/strict";
import { test } from "node:test";

import { HOPEFUL_ATTEMPTS, HOPEFUL_MS, reactionTo } from "../../jams/static/jams/js/backoff.js";
import { CLOSE } from "../../jams/static/jams/js/protocol.js";
import { JamSocket } from "../../jams/static/jams/js/socket.js";
import { FakeTime, fakeWebSocket, joined } from "./fakes.js";

function setUp({ random = 1 } = {}) {
  const time = new FakeTime();
  const WebSocket = fakeWebSocket();
  const seen = { connections: [], messages: [], forgotten: 0 };
  const socket = new JamSocket({
    WebSocket,
    url: () => "ws://host/ws",
    random: () => random,
    now: time.now,
    timers: time.timers,
    onMessage: (message) => seen.messages.push(message),
    onConnection: (connection) => seen.connections.push(connection),
    onForgetSeat: () => (seen.forgotten += 1),
  });
  const join = () => {
    WebSocket.last.accept();
    WebSocket.last.receive(joined());
  };
  return { time, WebSocket, socket, seen, join };
}

const closing = (fields) =>
  reactionTo({
    code: 1006,
    attempt: 1,
    everJoined: true,
    lostMs: 0,
    byeMs: null,
    random: 0.5,
    ...fields,
  });

test("waits grow, jitter, and have an end", () => {
  const waits = [1, 2, 3, 4].map((attempt) => closing({ attempt, random: 1 }).waitMs);
  assert.deepEqual(waits, [500, 1000, 2000, 4000]);
  assert.equal(closing({ attempt: 1, random: 0 }).waitMs, 100);
  assert.equal(closing({ attempt: 50, random: 1 }).waitMs, 15_000);
});

test("each close code has its reaction", () => {
  assert.deepEqual(closing({ code: CLOSE.REPLACED }), {
    connection: "replaced",
    waitMs: null,
    forgetSeat: false,
  });
  assert.deepEqual(closing({ code: CLOSE.FREED }), {
    connection: "freed",
    waitMs: null,
    forgetSeat: true,
  });
  assert.deepEqual(closing({ code: CLOSE.BAD_TOKEN }), {
    connection: "reconnecting",
    waitMs: 0,
    forgetSeat: true,
  });
  assert.ok((closing({ code: CLOSE.BAD_TOKEN, attempt: 2 }).waitMs ?? 0) > 0);
  for (const code of [CLOSE.TOO_MANY_MESSAGES, CLOSE.NO_STATE_STORE]) {
    const { connection, waitMs } = closing({ code, random: 1 });
    assert.equal(connection, "busy");
    assert.equal(waitMs, 2000, "longer than for any other");
  }
  assert.equal(closing({ everJoined: false }).connection, "connecting");
});

test("hope goes with attempts where it never worked, with time where it did", () => {
  const connection = (fields) => closing(fields).connection;
  assert.equal(connection({ everJoined: false, attempt: HOPEFUL_ATTEMPTS - 1 }), "connecting");
  assert.equal(connection({ everJoined: false, attempt: HOPEFUL_ATTEMPTS }), "unreachable");
  assert.equal(connection({ attempt: 50, lostMs: HOPEFUL_MS - 1 }), "reconnecting");
  assert.equal(connection({ attempt: 5, lostMs: HOPEFUL_MS }), "unreachable");
});

test("a tunnel is no reason to give up; a quarter of a minute is", () => {
  const { time, WebSocket, socket, seen, join } = setUp();
  socket.open();
  join();
  const began = time.nowMs;
  while (time.nowMs < began + 40_000) {
    WebSocket.last.lose();
    const late = time.nowMs - began >= HOPEFUL_MS;
    assert.equal(seen.connections.at(-1), late ? "unreachable" : "reconnecting");
    time.pass(time.waiting[0]);
  }
  join();
  assert.equal(seen.connections.at(-1), "online");
  WebSocket.last.lose();
  assert.equal(seen.connections.at(-1), "reconnecting", "the next loss is another one");
});

test("a bye sets the wait, up to half as long again", () => {
  assert.equal(closing({ code: CLOSE.RESTARTING, byeMs: 1000, random: 0 }).waitMs, 1000);
  assert.equal(closing({ code: CLOSE.RESTARTING, byeMs: 1000, random: 1 }).waitMs, 1500);
});

test("it comes back after a loss, and is online when it has joined, not before", () => {
  const { time, WebSocket, socket, seen, join } = setUp();
  socket.open();
  WebSocket.last.accept();
  assert.deepEqual(seen.connections, []);
  WebSocket.last.receive(joined());
  assert.deepEqual(seen.connections, ["online"]);
  WebSocket.last.lose();
  assert.deepEqual(seen.connections, ["online", "reconnecting"]);
  time.pass(499);
  assert.equal(WebSocket.opened.length, 1);
  time.pass(1);
  assert.equal(WebSocket.opened.length, 2);
  join();
  assert.equal(seen.connections.at(-1), "online");
});

test("joining starts the waits anew", () => {
  const { time, WebSocket, socket, join } = setUp();
  socket.open();
  for (let i = 0; i < 3; i += 1) {
    WebSocket.last.lose();
    time.pass(5000);
  }
  join();
  WebSocket.last.lose();
  assert.deepEqual(time.waiting, [500]);
});

test("the server's bye is followed", () => {
  const { time, WebSocket, socket, join } = setUp({ random: 0 });
  socket.open();
  join();
  WebSocket.last.receive({ type: "bye", reconnect_ms: 1234 });
  WebSocket.last.lose(CLOSE.RESTARTING);
  assert.deepEqual(time.waiting, [1234]);
});

test("a replaced seat is left to the other tab", () => {
  const { time, WebSocket, socket, seen, join } = setUp();
  socket.open();
  join();
  WebSocket.last.lose(CLOSE.REPLACED);
  time.pass(600_000);
  socket.hurry();
  assert.equal(WebSocket.opened.length, 1);
  assert.equal(seen.connections.at(-1), "replaced");
  socket.open();
  assert.equal(WebSocket.opened.length, 2, "but a visitor may ask for it");
  WebSocket.last.lose();
  assert.equal(seen.connections.at(-1), "reconnecting", "which begins anew");
});

test("a bad token is forgotten and the seat asked for without it, at once", () => {
  const { time, WebSocket, socket, seen } = setUp();
  socket.open();
  WebSocket.last.lose(CLOSE.BAD_TOKEN);
  assert.equal(seen.forgotten, 1);
  time.pass(0);
  assert.equal(WebSocket.opened.length, 2);
});

test("the network's return ends the wait; a live connection stays", () => {
  const { WebSocket, socket, join } = setUp();
  socket.open();
  WebSocket.last.lose();
  socket.hurry();
  assert.equal(WebSocket.opened.length, 2);
  join();
  socket.hurry();
  assert.equal(WebSocket.opened.length, 2);
});

test("a dead line is given up: its late words count no more", () => {
  const { time, WebSocket, socket, seen, join } = setUp();
  socket.open();
  join();
  const dead = WebSocket.last;
  socket.reset();
  assert.equal(dead.readyState, 3);
  dead.receive({ type: "user_left", user_id: "x" });
  dead.lose();
  assert.equal(seen.messages.length, 1);
  time.pass(500);
  assert.equal(WebSocket.opened.length, 2);
});

test("a socket that never opens is given up", () => {
  const { time, WebSocket, socket, seen } = setUp();
  socket.open();
  time.pass(10_000);
  assert.deepEqual(seen.connections, ["connecting"]);
  time.pass(500);
  assert.equal(WebSocket.opened.length, 2);
});

test("closed for good is closed", () => {
  const { time, WebSocket, socket, join } = setUp();
  socket.open();
  join();
  socket.close();
  socket.reset();
  socket.hurry();
  time.pass(600_000);
  assert.equal(WebSocket.opened.length, 1);
  assert.equal(socket.send("play"), false);
});

test("frames that are no message are dropped", () => {
  const { WebSocket, socket, seen, join } = setUp();
  socket.open();
  join();
  const { last } = WebSocket;
  for (const data of [
    "",
    "{",
    "[]",
    "null",
    '"joined"',
    '{"type":"toString"}',
    '{"type":"joined"}',
  ]) {
    last.onmessage({ data });
  }
  last.receive({ type: "user_joined", user: { user_id: 3 } });
  last.receive({ type: "from_the_future" });
  assert.equal(seen.messages.length, 1);
});
