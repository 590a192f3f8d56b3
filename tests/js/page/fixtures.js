// Values that the tests of the page's pure modules begin with.

export const DATA = {
  protocol: 1,
  jam_id: "a",
  socket_path: "/ws/jams/a/",
  invite: false,
  capacity: 7,
  bar_ms: 2400,
  bars_per_loop: 2,
  sample_rate: 48000,
  frames: 230400,
  kits: { lofi: { title: "Lo-fi", loops: {} } },
};

/** @param {string} loop @param {object} [more] */
export const user = (loop, more = {}) => ({
  userId: loop,
  name: "Otter",
  loop,
  playing: true,
  bar: 0,
  seq: 1,
  away: false,
  since: null,
  outgoing: null,
  ...more,
});

/** A jam of you on the bass and a friend on the drums. @param {object} [more] @returns {any} */
export const stateOf = (more = {}) => ({
  connection: "online",
  sound: "on",
  loading: { done: 7, total: 7, failed: [] },
  jam: { id: "a", kit: "lofi", capacity: 7 },
  me: "bass",
  users: [user("drums"), user("bass")],
  event: null,
  error: null,
  asking: null,
  slow: false,
  band: false,
  mix: { master: 1, trimMs: 0, loops: {} },
  ...more,
});
