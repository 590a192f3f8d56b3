// The one sheet that comes up over the page; what is in it is a panel with `element` and `update`.

import { byId, setText } from "./dom.js";

/**
 * @typedef {object} Panel
 * @property {HTMLElement} element
 * @property {(look: import("./types.js").Look, state: import("./types.js").State) => void} update
 */

export function createSheet() {
  const dialog = byId("sheet", HTMLDialogElement);
  const title = byId("sheet-title", HTMLElement);
  const body = byId("sheet-body", HTMLElement);
  /** @type {Panel | null} */
  let panel = null;

  byId("sheet-close", HTMLButtonElement).addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog && isBeside(dialog, event)) dialog.close();
  });
  dialog.addEventListener("close", () => {
    panel = null;
  });

  return {
    close: () => dialog.close(),

    /** @param {string} heading @param {Panel} next */
    open(heading, next) {
      panel = next;
      setText(title, heading);
      body.replaceChildren(next.element);
      if (!dialog.open) dialog.showModal();
      title.focus();
    },

    /** @type {Panel["update"]} */
    update(look, state) {
      panel?.update(look, state);
    },
  };
}

/** A click on the dialog itself, but outside of its box, is one on the backdrop.
 * @param {HTMLDialogElement} dialog @param {MouseEvent} event
 */
function isBeside(dialog, { clientX: x, clientY: y }) {
  const { left, right, top, bottom } = dialog.getBoundingClientRect();
  return x <= left || x >= right || y <= top || y >= bottom;
}
