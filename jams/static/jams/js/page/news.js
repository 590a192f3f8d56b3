// What happened last, for as long as it is news.

import { LINES, errorLine, newsLine } from "./words.js";

/** How long a line stays, ms. */
const STAYS_MS = 6000;
const MOVED_STAYS_MS = 15_000;

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
      if (line === LINES.moved && (state.sound === "locked" || entered)) show(line, true, MOVED_STAYS_MS);
      if (state.event && state.event !== before?.event) {
        const text = newsLine(state.event, state.me);
        const moved = state.event.kind === "moved";
        if (text !== "") show(text, moved, moved ? MOVED_STAYS_MS : STAYS_MS);
      }
      if (state.error && state.error !== before?.error) show(errorLine(state.error), true);
    },
  };
}
