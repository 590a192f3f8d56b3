import assert from "node:assert/strict";
import { test } from "node:test";

import { bowOut, scoreOf } from "../../jams/static/jams/js/score.js";

const kit = ["drums", "bass", "vox"];
const user = (fields) => ({
  userId: "me",
  loop: "drums",
  playing: false,
  bar: 0,
  since: null,
  outgoing: null,
  ...fields,
});
const keys = (known, nowBar) =>
  scoreOf({ leaving: [], band: null, kit, ...known }, nowBar).map(({ key }) => key);

test("only who sounds, or will", () => {
  const lynx = user({ userId: "lynx", loop: "bass", playing: true, bar: 11 });
  assert.deepEqual(keys({ users: [user(), lynx] }, 10), ["lynx/bass"]);
});

test("what is over is not in it", () => {
  const leaving = [{ key: "x/vox", loop: "vox", from: 1, until: 10 }];
  assert.deepEqual(keys({ users: [], leaving }, 9), ["x/vox"]);
  assert.deepEqual(keys({ users: [], leaving }, 10), []);
});

test("the band plays the loops that nobody has", () => {
  const band = { from: 5, until: null };
  assert.deepEqual(keys({ users: [user()], band }, 10), ["band/bass", "band/vox"]);
});

test("in a swap the band and the user change places at the bar", () => {
  const outgoing = { key: "me/drums", loop: "drums", from: 1, until: 11 };
  const me = user({ loop: "bass", playing: true, bar: 11, outgoing });
  const score = scoreOf({ users: [me], leaving: [], band: { from: 5, until: null }, kit }, 10);
  const span = Object.fromEntries(score.map(({ key, from, until }) => [key, [from, until]]));
  assert.deepEqual(span, {
    "me/bass": [11, null],
    "me/drums": [1, 11],
    "band/drums": [11, null],
    "band/bass": [5, 11],
    "band/vox": [5, null],
  });
});

test("the band bows out at a bar, and does not come in before it goes", () => {
  assert.deepEqual(bowOut({ from: 5, until: null }, 9), { from: 5, until: 9 });
  assert.deepEqual(bowOut({ from: 5, until: 7 }, 9), { from: 5, until: 7 });
  assert.equal(bowOut({ from: 9, until: null }, 9), null);
  assert.equal(bowOut(null, 9), null);
});
