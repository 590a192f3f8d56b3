import assert from "node:assert/strict";
import { test } from "node:test";

import {
  barFrame,
  framesIn,
  gridOf,
  idealZero,
  loopOffset,
  planCorrection,
  planStart,
} from "../../jams/static/jams/js/frames.js";

const timeline = { barMs: 2400, barsPerLoop: 2, cycleMs: 4800 };
const grid = gridOf(timeline, 48_000);
/** Bars since 1970: numbers as large as the real ones. */
const BAR = 746_000_001;
const ZERO = -BAR * 115_200 + 480_000;

test("a loop is 230,400 frames; a rate without whole bars is refused", () => {
  assert.deepEqual(grid, { sampleRate: 48_000, barFrames: 115_200, loopFrames: 230_400 });
  assert.equal(gridOf(timeline, 44_100).loopFrames, 211_680);
  assert.throws(() => gridOf({ ...timeline, barMs: 2399.99 }, 44_100), RangeError);
});

test("the arithmetic is exact at real sizes", () => {
  assert.equal(barFrame(grid, ZERO, BAR), 480_000);
  assert.equal(loopOffset(grid, ZERO, 480_000), 115_200, "an odd bar begins in mid-loop");
  assert.equal(loopOffset(grid, ZERO, 480_000 + 115_200), 0);
});

test("zero follows from the clocks, and the trim makes it earlier", () => {
  const clocks = { offsetMs: 1_790_000_000_000, zeroMs: 250, trimMs: 0 };
  assert.equal(idealZero(grid, clocks), -(1_790_000_000_000 + 250) * 48);
  assert.equal(idealZero(grid, { ...clocks, trimMs: 100 }) - idealZero(grid, clocks), -4800);
});

test("a start in time falls on the bar line", () => {
  const start = planStart(grid, { zero: ZERO, from: BAR, soonest: 470_000 });
  assert.deepEqual(start, { frame: 480_000, offset: 115_200, onTime: true });
});

test("a late start joins in the middle, in phase", () => {
  const late = planStart(grid, { zero: ZERO, from: BAR, soonest: 480_010 });
  assert.deepEqual(late, { frame: 480_010, offset: 115_210, onTime: false });
  const long = planStart(grid, { zero: ZERO, from: -Infinity, soonest: 595_300 });
  assert.deepEqual(long, { frame: 595_300, offset: 100, onTime: false });
});

const situation = { sounding: true, zero: 0, soonest: 50_000 };
const nearLine = { ...situation, soonest: 90_000 };

test("small errors are left alone while something sounds, put right while nothing does", () => {
  assert.equal(planCorrection(grid, { ...nearLine, error: 143 }).kind, "none");
  assert.equal(planCorrection(grid, { ...nearLine, error: 100, sounding: false }).kind, "anchor");
  assert.equal(planCorrection(grid, { ...nearLine, error: 20, sounding: false }).kind, "none");
});

test("drift is taken out shortly before a bar line, and not long ahead of it", () => {
  const at = 115_200 - framesIn(grid, 30);
  assert.deepEqual(planCorrection(grid, { ...nearLine, error: -150 }), { kind: "jump", at });
  assert.equal(planCorrection(grid, { ...situation, error: -150 }).kind, "none");
  const past = planCorrection(grid, { ...situation, soonest: at + 1, error: 150 });
  assert.equal(past.kind, "none", "this line is missed: the next one");
});

test("a gross error does not wait", () => {
  assert.deepEqual(planCorrection(grid, { ...situation, error: 4800 }), {
    kind: "jump",
    at: 50_000,
  });
});
