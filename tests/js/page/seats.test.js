import assert from "node:assert/strict";
import { test } from "node:test";

import { placesOf } from "../../../jams/static/jams/js/page/seats.js";

const LOOPS = ["drums", "percussion", "bass", "chords"];

test("you sit at the bottom, the others follow in the kit's order", () => {
  assert.deepEqual(placesOf(null, LOOPS, "bass"), ["bass", "chords", "drums", "percussion"]);
});

test("without a seat the order is the kit's", () => {
  assert.deepEqual(placesOf(null, LOOPS, null), LOOPS);
});

test("a swap exchanges two places and moves nobody else", () => {
  const before = placesOf(null, LOOPS, "bass");
  assert.deepEqual(placesOf(before, LOOPS, "drums"), ["drums", "chords", "bass", "percussion"]);
});

test("nothing moves while you keep your loop, or lose the connection", () => {
  const before = placesOf(null, LOOPS, "bass");
  assert.equal(placesOf(before, LOOPS, "bass"), before);
  assert.equal(placesOf(before, LOOPS, null), before);
});
