// The shapes the modules share. Types only: no page ever loads this file.

/**
 * A user as the wire writes it.
 * @typedef {object} WireUser
 * @property {string} user_id
 * @property {string} name
 * @property {string} loop
 * @property {boolean} playing
 * @property {number} bar
 * @property {number} seq
 * @property {boolean} away
 */

/**
 * A user as the page sees it. `playing`, `bar` and `seq` are the wire's; see presence.js, phaseOf.
 * @typedef {object} User
 * @property {string} userId
 * @property {string} name         an animal; the page puts the part's colour word before it
 * @property {string} loop         loop id
 * @property {boolean} playing
 * @property {number} bar          the bar at which `playing` took or takes effect
 * @property {number} seq          number of the state; an event with a lower one is old
 * @property {boolean} away
 * @property {number | null} since the bar the loop sounds from, kept while it is stopping
 * @property {Segment | null} outgoing the loop just swapped away, which sounds until `until`
 */

/**
 * A stretch of one loop's sound: from bar `from` to bar `until` (null: nobody knows yet).
 * @typedef {object} Segment
 * @property {string} key          who plays what; the same key goes on without a gap
 * @property {string} loop
 * @property {number} from         may be -Infinity: since before anybody told us
 * @property {number | null} until
 */

/** @typedef {{ id: string, kit: string, capacity: number }} Jam */

/**
 * @typedef {object} Presence
 * @property {Jam | null} jam
 * @property {string | null} me
 * @property {User[]} users        in order of arrival
 * @property {Segment[]} leaving   loops of users who left, which sound on to their bar line
 */

/** @typedef {{ volume: number, muted: boolean }} LoopMix */
/** @typedef {{ master: number, trimMs: number, loops: Record<string, LoopMix> }} Mix */
/** @typedef {{ master?: number, trimMs?: number, loops?: Record<string, Partial<LoopMix>> }} MixPatch */

/** @typedef {{ kind: string, userId?: string, name?: string, loop?: string, from?: string }} JamEvent */
/** @typedef {{ done: number, total: number, failed: string[] }} Loading */

/** @typedef {"connecting" | "online" | "reconnecting" | "unreachable" | "replaced" | "freed" | "busy" | "unsupported" | "left"} Connection */
/** @typedef {"locked" | "loading" | "on" | "blocked" | "unsupported"} SoundState */

/**
 * @typedef {object} SessionState
 * @property {Connection} connection
 * @property {SoundState} sound
 * @property {Loading} loading
 * @property {Jam | null} jam
 * @property {string | null} me
 * @property {User[]} users
 * @property {JamEvent | null} event
 * @property {{ code: string, message: string } | null} error
 * @property {string | null} asking  the loop asked for, until the server has answered
 * @property {boolean} slow   the connection was asked for a good while ago
 * @property {boolean} band
 * @property {Mix} mix
 */

/** @typedef {{ title: string, loops: Record<string, { url: string, envelope: string }> }} KitData */

/**
 * What the server writes into the page as `jam-data`.
 * @typedef {object} JamData
 * @property {number} protocol
 * @property {string} jam_id
 * @property {string} socket_path
 * @property {boolean} invite
 * @property {number} capacity
 * @property {number} bar_ms
 * @property {number} bars_per_loop
 * @property {number} sample_rate
 * @property {number} frames
 * @property {Record<string, KitData>} kits
 */

/**
 * Time that waits, injected so that tests never do.
 * @typedef {object} Timers
 * @property {(run: () => void, ms: number) => unknown} set
 * @property {(timer: any) => void} clear
 */

export {};
