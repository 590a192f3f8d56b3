import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { glowOf } from "../../../jams/static/jams/js/page/motion.js";
import { decodeEnvelope, marksOf } from "../../../jams/static/jams/js/page/record.js";

const STEPS_A_SECOND = 15; // 72 values in 4.8 s
const FLASH = 0.1; // a change of a tenth of full light counts as a flash's edge (WCAG 2.3.1)

/** Pairs of opposing changes within any second. @param {number[]} glow */
function mostFlashes(glow) {
  const around = [...glow.slice(0, -1), ...glow.slice(0, -1)];
  let [most, low, rises] = [0, around[0], /** @type {number[]} */ ([])];
  around.forEach((light, i) => {
    if (light < low) low = light;
    else if (light - low > FLASH) {
      rises.push(i);
      low = light;
    }
    most = Math.max(most, rises.filter((rise) => rise > i - STEPS_A_SECOND).length);
  });
  return most;
}

test("no loop of any kit makes a seat flash more than three times a second", async () => {
  const file = new URL("../../../jams/static/jams/sounds/manifest.json", import.meta.url);
  const { kits } = JSON.parse(await readFile(file, "utf8"));
  for (const { id, loops } of kits) {
    for (const { id: loop, envelope } of loops) {
      const flashes = mostFlashes(glowOf(decodeEnvelope(envelope)));
      assert.ok(flashes <= 3, `${id}/${loop}: ${flashes}`);
    }
  }
});

test("the measure itself finds a light that flickers", () => {
  assert.ok(mostFlashes(Array.from({ length: 73 }, (_, i) => i % 2)) > 3);
});

test("a glow closes around the loop and stays between dark and light", () => {
  const glow = glowOf(decodeEnvelope("z".padEnd(96, "0")));
  assert.equal(glow.length, 73);
  assert.equal(glow[0], glow[72]);
  assert.ok(Math.max(...glow) <= 0.9 && Math.min(...glow) >= 0.13);
});

test("an envelope's digits go from silence to full", () => {
  assert.deepEqual(decodeEnvelope("0z"), [0, 1]);
});

test("a mark never leaves its groove", () => {
  for (const [, half] of marksOf([0, 0.5, 1], 20, 4, 1)) assert.ok(half >= 0 && half <= 8.01);
});
