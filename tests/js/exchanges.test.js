import assert from "node:assert/strict";
import { test } from "node:test";

import { Exchanges, SILENCE_MS } from "../../jams/static/jams/js/exchanges.js";
import { FakeTime } from "./fakes.js";

function setUp() {
  const time = new FakeTime();
  const asked = [];
  let silences = 0;
  const exchanges = new Exchanges({
    ask: () => asked.push(time.nowMs - 1000),
    onSilence: () => (silences += 1),
    ...time,
    timers: time.timers,
    now: time.now,
  });
  return { time, asked, exchanges, silences: () => silences };
}

test("twelve quick ones, every two seconds for half a minute, then every ten", () => {
  const { time, asked, exchanges } = setUp();
  exchanges.start();
  for (let i = 0; i < 80; i += 1) {
    time.pass(1000);
    exchanges.heard();
  }
  const gaps = asked.slice(1).map((at, i) => at - asked[i]);
  assert.deepEqual(gaps.slice(0, 11), Array(11).fill(60));
  assert.deepEqual(gaps.slice(12, 26), Array(14).fill(2000));
  assert.ok(gaps.slice(27).length >= 3);
  assert.ok(gaps.slice(27).every((gap) => gap === 10_000));
});

test("silence after a question is told once", () => {
  const { time, exchanges, silences } = setUp();
  exchanges.start();
  time.pass(SILENCE_MS - 1);
  assert.equal(silences(), 0);
  time.pass(2);
  assert.equal(silences(), 1);
});

test("any answer ends the wait, and stopping ends everything", () => {
  const { time, asked, exchanges, silences } = setUp();
  exchanges.start();
  time.pass(700);
  exchanges.stop();
  const before = asked.length;
  time.pass(60_000);
  assert.equal(silences(), 0);
  assert.equal(asked.length, before);
});

test("a page that slept gives the answer a chance before it calls the line dead", () => {
  const { time, exchanges, silences } = setUp();
  exchanges.start();
  time.nowMs += 3_600_000;
  time.pass(0);
  assert.equal(silences(), 0);
  exchanges.heard();
  exchanges.stop();
});
