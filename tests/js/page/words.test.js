import assert from "node:assert/strict";
import { test } from "node:test";

import { fullName } from "../../../jams/static/jams/js/page/parts.js";
import * as words from "../../../jams/static/jams/js/page/words.js";

const JAM = { seated: 5, playing: 3, iPlay: true, capacity: 7, mine: "bass" };

test("the line of a jam says who plays, and what that means for you", () => {
  /** @param {object} more */
  const line = (more) => words.plain(words.jamLine({ ...JAM, ...more }));
  assert.equal(line({}), "Three of five are playing.");
  assert.equal(line({ playing: 0 }), "All quiet. Somebody has to start.");
  assert.equal(line({ playing: 1 }), "Only you are playing. The others hear you.");
  assert.equal(line({ playing: 2, seated: 2 }), "Both of you are playing.");
  assert.equal(line({ playing: 7, seated: 7 }), "Full house. All seven are playing.");
  assert.equal(line({ iPlay: false }), "Three playing. Your bass would fit right in.");
});

test("a name carries the colour of its part", () => {
  assert.equal(fullName("percussion", "Otter"), "Amber Otter");
});

test("news names the others, and you by what is yours", () => {
  const event = { kind: "user_joined", userId: "x", name: "Lynx", loop: "vox" };
  assert.equal(words.newsLine(event, "me"), "*Rose Lynx* sat down with vox.");
  assert.equal(words.newsLine({ ...event, kind: "loop_swapped" }, "x"), "You’ve got the *vox* now.");
  assert.equal(
    words.newsLine({ ...event, kind: "loop_swapped", from: "percussion" }, "me"),
    "*Rose Lynx* changed from percussion to vox.",
  );
  assert.equal(words.newsLine({ ...event, kind: "loop_played" }, "me"), "");
  assert.equal(words.newsLine({ kind: "something_new" }, "me"), "");
});

test("an error the page does not know is said in the server's words", () => {
  assert.match(words.errorLine({ code: "loop_taken", message: "no" }), /quicker/);
  assert.match(words.errorLine({ code: "new_code", message: "not today" }), /not today/);
});
