// The one sheet that comes up over the page; what is in it is a panel with `element` and `update`.

import { byId, setText } from "./dom.js";

/**
 * @callback Update
 * @param {import("./types.js").Look} look
 * @param {import("./types.js").State} state
 * @returns {string | null | void} the sheet's title, if that has changed
 */
/**
 * @typedef {object} Panel
 * @property {HTMLElement} element
 * @property {Update} update
 */

export function createSheet() {
  const dialog = byId("sheet", HTMLDialogElement);
  const title = byId("sheet-title", HTMLElement);
  const body = byId("sheet-body", HTMLElement);
  const status = byId("sheet-status", HTMLElement);
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

    /** Where a screen reader is told something: it hears nothing from behind an open sheet. */
    get status() {
      return dialog.open ? status : null;
    },

    /** @param {import("./types.js").Look} look @param {import("./types.js").State} state */
    update(look, state) {
      const focused = document.activeElement;
      const heading = panel?.update(look, state);
      if (heading) setText(title, heading);
      if (body.contains(focused) && focused?.closest("[hidden]")) title.focus();
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
