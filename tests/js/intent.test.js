import assert from "node:assert/strict";
import { test } from "node:test";

import {
  afterMessage,
  asHeard,
  intentOf,
  playingOn,
  withIntent,
} from "../../jams/static/jams/js/intent.js";
import { phaseOf, segmentOf } from "../../jams/static/jams/js/presence.js";
import { joined, wireUser } from "./fakes.js";

const user = (fields) => ({
  userId: "me",
  loop: "drums",
  since: null,
  outgoing: null,
  seq: 0,
  ...fields,
});
const mine = (type) => ({ type, user_id: "me", bar: 12, seq: 9 });

test("the button means what the phase says", () => {
  assert.deepEqual(intentOf(user({ playing: false, bar: 0 }), 10, 12), { playing: true, bar: 12 });
  assert.deepEqual(intentOf(user({ playing: true, bar: 12 }), 10, 12), { playing: false, bar: 10 });
  assert.deepEqual(intentOf(user({ playing: true, bar: 9 }), 10, 12), { playing: false, bar: 12 });
  const stopping = user({ playing: false, bar: 11, since: 4 });
  assert.deepEqual(intentOf(stopping, 10, 12), { playing: true, bar: 4 });
});

test("it is shown on one's own seat alone", () => {
  const other = user({ userId: "lynx", playing: false, bar: 0 });
  const own = user({ playing: true, bar: 9 });
  const shown = withIntent([own, other], "me", { playing: false, bar: 12 });
  assert.deepEqual([shown[0].playing, shown[0].bar, shown[0].since], [false, 12, 9]);
  assert.equal(shown[1], other);
  const users = [own];
  assert.equal(withIntent(users, "me", null), users);
});

test("the server's confirmation ends it, another's event does not", () => {
  const intent = { playing: true, bar: 12 };
  assert.equal(afterMessage(intent, mine("loop_played"), "me"), null);
  assert.equal(afterMessage(intent, { ...mine("loop_played"), user_id: "lynx" }, "me"), intent);
  assert.equal(afterMessage(intent, { type: "error", code: "x", message: "" }, "me"), null);
});

test("the answer to an earlier press does not undo a later one", () => {
  const stop = { playing: false, bar: 10 };
  assert.equal(afterMessage(stop, mine("loop_played"), "me"), stop);
  assert.equal(afterMessage(stop, mine("loop_stopped"), "me"), null);
});

test("after a lost connection it stands until the snapshot agrees, in the same seat", () => {
  const intent = { playing: true, bar: 12 };
  assert.equal(afterMessage(intent, joined(), "me"), intent);
  assert.equal(afterMessage(intent, joined({ users: [wireUser({ playing: true })] }), "me"), null);
  assert.equal(afterMessage(intent, joined({ user_id: "new" }), "me"), null);
});

test("who played and lost the seat plays on, in the same jam", () => {
  const before = (fields = {}) => ({
    jam: { id: "jam-1", kit: "lofi", capacity: 7 },
    me: "me",
    users: [user({ playing: true, bar: 4, ...fields })],
    leaving: [],
  });
  const quiet = joined();
  assert.deepEqual(playingOn(before(), quiet, 12), { playing: true, bar: 12 });
  const anew = joined({ user_id: "other", users: [wireUser({ user_id: "other" })] });
  assert.deepEqual(playingOn(before(), anew, 12), { playing: true, bar: 12 }, "a new seat");
  assert.equal(playingOn(before({ playing: false }), quiet, 12), null);
  assert.equal(playingOn({ ...before(), jam: { id: "jam-2" } }, quiet, 12), null, "other music");
  assert.equal(playingOn(before(), joined({ users: [wireUser({ playing: true })] }), 12), null);
  assert.equal(playingOn({ ...before(), me: null, users: [] }, quiet, 12), null, "the first time");
});

test("what is heard as it was asked for stays so, though the server does it later", () => {
  const presence = (fields) => ({
    jam: null,
    me: "me",
    users: [user(fields), user({ userId: "lynx", playing: false, bar: 14 })],
    leaving: [],
  });
  const stopped = { playing: false, bar: 11 };
  const late = presence({ playing: false, bar: 14, since: 4 });
  const silent = asHeard(late, stopped, 13);
  assert.deepEqual([silent.users[0].bar, silent.users[1].bar], [11, 14]);
  assert.equal(phaseOf(silent.users[0], 13), "quiet");
  assert.equal(segmentOf(silent.users[0], 13), null);
  const playing = asHeard(presence({ playing: true, bar: 14 }), { playing: true, bar: 11 }, 13);
  assert.equal(phaseOf(playing.users[0], 13), "playing", "nor is a start taken back");
  assert.equal(asHeard(late, stopped, 10), late, "not heard yet: the server's bar counts");
  assert.equal(asHeard(late, null, 13), late);
  const asked = presence({ playing: true, bar: 4 });
  assert.equal(asHeard(asked, stopped, 13), asked, "not confirmed yet");
});
