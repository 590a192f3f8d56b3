import assert from "node:assert/strict";
import { test } from "node:test";

import { timeoutSignal } from "../../jams/static/jams/js/host.js";
import { SeatKeeper } from "../../jams/static/jams/js/seat.js";
import { FakeLocks, FakeStorage, settle } from "./fakes.js";

const signal = () => new AbortController().signal;
const seat = { token: "secret", userId: "otter", jamId: "j1", link: null };

test("a seat outlives a refresh", async () => {
  const storage = new FakeStorage();
  const before = new SeatKeeper({ storage, locks: new FakeLocks(), signal });
  await before.keep(seat);
  const after = new SeatKeeper({ storage, locks: new FakeLocks(), signal });
  assert.equal(after.token, null);
  await after.restore();
  assert.equal(after.token, "secret");
  assert.equal(after.jamId, "j1");
});

test("away for long, one is placed anew: asleep, or in a tab restored the next day", async () => {
  let nowMs = 1_000_000;
  const wallNow = () => nowMs;
  const storage = new FakeStorage();
  const keeper = new SeatKeeper({ storage, locks: null, wallNow });
  await keeper.keep(seat);
  nowMs += 100_000;
  keeper.touch();
  nowMs += 100_000;
  assert.equal(keeper.token, "secret");
  const soon = new SeatKeeper({ storage, locks: null, wallNow });
  await soon.restore();
  assert.equal(soon.token, "secret");
  nowMs += 30_000;
  assert.equal(keeper.token, null);
  const late = new SeatKeeper({ storage, locks: null, wallNow });
  await late.restore();
  assert.equal(late.token, null);
  assert.equal(late.jamId, null, "its jam is no longer the best to be in");
});

test("a duplicated tab does not take the seat from the first", async () => {
  const locks = new FakeLocks();
  const storage = new FakeStorage();
  const first = new SeatKeeper({ storage, locks, signal });
  await first.keep(seat);
  const copy = new FakeStorage({ "jam-seat": storage.getItem("jam-seat") });
  const second = new SeatKeeper({ storage: copy, locks, signal });
  await second.restore();
  assert.equal(second.token, null);
  assert.equal(copy.getItem("jam-seat"), null, "or its own refresh would try again");
  assert.equal(first.token, "secret");
});

test("a new seat gives the old one's lock back", async () => {
  const locks = new FakeLocks();
  const keeper = new SeatKeeper({ storage: new FakeStorage(), locks, signal });
  await keeper.keep(seat);
  await keeper.keep({ ...seat, token: "other", userId: "lynx" });
  await settle();
  assert.deepEqual([...locks.held], ["jam-seat-lynx"]);
  keeper.forget();
  await settle();
  assert.equal(locks.held.size, 0);
  assert.equal(keeper.token, null);
});

test("a seat comes back on the front page, and on the page whose link led to it", async () => {
  /** @param {string | null} takenBy @param {string | null} link @param {string} [navigation] */
  const comesBack = async (takenBy, link, navigation) => {
    const storage = new FakeStorage();
    const before = new SeatKeeper({ storage, locks: new FakeLocks(), signal });
    await before.keep({ ...seat, link: takenBy });
    const after = new SeatKeeper({ storage, locks: new FakeLocks(), signal });
    await after.restore(link, navigation);
    return after.jamId === "j1";
  };
  assert.equal(await comesBack(null, null), true);
  assert.equal(await comesBack(null, "j1"), true, "the link to the jam one sits in");
  assert.equal(await comesBack("full", "full"), true, "the link's jam was full");
  assert.equal(await comesBack("full", "full", "back_forward"), true);
  assert.equal(await comesBack("full", "full", "navigate"), false, "the link is tried once more");
  assert.equal(await comesBack("full", "j1", "navigate"), true);
  assert.equal(await comesBack("full", null), true);
  assert.equal(await comesBack(null, "j2"), false, "a link to another jam is followed");
});

test("without storage and locks a seat lasts as long as the page", async () => {
  const keeper = new SeatKeeper({ storage: null, locks: null });
  await keeper.restore();
  await keeper.keep(seat);
  assert.equal(keeper.token, "secret");
});

test("what is not a seat in the storage is none", async () => {
  for (const saved of [
    "",
    "{",
    "null",
    "3",
    '{"token":3,"userId":"x"}',
    '{"token":"t","userId":"x"}',
  ]) {
    const keeper = new SeatKeeper({ storage: new FakeStorage({ "jam-seat": saved }), locks: null });
    await keeper.restore();
    assert.equal(keeper.token, null);
  }
});

test("browsers without AbortSignal.timeout wait for the lock all the same", async (t) => {
  const { timeout } = AbortSignal;
  t.after(() => Object.assign(AbortSignal, { timeout }));
  Object.assign(AbortSignal, { timeout: undefined });
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const signal = timeoutSignal(2500);
  t.mock.timers.tick(2499);
  assert.equal(signal.aborted, false);
  t.mock.timers.tick(1);
  assert.equal(signal.aborted, true);
});
