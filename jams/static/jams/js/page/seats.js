// The seven seats around the record: which loop sits where, and how each looks.

import { find, setAttribute, setSymbol, setText } from "./dom.js";
import { sounds } from "./look.js";
import { colourWord } from "./parts.js";
import { PHASE_WORD, capitalised } from "./words.js";

/** @typedef {import("./types.js").SeatLook} SeatLook */
/** @typedef {import("./types.js").Look} Look */
/** @typedef {import("./motion.js").Motion} Motion */

/**
 * @typedef {object} Times what a queued start or stop needs to know
 * @property {(bar: number) => number} msUntil milliseconds until a bar is heard
 * @property {number} barMs
 * @property {boolean} calm no motion, please
 * @property {Record<string, number[]>} envelopes
 * @property {string} kit
 */

const ARRIVES = [
  { transform: "scale(0.5)", opacity: 0 },
  { transform: "none", opacity: 1 },
];
const STARTS = [{ transform: "scale(1.16)" }, { transform: "none" }];

/**
 * Give each loop a place; place 0 is the visitor's own, at the bottom.
 *
 * You always sit at the bottom and the others follow clockwise. Once seated nobody is moved
 * about: a swap only exchanges the two loops it is about.
 * @param {string[] | null} before the places until now, null at the first time
 * @param {string[]} loops all loops, in the kit's order
 * @param {string | null} mine
 * @returns {string[]} the loop of each place
 */
export function placesOf(before, loops, mine) {
  const start = mine === null ? -1 : loops.indexOf(mine);
  if (before === null) return start < 0 ? loops : [...loops.slice(start), ...loops.slice(0, start)];
  const from = mine === null ? 0 : before.indexOf(mine);
  if (from <= 0) return before;
  const after = [...before];
  after[from] = before[0];
  after[0] = before[from];
  return after;
}

/**
 * @param {HTMLElement} list the seats of the template
 * @param {Motion} motion
 * @param {(seat: SeatLook) => void} onPress
 */
export function createSeats(list, motion, onPress) {
  const nodes = [...list.children].map((node) => bind(/** @type {HTMLElement} */ (node)));
  /** @type {string[] | null} */
  let places = null;
  /** @type {SeatLook[]} */
  let seats = [];
  for (const [place, node] of nodes.entries()) {
    node.button.addEventListener("click", () => {
      const seat = seats.find((one) => one.loop === places?.[place]);
      if (seat) onPress(seat);
    });
  }

  /** @param {Look} look @param {Times} times */
  return function update(look, times) {
    const seatless = places === null && look.mine === null;
    const loops = look.seats.map((seat) => seat.loop);
    const now = placesOf(places, loops, look.mine);
    if (!seatless) places = now;
    list.inert = look.bare;
    const before = seats;
    seats = look.seats;
    for (const [place, node] of nodes.entries()) {
      const seat = look.seats.find((one) => one.loop === now[place]);
      if (!seat) continue;
      const was = before.find((one) => one.loop === seat.loop);
      show(node, seat);
      move(node, seat, was, look, times, motion);
    }
  };
}

/** @typedef {ReturnType<typeof bind>} SeatNode */

/** @param {HTMLElement} node */
const bind = (node) => ({
  node,
  button: find(node, ".sit", HTMLButtonElement),
  halo: find(node, ".halo", HTMLElement),
  disc: find(node, ".disc", HTMLElement),
  glyph: find(node, ".glyph", SVGElement),
  arc: find(node, ".arc .value", SVGElement),
  badge: find(node, ".badge", SVGElement),
  colour: find(node, ".colour", HTMLElement),
  animal: find(node, ".animal", HTMLElement),
  unseen: find(node, ".unseen", HTMLElement),
});

/** @param {SeatNode} nodes @param {SeatLook} seat */
function show(nodes, seat) {
  const { node } = nodes;
  setAttribute(node, "data-part", seat.loop);
  setAttribute(node, "data-phase", seat.phase);
  setAttribute(node, "data-me", seat.me);
  setAttribute(node, "data-away", seat.away);
  setAttribute(node, "data-muted", seat.muted && seat.phase !== "free");
  setAttribute(node, "data-failed", seat.failed);
  setSymbol(nodes.glyph, `g-${seat.loop}`);
  setSymbol(nodes.badge, seat.failed ? "i-failed" : seat.away ? "i-away" : "i-muted");
  const shown = namesOf(seat);
  setText(nodes.colour, shown.colour);
  setText(nodes.animal, shown.animal);
  setText(nodes.unseen, spoken(seat));
}

/** What is written at a seat. @param {SeatLook} seat */
function namesOf(seat) {
  if (seat.me) return { colour: "", animal: "You" };
  if (seat.animal === "") return { colour: "", animal: capitalised(seat.loop) };
  return { colour: colourWord(seat.loop), animal: seat.animal };
}

/** What a screen reader adds to it. @param {SeatLook} seat */
function spoken(seat) {
  const facts = [PHASE_WORD[seat.phase]];
  if (seat.away) facts.push("away");
  if (seat.muted) facts.push("muted by you");
  if (seat.failed) facts.push("could not load");
  if (seat.animal === "") return facts.join(", ");
  const rest = [seat.loop, ...facts].join(", ");
  return seat.me ? `${colourWord(seat.loop)} ${seat.animal}, ${rest}` : rest;
}

/**
 * @param {SeatNode} nodes @param {SeatLook} seat @param {SeatLook | undefined} was
 * @param {Look} look @param {Times} times @param {Motion} motion
 */
function move(nodes, seat, was, look, times, motion) {
  const glows = sounds(seat) && !seat.changing && !times.calm && !seat.muted && look.screen !== "blocked";
  motion.halo(
    nodes.halo,
    `${times.kit}/${seat.loop}`,
    glows ? (times.envelopes[seat.loop] ?? null) : null,
  );
  const starting = seat.phase === "queued";
  const pending = starting || seat.phase === "stopping";
  const ring = [{ strokeDashoffset: starting ? 1 : 0 }, { strokeDashoffset: starting ? 0 : 1 }];
  const key = pending ? `${seat.loop}/${seat.phase}/${seat.bar}` : "";
  const easing = times.calm ? "steps(4)" : "linear";
  motion.fill(nodes.arc, key, ring, pending ? times.msUntil(seat.bar) : 0, times.barMs, easing);
  if (times.calm || !was) return;
  if (seat.animal && !was.animal && !seat.me) motion.once(nodes.button, ARRIVES, 420);
  else if (seat.phase === "playing" && was.phase === "queued") motion.once(nodes.disc, STARTS, 360);
}
