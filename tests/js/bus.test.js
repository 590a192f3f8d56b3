import assert from "node:assert/strict";
import { test } from "node:test";

import { softClipCurve } from "../../jams/static/jams/js/bus.js";

const curve = softClipCurve();
const at = (level) => curve[Math.round(((level + 1) / 2) * (curve.length - 1))];

test("silence is exactly silence, and ordinary levels are untouched", () => {
  assert.equal(at(0), 0);
  for (const level of [-0.6875, -0.25, 0.125, 0.5, 0.6875]) assert.equal(at(level), level);
});

test("above the knee it bends, always rising, never reaching full scale", () => {
  assert.ok(curve.every((value, i) => i === 0 || value > curve[i - 1]));
  assert.ok(at(1) < 0.95);
  assert.equal(at(-1), -at(1));
});
