import assert from "node:assert/strict";
import { test } from "node:test";

import { ServerClock } from "../../jams/static/jams/js/clock.js";

/** An exchange begun at `sent`, `up` and `down` ms on the way; the server is `offset` ahead. */
function exchange(clock, { sent, up, down, offset }) {
  const received_ms = sent + up + offset;
  return clock.take({ sent, received_ms, replied_ms: received_ms + 1 }, sent + up + 1 + down);
}

test("an even line gives the offset exactly, whatever its length", () => {
  const clock = new ServerClock();
  exchange(clock, { sent: 1000, up: 150, down: 150, offset: 5000 });
  assert.equal(clock.offsetMs, 5000);
  assert.equal(clock.rttMs, 300);
  assert.equal(clock.at(2000), 7000);
});

test("the quickest way up and the quickest down decide, though of two exchanges", () => {
  const clock = new ServerClock();
  exchange(clock, { sent: 0, up: 5, down: 70, offset: 100 });
  exchange(clock, { sent: 0, up: 90, down: 5, offset: 100 });
  assert.equal(clock.offsetMs, 100);
  assert.equal(clock.rttMs, 10);
});

test("a line that takes longer one way than the other is off by half of that, no more", () => {
  const clock = new ServerClock();
  for (let i = 0; i < 12; i += 1) exchange(clock, { sent: i * 60, up: 40, down: 10, offset: 100 });
  assert.equal(clock.offsetMs, 115);
});

test("an old exchange gives way to a longer but fresh one, as the crystals drift", () => {
  const clock = new ServerClock();
  exchange(clock, { sent: 0, up: 5, down: 5, offset: 100 });
  exchange(clock, { sent: 30_000, up: 6, down: 6, offset: 101 });
  assert.equal(clock.offsetMs, 101, "5 ms + 3 ms of drift against 6 ms");
  exchange(clock, { sent: 40_000, up: 30, down: 30, offset: 102 });
  assert.equal(clock.offsetMs, 101, "30 ms is still worse");
});

test("a jump of the server's clock is seen at the next exchange", () => {
  for (const jumped of [120, 60, 5000, -800]) {
    const clock = new ServerClock();
    for (let i = 0; i < 12; i += 1) exchange(clock, { sent: i * 60, up: 5, down: 5, offset: 100 });
    assert.equal(exchange(clock, { sent: 2000, up: 5, down: 5, offset: jumped }), true);
    assert.equal(clock.offsetMs, jumped);
    assert.equal(exchange(clock, { sent: 2060, up: 5, down: 5, offset: jumped }), false);
  }
});

test("late exchanges are no jump, however late and however many", () => {
  const clock = new ServerClock();
  exchange(clock, { sent: 0, up: 5, down: 5, offset: 100 });
  for (let i = 1; i < 8; i += 1) {
    assert.equal(exchange(clock, { sent: i * 2000, up: 900, down: 5, offset: 100 }), false);
  }
  assert.equal(clock.offsetMs, 100);
});

test("a reply from the future is ignored", () => {
  const clock = new ServerClock();
  clock.take({ sent: 5000, received_ms: 0, replied_ms: 0 }, 1000);
  assert.equal(clock.offsetMs, null);
});

test("the first exchange replaces a guess", () => {
  const clock = new ServerClock();
  clock.guess(1100, 1000);
  assert.equal(clock.offsetMs, 100);
  exchange(clock, { sent: 1000, up: 20, down: 20, offset: 130 });
  assert.equal(clock.offsetMs, 130);
});

test("a server that is later than can be: our clock stood still, and starts anew", () => {
  const clock = new ServerClock();
  exchange(clock, { sent: 1000, up: 20, down: 20, offset: 100 });
  clock.guess(61_080, 61_000);
  assert.equal(clock.offsetMs, 100, "a late message says nothing new");
  clock.guess(361_000, 62_000);
  assert.equal(clock.offsetMs, 299_000);
  exchange(clock, { sent: 62_100, up: 20, down: 20, offset: 299_030 });
  assert.equal(clock.offsetMs, 299_030);
});
