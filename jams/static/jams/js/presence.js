// What this client knows of its jam: a value, and how each message of the server changes it. Pure.

import { FROM_SERVER } from "./protocol.js";

/** @import { Joined, LoopChanged, LoopSwapped, ServerMessage } from "./protocol.js" */
/** @import { Presence, Segment, User, WireUser } from "./types.js" */

/** @type {Presence} */
export const NOBODY = Object.freeze({ jam: null, me: null, users: [], leaving: [] });

/** @param {{ userId: string, loop: string }} part @returns {string} key of a segment */
export const segmentKey = ({ userId, loop }) => `${userId}/${loop}`;

/**
 * @param {Pick<Presence, "users">} presence
 * @param {string | null} userId
 * @returns {User | undefined}
 */
export const userOf = ({ users }, userId) => users.find((user) => user.userId === userId);

/**
 * What a user does at bar `nowBar`. In a swap the new loop is queued while the old one sounds on;
 * who stops then is stopping up to the same bar.
 * @param {User} user
 * @param {number} nowBar
 * @returns {"quiet" | "queued" | "playing" | "stopping"}
 */
export function phaseOf({ playing, bar, outgoing }, nowBar) {
  const ahead = bar > nowBar;
  if (playing) return ahead ? "queued" : "playing";
  return ahead || isSounding(outgoing, nowBar) ? "stopping" : "quiet";
}

/** @param {Segment | null} segment @param {number} nowBar */
const isSounding = (segment, nowBar) =>
  segment !== null && segment.from <= nowBar && (segment.until ?? Infinity) > nowBar;

/**
 * The stretch of the user's present loop, or null if it does not sound any more.
 * @param {User} user
 * @param {number} nowBar
 * @returns {Segment | null}
 */
export function segmentOf(user, nowBar) {
  const { loop, playing, bar, since } = user;
  const key = segmentKey(user);
  if (playing) return { key, loop, from: bar, until: null };
  const from = since ?? -Infinity;
  return bar > nowBar && from < bar ? { key, loop, from, until: bar } : null;
}

/** @param {WireUser} wire @returns {User} */
function fromWire({ user_id, name, loop, playing, bar, seq, away }) {
  return { userId: user_id, name, loop, playing, bar, seq, away, since: null, outgoing: null };
}

/**
 * A snapshot is the truth, whatever was known; only how long a loop has been sounding is kept, and
 * the one it followed, so that users who went on meanwhile go on without a gap.
 * @param {Presence} presence
 * @param {Joined} message
 * @returns {Presence}
 */
function joined(presence, message) {
  const users = message.users.map((wire) => {
    const user = fromWire(wire);
    const known = userOf(presence, user.userId);
    const same = known !== undefined && known.loop === user.loop;
    if (!same) return user;
    const { playing, bar, since, outgoing } = known;
    return { ...user, since: playing ? bar : since, outgoing };
  });
  const jam = { id: message.jam_id, kit: message.kit, capacity: message.capacity };
  return { jam, me: message.user_id, users, leaving: [] };
}

/**
 * @param {Presence} presence
 * @param {string} userId
 * @param {(user: User) => User} change
 * @returns {Presence}
 */
function withUser(presence, userId, change) {
  const known = userOf(presence, userId);
  const changed = known && change(known);
  if (!changed || changed === known) return presence;
  const users = presence.users.map((user) => (user === known ? changed : user));
  return { ...presence, users };
}

/** @param {User} user @param {boolean} away */
const withAway = (user, away) => (user.away === away ? user : { ...user, away });

/**
 * @param {User} user
 * @param {LoopChanged} message
 * @returns {User}
 */
function loopChanged(user, { type, bar, seq }) {
  const playing = type === FROM_SERVER.LOOP_PLAYED;
  return { ...user, playing, bar, seq, since: user.playing ? user.bar : user.since };
}

/**
 * The old loop sounds until the bar at which the new one begins, or to the end it already had.
 * @param {User} user
 * @param {LoopSwapped} message
 * @param {number} nowBar
 * @returns {User}
 */
function loopSwapped(user, { loop, playing, bar, seq }, nowBar) {
  const old = isSounding(user.outgoing, nowBar) ? user.outgoing : segmentOf(user, nowBar);
  const until = Math.min(bar, old?.until ?? Infinity);
  const outgoing = old && old.from < until ? { ...old, until } : null;
  // Not playing: nothing is heard of the new loop, not even up to `bar`.
  return { ...user, loop, playing, bar, seq, since: playing ? null : bar, outgoing };
}

/**
 * Somebody's going is heard at the next bar line, not in mid-bar.
 * @param {Presence} presence
 * @param {string} userId
 * @param {number} nowBar
 * @returns {Presence}
 */
function userLeft(presence, userId, nowBar) {
  const user = userOf(presence, userId);
  if (!user) return presence;
  const users = presence.users.filter((other) => other !== user);
  const parts = [user.outgoing, segmentOf(user, nowBar)];
  const leaving = presence.leaving.filter((segment) => isSounding(segment, nowBar));
  for (const part of parts) {
    if (part && isSounding(part, nowBar)) leaving.push({ ...part, until: nowBar + 1 });
  }
  return { ...presence, users, leaving };
}

/**
 * @param {Presence} presence
 * @param {ServerMessage} message
 * @param {number} nowBar the bar that sounds now, by the server's clock
 * @returns {Presence} the same value if the message changes nothing
 */
export function reduce(presence, message, nowBar) {
  switch (message.type) {
    case FROM_SERVER.JOINED:
      return joined(presence, message);
    case FROM_SERVER.USER_JOINED: {
      const user = fromWire(message.user);
      const others = presence.users.filter(({ userId }) => userId !== user.userId);
      return { ...presence, users: [...others, user] };
    }
    case FROM_SERVER.USER_LEFT:
      return userLeft(presence, message.user_id, nowBar);
    case FROM_SERVER.USER_AWAY:
      return withUser(presence, message.user_id, (user) => withAway(user, true));
    case FROM_SERVER.USER_BACK:
      return withUser(presence, message.user_id, (user) => withAway(user, false));
    case FROM_SERVER.LOOP_PLAYED:
    case FROM_SERVER.LOOP_STOPPED:
      return withUser(presence, message.user_id, (user) =>
        message.seq > user.seq ? loopChanged(user, message) : user,
      );
    case FROM_SERVER.LOOP_SWAPPED:
      return withUser(presence, message.user_id, (user) =>
        message.seq > user.seq ? loopSwapped(user, message, nowBar) : user,
      );
    default:
      return presence;
  }
}
