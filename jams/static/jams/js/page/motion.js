// Everything that moves. All motion is Web Animations on the compositor, and whatever follows the
// music starts at one origin: the moment at which a cycle is heard. No frame is drawn by script.

/** Moves of the hand in a loop of 4.8 s: 30 a second, or half of it on a machine of two threads. */
const HAND_STEPS = 144;
const HAND_STEPS_WEAK = 72;
const BEATS = 8;
/** Changes of a halo's light in a loop: with every second move of the hand, so that both share
 * their frames. */
const GLOW_STEPS = 72;
/** A halo's light between two beats and at its brightest; the share it loses in each step. */
const GLOW_FLOOR = 0.14;
const GLOW_TOP = 0.9;
const GLOW_FADE = 0.14;

const handSteps = () => ((navigator.hardwareConcurrency || 4) <= 2 ? HAND_STEPS_WEAK : HAND_STEPS);

/**
 * A halo's light around the loop, a value for each step and the first again: it follows the
 * envelope, but strikes once a beat at most. At 100 beats a minute that is 1.7 flashes a second;
 * the limit is 3.
 * @param {number[]} envelope around the loop, 0 to 1
 */
export function glowOf(envelope) {
  const perBeat = GLOW_STEPS / BEATS;
  const share = envelope.length / GLOW_STEPS;
  const level = Array.from({ length: GLOW_STEPS }, (_, i) =>
    Math.max(...envelope.slice(Math.floor(i * share), Math.ceil((i + 1) * share))),
  );
  const glow = new Array(GLOW_STEPS).fill(0);
  for (let beat = 0; beat < BEATS; beat += 1) {
    const window = level.slice(beat * perBeat, (beat + 1) * perBeat);
    const top = Math.max(...window);
    glow[beat * perBeat + window.indexOf(top)] = top;
  }
  // Twice around, so that the end of the loop fades into its beginning.
  for (let i = 1; i < 2 * GLOW_STEPS; i += 1) {
    const faded = glow[(i - 1) % GLOW_STEPS] * (1 - GLOW_FADE);
    glow[i % GLOW_STEPS] = Math.max(glow[i % GLOW_STEPS], faded);
  }
  return [...glow, glow[0]].map((light) => GLOW_FLOOR + (GLOW_TOP - GLOW_FLOOR) * light);
}

/** The page's running animations: one for an element at most. */
export class Motion {
  /** @type {Map<Element, {key: string, animation: Animation, onMusic: boolean}>} */
  #held = new Map();

  /**
   * @param {() => number} originOf the page time at which a cycle is heard
   * @param {number} loopMs
   */
  constructor(originOf, loopMs) {
    this.originOf = originOf;
    this.loopMs = loopMs;
  }

  /** The hand goes round once a loop. @param {Element} hand @param {boolean} moving */
  sweep(hand, moving) {
    const frames = [{ transform: "rotate(0deg)" }, { transform: "rotate(360deg)" }];
    const start = () => this.#turn(hand, frames, { easing: `steps(${handSteps()})` });
    this.#hold(hand, moving ? "turning" : "", start, true);
  }

  /** A seat glows with its loop.
   * @param {Element} halo @param {string} key @param {number[] | null} envelope
   */
  halo(halo, key, envelope) {
    const frames = () => glowOf(envelope ?? []).map((opacity) => ({ opacity, easing: "steps(1)" }));
    this.#hold(halo, envelope ? key : "", () => this.#turn(halo, frames()), true);
  }

  /**
   * Something fills up (or empties) to a bar line; it starts where it should be by now.
   * @param {Element} element @param {string} key "" for nothing to fill
   * @param {Keyframe[]} frames @param {number} leftMs until the bar line @param {number} wholeMs
   * @param {string} easing
   */
  fill(element, key, frames, leftMs, wholeMs, easing) {
    const start = () => {
      const duration = Math.max(leftMs, wholeMs, 1);
      const animation = element.animate(frames, { duration, easing, fill: "both" });
      animation.startTime = performance.now() - (duration - leftMs);
      return animation;
    };
    this.#hold(element, key, start, false);
  }

  /** Once, for something that just happened.
   * @param {Element} element @param {Keyframe[]} frames @param {number} ms
   */
  once(element, frames, ms) {
    element.animate(frames, { duration: ms, easing: "cubic-bezier(0.2, 1.5, 0.4, 1)" });
  }

  /** The music has moved against the page's clock: follow it. */
  align() {
    for (const { animation, onMusic } of this.#held.values()) {
      if (onMusic) animation.startTime = this.originOf();
    }
  }

  /** Keep one animation on an element while `key` stays; "" ends it.
   * @param {Element} element @param {string} key @param {() => Animation} start
   * @param {boolean} onMusic it follows the music when that moves
   */
  #hold(element, key, start, onMusic) {
    const before = this.#held.get(element);
    if ((before?.key ?? "") === key) return;
    before?.animation.cancel();
    this.#held.delete(element);
    if (key !== "") this.#held.set(element, { key, animation: start(), onMusic });
  }

  /** @param {Element} element @param {Keyframe[]} frames
   * @param {KeyframeAnimationOptions} [options]
   */
  #turn(element, frames, options = {}) {
    const timing = { duration: this.loopMs, iterations: Infinity, ...options };
    const animation = element.animate(frames, timing);
    animation.startTime = this.originOf();
    return animation;
  }
}

/**
 * Without motion: the eight marks of the rim take turns, a beat each.
 * @param {HTMLElement} pips @param {() => number} originOf @param {number} loopMs
 */
export function createTurns(pips, originOf, loopMs) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const beatMs = loopMs / BEATS;

  function tick() {
    const into = (((performance.now() - originOf()) % loopMs) + loopMs) % loopMs;
    const beat = Math.floor(into / beatMs) % BEATS;
    [...pips.children].forEach((pip, i) => pip.classList.toggle("now", i === beat));
    timer = setTimeout(tick, beatMs - (into % beatMs) + 4);
  }

  /** @param {boolean} on */
  return function take(on) {
    if (on === (timer !== undefined)) return;
    clearTimeout(timer);
    timer = undefined;
    if (on) tick();
    else for (const pip of pips.children) pip.classList.remove("now");
  };
}
