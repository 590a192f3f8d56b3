// The buttons under the record. They are all in the template; here they are shown and hidden, never
// made anew, so that the one with the focus keeps it.

import { byId, find, setAttribute, setSymbol, setText } from "./dom.js";

/** @typedef {import("./types.js").Look} Look */
/** @typedef {import("./motion.js").Motion} Motion */

const FILLS = [{ transform: "scaleX(0)" }, { transform: "scaleX(1)" }];

/**
 * @param {Motion} motion
 * @param {Record<string, () => void>} verbs by the name a button's look gives
 */
export function createDock(motion, verbs) {
  const go = byId("go", HTMLButtonElement);
  const mixer = byId("open-mixer", HTMLButtonElement);
  const invite = byId("invite", HTMLButtonElement);
  const topInvite = byId("top-invite", HTMLButtonElement);
  const band = byId("band", HTMLButtonElement);
  const fine = byId("fine", HTMLElement);
  let act = "unlock";
  go.addEventListener("click", () => verbs[act]?.());
  mixer.addEventListener("click", () => verbs.mixer());
  invite.addEventListener("click", () => verbs.share());
  topInvite.addEventListener("click", () => verbs.share());
  band.addEventListener("click", () => verbs.band());

  /** @param {Look} look @param {import("./seats.js").Times} times */
  function update(look, times) {
    const focused = document.activeElement;
    act = look.go?.act ?? "wait";
    setAttribute(go, "hidden", look.go === null);
    showGo(go, look);
    setAttribute(mixer, "hidden", !look.mixer);
    setAttribute(invite, "hidden", look.invite === null);
    setAttribute(topInvite, "hidden", look.bare || look.screen === "enter");
    setAttribute(band, "hidden", look.band === null);
    setAttribute(band, "aria-pressed", String(look.band?.pressed ?? false));
    setAttribute(fine, "hidden", look.fine === "");
    setText(fine, look.fine);
    fillGo(go, look, times, motion);
    if (focused instanceof HTMLElement && focused.hidden && !go.hidden) go.focus();
  }

  return { update, press: () => go.click() };
}

/** @param {HTMLButtonElement} go @param {Look} look */
function showGo(go, look) {
  const style = look.go?.style ?? "plain";
  const cancels = look.go?.act === "toggle" && style === "queue";
  setAttribute(go, "data-style", style);
  setAttribute(go, "aria-disabled", look.go?.disabled ? "true" : null);
  setText(find(go, ".label", HTMLElement), look.go?.label ?? "");
  const glyph = find(go, ".glyph", SVGElement);
  setAttribute(glyph, "hidden", look.go?.act !== "toggle" || look.mine === null);
  setSymbol(glyph, `g-${look.mine}`);
  setAttribute(find(go, ".cancel", HTMLElement), "hidden", !cancels);
  setAttribute(find(go, ".icon", SVGElement), "hidden", !cancels);
  setAttribute(find(go, "kbd", HTMLElement), "hidden", cancels || look.go?.act !== "toggle");
}

/**
 * The button fills up with its loop's colour: to the bar line, or as the loops come in.
 * @param {HTMLButtonElement} go @param {Look} look @param {import("./seats.js").Times} times
 * @param {Motion} motion
 */
function fillGo(go, look, times, motion) {
  const fill = find(go, ".fill", HTMLElement);
  const me = look.seats.find((seat) => seat.me);
  const pending = look.go?.act === "toggle" && (me?.phase === "queued" || me?.phase === "stopping");
  const key = pending && me ? `${me.phase}/${me.bar}` : "";
  const easing = times.calm ? "steps(4)" : "linear";
  motion.fill(fill, key, FILLS, pending && me ? times.msUntil(me.bar) : 0, times.barMs, easing);
  fill.style.transform = look.loaded > 0 ? `scaleX(${look.loaded})` : "";
}
