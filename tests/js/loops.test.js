import assert from "node:assert/strict";
import { test } from "node:test";

import { bufferFetcher, fitted, LoopLibrary } from "../../jams/static/jams/js/loops.js";
import { FakeTime, settle } from "./fakes.js";

/** A library whose fetches a test answers: `answer(url)` or `refuse(url)`. */
function setUp() {
  const time = new FakeTime();
  const asked = new Map();
  let changes = 0;
  const library = new LoopLibrary({
    fetchBuffer: (url) => new Promise((resolve, reject) => asked.set(url, { resolve, reject })),
    timers: time.timers,
    onChange: () => (changes += 1),
  });
  const end = async (url, how, value) => {
    const waiting = asked.get(url);
    asked.delete(url);
    waiting[how](value);
    await settle();
  };
  return {
    time,
    library,
    asked: () => [...asked.keys()],
    answer: (url) => end(url, "resolve", { name: url }),
    refuse: (url) => end(url, "reject", new Error("no")),
    changes: () => changes,
  };
}
const sources = (...ids) => ids.map((id) => ({ id, url: `/${id}` }));

test("two at a time, in the order of need", async () => {
  const { library, asked, answer } = setUp();
  library.want(sources("own", "playing", "rest"));
  assert.deepEqual(asked(), ["/own", "/playing"]);
  await answer("/own");
  assert.deepEqual(asked(), ["/playing", "/rest"]);
  assert.deepEqual(library.bufferOf("own"), { name: "/own" });
  assert.deepEqual(library.progress, { done: 1, total: 3, failed: [] });
});

test("a new order counts for what is not on its way", async () => {
  const { library, asked, answer } = setUp();
  library.want(sources("a", "b", "c", "d"));
  library.want(sources("d", "a", "b", "c"));
  await answer("/a");
  assert.deepEqual(asked(), ["/b", "/d"]);
});

test("a failure is tried again, then told, and the others go on", async () => {
  const { time, library, asked, answer, refuse } = setUp();
  library.want(sources("bad", "good", "more"));
  await refuse("/bad");
  assert.deepEqual(asked(), ["/good", "/more"]);
  assert.equal(library.isSettled("bad"), false);
  await answer("/good");
  time.pass(500);
  await refuse("/bad");
  time.pass(2000);
  await refuse("/bad");
  assert.deepEqual(library.progress.failed, ["bad"]);
  assert.equal(library.isSettled("bad"), true);
  await answer("/more");
  time.pass(20_000);
  await answer("/bad");
  assert.deepEqual(library.progress, { done: 3, total: 3, failed: [] });
});

test("what could not be used does not come out of the browser's cache again", async () => {
  const modes = [];
  const fetchBuffer = bufferFetcher({
    fetch: async (_url, { cache }) => {
      modes.push(cache);
      return { ok: true, arrayBuffer: async () => new ArrayBuffer(0) };
    },
    Decoder: class {
      async decodeAudioData() {
        throw new DOMException("no sound", "EncodingError");
      }
    },
    sampleRate: 48_000,
    frames: 230_400,
  });
  const time = new FakeTime();
  const library = new LoopLibrary({ fetchBuffer, timers: time.timers, onChange() {} });
  library.want(sources("a"));
  await settle();
  for (const ms of [500, 2000, 20_000]) {
    time.pass(ms);
    await settle();
  }
  assert.deepEqual(modes, ["default", "reload", "default", "default"], "fetched anew but once");
});

test("the network's return does not wait for the next attempt", async () => {
  const { time, library, asked, refuse } = setUp();
  library.want(sources("bad"));
  for (const ms of [500, 2000, 0]) {
    await refuse("/bad");
    time.pass(ms);
  }
  assert.deepEqual(asked(), []);
  library.retryFailed();
  assert.deepEqual(asked(), ["/bad"]);
});

test("another kit: its loops are asked for, the old ones kept", async () => {
  const { library, asked, answer } = setUp();
  library.want(sources("a"));
  await answer("/a");
  library.want([{ id: "a", url: "/other/a" }]);
  assert.deepEqual(asked(), ["/other/a"]);
  assert.equal(library.bufferOf("a"), null);
  library.want(sources("a"));
  assert.deepEqual(library.bufferOf("a"), { name: "/a" });
});

test("a decoder's few frames more or less are put right, another sound is refused", () => {
  const buffer = { length: 230_400, numberOfChannels: 1, sampleRate: 48_000 };
  assert.equal(fitted(buffer, 230_400), buffer);
  assert.throws(() => fitted({ ...buffer, length: 100_000 }, 230_400), RangeError);
  globalThis.AudioBuffer = class {
    constructor(options) {
      Object.assign(this, options);
    }
    copyToChannel(samples) {
      this.samples = samples;
    }
  };
  const long = { ...buffer, length: 231_000, getChannelData: () => new Float32Array(231_000) };
  assert.equal(fitted(long, 230_400).length, 230_400);
  assert.equal(fitted(long, 230_400).samples.length, 230_400);
});

test("an error page is no sound", async () => {
  const fetchBuffer = bufferFetcher({
    fetch: async () => ({ ok: false, status: 404 }),
    Decoder: class {},
    sampleRate: 48_000,
    frames: 230_400,
  });
  await assert.rejects(fetchBuffer("/x"), /404/);
});
