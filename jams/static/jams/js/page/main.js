// The page. Here everything is put together: the session's state goes through `lookOf` to the
// document, what the visitor does goes to the session's verbs. No rules here, no drawing.

import { createSession } from "../session.js";
import { heardBar, msUntil, nextMoment } from "./clock.js";
import { createDock } from "./dock.js";
import { byId, find, make, setAttribute, setRich, setText } from "./dom.js";
import { lookOf } from "./look.js";
import { createMixer } from "./mixer.js";
import { Motion, createTurns } from "./motion.js";
import { createAnnouncer, createNews, worthSaying } from "./news.js";
import { createHub, createRecord, decodeEnvelope } from "./record.js";
import { createSeatPanel, seatTitle } from "./seat-panel.js";
import { createSeats } from "./seats.js";
import { createShare } from "./share.js";
import { createSheet } from "./sheet.js";

/** @typedef {import("./types.js").JamData} JamData */
/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").Look} Look */
/** @typedef {import("./types.js").SeatLook} SeatLook */

const data = /** @type {JamData} */ (JSON.parse(byId("jam-data", HTMLScriptElement).text));
const session = createSession(data);
const barMs = data.bar_ms;
const loopMs = barMs * data.bars_per_loop;
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const origin = () => session.loopOrigin();
const motion = new Motion(origin, loopMs);
const takeTurns = createTurns(byId("pips", HTMLElement), origin, loopMs);
const news = createNews(() => render());
const sheet = createSheet();
const announce = createAnnouncer(() => sheet.status ?? byId("status", HTMLElement));

/** @type {Record<string, () => void>} */
const verbs = {
  unlock: () => session.unlock(),
  toggle: () => session.toggle(),
  rejoin: () => session.rejoin(),
  wait: () => {},
  band: () => session.setBand(!session.state.band),
  share: () => open("Bring a friend", createShare(announce, { help: true })),
  mixer: () => open("Your mix", withHelp(createMixer(session))),
};

const dock = createDock(motion, verbs);
const hub = createHub(byId("hub", HTMLElement));
const seats = createSeats(byId("seats", HTMLElement), motion, pressSeat);
const record = createRecord(byId("grooves", HTMLCanvasElement));
const side = createSide();

/** @type {State | null} */
let before = null;
/** @type {Look | null} */
let shown = null;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/** Whether the visitor finds the way by keys, as far as they have shown. */
let focusedByKey = true;
/** Whether a Space that is down has played. */
let pressed = false;

/** The bar that is heard, with its fraction. */
const heard = () => heardBar(session.serverNow(), performance.now(), session.loopOrigin(), barMs);

/** Envelopes by kit, decoded once. @type {Map<string, Record<string, number[]>>} */
const decoded = new Map();

/** @param {string} kit */
function envelopesOf(kit) {
  let envelopes = decoded.get(kit);
  if (!envelopes) {
    const loops = Object.entries(data.kits[kit]?.loops ?? {});
    envelopes = Object.fromEntries(
      loops.map(([loop, { envelope }]) => [loop, decodeEnvelope(envelope)]),
    );
    decoded.set(kit, envelopes);
  }
  return envelopes;
}

/** @param {string} title @param {import("./sheet.js").Panel} panel */
function open(title, panel) {
  if (shown) panel.update(shown, session.state);
  sheet.open(title, panel);
}

/** @param {SeatLook} seat */
function pressSeat(seat) {
  if (seat.me) return dock.press();
  open(
    seatTitle(seat),
    createSeatPanel(session, seat.loop, { share: verbs.share, close: sheet.close }),
  );
}

/** @param {import("./sheet.js").Panel} panel */
function withHelp(panel) {
  panel.element.prepend(make("p", { class: "help" }, "Only you hear these changes."));
  return panel;
}

/** The panel at the side of a wide page, made when it is first seen: the page starts without it. */
function createSide() {
  const element = byId("side", HTMLElement);
  /** @type {ReturnType<typeof fillSide> | null} */
  let panel = null;
  return {
    /** @param {Look} look @param {State} state */
    update(look, state) {
      const away = look.bare || look.screen === "enter";
      setAttribute(element, "hidden", away);
      if (!away) (panel ??= fillSide(element))(look, state);
    },
  };
}

/** Your mix and the invitation. @param {HTMLElement} element */
function fillSide(element) {
  const mixer = withHelp(createMixer(session));
  const share = createShare(announce, { help: false });
  element.append(make("h2", {}, "Your mix"), mixer.element);
  element.append(
    make("p", { class: "part-title" }, "Invite link. Anyone can join with it."),
    share.element,
  );
  /** @param {Look} look @param {State} state */
  return function update(look, state) {
    mixer.update(look, state);
    share.update(look, state);
  };
}

function render() {
  const { state } = session;
  const now = heard();
  const look = lookOf(state, { data, heard: now, news: news.now });
  const kit = state.jam?.kit ?? Object.keys(data.kits)[0];
  const envelopes = envelopesOf(kit);
  const times = {
    msUntil: (/** @type {number} */ bar) => msUntil(bar, now, barMs),
    barMs,
    calm: calm.matches,
    envelopes,
    kit,
  };
  setAttribute(document.body, "data-screen", look.screen);
  setAttribute(document.body, "data-bare", look.bare);
  setAttribute(document.body, "data-live", true);
  setAttribute(document.body, "data-mine", look.mine);
  showLine(look);
  hub(look);
  seats(look, times);
  record(look.seats, envelopes, kit);
  dock.update(look, times);
  side.update(look, state);
  if (look.bare) sheet.close();
  sheet.update(look, state);
  motion.sweep(byId("sweep", HTMLElement), !calm.matches && !look.bare);
  takeTurns(calm.matches && !look.bare);
  announce(worthSaying(shown, look));
  shown = look;
  clearTimeout(timer);
  const wait = nextMoment(look.seats, now, barMs);
  if (wait !== null) timer = setTimeout(render, wait);
}

/** @param {Look} look */
function showLine(look) {
  const say = byId("say", HTMLElement);
  setAttribute(say, "data-warn", look.warn);
  setText(find(say, ".headline", HTMLElement), look.headline);
  setRich(find(say, ".line", HTMLElement), look.line);
}

/**
 * Space plays, wherever it means nothing else: on a button only if the focus came there by a key.
 * @param {KeyboardEvent} event
 */
function onKey(event) {
  const target = /** @type {Element} */ (event.target);
  if (event.code !== "Space" || event.repeat || target.closest("input, a, dialog")) return;
  if (target.closest("button") && focusedByKey) return;
  event.preventDefault();
  pressed = true;
  dock.press();
}

addEventListener("pointerdown", () => (focusedByKey = false), true);
addEventListener("keydown", ({ code }) => (focusedByKey ||= code !== "Space"), true);
session.subscribe((state) => {
  news.follow(state, before);
  before = state;
  render();
});
session.onOriginChange(() => motion.align());
calm.addEventListener("change", render);
matchMedia("(prefers-color-scheme: light)").addEventListener("change", () =>
  requestAnimationFrame(render),
);
new ResizeObserver(render).observe(byId("record", HTMLElement));
addEventListener("keydown", onKey);
// Firefox presses a button when its key comes up.
addEventListener("keyup", (event) => {
  if (event.code === "Space" && pressed) event.preventDefault();
  if (event.code === "Space") pressed = false;
});
news.follow(session.state, null);
before = session.state;
render();
session.start();
