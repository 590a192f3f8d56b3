// What happened last, for as long as it is news; and what a screen reader is told of it.

import { setText } from "./dom.js";
import { LINES, errorLine, newsLine, plain } from "./words.js";

/** How long a line stays, ms. */
const STAYS_MS = 6000;
const MOVED_STAYS_MS = 15_000;

/** @typedef {import("./types.js").Look} Look */
/** @typedef {import("./types.js").State} State */

/** @param {() => void} onChange called when a line has had its time */
export function createNews(onChange) {
  let line = "";
  let warns = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  /** @param {string} text @param {boolean} warning */
  function show(text, warning, ms = STAYS_MS) {
    line = text;
    warns = warning;
    clearTimeout(timer);
    timer = setTimeout(() => {
      line = "";
      onChange();
    }, ms);
  }

  return {
    /** @returns {import("./types.js").News} */
    get now() {
      return { line, warns };
    },

    /** @param {State} state @param {State | null} before */
    follow(state, before) {
      // Somebody who was sent to another jam has to find it written when the sound comes on, too.
      const entered = before?.sound === "locked" && state.sound !== "locked";
      if (line === LINES.moved && (state.sound === "locked" || entered))
        show(line, true, MOVED_STAYS_MS);
      if (state.event && state.event !== before?.event) {
        const text = newsLine(state.event, state.me);
        const moved = state.event.kind === "moved";
        if (text !== "") show(text, moved, moved ? MOVED_STAYS_MS : STAYS_MS);
      }
      if (state.error && state.error !== before?.error) show(errorLine(state.error), true);
    },
  };
}

// What a screen reader is told without being asked. Polite, and it doesn't chatter: what you did
// and what happened to you, people coming and going; not every start and stop of the others.

/** Time between two announcements, ms; of those that wait only the last is said. */
const GAP_MS = 3000;
/** A region that is emptied and filled at once is not read by all screen readers. */
const FILL_MS = 120;

/** @type {Record<string, string>} */
const OWN_PHASE = { playing: "You’re playing.", quiet: "You’re quiet." };

/**
 * What to say about the change from one look to the next, "" for nothing.
 * @param {Look | null} before @param {Look} now
 */
export function worthSaying(before, now) {
  if (before === null) return "";
  if (before.screen !== now.screen && now.screen !== "enter") {
    const mine = ownPhase(now);
    const wasPending = before.screen === "queued" || before.screen === "stopping";
    return wasPending && OWN_PHASE[mine] ? OWN_PHASE[mine] : plain(now.line);
  }
  return now.told === before.told ? "" : plain(now.told);
}

/** @param {Look} look */
const ownPhase = (look) => look.seats.find((seat) => seat.me)?.phase ?? "";

/**
 * @param {() => HTMLElement} regionNow the `role="status"` to say it in just now; each is in the
 *   page from the start, empty
 */
export function createAnnouncer(regionNow) {
  let freeAt = 0;
  let waiting = "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  function speak() {
    timer = undefined;
    const text = waiting;
    waiting = "";
    freeAt = performance.now() + GAP_MS;
    const region = regionNow();
    setText(region, "");
    setTimeout(() => setText(region, text), FILL_MS);
  }

  /** @param {string} text */
  return function announce(text) {
    if (text === "") return;
    waiting = text;
    timer ??= setTimeout(speak, Math.max(0, freeAt - performance.now()));
  };
}
