// What this user has asked for and the server has not confirmed yet. Shown and heard at once, said
// again after a lost connection, and given up as soon as the server has decided. Pure.

import { FROM_SERVER } from "./protocol.js";
import { phaseOf } from "./presence.js";

/** @import { Joined, ServerMessage } from "./protocol.js" */
/** @import { Presence, User } from "./types.js" */

/** @typedef {{ playing: boolean, bar: number }} Intent */

/**
 * What the one big button means in the user's present phase.
 * @param {User} user
 * @param {number} nowBar
 * @param {number} nextBar the bar the server will most likely stamp
 * @returns {Intent}
 */
export function intentOf(user, nowBar, nextBar) {
  switch (phaseOf(user, nowBar)) {
    case "quiet":
      return { playing: true, bar: nextBar };
    case "queued":
      return { playing: false, bar: nowBar };
    case "playing":
      return { playing: false, bar: nextBar };
    case "stopping":
      return { playing: true, bar: user.since ?? nowBar };
  }
}

/**
 * What to ask for on coming back to one's jam: to play on, if one played and the seat was lost.
 * @param {Presence} before
 * @param {Joined} joined
 * @param {number} nextBar
 * @returns {Intent | null}
 */
export function playingOn(before, joined, nextBar) {
  const own = before.users.find((user) => user.userId === before.me);
  const seat = joined.users.find((user) => user.user_id === joined.user_id);
  const lost = own?.playing && seat && !seat.playing && before.jam?.id === joined.jam_id;
  return lost ? { playing: true, bar: nextBar } : null;
}

/**
 * @param {User[]} users
 * @param {string | null} me
 * @param {Intent | null} intent
 * @returns {User[]} with one's own state as asked for
 */
export function withIntent(users, me, intent) {
  if (!intent) return users;
  return users.map((user) => {
    if (user.userId !== me) return user;
    return { ...user, ...intent, since: user.playing ? user.bar : user.since };
  });
}

/**
 * What was asked for and is heard already stays as it is heard, if the server does it at a later
 * bar: a loop that was stopped during an outage doesn't sound again on coming back.
 * @param {Presence} presence
 * @param {Intent | null} intent
 * @param {number} nowBar
 * @returns {Presence}
 */
export function asHeard(presence, intent, nowBar) {
  const own = presence.users.find((user) => user.userId === presence.me);
  const differs = intent && own?.playing === intent.playing && intent.bar <= nowBar;
  if (!differs || own.bar <= nowBar) return presence;
  const users = presence.users.map((user) => (user === own ? { ...own, bar: intent.bar } : user));
  return { ...presence, users };
}

/**
 * @param {Intent | null} intent
 * @param {ServerMessage} message
 * @param {string | null} me
 * @returns {Intent | null} null once the server has confirmed or refused it
 */
export function afterMessage(intent, message, me) {
  if (!intent) return null;
  switch (message.type) {
    case FROM_SERVER.ERROR:
      return null;
    case FROM_SERVER.LOOP_PLAYED:
    case FROM_SERVER.LOOP_STOPPED: {
      const playing = message.type === FROM_SERVER.LOOP_PLAYED;
      return message.user_id === me && playing === intent.playing ? null : intent;
    }
    case FROM_SERVER.JOINED: {
      const own = message.users.find((user) => user.user_id === message.user_id);
      return message.user_id === me && own?.playing !== intent.playing ? intent : null;
    }
    default:
      return intent;
  }
}

/**
 * @param {string | null} asking the loop asked for
 * @param {ServerMessage} message
 * @param {string | null} me
 * @returns {string | null} null once it is one's own, or refused, or the seat is another
 */
export function askingAfter(asking, message, me) {
  switch (message.type) {
    case FROM_SERVER.ERROR:
      return null;
    case FROM_SERVER.LOOP_SWAPPED:
      return message.user_id === me && message.loop === asking ? null : asking;
    case FROM_SERVER.JOINED:
      return message.user_id === me && message.loop !== asking ? asking : null;
    default:
      return asking;
  }
}
