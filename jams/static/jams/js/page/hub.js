// The middle of the record: the kit, how many play, or the beats until you do.

import { find, setAttribute, setText } from "./dom.js";

/** @param {HTMLElement} hub */
export function createHub(hub) {
  const top = find(hub, "small", HTMLElement);
  const big = find(hub, "strong", HTMLElement);
  const bottom = find(hub, "span", HTMLElement);

  /** @param {import("./types.js").Look} look */
  return function update({ hub: now }) {
    setAttribute(hub, "data-counting", now.counting);
    setText(top, now.top);
    setText(big, now.big);
    setText(bottom, now.bottom);
  };
}
