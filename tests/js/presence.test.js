import assert from "node:assert/strict";
import { test } from "node:test";

import { NOBODY, phaseOf, reduce, segmentOf, userOf } from "../../jams/static/jams/js/presence.js";
import { joined, wireUser } from "./fakes.js";

const lynx = wireUser({ user_id: "lynx", name: "Lynx", loop: "bass" });
const start = reduce(NOBODY, joined({ users: [wireUser(), lynx] }), 10);
const after = (presence, nowBar, ...messages) =>
  messages.reduce((value, message) => reduce(value, message, nowBar), presence);
const played = (bar, seq) => ({ type: "loop_played", user_id: "lynx", bar, seq });
const stopped = (bar, seq) => ({ type: "loop_stopped", user_id: "lynx", bar, seq });
const swapped = (fields) => ({ type: "loop_swapped", user_id: "lynx", loop: "vox", ...fields });
const of = (presence) => userOf(presence, "lynx");

test("a snapshot is taken over whole", () => {
  assert.deepEqual(start.jam, { id: "jam-1", kit: "lofi", capacity: 7 });
  assert.equal(start.me, "me");
  assert.deepEqual(
    start.users.map(({ userId }) => userId),
    ["me", "lynx"],
  );
});

test("users come, go, step away and return; others stay as they are", () => {
  const fox = wireUser({ user_id: "fox", loop: "pad" });
  const three = after(start, 10, { type: "user_joined", user: fox });
  assert.equal(three.users.length, 3);
  assert.equal(after(three, 10, { type: "user_joined", user: fox }).users.length, 3, "but once");
  const away = after(three, 10, { type: "user_away", user_id: "lynx" });
  assert.equal(of(away).away, true);
  assert.equal(userOf(away, "fox"), userOf(three, "fox"));
  assert.equal(of(after(away, 10, { type: "user_back", user_id: "lynx" })).away, false);
  assert.equal(of(after(away, 10, { type: "user_left", user_id: "lynx" })), undefined);
});

test("an older event, and one repeated, changes nothing at all", () => {
  const now = after(start, 10, played(11, 5));
  assert.equal(after(now, 10, stopped(12, 4)), now);
  assert.equal(after(now, 10, played(11, 5)), now);
  assert.equal(after(now, 10, { type: "loop_played", user_id: "nobody", bar: 1, seq: 9 }), now);
  assert.equal(of(after(now, 10, stopped(12, 6))).playing, false);
});

test("the four phases", () => {
  const phase = (presence, nowBar) => phaseOf(of(presence), nowBar);
  assert.equal(phase(start, 10), "quiet");
  const queued = after(start, 10, played(11, 1));
  assert.equal(phase(queued, 10), "queued");
  assert.equal(phase(queued, 11), "playing");
  const stopping = after(queued, 12, stopped(13, 2));
  assert.equal(phase(stopping, 12), "stopping");
  assert.equal(phase(stopping, 13), "quiet");
});

test("what sounds, from when and until when", () => {
  const queued = after(start, 10, played(11, 1));
  assert.deepEqual(segmentOf(of(queued), 10), {
    key: "lynx/bass",
    loop: "bass",
    from: 11,
    until: null,
  });
  const stopping = after(queued, 12, stopped(13, 2));
  assert.deepEqual(segmentOf(of(stopping), 12), {
    key: "lynx/bass",
    loop: "bass",
    from: 11,
    until: 13,
  });
  assert.equal(segmentOf(of(stopping), 13), null);
  assert.equal(segmentOf(of(after(queued, 10, stopped(10, 2))), 10), null, "called off");
});

test("a late joiner hears one who is stopping to the end", () => {
  const stopping = wireUser({ user_id: "lynx", loop: "bass", bar: 12 });
  const late = reduce(NOBODY, joined({ users: [wireUser(), stopping] }), 11);
  assert.deepEqual(segmentOf(of(late), 11), {
    key: "lynx/bass",
    loop: "bass",
    from: -Infinity,
    until: 12,
  });
});

test("a swap while sounding: the old loop to the bar, the new one from it", () => {
  const playing = after(start, 10, played(11, 1));
  const swap = after(playing, 12, swapped({ playing: true, bar: 13, seq: 2 }));
  assert.deepEqual(of(swap).outgoing, { key: "lynx/bass", loop: "bass", from: 11, until: 13 });
  assert.deepEqual(segmentOf(of(swap), 12), {
    key: "lynx/vox",
    loop: "vox",
    from: 13,
    until: null,
  });
  assert.equal(phaseOf(of(swap), 12), "queued", "it is the old one that sounds");
  assert.equal(phaseOf(of(swap), 13), "playing");
  const stop = after(swap, 12, stopped(12, 3));
  assert.equal(phaseOf(of(stop), 12), "stopping", "the old one sounds to its bar");
  assert.equal(phaseOf(of(stop), 13), "quiet");
});

test("two swaps before one bar: what was never heard never will be", () => {
  const playing = after(start, 10, played(11, 1));
  const swap = swapped({ playing: true, bar: 13, seq: 2 });
  const again = swapped({ loop: "pad", playing: true, bar: 13, seq: 3 });
  const twice = after(playing, 12, swap, again);
  assert.equal(of(twice).outgoing.loop, "bass");
  assert.equal(of(twice).loop, "pad");
});

test("a swap while quiet makes no sound, one while stopping lets the old loop end", () => {
  const quiet = after(start, 10, swapped({ playing: false, bar: 0, seq: 1 }));
  assert.equal(of(quiet).loop, "vox");
  assert.equal(of(quiet).outgoing, null);
  assert.equal(segmentOf(of(quiet), 10), null);
  const stopping = after(start, 10, played(10, 1), stopped(12, 2));
  const swap = after(stopping, 11, swapped({ playing: false, bar: 12, seq: 3 }));
  assert.deepEqual(of(swap).outgoing, { key: "lynx/bass", loop: "bass", from: 10, until: 12 });
  assert.equal(segmentOf(of(swap), 11), null);
});

test("one who leaves is heard to the next bar line", () => {
  const playing = after(start, 10, played(10, 1));
  const left = after(playing, 12, { type: "user_left", user_id: "lynx" });
  assert.deepEqual(left.leaving, [{ key: "lynx/bass", loop: "bass", from: 10, until: 13 }]);
  const next = after(left, 20, { type: "user_left", user_id: "me" });
  assert.deepEqual(next.leaving, [], "and forgotten after it");
});

test("after a lost connection the snapshot decides, and who went on goes on", () => {
  const playing = after(start, 10, played(11, 7));
  const stopping = { ...lynx, playing: false, bar: 21, seq: 9 };
  const back = after(playing, 20, joined({ users: [wireUser(), stopping] }));
  assert.deepEqual(segmentOf(of(back), 20), {
    key: "lynx/bass",
    loop: "bass",
    from: 11,
    until: 21,
  });
  const reset = after(playing, 20, joined({ users: [wireUser(), lynx] }));
  assert.equal(of(reset).seq, 0, "a server that lost its state is believed");
  assert.equal(of(reset).playing, false);
});

test("a connection lost in mid-swap does not cut the old loop short", () => {
  const playing = after(start, 10, played(11, 1));
  const swap = after(playing, 12, swapped({ playing: true, bar: 13, seq: 2 }));
  const swapping = { ...lynx, loop: "vox", playing: true, bar: 13, seq: 2 };
  const back = after(swap, 12, joined({ users: [wireUser(), swapping] }));
  assert.deepEqual(of(back).outgoing, { key: "lynx/bass", loop: "bass", from: 11, until: 13 });
});
