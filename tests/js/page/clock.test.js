import assert from "node:assert/strict";
import { test } from "node:test";

import {
  beatsLeft,
  heardBar,
  msUntil,
  nextMoment,
} from "../../../jams/static/jams/js/page/clock.js";

const BAR_MS = 2400;

test("the heard bar is the server's, with the ear's fraction", () => {
  // Bar 1000 by the server, 600 ms in; the loudspeaker is 100 ms late.
  const heard = heardBar(1000 * BAR_MS + 600, 50_000, 50_000 - 500, BAR_MS);
  assert.ok(Math.abs(heard - (1000 + 500 / BAR_MS)) < 1e-9);
});

test("just after the server's bar line the ear is still in the bar before", () => {
  const heard = heardBar(1000 * BAR_MS + 40, 50_000, 50_000 - (BAR_MS - 60), BAR_MS);
  assert.equal(Math.floor(heard), 999);
});

test("an origin in the future and one of an earlier cycle say the same", () => {
  const one = heardBar(1000 * BAR_MS, 50_000, 50_000 + 4800, BAR_MS);
  const other = heardBar(1000 * BAR_MS, 50_000, 50_000 - 9600, BAR_MS);
  assert.equal(one, other);
});

test("the countdown goes 4, 3, 2, 1 and never below 0", () => {
  assert.deepEqual(
    [10, 10.25, 10.5, 10.75, 11].map((heard) => beatsLeft(11, heard)),
    [4, 3, 2, 1, 0],
  );
  assert.equal(beatsLeft(11, 12), 0);
  assert.equal(msUntil(11, 10.5, BAR_MS), 1200);
});

/** @param {Partial<import("../../../jams/static/jams/js/page/types.js").SeatLook>} seat @returns {any} */
const seat = (seat) => ({ me: false, bar: 0, ...seat });

test("nothing has to be looked at again while nothing waits", () => {
  assert.equal(nextMoment([seat({ bar: 10 })], 10, BAR_MS), null);
});

test("your own start is counted by beats, somebody else's waits for the bar", () => {
  assert.equal(Math.round(nextMoment([seat({ me: true, bar: 11 })], 10.125, BAR_MS) ?? 0), 306);
  assert.equal(Math.round(nextMoment([seat({ bar: 11 })], 10.125, BAR_MS) ?? 0), 2106);
});
