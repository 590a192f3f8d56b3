import assert from "node:assert/strict";
import { test } from "node:test";

import { worthSaying } from "../../../jams/static/jams/js/page/news.js";
import { lookOf } from "../../../jams/static/jams/js/page/look.js";
import { DATA, stateOf, user } from "./fixtures.js";

/** @param {object} more @param {number} [heard] @param {string} [news] */
const look = (more, heard = 100.5, news = "") =>
  lookOf(stateOf(more), { data: DATA, heard, news: { line: news, warns: false } });
const pending = { users: [user("drums"), user("bass", { bar: 101 })] };

test("the page says nothing of itself as it opens", () => {
  assert.equal(worthSaying(null, look({})), "");
});

test("your own start is said as it is asked for and as it happens", () => {
  assert.equal(
    worthSaying(
      look({ users: [user("drums"), user("bass", { playing: false })] }),
      look(pending),
    ),
    "You’re in on the next bar.",
  );
  assert.equal(worthSaying(look(pending), look(pending, 101)), "You’re playing.");
});

test("the beats of a countdown are not read out", () => {
  assert.equal(worthSaying(look(pending, 100.25), look(pending, 100.5)), "");
});

test("others starting and stopping is not read out, coming and going is", () => {
  const quiet = look({ users: [user("drums", { playing: false }), user("bass")] });
  assert.equal(worthSaying(quiet, look({})), "");
  assert.equal(
    worthSaying(look({}), look({}, 100.5, "*Rose Lynx* left.")),
    "Rose Lynx left.",
  );
});

test("a lost connection and its return are said", () => {
  const lost = look({ connection: "reconnecting" });
  assert.match(worthSaying(look({}), lost), /Connection dropped/);
  assert.match(worthSaying(lost, look({})), /Both of you/);
});

test("a request for a loop is said", () => {
  assert.equal(worthSaying(look({}), look({ asking: "vox" })), "Asking for the vox…");
});
