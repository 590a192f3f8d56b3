// The record: seven grooves, each its loop's real envelope drawn around the circle.
// Drawn once for each change of state or size, never for each frame.

import { find, setAttribute, setText } from "./dom.js";
import { PARTS } from "./parts.js";

/** @typedef {import("./types.js").SeatLook} SeatLook */

/** The grooves' room, as shares of the radius: around the hub, inside the rim. */
const INNER = 0.31;
const OUTER = 0.955;
/** How much of its room a groove takes; the rest is the gap to the next. */
const GROOVE = 0.86;

/** A record smaller than this radius in pixels is not there yet. */
const SMALLEST = 20;

/** @typedef {{colour: "mark" | "line", alpha: number, height: number, width: number}} Ink */

/** How a groove is drawn. @type {Record<SeatLook["groove"], Ink>} */
const INKS = {
  sounding: { colour: "mark", alpha: 1, height: 1, width: 1 },
  muted: { colour: "mark", alpha: 0.4, height: 1, width: 0.4 },
  queued: { colour: "mark", alpha: 0.6, height: 0.7, width: 1 },
  quiet: { colour: "mark", alpha: 0.62, height: 0.5, width: 0.8 },
  free: { colour: "line", alpha: 0.62, height: 0.42, width: 0.55 },
};

/** An envelope as it is written in the page: one base-36 digit for each step, 0 to 1.
 * @param {string} digits
 */
export const decodeEnvelope = (digits) => Array.from(digits, (digit) => parseInt(digit, 36) / 35);

/**
 * The marks of one groove: [angle, half length] pairs, growing both ways from its middle.
 * @param {number[]} envelope @param {number} room in pixels @param {number} stroke width of a mark
 * @param {number} height share of the full height
 * @returns {[number, number][]}
 */
export function marksOf(envelope, room, stroke, height) {
  const free = Math.max(0, room - stroke);
  return envelope.map((level, i) => {
    const angle = ((i + 0.5) / envelope.length) * 2 * Math.PI - Math.PI / 2;
    // The power opens up the difference between loud and soft, as the ear does.
    return [angle, (free * level ** 1.4 * height) / 2 + 0.01];
  });
}

/**
 * @param {CanvasRenderingContext2D} pen with its origin in the middle
 * @param {number[]} envelope @param {number} middle radius of the groove @param {number} room
 * @param {Ink} ink @param {string} colour
 */
function drawGroove(pen, envelope, middle, room, ink, colour) {
  const pitch = (2 * Math.PI * middle) / envelope.length;
  const stroke = Math.max(1, Math.min(9, pitch * 0.55) * ink.width);
  pen.globalAlpha = ink.alpha;
  pen.strokeStyle = colour;
  pen.lineWidth = stroke;
  pen.beginPath();
  for (const [angle, half] of marksOf(envelope, room, stroke, ink.height)) {
    const [x, y] = [Math.cos(angle), Math.sin(angle)];
    pen.moveTo(x * (middle - half), y * (middle - half));
    pen.lineTo(x * (middle + half), y * (middle + half));
  }
  pen.stroke();
}

/**
 * A record on `canvas`; call the result on every change. It draws in the next frame, when the page
 * is laid out anyway, and only what is new.
 * @param {HTMLCanvasElement} canvas
 */
export function createRecord(canvas) {
  const pen = canvas.getContext("2d");
  let drawn = "";
  /** @type {() => void} */
  let paint = () => {};
  let frame = 0;

  /** @param {SeatLook[]} seats @param {Record<string, number[]>} envelopes @param {string} kit */
  return function draw(seats, envelopes, kit) {
    paint = () => {
      frame = 0;
      const radius = canvas.clientWidth / 2;
      const density = Math.min(3, devicePixelRatio || 1);
      const light = matchMedia("(prefers-color-scheme: light)").matches;
      const grooves = seats.map((seat) => seat.groove);
      const wanted = JSON.stringify([radius, density, light, kit, grooves]);
      if (pen === null || radius < SMALLEST || wanted === drawn) return;
      drawn = wanted;
      resize(canvas, pen, radius, density);
      drawGrooves(pen, radius, seats, envelopes, getComputedStyle(canvas));
    };
    frame ||= requestAnimationFrame(() => paint());
  };
}

/**
 * Make the canvas as fine as the screen, empty, with its origin in the middle.
 * @param {HTMLCanvasElement} canvas @param {CanvasRenderingContext2D} pen
 * @param {number} radius @param {number} density
 */
function resize(canvas, pen, radius, density) {
  const size = Math.ceil(radius * 2 * density);
  if (canvas.width !== size) canvas.width = canvas.height = size;
  pen.setTransform(density, 0, 0, density, size / 2, size / 2);
  pen.clearRect(-radius - 1, -radius - 1, 2 * radius + 2, 2 * radius + 2);
  pen.lineCap = "round";
}

/**
 * @param {CanvasRenderingContext2D} pen @param {number} radius @param {SeatLook[]} seats
 * @param {Record<string, number[]>} envelopes @param {CSSStyleDeclaration} colours
 */
function drawGrooves(pen, radius, seats, envelopes, colours) {
  const room = (radius * (OUTER - INNER)) / PARTS.length;
  for (const [i, part] of PARTS.entries()) {
    const ink = INKS[seats.find((seat) => seat.loop === part)?.groove ?? "free"];
    const token = ink.colour === "line" ? "--line" : `--${part}-line`;
    const colour = colours.getPropertyValue(token).trim();
    const middle = radius * OUTER - room * (i + 0.5);
    if (envelopes[part]) drawGroove(pen, envelopes[part], middle, room * GROOVE, ink, colour);
  }
}

/** A title of more letters is set smaller, and on a small record left out. */
const LONG = 6;

/**
 * The middle of the record: the kit, how many play, or the beats until you do.
 * @param {HTMLElement} hub
 */
export function createHub(hub) {
  const top = find(hub, "small", HTMLElement);
  const big = find(hub, "strong", HTMLElement);
  const bottom = find(hub, "span", HTMLElement);

  /** @param {import("./types.js").Look} look */
  return function update({ hub: now }) {
    setAttribute(hub, "data-counting", now.counting);
    setText(top, now.top);
    setAttribute(top, "data-long", now.top.length > LONG);
    setText(big, now.big);
    setText(bottom, now.bottom);
  };
}
