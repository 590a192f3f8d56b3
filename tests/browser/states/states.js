// Every state of the page, as the session would give it. Bars are counted from NOW, the bar that is
// heard when the page opens.

export const NOW = 750_000_000;

const ANIMALS = {
  drums: "Heron",
  percussion: "Otter",
  bass: "Badger",
  chords: "Moth",
  lead: "Finch",
  pad: "Hare",
  vox: "Lynx",
};
const LONG = {
  drums: "Salamander",
  percussion: "Hummingbird",
  bass: "Grasshopper",
  chords: "Wolverine",
  lead: "Nightingale",
  pad: "Hummingbird",
  vox: "Woodpecker",
};

const ME = "percussion";

/** A user on a loop. @param {string} loop @param {object} [more] */
const user = (loop, more = {}) => ({
  userId: `u-${loop}`,
  name: ANIMALS[loop],
  loop,
  playing: true,
  bar: NOW - 8,
  seq: 1,
  away: false,
  since: null,
  outgoing: null,
  ...more,
});

const QUIET = { playing: false };
const OTHERS = ["drums", "bass", "chords", "lead", "pad", "vox"];
const others = OTHERS.map((loop) => user(loop));
const seven = [user(ME), ...others];

const base = {
  connection: "online",
  sound: "on",
  loading: { done: 7, total: 7, failed: [] },
  jam: { id: "kMcW3bQvTzu0", kit: "lofi", capacity: 7 },
  me: `u-${ME}`,
  users: seven,
  event: null,
  error: null,
  asking: null,
  slow: false,
  band: false,
  mix: { master: 0.9, trimMs: 0, loops: { bass: { volume: 0.6, muted: false } } },
};
/** A mix without some loops. @param {string[]} loops */
const muting = (loops) => ({
  ...base.mix,
  loops: Object.fromEntries(loops.map((loop) => [loop, { volume: 1, muted: true }])),
});
const nobody = { jam: null, me: null, users: [] };
const event = (kind, loop) => ({ kind, userId: `u-${loop}`, name: ANIMALS[loop], loop });

export const STATES = {
  enter: {
    ...base,
    sound: "locked",
    users: [user(ME, QUIET), user("drums"), user("bass"), user("chords"), user("pad")],
  },
  entering: { ...base, ...nobody, sound: "locked", connection: "connecting" },
  moved: {
    ...base,
    sound: "locked",
    users: [user(ME, QUIET), user("drums"), user("vox", QUIET)],
    event: { kind: "moved" },
  },
  connecting: { ...base, ...nobody, connection: "connecting" },
  slow: { ...base, ...nobody, connection: "connecting", slow: true },
  enteringSlow: { ...base, ...nobody, sound: "locked", connection: "connecting", slow: true },
  loading: {
    ...base,
    sound: "loading",
    loading: { done: 4, total: 7, failed: [] },
    users: [user(ME, QUIET), ...others],
  },
  alone: { ...base, users: [user(ME, QUIET)] },
  alonePlaying: { ...base, users: [user(ME)] },
  house: { ...base, users: [user(ME)], band: true },
  joined: {
    ...base,
    users: [user(ME), user("chords"), user("vox", QUIET)],
    event: event("user_joined", "vox"),
  },
  quiet: { ...base, users: [user(ME, QUIET), user("chords", QUIET), user("vox", QUIET)] },
  fits: { ...base, users: [user(ME, QUIET), ...others.slice(0, 4)] },
  seven: base,
  queued: {
    ...base,
    users: [user(ME, { bar: NOW + 1 }), ...others.slice(0, 4), user("pad", QUIET), user("vox")],
  },
  stopping: { ...base, users: [user(ME, { playing: false, bar: NOW + 1 }), ...others] },
  swapping: {
    ...base,
    users: [
      user("percussion", {
        outgoing: { key: "", loop: "lead", from: 0, until: NOW + 1 },
        bar: NOW + 1,
      }),
      ...others.filter(({ loop }) => loop !== "lead"),
    ],
    event: event("loop_swapped", "percussion"),
  },
  away: {
    ...base,
    users: [user(ME), ...others.map((one) => (one.loop === "bass" ? { ...one, away: true } : one))],
    event: event("user_away", "bass"),
  },
  muted: {
    ...base,
    mix: {
      ...base.mix,
      loops: { lead: { volume: 1, muted: true }, drums: { volume: 0.4, muted: false } },
    },
  },
  longNamesMuted: {
    ...base,
    users: seven.map((one) => ({ ...one, name: LONG[one.loop], bar: NOW + 1 })),
    mix: muting([ME, ...OTHERS]),
  },
  ownMuted: { ...base, users: [user(ME)], mix: muting([ME]) },
  othersMuted: { ...base, mix: muting(OTHERS) },
  allMuted: { ...base, mix: muting([ME, ...OTHERS]), event: event("user_joined", "vox") },
  reconnecting: { ...base, connection: "reconnecting" },
  gone: { ...base, connection: "unreachable" },
  blocked: { ...base, sound: "blocked", users: [user(ME, QUIET), ...others] },
  resettled: { ...base, event: { kind: "resettled" } },
  silent: { ...base, mix: { ...base.mix, master: 0 } },
  soundless: { ...base, sound: "unsupported" },
  failed: { ...base, loading: { done: 7, total: 7, failed: ["bass"] } },
  taken: {
    ...base,
    error: { code: "loop_taken", message: "that loop is taken" },
    users: seven.slice(0, 5),
  },
  asking: { ...base, users: seven.slice(0, 5), asking: "vox" },
  busy: { ...base, ...nobody, connection: "busy", sound: "on" },
  unreachable: { ...base, ...nobody, connection: "unreachable", sound: "locked" },
  lost: { ...base, connection: "unreachable", sound: "locked" },
  replaced: { ...base, ...nobody, connection: "replaced" },
  freed: { ...base, ...nobody, connection: "freed" },
  unsupported: { ...base, ...nobody, connection: "unsupported", sound: "locked" },
  card: { ...base, sound: "locked", users: [user(ME, QUIET), ...others] },
  long: {
    ...base,
    users: seven.map((one) => ({ ...one, name: LONG[one.loop] })),
    event: { kind: "user_joined", userId: "u-lead", name: LONG.lead, loop: "lead" },
  },
};
