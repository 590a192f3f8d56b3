// What a screen reader is told without being asked. Polite, and it doesn't chatter: what you did
// and what happened to you, people coming and going; not every start and stop of the others.

import { setText } from "./dom.js";
import { plain } from "./words.js";

/** @typedef {import("./types.js").Look} Look */

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
