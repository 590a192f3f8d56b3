// The invitation: the link to just this jam, shared or copied.

import { make, makeSymbol, setText } from "./dom.js";
import { shareLine } from "./words.js";

/** How long a button says that it has done what it should, ms. */
const DONE_MS = 2500;

/** @param {string} jamId */
export const inviteLink = (jamId) => `${location.origin}/jams/${jamId}/`;

/** The link as it is shown: what tells it from others, which is not how it begins and ends.
 * @param {string} url
 */
export const shortLink = (url) => url.replace(/^https?:\/\//, "").replace(/\/$/, "");

/** Copy, also where the clipboard is not given to pages; tell whether it worked.
 * @param {string} url @param {HTMLInputElement} field that puts the whole link in what is copied
 */
async function copy(url, field) {
  try {
    await navigator.clipboard.writeText(url);
    return true;
  } catch {
    field.focus();
    field.select();
    return document.execCommand("copy");
  }
}

/**
 * @param {(text: string) => void} announce
 * @param {{help: boolean}} options `help`: with the words and the share button around it
 */
export function createShare(announce, { help }) {
  const text = make("p", { class: "help" });
  const field = make("input", { type: "text", readonly: true, "aria-label": "Invite link" });
  const label = make("span", {}, "Copy link");
  const copying = make(
    "button",
    { type: "button", class: "button" },
    makeSymbol("i-copy", "icon"),
    label,
  );
  const link = make("div", { class: "link" }, field, copying);
  const share = make("button", { type: "button", class: "button wide" }, "Share the link");
  const element = help ? make("div", {}, text, link) : make("div", {}, link);
  if (help && "share" in navigator) element.append(share);
  let url = location.href;

  field.addEventListener("focus", () => field.select());
  field.addEventListener("copy", (event) => {
    event.clipboardData?.setData("text/plain", url);
    event.preventDefault();
  });
  copying.addEventListener("click", async () => {
    const copied = await copy(url, field);
    setText(label, copied ? "Copied" : "Copy by hand");
    announce(copied ? "Link copied." : "The link is selected: copy it by hand.");
    setTimeout(() => setText(label, "Copy link"), DONE_MS);
  });
  share.addEventListener("click", () => {
    // Closing the system's sheet without choosing rejects; that is an answer, not a fault.
    navigator.share({ title: "Come and jam with me", url }).catch(() => {});
  });

  /** @param {import("./types.js").Look} look @param {import("./types.js").State} state */
  function update(look, state) {
    url = state.jam ? inviteLink(state.jam.id) : location.href;
    if (field.value !== shortLink(url)) field.value = shortLink(url);
    const free = look.seats.filter(
      (seat) => seat.phase === "free" || seat.phase === "house",
    ).length;
    setText(text, shareLine(free));
  }

  return { element, update };
}
