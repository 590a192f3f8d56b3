// From the session's state to what is on the page: one pure function of values.

import { loopGain } from "../mix.js";
import { phaseOf } from "../presence.js";
import { beatsLeft } from "./clock.js";
import { PARTS } from "./parts.js";
import * as words from "./words.js";

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").User} User */
/** @typedef {import("./types.js").SeatLook} SeatLook */
/** @typedef {import("./types.js").ButtonLook} ButtonLook */
/** @typedef {import("./types.js").Look} Look */
/** @typedef {import("./types.js").JamData} JamData */

/** Connections that end the jam for this page until the visitor does something. */
const ENDED = ["unsupported", "replaced", "freed", "unreachable"];

/** Screens on which what just happened is said. */
const NEWSY = ["jam", "alone", "house"];

/**
 * @param {State} state
 * @param {{data: JamData, heard: number, news: import("./types.js").News}} around `heard`: the bar
 *   that is heard, with its fraction
 * @returns {Look}
 */
export function lookOf(state, { data, heard, news }) {
  const known = seatsOf(state, Math.floor(heard));
  const me = known.find((seat) => seat.me) ?? null;
  const screen = screenOf(state, me);
  const seats = ENDED.includes(screen) ? known.map(unlit) : known;
  const bare = [...ENDED, "busy", "connecting", "slow", "loading"].includes(screen);
  const silence = NEWSY.includes(screen) ? silenceOf(state, seats) : "";
  const told = toldOf(screen, state, silence, news);
  return {
    screen,
    bare,
    mine: me?.loop ?? null,
    seats,
    hub: hubOf(screen, state, seats, me, data, heard),
    loaded: screen === "loading" ? state.loading.done / Math.max(1, state.loading.total) : 0,
    headline: screen === "enter" ? words.HEADLINE : "",
    line: told || silence || lineOf(screen, state, seats, data),
    told,
    warn:
      [...ENDED, "busy", "blocked", "reconnecting", "gone"].includes(screen) ||
      (told === "" ? silence !== "" : told === news.line && news.warns),
    ...dockOf(screen, state, me, heard),
  };
}

/** @param {SeatLook | null} seat */
const isPending = (seat) => seat !== null && (seat.phase === "queued" || seat.phase === "stopping");

/** @param {SeatLook} seat */
export const sounds = (seat) => ["playing", "stopping", "house"].includes(seat.phase);

/** Those of whom something is heard. @param {SeatLook[]} seats */
const playersOf = (seats) => seats.filter((seat) => sounds(seat) || seat.changing);

/**
 * @param {State} state @param {number} bar
 * @returns {SeatLook[]}
 */
function seatsOf(state, bar) {
  const band = state.band && state.jam !== null && state.users.length === 1;
  const tails = state.users
    .filter((user) => isChanging(user, bar))
    .map((user) => user.outgoing?.loop);
  return PARTS.map((loop) => {
    const user = state.users.find((one) => one.loop === loop);
    const seat = user ? seated(user, bar, user.userId === state.me) : empty(band);
    const muted = loopGain(state.mix, loop) === 0;
    if (tails.includes(loop)) seat.groove = "sounding";
    if (seat.groove === "sounding" && (muted || state.mix.master === 0)) seat.groove = "muted";
    return {
      loop,
      muted,
      failed: seat.phase !== "free" && state.loading.failed.includes(loop),
      ...seat,
    };
  });
}

/** Nobody knows any more what it does. @param {SeatLook} seat @returns {SeatLook} */
const unlit = (seat) =>
  seat.phase === "free" ? seat : { ...seat, phase: "quiet", groove: "quiet" };

/** A swap in flight: the old loop sounds up to the bar line.
 * @param {User} user @param {number} bar
 */
const isChanging = ({ outgoing }, bar) => outgoing !== null && (outgoing.until ?? Infinity) > bar;

/** @type {Record<SeatLook["phase"], SeatLook["groove"]>} */
const GROOVES = {
  free: "free",
  house: "sounding",
  quiet: "quiet",
  queued: "queued",
  playing: "sounding",
  stopping: "sounding",
};

/** @typedef {Omit<SeatLook, "loop" | "muted" | "failed">} Sitting */

/** @param {User} user @param {number} bar @param {boolean} me @returns {Sitting} */
function seated(user, bar, me) {
  const { away, name: animal, outgoing } = user;
  const phase = phaseOf(user, bar);
  const changing = isChanging(user, bar);
  const groove = changing && phase === "stopping" ? "quiet" : GROOVES[phase];
  const until = Math.max(user.bar, outgoing?.until ?? 0);
  return { phase, groove, me, changing, away, animal, bar: until };
}

/** @param {boolean} band @returns {Sitting} */
function empty(band) {
  const phase = band ? "house" : "free";
  return { phase, groove: GROOVES[phase], me: false, changing: false, away: false, animal: "", bar: 0 };
}

/** @param {State} state */
const waitOf = ({ slow }) => (slow ? "slow" : "connecting");

/**
 * Name the state the page is in; the first that applies.
 * @param {State} state @param {SeatLook | null} me
 */
function screenOf(state, me) {
  // The server is gone in mid-jam: the music of before plays on, and the engine keeps trying.
  const gone = state.connection === "unreachable" && me !== null && state.sound !== "locked";
  if (ENDED.includes(state.connection) && !gone) return state.connection;
  if (state.connection === "busy" && me === null) return "busy";
  if (state.sound === "locked") return "enter";
  if (me === null) return waitOf(state);
  if (state.sound === "loading") return "loading";
  if (state.sound === "blocked") return "blocked";
  if (gone) return "gone";
  if (state.connection !== "online") return "reconnecting";
  if (isPending(me)) return me.phase;
  if (state.users.length > 1) return "jam";
  return state.band ? "house" : "alone";
}

/**
 * What just happened, where that is said: warnings, and what you ask for, before anything else.
 * @param {string} screen @param {State} state @param {string} silence
 * @param {import("./types.js").News} news
 */
function toldOf(screen, { asking }, silence, { line, warns }) {
  if (screen === "enter") return line === words.LINES.moved ? line : "";
  const ordinary = NEWSY.includes(screen);
  if (!ordinary && screen !== "queued" && screen !== "stopping") return "";
  if (asking !== null) return words.askingLine(asking);
  return warns || (ordinary && silence === "") ? line : "";
}

/** @param {SeatLook[]} seats */
const areMuted = (seats) => seats.length > 0 && seats.every((seat) => seat.muted && !seat.changing);

/**
 * Why nothing is heard here, "" if something is, or nobody plays. It goes before all news.
 * @param {State} state @param {SeatLook[]} seats
 */
function silenceOf({ sound, mix, loading }, seats) {
  if (sound === "unsupported") return words.LINES.mute;
  if (mix.master === 0) return words.LINES.silent;
  if (loading.failed.length > 0 && loading.failed.length === loading.total)
    return words.LINES.soundless;
  const playing = playersOf(seats);
  if (!areMuted(playing)) return "";
  return playing.length === 1 && playing[0].me ? words.LINES.ownMuted : words.LINES.allMuted;
}

/**
 * @param {string} screen @param {State} state @param {SeatLook[]} seats @param {JamData} data
 */
function lineOf(screen, state, seats, data) {
  const me = seats.find((seat) => seat.me);
  if (screen === "enter") return words.enterLine(me?.loop ?? null);
  if (screen === "unreachable" && state.jam !== null) return words.LINES.away;
  if (screen === "queued" && me?.changing) return words.changeLine(me.loop);
  if (!NEWSY.includes(screen)) return words.LINES[screen];
  const { failed } = state.loading;
  if (failed.length > 0) return words.failedLine(failed);
  const playing = playersOf(seats);
  if (playing.some((seat) => seat.me && seat.muted)) return words.LINES.ownMuted;
  if (areMuted(playing.filter((seat) => !seat.me))) return words.LINES.othersMuted;
  if (screen === "alone" && me?.phase === "playing") return words.LINES.alonePlaying;
  if (screen !== "jam") return words.LINES[screen];
  return words.jamLine({
    seated: state.users.length,
    playing: playing.length,
    iPlay: me !== undefined && sounds(me),
    capacity: state.jam?.capacity ?? data.capacity,
    mine: me?.loop ?? "",
  });
}

/**
 * @param {string} screen @param {State} state @param {SeatLook[]} seats @param {SeatLook | null} me
 * @param {JamData} data @param {number} heard
 */
function hubOf(screen, state, seats, me, data, heard) {
  const title = state.jam ? (data.kits[state.jam.kit]?.title ?? "") : "";
  const hub = { top: title, big: "", bottom: "", counting: false };
  if (ENDED.includes(screen) || screen === "busy") return { ...hub, top: "" };
  if (screen === "loading") {
    return {
      ...hub,
      top: "",
      big: `${state.loading.done}/${state.loading.total}`,
      bottom: "loops",
    };
  }
  if (me && isPending(me) && screen !== "enter") {
    const beats = beatsLeft(me.bar, heard);
    return { top: "", big: String(beats), bottom: beats === 1 ? "beat" : "beats", counting: true };
  }
  const playing = playersOf(seats).length;
  const here = state.users.length;
  if (here === 0) return hub;
  if (playing === 0) return { ...hub, big: String(here), bottom: "here" };
  return { ...hub, big: String(playing), bottom: "playing" };
}

/** Screens on which the one button does something else than start and stop.
 * @type {Record<string, ButtonLook>}
 */
const OTHER_BUTTONS = {
  enter: { act: "unlock", label: "Join the jam", style: "solid" },
  blocked: { act: "unlock", label: "Turn sound on", style: "plain" },
  connecting: { act: "wait", label: "One moment…", style: "queue", disabled: true },
  slow: { act: "wait", label: "Still trying…", style: "queue", disabled: true },
  loading: { act: "wait", label: "Tuning up…", style: "queue", disabled: true },
  unreachable: { act: "rejoin", label: "Try again", style: "plain" },
  busy: { act: "rejoin", label: "Try again", style: "plain" },
  replaced: { act: "rejoin", label: "Play here instead", style: "plain" },
  freed: { act: "rejoin", label: "Join again", style: "plain" },
};

/**
 * @param {string} screen @param {State} state @param {SeatLook | null} me @param {number} heard
 * @returns {Pick<Look, "go" | "mixer" | "invite" | "band" | "fine">}
 */
function dockOf(screen, state, me, heard) {
  const none = { mixer: false, invite: null, band: null, fine: "" };
  if (screen === "enter") {
    return { ...none, go: OTHER_BUTTONS.enter, fine: me ? words.FINE : words.LINES[waitOf(state)] };
  }
  if (screen in OTHER_BUTTONS || ENDED.includes(screen) || me === null)
    return { ...none, go: OTHER_BUTTONS[screen] ?? null };
  const alone = state.users.length === 1 && screen !== "gone";
  return {
    ...none,
    go: playButton(me, heard),
    mixer: true,
    invite: alone ? { act: "share", label: "Invite" } : null,
    band: alone ? { pressed: state.band } : null,
  };
}

/** @param {SeatLook} me @param {number} heard @returns {ButtonLook} */
function playButton(me, heard) {
  if (me.phase === "playing" || (me.phase === "queued" && me.changing))
    return { act: "toggle", label: `Stop ${me.loop}`, style: "live" };
  if (me.phase === "quiet") return { act: "toggle", label: `Play ${me.loop}`, style: "solid" };
  const what = me.phase === "queued" ? "Starting" : "Stopping";
  return { act: "toggle", label: `${what} in ${beatsLeft(me.bar, heard)}`, style: "queue" };
}
