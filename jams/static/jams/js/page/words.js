// Every text of the page that depends on what happens. `*stars*` mark what stands out.

import { fullName } from "./parts.js";

export const HEADLINE = "Make music with whoever’s here.";
export const FINE = "Plays sound. No sign-up.";

const LANDS = "Start it, stop it. It always lands on the beat.";

/** @param {string | null} mine */
export const enterLine = (mine) =>
  mine === null ? `Everyone gets one loop. ${LANDS}` : `You’ve got the *${mine}*. ${LANDS}`;

/** Lines of the states in which nobody's playing matters. @type {Record<string, string>} */
export const LINES = {
  connecting: "Finding you a seat…",
  slow: "This takes longer than usual…",
  loading: "Tuning up. A few seconds on a slow line.",
  blocked: "Your browser is holding the sound until you tap.",
  reconnecting: "*Connection dropped.* Only you hear this until we’re back.",
  gone: "*The server is away.* Only you hear this until it’s back.",
  unreachable: "*We can’t reach the jam.* Something here may block live connections.",
  away: "*The server is away.* We keep trying.",
  soundless: "*No sound could load here.* We keep trying.",
  busy: "*So many friends at once.* We keep trying, a moment please.",
  replaced: "*You’re playing in another tab.* Your seat went with you.",
  freed: "*The house has freed this seat.* Join again?",
  unsupported: "*This browser can’t join live.* A newer one, or your phone, will.",
  mute: "This browser can’t play our sound. *The others still hear you.*",
  moved: "*This is another jam.* The one you came for has no free seat: invite your friends here.",
  resettled: "*This is another jam.* Yours filled up, or ended, while you were away.",
  silent: "*Your volume is at zero.* The others still hear you.",
  ownMuted: "*You’ve muted your own loop.* Others still hear it.",
  othersMuted: "*You’ve muted the others.* They play on.",
  allMuted: "*You’ve muted all that plays.* Others still hear it.",
  queued: "You’re in on the *next bar*.",
  stopping: "You drop out on the *next bar*.",
  alone: "*You’re the only one here.* Press play, then bring a friend or the house band.",
  alonePlaying: "*Sounding good.* Now bring a friend, or let the house band sit in.",
  house: "*The house band is in.* It makes room as soon as a friend comes.",
};

/**
 * The line of an ordinary jam: who plays, and what that means for you.
 * @param {{seated: number, playing: number, iPlay: boolean, capacity: number, mine: string}} jam
 */
export function jamLine({ seated, playing, iPlay, capacity, mine }) {
  if (playing === 0) return "All quiet. *Somebody has to start.*";
  if (playing === capacity) return `Full house. *All ${count(capacity)} are playing.*`;
  if (!iPlay) return `*${capitalised(count(playing))} playing.* Your ${mine} would fit right in.`;
  if (playing === 1) return "*Only you are playing.* The others hear you.";
  return playing === seated
    ? `*${playing === 2 ? "Both" : `All ${count(playing)}`} of you are playing.*`
    : `*${capitalised(count(playing))} of ${count(seated)} are playing.*`;
}

/** @type {Record<string, ((name: string, loop: string, from: string) => string) | undefined>} */
const NEWS = {
  user_joined: (name, loop) => `*${name}* sat down with ${loop}.`,
  user_left: (name) => `*${name}* left. Their seat is free.`,
  user_away: (name) => `*${name}* stepped away. Their seat is kept for a moment.`,
  user_back: (name) => `*${name}* is back.`,
  loop_swapped: (name, loop, from) => `*${name}* changed from ${from} to ${loop}.`,
};

/** Up to the bar line at which one's loop is another. @param {string} loop */
export const changeLine = (loop) => `*${capitalised(loop)}* on the next bar.`;

/** Until the server has answered. @param {string} loop */
export const askingLine = (loop) => `Asking for the *${loop}*…`;

/**
 * What to say about something that happened, "" if nothing.
 * @param {import("../types.js").JamEvent} event
 * @param {string | null} me
 */
export function newsLine({ kind, userId, name, loop = "", from = "" }, me) {
  if (kind === "moved" || kind === "resettled") return LINES[kind];
  if (userId === me) return kind === "loop_swapped" ? `You’ve got the *${loop}* now.` : "";
  const say = NEWS[kind];
  return say && name ? say(fullName(loop, name), loop, from) : "";
}

/** @type {Record<string, string>} */
const ERRORS = {
  loop_taken: "*Somebody was quicker.* That loop is taken.",
  unknown_loop: "*That loop isn’t there.* Take another one.",
  try_again: "*That didn’t work just now.* Try again.",
};

/** @param {{code: string, message: string}} error */
export const errorLine = ({ code, message }) => ERRORS[code] ?? `*That didn’t work.* ${message}`;

/** @param {string[]} loops that did not load */
export function failedLine(loops) {
  const names = [loops.slice(0, -1).join(", "), ...loops.slice(-1)].filter(Boolean).join(" and ");
  return `*The ${names} couldn’t load* here. Everything else plays on.`;
}

/** What a screen reader hears after a seat's name. @type {Record<string, string>} */
export const PHASE_WORD = {
  free: "free seat",
  house: "house band, playing",
  quiet: "quiet",
  queued: "starts at the next bar",
  playing: "playing",
  stopping: "stops at the next bar",
};

/** The same in a row of the mixer, where there is little room. @type {Record<string, string>} */
export const PHASE_NOTE = {
  quiet: "quiet",
  queued: "starting",
  playing: "playing",
  stopping: "stopping",
};

const ALL_TAKEN =
  "All seats are taken just now. Until one is free, whoever follows this link lands in a jam nearby.";

/** @param {number} free seats */
export function shareLine(free) {
  if (free === 0) return ALL_TAKEN;
  const seats = free === 1 ? "seat is" : "seats are";
  return `Whoever follows this link lands in your jam. ${capitalised(count(free))} ${seats} free.`;
}

const COUNTS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

/** @param {number} n */
const count = (n) => COUNTS[n] ?? String(n);

/** @param {string} text */
export const capitalised = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** The text without its marks, for screen readers. @param {string} text */
export const plain = (text) => text.replaceAll("*", "");
