// What is worth saying aloud: the latest thing that happened in the jam. Pure.

import { FROM_SERVER } from "./protocol.js";
import { userOf } from "./presence.js";

/** @import { ServerMessage } from "./protocol.js" */
/** @import { JamData, JamEvent, Presence } from "./types.js" */

/** Messages about one user that are said by their own tag. */
const ABOUT_A_USER = new Set([
  FROM_SERVER.USER_LEFT,
  FROM_SERVER.USER_AWAY,
  FROM_SERVER.USER_BACK,
  FROM_SERVER.LOOP_PLAYED,
  FROM_SERVER.LOOP_STOPPED,
  FROM_SERVER.LOOP_SWAPPED,
]);

/**
 * @param {ServerMessage} message
 * @param {Presence} before
 * @param {Presence} after
 * @param {JamData} data
 * @returns {JamEvent | null} `kind` is the message's tag; or "moved": not the jam one came for; or
 *   "resettled": not the jam one was in
 */
export function eventOf(message, before, after, data) {
  if (message.type === FROM_SERVER.JOINED) {
    if (before.jam) return message.jam_id === before.jam.id ? null : { kind: "resettled" };
    return !data.invite || message.jam_id === data.jam_id ? null : { kind: "moved" };
  }
  if (before === after) return null;
  const userId = userIdOf(message);
  if (userId === null) return null;
  const known = userOf(before, userId);
  const user = userOf(after, userId) ?? known;
  if (!user) return null;
  return { kind: message.type, userId, name: user.name, loop: user.loop, from: known?.loop };
}

/** @param {ServerMessage} message @returns {string | null} */
function userIdOf(message) {
  if (message.type === FROM_SERVER.USER_JOINED) return message.user.user_id;
  const about = /** @type {Set<string>} */ (ABOUT_A_USER).has(message.type);
  return about && "user_id" in message ? message.user_id : null;
}
