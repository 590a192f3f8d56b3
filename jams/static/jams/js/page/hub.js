// The middle of the record: the kit, how many play, or the beats until you do.

import { find, setAttribute, setText } from "./dom.js";

/** A title of more letters is set smaller, and on a small record left out. */
const LONG = 6;

/** @param {HTMLElement} hub */
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
