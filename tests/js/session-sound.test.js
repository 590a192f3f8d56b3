import assert from "node:assert/strict";
import { test } from "node:test";

import { settle, wireUser } from "./fakes.js";
import {
  answer,
  BAR,
  createSession,
  data,
  join,
  LOOPS,
  lynx,
  OFFSET,
  setUp,
  unlock,
} from "./stage.js";

test("the sound comes on in phase with those who play", async () => {
  const stage = setUp();
  await join(stage, { users: [wireUser(), lynx({ playing: true, bar: 990 })] });
  assert.equal(stage.session.state.loading.done, 7, "loaded before the tap");
  const { context, heardMs } = await unlock(stage);
  assert.equal(stage.session.state.sound, "on");
  stage.time.pass(300);
  const now = stage.session.audio.transport.now;
  const [bass] = context.heardAt(now);
  assert.equal(bass.loop, "bass");
  assert.equal(bass.frame, Math.round((heardMs(now) % 4800) * 48) % (2 * BAR));
});

test("a lost connection goes on with what it knows; the snapshot makes no gap", async () => {
  const stage = setUp();
  const users = [wireUser(), lynx({ playing: true, bar: 990 })];
  await join(stage, { users });
  const { context } = await unlock(stage);
  stage.time.pass(300);
  stage.WebSocket.last.lose();
  stage.time.pass(1000);
  assert.equal(context.heardAt(stage.session.audio.transport.now).length, 1);
  answer(stage, { users });
  stage.time.pass(300);
  assert.equal(context.sources.length, 1, "the same source as before");
  assert.equal(context.heardAt(stage.session.audio.transport.now).length, 1);
});

for (const [how, code] of Object.entries({ replaced: 4408, freed: 4410 })) {
  test(`a seat that is ${how} falls silent here`, async () => {
    const stage = setUp();
    await join(stage, { users: [wireUser(), lynx({ playing: true, bar: 990 })] });
    const { context } = await unlock(stage);
    stage.time.pass(300);
    assert.equal(context.heardAt(stage.session.audio.transport.now).length, 1);
    stage.WebSocket.last.lose(code);
    stage.time.pass(300);
    assert.equal(context.heardAt(stage.session.audio.transport.now).length, 0);
    assert.equal(stage.session.state.connection, how);
    assert.deepEqual(stage.session.state.users, []);
  });
}

test("a browser that can't play the loops doesn't load them", async () => {
  const stage = setUp();
  let fetched = 0;
  const fetch = async () => (fetched += 1);
  const host = { ...stage.session.host, AudioContext: undefined, fetch };
  const session = createSession(data, host);
  session.start();
  await settle();
  answer(stage);
  await settle();
  assert.equal(session.state.sound, "unsupported");
  assert.equal(session.state.users.length, 1);
  assert.equal(fetched, 0);
});

test("a loop that can't be loaded says so, and the rest plays", async () => {
  const stage = setUp();
  stage.failing.add("/lofi/vox");
  await join(stage, { users: [wireUser(), lynx({ playing: true, bar: 990 })] });
  for (const ms of [600, 2500]) {
    stage.time.pass(ms);
    await settle();
  }
  assert.deepEqual(stage.session.state.loading, { done: 6, total: 7, failed: ["vox"] });
  const { context } = await unlock(stage);
  stage.time.pass(300);
  assert.equal(stage.session.state.sound, "on");
  assert.equal(context.heardAt(stage.session.audio.transport.now)[0].loop, "bass");
});

test("the band plays for one who is alone, and bows out at a bar when somebody comes", async () => {
  const stage = setUp();
  await join(stage);
  const { context } = await unlock(stage);
  stage.session.setBand(true);
  assert.equal(stage.session.state.band, true);
  stage.time.pass(3000);
  const heard = () => context.heardAt(stage.session.audio.transport.now).map(({ loop }) => loop);
  assert.deepEqual(
    heard(),
    LOOPS.filter((loop) => loop !== "drums"),
  );
  stage.WebSocket.last.receive({ type: "user_joined", user: lynx() });
  assert.equal(stage.session.state.band, false);
  stage.time.pass(2900);
  assert.deepEqual(heard(), []);
  stage.session.setBand(true);
  assert.equal(stage.session.state.band, false, "not among people");
});

test("a band that plays is not begun anew, and is off once one leaves", async () => {
  const stage = setUp();
  await join(stage);
  const { context } = await unlock(stage);
  stage.session.setBand(true);
  stage.time.pass(3000);
  const { length } = context.sources;
  stage.session.setBand(true);
  stage.time.pass(100);
  assert.equal(context.sources.length, length, "no gap");
  assert.ok(context.heardAt(stage.session.audio.transport.now).length > 0);
  stage.session.leave();
  assert.equal(stage.session.state.band, false);
  stage.session.rejoin();
  answer(stage);
  stage.session.setBand(true);
  assert.equal(stage.session.state.band, true);
});

test("in a jam of another kit the same names are other sounds", async () => {
  const kit = (name) => ({
    title: name,
    loops: Object.fromEntries(
      LOOPS.map((id) => [id, { url: `/${name}/${id}-${name}`, envelope: "" }]),
    ),
  });
  const stage = setUp({ kits: { lofi: kit("lofi"), funk: kit("funk") } });
  await join(stage);
  const { context } = await unlock(stage);
  stage.session.setBand(true);
  stage.time.pass(3000);
  const heard = () => context.heardAt(stage.session.audio.transport.now).map(({ loop }) => loop);
  assert.ok(heard().includes("bass-lofi"));
  stage.WebSocket.last.lose();
  stage.time.pass(1000);
  answer(stage, { jam_id: "jam-2", kit: "funk" });
  for (let i = 0; i < 7; i += 1) await settle();
  stage.time.pass(300);
  assert.ok(heard().includes("bass-funk"));
  assert.ok(heard().every((loop) => loop.endsWith("-funk")));
});

test("a page that slept takes its context for frozen only if it stands still", async () => {
  const stage = setUp();
  await join(stage);
  const { context } = await unlock(stage);
  const running = Object.getOwnPropertyDescriptor(context, "currentTime");
  const stand = () =>
    Object.defineProperty(context, "currentTime", {
      value: context.currentTime,
      configurable: true,
    });
  stand();
  stage.time.pass(500);
  stage.time.nowMs += 10_000;
  stage.time.pass(1);
  Object.defineProperty(context, "currentTime", /** @type {PropertyDescriptor} */ (running));
  stage.time.pass(5000);
  assert.equal(stage.session.audio.context, context);
  stand();
  stage.time.pass(4000);
  assert.notEqual(stage.session.audio.context, context);
});

test("the mix is heard, told and remembered", async () => {
  const stage = setUp();
  await join(stage);
  stage.session.setMix({ master: 0.5, loops: { bass: { muted: true } } });
  assert.deepEqual(stage.session.state.mix, {
    master: 0.5,
    trimMs: 0,
    loops: { bass: { volume: 1, muted: true } },
  });
  assert.match(stage.session.host.localStorage.getItem("jam-mix"), /"master":0.5/);
});

test("the origin follows the server's clock, then the sound, and says when it moves", async () => {
  const stage = setUp();
  let moves = 0;
  stage.session.onOriginChange(() => (moves += 1));
  await join(stage);
  assert.equal(stage.session.loopOrigin(), (4800 - (OFFSET % 4800)) % 4800);
  await unlock(stage);
  assert.ok(
    Math.abs(stage.session.loopOrigin() - 0) < 1 || Math.abs(stage.session.loopOrigin() - 4800) < 1,
  );
  stage.session.setMix({ trimMs: 20 });
  assert.equal(moves > 0, true);
  stage.time.pass(100);
});
