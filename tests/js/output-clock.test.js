import assert from "node:assert/strict";
import { test } from "node:test";

import { ENOUGH, OutputClock, readZeroMs } from "../../jams/static/jams/js/output-clock.js";

/** Adds readings every `gap` ms; returns the time of the last. */
function feed(clock, values, { from = 0, gap = 20 } = {}) {
  values.forEach((value, i) => clock.add(value, from + i * gap));
  return from + (values.length - 1) * gap;
}
const steady = (value, count = ENOUGH) => Array(count).fill(value);

test("Chromium's timestamp has the latency in it", () => {
  const context = {
    currentTime: 2,
    outputLatency: 0.06,
    baseLatency: 0.02,
    getOutputTimestamp: () => ({ performanceTime: 3000, contextTime: 1.92 }),
  };
  assert.equal(readZeroMs(context, 3005), 3000 - 1920);
});

test("Firefox's lies on currentTime: the latency is added", () => {
  const context = {
    currentTime: 2,
    outputLatency: 0.06,
    baseLatency: 0,
    getOutputTimestamp: () => ({ performanceTime: 3000, contextTime: 2 }),
  };
  assert.equal(readZeroMs(context, 3000), 1060);
});

test("without a timestamp the latencies have to do, once the context surely runs", () => {
  const context = { currentTime: 2, outputLatency: 0.05, baseLatency: 0.01 };
  assert.equal(readZeroMs(context, 3000), 1000 + 60);
  const zeros = { ...context, getOutputTimestamp: () => ({ performanceTime: 0, contextTime: 0 }) };
  assert.equal(readZeroMs(zeros, 3000), 1060);
  assert.equal(readZeroMs({ ...zeros, currentTime: 0.1 }, 3000), null);
});

test("the first readings of a context that fills its buffers do not count", () => {
  const clock = new OutputClock();
  feed(clock, [5, 26, 48, 48, 48, 48, 48]);
  assert.equal(clock.settled, false);
  feed(clock, steady(48), { from: 200 });
  assert.equal(clock.settled, true);
  assert.equal(clock.zeroMs, 48);
});

test("a saw-tooth is believed after a while, in its middle", () => {
  const clock = new OutputClock();
  const saw = Array.from({ length: 60 }, (_, i) => 100 + ((i * 7) % 20));
  feed(clock, saw.slice(0, 30));
  assert.equal(clock.settled, false);
  feed(clock, saw, { from: 600 });
  assert.equal(clock.settled, true);
  assert.ok(Math.abs((clock.zeroMs ?? 0) - 109.5) < 1.5);
});

test("one late timer changes little", () => {
  const clock = new OutputClock();
  const end = feed(clock, steady(48, 30));
  clock.add(90, end + 20);
  assert.equal(clock.zeroMs, 48);
});

test("a lasting step is followed as soon as it is sure", () => {
  const clock = new OutputClock();
  const end = feed(clock, steady(48, 40), { gap: 250 });
  feed(clock, steady(78, ENOUGH), { from: end + 250, gap: 250 });
  assert.equal(clock.zeroMs, 78);
});

test("readings older than the window are dropped, but never all", () => {
  const clock = new OutputClock();
  const end = feed(clock, steady(48, 40), { gap: 250 });
  const drifted = feed(clock, steady(50, 62), { from: end + 250, gap: 250 });
  assert.equal(clock.zeroMs, 50);
  clock.add(50, drifted + 3_600_000);
  assert.equal(clock.zeroMs, 50);
});

test("after a reset it starts anew", () => {
  const clock = new OutputClock();
  feed(clock, steady(48));
  clock.reset();
  assert.equal(clock.settled, false);
  assert.equal(clock.zeroMs, null);
});
