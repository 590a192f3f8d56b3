// The wire protocol, version 1: every tag and every code once, decoded once at the edge.

/** @import { WireUser } from "./types.js" */

export const PROTOCOL_VERSION = 1;

/** Tags of the server's messages: facts. */
export const FROM_SERVER = Object.freeze({
  JOINED: "joined",
  USER_JOINED: "user_joined",
  USER_LEFT: "user_left",
  USER_AWAY: "user_away",
  USER_BACK: "user_back",
  LOOP_PLAYED: "loop_played",
  LOOP_STOPPED: "loop_stopped",
  LOOP_SWAPPED: "loop_swapped",
  CLOCK: "clock",
  ERROR: "error",
  BYE: "bye",
});

/** Tags of the client's messages: imperatives. */
export const FROM_CLIENT = Object.freeze({
  PLAY: "play",
  STOP: "stop",
  SWAP: "swap",
  CLOCK: "clock",
  LEAVE: "leave",
});

/** Close codes of the server. */
export const CLOSE = Object.freeze({
  RESTARTING: 4012,
  TOO_MANY_BAD_FRAMES: 4400,
  BAD_TOKEN: 4401,
  REPLACED: 4408,
  FREED: 4410,
  TOO_MANY_MESSAGES: 4429,
  NO_STATE_STORE: 4503,
});

/**
 * @typedef {{ type: "joined", protocol: number, jam_id: string, user_id: string, token: string,
 *   kit: string, loop: string, capacity: number, server_ms: number, users: WireUser[] }} Joined
 * @typedef {{ type: "user_joined", user: WireUser }} UserJoined
 * @typedef {{ type: "user_left" | "user_away" | "user_back", user_id: string }} UserMoved
 * @typedef {{ type: "loop_played" | "loop_stopped", user_id: string, bar: number, seq: number }} LoopChanged
 * @typedef {{ type: "loop_swapped", user_id: string, loop: string, playing: boolean, bar: number,
 *   seq: number }} LoopSwapped
 * @typedef {{ type: "clock", sent: number, received_ms: number, replied_ms: number }} ClockReply
 * @typedef {{ type: "error", code: string, message: string }} ErrorMessage
 * @typedef {{ type: "bye", reconnect_ms: number }} Bye
 * @typedef {Joined | UserJoined | UserMoved | LoopChanged | LoopSwapped | ClockReply | ErrorMessage
 *   | Bye} ServerMessage
 */

const USER = {
  user_id: "string",
  name: "string",
  loop: "string",
  playing: "boolean",
  bar: "number",
  seq: "number",
  away: "boolean",
};
const LOOP_CHANGED = { user_id: "string", bar: "number", seq: "number" };

/**
 * The fields each message must have, with their types; a message may carry more.
 * @type {Readonly<Record<string, Record<string, string>>>}
 */
const FIELDS = Object.freeze({
  [FROM_SERVER.JOINED]: {
    protocol: "number",
    jam_id: "string",
    user_id: "string",
    token: "string",
    kit: "string",
    loop: "string",
    capacity: "number",
    server_ms: "number",
    users: "users",
  },
  [FROM_SERVER.USER_JOINED]: { user: "user" },
  [FROM_SERVER.USER_LEFT]: { user_id: "string" },
  [FROM_SERVER.USER_AWAY]: { user_id: "string" },
  [FROM_SERVER.USER_BACK]: { user_id: "string" },
  [FROM_SERVER.LOOP_PLAYED]: LOOP_CHANGED,
  [FROM_SERVER.LOOP_STOPPED]: LOOP_CHANGED,
  [FROM_SERVER.LOOP_SWAPPED]: { ...LOOP_CHANGED, loop: "string", playing: "boolean" },
  [FROM_SERVER.CLOCK]: { sent: "number", received_ms: "number", replied_ms: "number" },
  [FROM_SERVER.ERROR]: { code: "string", message: "string" },
  [FROM_SERVER.BYE]: { reconnect_ms: "number" },
});

/** @param {unknown} value @param {string} type @returns {boolean} */
function is(value, type) {
  if (type === "users") return Array.isArray(value) && value.every((user) => is(user, "user"));
  if (type === "user") return has(value, USER);
  return typeof value === type;
}

/** @param {unknown} value @param {Record<string, string>} fields @returns {boolean} */
function has(value, fields) {
  if (typeof value !== "object" || value === null) return false;
  const record = /** @type {Record<string, unknown>} */ (value);
  return Object.entries(fields).every(([name, type]) => is(record[name], type));
}

/**
 * The message in a frame, or null when it is none that this version knows.
 * @param {unknown} text
 * @returns {ServerMessage | null}
 */
export function decode(text) {
  let value;
  try {
    value = JSON.parse(String(text));
  } catch {
    return null;
  }
  const type = value?.type;
  if (typeof type !== "string" || !Object.hasOwn(FIELDS, type)) return null;
  return has(value, FIELDS[type]) ? value : null;
}

/**
 * @param {string} type one of FROM_CLIENT
 * @param {Record<string, unknown>} [fields]
 * @returns {string} the frame
 */
export function encode(type, fields = {}) {
  return JSON.stringify({ ...fields, type });
}
