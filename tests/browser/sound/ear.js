// Listens to what leaves the master bus. Loaded into a page whose engine is `window.session`.

const TAP_URL = "/engine-test/tap.js";
/** Readings of the output timestamp for one estimate, and the uneven gap between them, ms. */
const READINGS = 61;
const GAP_MS = 15;
/** The engine leaves errors up to 3 ms alone while something sounds; load adds some. */
const SETTLED_MS = 4;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** @type {AudioWorkletNode | null} */
let tap = null;

/**
 * Puts the tap, the module at `tapUrl`, on the bus; the product's graph stays as it is. The first
 * worklet of a context interrupts it for some milliseconds, so this waits until the engine has made
 * up for that.
 */
async function attach(tapUrl = TAP_URL) {
  const { context, output } = window.session.audio;
  // A worklet's own request does not pass the test's routes; the page's does.
  const source = await (await fetch(tapUrl)).blob();
  await context.audioWorklet.addModule(URL.createObjectURL(source));
  tap = new AudioWorkletNode(context, "tap", { channelCount: 2, channelCountMode: "explicit" });
  output.connect(tap);
  tap.connect(new GainNode(context, { gain: 0 })).connect(context.destination);
  while (Math.abs(await offMs()) > SETTLED_MS) await pause(50);
}

/** How far the engine's `zero` is from the server's epoch, ms, by timestamps read here. */
async function offMs() {
  const { zero, grid } = window.session.audio.transport;
  const cycleMs = (grid.loopFrames * 1000) / grid.sampleRate;
  const heardMs = (await frameZeroHeardMs(11)) + (zero * 1000) / grid.sampleRate;
  const turned = (heardMs % cycleMs) + cycleMs * 1.5;
  return (turned % cycleMs) - cycleMs / 2;
}

/** @param {Float32Array} samples @returns {string} their bytes in base 64 */
function encoded(samples) {
  const bytes = new Uint8Array(samples.buffer);
  let text = "";
  for (let start = 0; start < bytes.length; start += 32768) {
    text += String.fromCharCode(...bytes.subarray(start, start + 32768));
  }
  return btoa(text);
}

/** @param {number} frames how many to record, from now on */
function record(frames) {
  return new Promise((resolve) => {
    const { zero: zeroBefore } = window.session.audio.transport;
    tap.port.onmessage = ({ data }) => {
      const { zero } = window.session.audio.transport;
      resolve({ frame: data.frame, samples: encoded(data.samples), zero, zeroBefore });
    };
    tap.port.postMessage({ frames });
  });
}

/** Unix ms at which frame 0 of the context is heard, by the browser's own timestamps alone. */
async function frameZeroHeardMs(readings = READINGS) {
  const { context } = window.session.audio;
  let sum = 0;
  for (let reading = 0; reading < readings; reading += 1) {
    const { performanceTime, contextTime } = context.getOutputTimestamp();
    sum += performanceTime - contextTime * 1000;
    await pause(GAP_MS * (0.5 + Math.random()));
  }
  return performance.timeOrigin + sum / readings;
}

/** The first frame of a bar, and how far the context has come. */
function barFrame(bar) {
  const { zero, grid } = window.session.audio.transport;
  return zero + bar * grid.barFrames;
}

window.ear = { attach, record, frameZeroHeardMs, barFrame };
