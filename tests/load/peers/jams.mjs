/** What every peer keeps, in memory: who is in which jam, seven at most, the fullest first. */

import { randomBytes } from "node:crypto";

const CAPACITY = 7;
const BAR_MS = 2400;
const LEAD_MS = 400;

/** @typedef {{id: string, users: Map<string, object>}} Jam */

const jams = new Set();

/** Return the fullest jam with room, or a new one. */
export function fullestJam() {
  let fullest;
  for (const jam of jams) {
    if (jam.users.size < CAPACITY && (!fullest || jam.users.size > fullest.users.size)) fullest = jam;
  }
  if (!fullest) {
    fullest = newJam();
    jams.add(fullest);
  }
  return fullest;
}

/** Return an empty jam. */
export function newJam() {
  return { id: newId(), users: new Map() };
}

/** Forget a jam that nobody is in. */
export function forgetIfEmpty(jam) {
  if (jam.users.size === 0) jams.delete(jam);
}

/** Return an id of 16 characters, as a user's is. */
export function newId() {
  return randomBytes(8).toString("hex");
}

/** Return what others see of a user, who plays nothing. */
export function newUser() {
  return { user_id: newId(), name: "Heron", loop: "drums", playing: false, bar: 0, seq: 0, away: false };
}

/** Start or stop a user's loop at the next bar; return the event. */
export function turn(user, playing) {
  user.playing = playing;
  user.bar = Math.ceil((Date.now() + LEAD_MS) / BAR_MS);
  user.seq += 1;
  return { user_id: user.user_id, bar: user.bar, seq: user.seq };
}

/** Return what a newcomer is told first. */
export function joined(jam, user) {
  return { jam_id: jam.id, user_id: user.user_id, server_ms: Date.now(), users: [...jam.users.values()] };
}
