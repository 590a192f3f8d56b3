// Copies what passes through to the page, each recording with the context's frame it began at.
class Tap extends AudioWorkletProcessor {
  constructor() {
    super();
    this.recording = null;
    this.port.onmessage = ({ data }) => {
      this.recording = { samples: new Float32Array(data.frames), filled: 0, frame: null };
    };
  }

  process([input]) {
    const recording = this.recording;
    if (!recording) return true;
    recording.frame ??= currentFrame;
    const { samples, filled } = recording;
    // No channel at all: nothing is connected that sounds.
    const block = input[0] ?? new Float32Array(128);
    samples.set(block.subarray(0, samples.length - filled), filled);
    recording.filled = Math.min(samples.length, filled + block.length);
    if (recording.filled === samples.length) {
      this.recording = null;
      this.port.postMessage({ frame: recording.frame, samples }, [samples.buffer]);
    }
    return true;
  }
}
registerProcessor("tap", Tap);
