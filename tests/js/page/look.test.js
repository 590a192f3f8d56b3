import assert from "node:assert/strict";
import { test } from "node:test";

import { lookOf } from "../../../jams/static/jams/js/page/look.js";
import { LINES } from "../../../jams/static/jams/js/page/words.js";
import { DATA, stateOf, user } from "./fixtures.js";

const HEARD = 100.5;

/** @param {object} more of the state @param {string} [line] of news @param {boolean} [warns] */
const look = (more, line = "", warns = false) =>
  lookOf(stateOf(more), { data: DATA, heard: HEARD, news: { line, warns } });

test("the first state that applies names the screen", () => {
  const expected = /** @type {[string, object][]} */ ([
    ["unsupported", { connection: "unsupported", sound: "locked" }],
    ["replaced", { connection: "replaced" }],
    ["freed", { connection: "freed" }],
    ["unreachable", { connection: "unreachable", jam: null, me: null, users: [] }],
    ["unreachable", { connection: "unreachable", sound: "locked" }],
    ["gone", { connection: "unreachable" }],
    ["enter", { sound: "locked", connection: "reconnecting" }],
    ["busy", { connection: "busy", jam: null, me: null, users: [] }],
    ["connecting", { connection: "connecting", jam: null, me: null, users: [] }],
    ["slow", { connection: "connecting", jam: null, me: null, users: [], slow: true }],
    ["loading", { sound: "loading" }],
    ["blocked", { sound: "blocked", connection: "reconnecting" }],
    ["reconnecting", { connection: "reconnecting", users: [user("bass", { bar: 101 })] }],
    ["reconnecting", { connection: "busy" }],
    ["queued", { users: [user("bass", { bar: 101 })] }],
    ["stopping", { users: [user("bass", { bar: 101, playing: false })] }],
    ["alone", { users: [user("bass")] }],
    ["house", { users: [user("bass")], band: true }],
    ["jam", {}],
  ]);
  for (const [screen, more] of expected)
    assert.equal(look(more).screen, screen, JSON.stringify(more));
});

test("every screen has words, and a way on where there is one", () => {
  for (const connection of ["unreachable", "replaced", "freed", "busy"]) {
    const { line, go } = look({ connection, me: null, jam: null, users: [] });
    assert.ok(line);
    assert.equal(go?.act, "rejoin");
  }
  assert.equal(look({ connection: "unsupported" }).go, null);
});

test("a seat that is long in coming is said to be, before the sound is on and after", () => {
  const nobody = { connection: "connecting", jam: null, me: null, users: [] };
  assert.equal(look({ ...nobody, sound: "locked" }).fine, LINES.connecting);
  assert.equal(look({ ...nobody, sound: "locked", slow: true }).fine, LINES.slow);
  assert.equal(look({ ...nobody, slow: true }).line, LINES.slow);
  assert.equal(look({ slow: true }).screen, "jam", "who has one isn't told");
});

test("the big button says what it does", () => {
  /** @param {object} more */
  const label = (more) => look({ users: [user("bass", more)] }).go?.label;
  assert.equal(label({ playing: false }), "Play bass");
  assert.equal(label({}), "Stop bass");
  assert.equal(label({ bar: 101 }), "Starting in 2");
  assert.equal(label({ bar: 101, playing: false }), "Stopping in 2");
});

test("the hub counts down to your own start, not to somebody else's", () => {
  const mine = look({ users: [user("drums"), user("bass", { bar: 101 })] }).hub;
  assert.deepEqual(mine, { top: "", big: "2", bottom: "beats", counting: true });
  const others = look({ users: [user("drums", { bar: 101 }), user("bass")] }).hub;
  assert.deepEqual(others, { top: "Lo-fi", big: "1", bottom: "playing", counting: false });
});

test("the band sits on the free seats while you are alone, and nowhere else", () => {
  const alone = look({ users: [user("bass")], band: true });
  assert.equal(alone.seats.filter((seat) => seat.phase === "house").length, 6);
  assert.equal(look({ band: true }).seats.filter((seat) => seat.phase === "house").length, 0);
});

test("in a swap the old groove sounds up to the bar line and the new one waits", () => {
  const outgoing = { key: "", loop: "vox", from: 90, until: 101 };
  const { seats } = look({ users: [user("drums"), user("bass", { bar: 101, outgoing })] });
  const groove = Object.fromEntries(seats.map((seat) => [seat.loop, seat.groove]));
  assert.equal(groove.vox, "sounding");
  assert.equal(groove.bass, "queued");
  const later = lookOf(stateOf({ users: [user("bass", { bar: 101, outgoing })] }), {
    data: DATA,
    heard: 101,
    news: { line: "", warns: false },
  });
  assert.equal(later.seats.find((seat) => seat.loop === "vox")?.groove, "free");
});

test("a swap is counted down to its bar, and until then the old loop is what plays", () => {
  const outgoing = { key: "", loop: "vox", from: 90, until: 101 };
  const me = user("bass", { bar: 101, outgoing });
  const swap = look({ users: [user("drums"), me] }, "You’ve got the *bass* now.");
  assert.equal(swap.line, "*Bass* on the next bar.");
  assert.deepEqual(swap.hub, { top: "", big: "2", bottom: "beats", counting: true });
  assert.equal(swap.go?.style, "live", "it can't be called off, but stopped");
  const seen = look({ me: "drums", users: [user("drums"), me] });
  assert.equal(seen.seats.find((seat) => seat.loop === "bass")?.phase, "queued");
  assert.match(seen.line, /Both of you are playing/);
  const stop = user("bass", { playing: false, bar: 100, outgoing });
  const { hub, seats } = look({ users: [user("drums"), stop] });
  assert.equal(hub.big, "2");
  assert.equal(seats[2].groove, "quiet", "it will not be heard");
});

test("news shows in an ordinary jam, not over a countdown or a warning", () => {
  assert.equal(look({}, "*A* left.").line, "*A* left.");
  assert.equal(look({ users: [user("bass", { bar: 101 })] }, "*A* left.").line, LINES.queued);
  assert.equal(look({ connection: "reconnecting" }, "*A* left.").line, LINES.reconnecting);
});

test("who was sent to another jam reads it before the sound is on, and after", () => {
  assert.equal(look({ sound: "locked" }, LINES.moved, true).line, LINES.moved);
  assert.equal(look({}, LINES.moved, true).warn, true);
});

test("what is asked for is said until it is answered, and a refusal warns", () => {
  const mix = { master: 0, trimMs: 0, loops: {} };
  const pending = { users: [user("bass", { bar: 101 })] };
  for (const more of [{}, { mix }, pending]) {
    const asking = look({ ...more, asking: "vox" }, "*A* left.");
    assert.deepEqual([asking.line, asking.warn], ["Asking for the *vox*…", false]);
    const refused = look(more, "*That didn’t work just now.* Try again.", true);
    assert.match(refused.line, /didn’t work/);
    assert.equal(refused.warn, true);
  }
  const lost = look({ asking: "vox", connection: "reconnecting" });
  assert.equal(lost.line, LINES.reconnecting);
});

test("a loop that could not load is said while the rest plays", () => {
  const { line, seats, go } = look({ loading: { done: 6, total: 7, failed: ["drums"] } });
  assert.match(line, /drums couldn’t load/);
  assert.equal(seats[0].failed, true);
  assert.equal(go?.act, "toggle");
});

test("nothing that loads is one sentence, and nobody's seat is marked", () => {
  const failed = ["drums", "percussion", "bass", "chords", "lead", "pad", "vox"];
  const nothing = look({ loading: { done: 7, total: 7, failed } });
  assert.equal(nothing.line, LINES.soundless);
  assert.deepEqual(
    nothing.seats.filter((seat) => seat.failed).map(({ loop }) => loop),
    ["drums", "bass"],
  );
  const three = look({ loading: { done: 7, total: 7, failed: failed.slice(0, 3) } });
  assert.match(three.line, /^\*The drums, percussion and bass couldn’t load/);
});

test("a server that is away can't keep one from stopping, and isn't the visitor's fault", () => {
  const gone = look({ connection: "unreachable" });
  assert.equal(gone.screen, "gone");
  assert.equal(gone.go?.act, "toggle");
  assert.equal(look({ connection: "unreachable", sound: "locked" }).line, LINES.away);
  const never = look({ connection: "unreachable", sound: "locked", jam: null, users: [] });
  assert.equal(never.line, LINES.unreachable);
});

test("without a connection nobody is promised to be heard", () => {
  for (const connection of ["reconnecting", "unreachable"])
    assert.match(look({ connection }).line, /Only you hear this until/);
});

test("a jam that was lost before the sound came on is unlit, whoever played", () => {
  const users = [user("drums"), user("vox", { bar: 101 }), user("bass", { playing: false })];
  const { seats } = look({ connection: "unreachable", sound: "locked", users });
  const seen = seats.filter((seat) => seat.phase !== "free");
  assert.deepEqual(
    seen.map(({ loop, phase, groove }) => [loop, phase, groove]),
    ["drums", "bass", "vox"].map((loop) => [loop, "quiet", "quiet"]),
  );
});

test("a volume of nothing is said, or one looks for the fault elsewhere", () => {
  const mix = { master: 0, trimMs: 0, loops: {} };
  assert.equal(look({ mix }).line, LINES.silent);
  assert.equal(look({ mix, sound: "unsupported" }).line, LINES.mute);
  const { line, warn } = look({ mix }, "*A* left.");
  assert.deepEqual([line, warn], [LINES.silent, true], "news waits for it");
});

test("what you have muted is said, before any news if nothing is heard of what plays", () => {
  /** @param {string[]} loops @param {object} [more] */
  const said = (loops, more = {}) => {
    const muted = loops.map((loop) => [loop, { volume: 1, muted: true }]);
    const mix = { master: 1, trimMs: 0, loops: Object.fromEntries(muted) };
    return look({ mix, ...more }, "*A* left.").line;
  };
  assert.equal(said(["bass"], { users: [user("bass")] }), LINES.ownMuted, "alone");
  assert.equal(said(["bass", "drums"]), LINES.allMuted);
  assert.equal(said(["bass"]), "*A* left.", "something is heard");
  assert.equal(said(["bass", "vox"], { users: [user("bass", { playing: false })] }), "*A* left.");
  const mix = (/** @type {string} */ loop) => ({
    master: 1,
    trimMs: 0,
    loops: { [loop]: { volume: 0, muted: false } },
  });
  assert.equal(look({ mix: mix("bass") }).line, LINES.ownMuted, "at zero is as good as muted");
  assert.equal(look({ mix: mix("drums") }).line, LINES.othersMuted);
});

test("the groove of a loop that isn't heard here is dimmer", () => {
  const loops = { drums: { volume: 1, muted: true }, vox: { volume: 1, muted: true } };
  /** @param {number} master */
  const grooves = (master) =>
    look({ mix: { master, trimMs: 0, loops } }).seats.map((seat) => seat.groove);
  assert.deepEqual(grooves(1), ["muted", "free", "sounding", "free", "free", "free", "free"]);
  assert.equal(grooves(0)[2], "muted");
});

test("a browser without our sound still plays for the others", () => {
  const { line, go } = look({ sound: "unsupported" });
  assert.equal(line, LINES.mute);
  assert.equal(go?.act, "toggle");
  const nobody = { jam: null, me: null, users: [] };
  assert.equal(
    look({ ...nobody, sound: "unsupported", connection: "unreachable" }).line,
    LINES.unreachable,
  );
});
