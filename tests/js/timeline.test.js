import assert from "node:assert/strict";
import { test } from "node:test";

import {
  barAt,
  barStart,
  circularDistance,
  modulo,
  nextBar,
  timelineOf,
} from "../../jams/static/jams/js/timeline.js";

const timeline = timelineOf({ bar_ms: 2400, bars_per_loop: 2 });

test("bars lie on the epoch's grid", () => {
  assert.equal(timeline.cycleMs, 4800);
  assert.equal(barAt(timeline, 2399.9), 0);
  assert.equal(barAt(timeline, 2400), 1);
  assert.equal(barStart(timeline, 3), 7200);
});

test("the next bar begins at least the lead later", () => {
  assert.equal(nextBar(timeline, 2000, 400), 1);
  assert.equal(nextBar(timeline, 2000.1, 400), 2);
  assert.equal(nextBar(timeline, 2400), 1);
});

test("a timeline without length is refused", () => {
  assert.throws(() => timelineOf({ bar_ms: 0, bars_per_loop: 2 }), RangeError);
});

test("modulo is never negative, distance goes the short way", () => {
  assert.equal(modulo(-1, 4800), 4799);
  assert.equal(circularDistance(10, 4790, 4800), 20);
  assert.equal(circularDistance(4790, 10, 4800), -20);
});
