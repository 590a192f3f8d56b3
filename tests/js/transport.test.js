import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { gridOf } from "../../jams/static/jams/js/frames.js";
import { FakeAudioContext, installAudioNodes } from "./fakes.js";

installAudioNodes();
const { Transport } = await import("../../jams/static/jams/js/transport.js");

const BAR = 115_200;
const LOOP = 2 * BAR;
const FADE = 576;
const LEAD = 2880;
const buffers = { drums: { name: "drums", length: LOOP }, bass: { name: "bass", length: LOOP } };
let context;
let transport;

const segment = (loop, from, until = null) => ({ key: `me/${loop}`, loop, from, until });
/** The context comes to a frame. */
const comeTo = (frame) => (context.currentTime = frame / 48_000);
/** Loop names, frames and gains heard at a frame; gains of 1 are left out. */
const heard = (frame) =>
  context
    .heardAt(frame)
    .map(({ loop, frame: at, gain }) => (gain === 1 ? [loop, at] : [loop, at, gain]));

beforeEach(() => {
  context = new FakeAudioContext();
  const grid = gridOf({ barMs: 2400, barsPerLoop: 2, cycleMs: 4800 }, 48_000);
  const bufferOf = (loop) => buffers[loop] ?? null;
  transport = new Transport({ context, grid, bufferOf, outputOf: () => context.destination });
  transport.anchor(0.4);
});

test("before the clocks are known nothing is played", () => {
  transport.zero = null;
  transport.play([segment("drums", 1)]);
  assert.equal(context.sources.length, 0);
});

test("zero is a whole number", () => {
  assert.equal(transport.zero, 0);
});

test("a start on a bar falls on its first frame, at full gain", () => {
  transport.play([segment("drums", 1)]);
  assert.deepEqual(heard(BAR - 1), []);
  assert.deepEqual(heard(BAR), [["drums", BAR]]);
  assert.deepEqual(heard(2 * BAR), [["drums", 0]]);
});

test("a late start joins in phase, faded in", () => {
  comeTo(BAR + 1000);
  transport.play([segment("drums", 1)]);
  const first = context.sources[0].startedAt * 48_000;
  assert.equal(Math.round(first), BAR + 1000 + LEAD, "a lead for the audio thread");
  const [[, , gain]] = heard(first + FADE / 2);
  assert.ok(Math.abs(gain - 0.5) < 0.01);
  assert.deepEqual(heard(first + FADE), [["drums", Math.round(first) + FADE]]);
});

test("the lead grows with the hardware's buffer", () => {
  context.baseLatency = 0.05;
  comeTo(BAR + 1000);
  transport.play([segment("drums", 1)]);
  assert.equal(Math.round(context.sources[0].startedAt * 48_000), BAR + 1000 + LEAD + 2400);
});

test("the same score again touches nothing", () => {
  transport.play([segment("drums", 1)]);
  comeTo(2 * BAR);
  transport.play([segment("drums", 1)]);
  transport.play([segment("drums", -Infinity)]);
  assert.equal(context.sources.length, 1);
});

test("a stop fades out up to the bar line", () => {
  transport.play([segment("drums", 1, 3)]);
  assert.deepEqual(heard(3 * BAR - FADE), [["drums", BAR - FADE]]);
  assert.ok(heard(3 * BAR - 1)[0][2] < 0.01);
  assert.deepEqual(heard(3 * BAR), []);
});

test("a start called off is never heard, though it was near", () => {
  transport.play([segment("drums", 1)]);
  comeTo(BAR - 100);
  transport.play([]);
  assert.deepEqual(heard(BAR), []);
});

test("a stop called off leaves no gap", () => {
  transport.play([segment("drums", 1, 3)]);
  comeTo(2 * BAR);
  transport.play([segment("drums", 1)]);
  assert.equal(context.sources.length, 1);
  assert.deepEqual(heard(3 * BAR), [["drums", BAR]]);
});

test("a stop called off too late: it ends, and joins again", () => {
  transport.play([segment("drums", 1, 3)]);
  comeTo(3 * BAR - 1000);
  transport.play([segment("drums", 1)]);
  assert.equal(context.sources.length, 2);
  assert.deepEqual(heard(3 * BAR), []);
  assert.deepEqual(heard(3 * BAR + LEAD), [["drums", BAR + LEAD]]);
});

test("stopping now, starting again later: both are heard", () => {
  transport.play([segment("drums", 1, 3)]);
  comeTo(2 * BAR);
  transport.play([segment("drums", 4)]);
  assert.deepEqual(heard(3 * BAR - FADE), [["drums", BAR - FADE]]);
  assert.deepEqual(heard(3 * BAR), []);
  assert.deepEqual(heard(4 * BAR), [["drums", 0]]);
});

test("one who is gone fades at once", () => {
  transport.play([segment("drums", 1), segment("bass", 1)]);
  comeTo(2 * BAR);
  transport.play([segment("bass", 1)]);
  assert.equal(heard(2 * BAR + LEAD - 1).length, 2);
  assert.deepEqual(
    heard(2 * BAR + LEAD + FADE).map(([loop]) => loop),
    ["bass"],
  );
});

test("a loop that is not loaded joins when it is", () => {
  const late = segment("vox", 1);
  transport.play([late]);
  assert.equal(context.sources.length, 0);
  buffers.vox = { name: "vox", length: LOOP };
  comeTo(2 * BAR);
  transport.play([late]);
  delete buffers.vox;
  assert.deepEqual(heard(2 * BAR + LEAD + FADE), [["vox", LEAD + FADE]]);
});

test("what is over is swept away", () => {
  transport.play([segment("drums", 1, 2)]);
  comeTo(2 * BAR + 1);
  transport.steer(0);
  assert.equal(context.sources[0].stopped, true);
});

test("drift is taken out by whole frames, crossfaded, before the bar line", () => {
  transport.play([segment("drums", 1)]);
  comeTo(3 * BAR - 20_000);
  assert.equal(transport.steer(200.3), true);
  assert.equal(transport.zero, 200);
  const at = 3 * BAR - 1440;
  assert.deepEqual(heard(at - 1), [["drums", BAR - 1441]]);
  const both = heard(at + FADE / 2);
  assert.deepEqual(
    both.map(([, frame]) => frame),
    [BAR - 1440 + FADE / 2, BAR - 1640 + FADE / 2],
  );
  assert.ok(Math.abs(both[0][2] + both[1][2] - 1) < 1e-9, "their gains add up to one");
  assert.deepEqual(heard(at + FADE), [["drums", BAR - 1640 + FADE]]);
});

test("a loop scheduled to stop moves along with a jump", () => {
  transport.play([segment("drums", 1, 3), segment("bass", 3)]);
  comeTo(3 * BAR - 20_000);
  transport.steer(200);
  assert.deepEqual(
    heard(3 * BAR).map(([loop]) => loop),
    ["drums"],
  );
  assert.deepEqual(
    heard(3 * BAR + 199).map(([loop]) => loop),
    ["drums"],
  );
  assert.deepEqual(heard(3 * BAR + 200), [["bass", BAR]], "and so does one that is to start");
});

test("a stop asked for after a jump was scheduled holds for what comes after it", () => {
  transport.play([segment("drums", 1)]);
  comeTo(3 * BAR - 20_000);
  transport.steer(200);
  transport.play([segment("drums", 1, 4)]);
  assert.deepEqual(heard(4 * BAR + 200 - FADE), [["drums", LOOP - FADE]]);
  assert.deepEqual(heard(4 * BAR + 200), []);
});

test("a late start waits for a jump on its way", () => {
  transport.play([segment("drums", 1)]);
  comeTo(3 * BAR - 20_000);
  transport.steer(200);
  transport.play([segment("drums", 1), segment("bass", 1)]);
  const bass = context.sources.find(({ buffer }) => buffer.name === "bass");
  assert.ok(bass.startedAt * 48_000 >= 3 * BAR - 1440);
  assert.deepEqual(heard(4 * BAR), [
    ["drums", LOOP - 200],
    ["bass", LOOP - 200],
  ]);
});

test("inside the dead band nothing moves; in silence the anchor does", () => {
  transport.play([segment("drums", 1)]);
  comeTo(3 * BAR - 20_000);
  assert.equal(transport.steer(143), false);
  transport.play([]);
  comeTo(4 * BAR);
  assert.equal(transport.steer(143), true);
  assert.equal(transport.zero, 143);
});

test("a gross error has to be seen three times, then it is put right at once", () => {
  transport.play([segment("drums", 1)]);
  comeTo(2 * BAR);
  assert.equal(transport.steer(9600), false);
  assert.equal(transport.steer(0), false, "it was a wrong reading");
  assert.equal(transport.steer(9600), false);
  assert.equal(transport.steer(9600), false);
  assert.equal(transport.steer(9600), true);
  assert.deepEqual(heard(2 * BAR + LEAD + FADE), [["drums", LOOP - 9600 + LEAD + FADE]]);
});
