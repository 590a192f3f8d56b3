// The shapes the page works with. Types only: nothing here exists at run time.

/** @typedef {ReturnType<typeof import("../session.js").createSession>} Session */
/** @typedef {import("../types.js").SessionState} State */
/** @typedef {import("../types.js").User} User */
/** @typedef {import("../types.js").JamData} JamData */

/**
 * How one seat looks. `free`: nobody; `house`: the band plays it; the rest: somebody sits there.
 * @typedef {object} SeatLook
 * @property {string} loop
 * @property {"free"|"house"|"quiet"|"queued"|"playing"|"stopping"} phase
 * @property {boolean} me
 * @property {boolean} changing the loop of before still sounds
 * @property {boolean} away
 * @property {boolean} muted by this visitor, for this visitor
 * @property {boolean} failed the loop's sound did not load here
 * @property {string} animal "" where nobody sits
 * @property {number} bar of a queued start, stop or change
 * @property {"sounding"|"muted"|"queued"|"quiet"|"free"} groove how its groove on the record is drawn
 */

/** What just happened, "" if nothing did. @typedef {{line: string, warns: boolean}} News */

/**
 * @typedef {object} ButtonLook
 * @property {string} act what pressing it does: a key of the verbs in main.js
 * @property {string} label
 * @property {"solid"|"live"|"queue"|"plain"} [style]
 * @property {boolean} [disabled]
 */

/**
 * Everything that is on the page, as a value.
 * @typedef {object} Look
 * @property {string} screen which of the page's states this is
 * @property {boolean} bare no jam around it: no side panel, no invitation
 * @property {string | null} mine this visitor's loop
 * @property {SeatLook[]} seats one for each loop, in the kit's order
 * @property {{top: string, big: string, bottom: string, counting: boolean}} hub
 * @property {number} loaded share of the loops that are in, while they load
 * @property {string} headline
 * @property {string} line `*stars*` mark what stands out
 * @property {string} told the line, if it is one of what just happened, or is being asked for
 * @property {boolean} warn
 * @property {ButtonLook | null} go the big button
 * @property {boolean} mixer
 * @property {ButtonLook | null} invite
 * @property {{pressed: boolean} | null} band
 * @property {string} fine
 */

export {};
