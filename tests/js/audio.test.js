import assert from "node:assert/strict";
import { test } from "node:test";

import { AudioKeeper } from "../../jams/static/jams/js/audio.js";
import { FakeAudioContext, FakeTime } from "./fakes.js";

function setUp(options = {}) {
  const time = new FakeTime();
  const gestures = new EventTarget();
  const seen = { states: [], contexts: [] };
  const audioSession = { type: "auto" };
  const keeper = new AudioKeeper({
    AudioContext: FakeAudioContext,
    sampleRate: 48_000,
    gestures,
    audioSession,
    timers: time.timers,
    onContext: (context) => seen.contexts.push(context),
    onState: (state) => seen.states.push(state),
    ...options,
  });
  const tap = (type = "pointerdown") => gestures.dispatchEvent(new Event(type));
  return { time, keeper, seen, audioSession, tap };
}

test("locked until the gesture, then running", () => {
  const { keeper, seen, audioSession, tap } = setUp();
  tap();
  assert.equal(keeper.state, "locked", "a tap anywhere is not the button");
  keeper.unlock();
  assert.equal(audioSession.type, "playback");
  assert.equal(keeper.state, "starting");
  seen.contexts[0].become("running");
  assert.deepEqual(seen.states, ["starting", "running"]);
});

test("an interruption blocks, and the next gesture brings the same context back", () => {
  const { keeper, seen, tap } = setUp();
  keeper.unlock();
  const [context] = seen.contexts;
  context.become("running");
  context.become("interrupted");
  assert.equal(keeper.state, "blocked");
  tap();
  assert.equal(keeper.state, "starting");
  context.become("running");
  assert.equal(keeper.state, "running");
  assert.equal(seen.contexts.length, 1);
});

test("each event of a tap asks: the first one may be none that the browser counts", () => {
  const { keeper, seen, tap } = setUp();
  keeper.unlock();
  const [context] = seen.contexts;
  context.become("running");
  context.become("interrupted");
  let asked = 0;
  context.resume = async () => void (asked += 1);
  tap("pointerdown");
  assert.equal(keeper.state, "starting");
  tap("touchend");
  assert.equal(asked, 2);
});

test("a context that a tap could not bring back is replaced at the next", () => {
  const { time, keeper, seen, tap } = setUp();
  keeper.unlock();
  seen.contexts[0].become("running");
  seen.contexts[0].become("interrupted");
  tap();
  tap("pointerup");
  assert.equal(seen.contexts.length, 1, "it gets its time");
  time.pass(1500);
  assert.equal(keeper.state, "blocked");
  tap();
  tap("pointerup");
  assert.equal(seen.contexts.length, 2);
  assert.equal(seen.contexts[0].state, "closed");
});

test("a context that came back late by itself is kept", () => {
  const { time, keeper, seen, tap } = setUp();
  keeper.unlock();
  time.pass(1500);
  seen.contexts[0].become("running");
  seen.contexts[0].become("interrupted");
  tap();
  assert.equal(seen.contexts.length, 1);
});

test("a resume that leads nowhere is told", () => {
  const { time, keeper } = setUp();
  keeper.unlock();
  time.pass(1500);
  assert.equal(keeper.state, "blocked");
});

test("a closed context is replaced", () => {
  const { keeper, seen, tap } = setUp();
  keeper.unlock();
  seen.contexts[0].become("running");
  seen.contexts[0].become("closed");
  tap();
  assert.equal(seen.contexts.length, 2);
  seen.contexts[1].become("running");
  assert.equal(keeper.state, "running");
});

test("a frozen context is replaced at once; what the old one says counts no more", () => {
  const { keeper, seen } = setUp();
  keeper.unlock();
  const [old] = seen.contexts;
  old.become("running");
  keeper.reportFrozen();
  assert.equal(seen.contexts.length, 2);
  assert.equal(keeper.state, "starting");
  old.become("suspended");
  assert.equal(keeper.state, "starting");
  seen.contexts[1].become("running");
  assert.equal(keeper.state, "running");
});

test("a device that fails is a frozen context", () => {
  const { keeper, seen } = setUp();
  keeper.unlock();
  seen.contexts[0].become("running");
  seen.contexts[0].dispatchEvent(new Event("error"));
  assert.equal(seen.contexts.length, 2);
  assert.equal(keeper.state, "starting");
});

test("a rate the browser refuses is not insisted on", () => {
  class Picky extends FakeAudioContext {
    constructor(options = {}) {
      if (options.sampleRate) throw new DOMException("no", "NotSupportedError");
      super({ sampleRate: 44_100 });
    }
  }
  const { keeper, seen } = setUp({ AudioContext: Picky });
  keeper.unlock();
  assert.equal(seen.contexts[0].sampleRate, 44_100);
});

test("without the Web Audio API it says so", () => {
  const { keeper } = setUp({ AudioContext: undefined });
  keeper.unlock();
  assert.equal(keeper.state, "unsupported");
});
