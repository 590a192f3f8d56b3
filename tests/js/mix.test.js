import assert from "node:assert/strict";
import { test } from "node:test";

import {
  FLAT,
  loopGain,
  patched,
  remember,
  remembered,
  TRIM_MS,
} from "../../jams/static/jams/js/mix.js";
import { FakeStorage } from "./fakes.js";

test("a patch changes what it names", () => {
  const one = patched(FLAT, { loops: { bass: { volume: 0.5 } } });
  const two = patched(one, { master: 0.8, loops: { bass: { muted: true } } });
  assert.deepEqual(two, { master: 0.8, trimMs: 0, loops: { bass: { volume: 0.5, muted: true } } });
  assert.deepEqual(FLAT, { master: 1, trimMs: 0, loops: {} });
});

test("values stay in their range, and what is no number is ignored", () => {
  const mix = patched(FLAT, { master: 7, trimMs: 9999, loops: { bass: { volume: -1 } } });
  assert.equal(mix.master, 1);
  assert.equal(mix.trimMs, TRIM_MS.max);
  assert.equal(mix.loops.bass.volume, 0);
  assert.equal(patched(mix, { master: NaN }).master, 1);
});

test("gain: full at the top, silent when muted, a quarter half way", () => {
  assert.equal(loopGain(FLAT, "bass"), 1);
  assert.equal(loopGain(patched(FLAT, { loops: { bass: { volume: 0.5 } } }), "bass"), 0.25);
  assert.equal(loopGain(patched(FLAT, { loops: { bass: { muted: true } } }), "bass"), 0);
});

test("it is remembered, and nonsense is not", () => {
  const storage = new FakeStorage();
  const mix = patched(FLAT, { trimMs: 120, loops: { vox: { muted: true } } });
  remember(storage, mix);
  assert.deepEqual(remembered(storage), mix);
  for (const saved of ["{", "3", "null", '{"loops":{"vox":null},"master":"loud"}']) {
    const read = remembered(new FakeStorage({ "jam-mix": saved }));
    assert.equal(read.master, 1);
    assert.equal(loopGain(read, "vox"), 1);
  }
  assert.equal(remembered(null), FLAT);
});
