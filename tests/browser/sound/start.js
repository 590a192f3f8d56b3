// The engine alone, on the product's own data, without the product's page: for tests of the sound.
// ?jam=id is the jam to sit in; ?rtt=ms makes the line slow, ?jitter=ms uneven.

const query = new URLSearchParams(location.search);
const rttMs = Number(query.get("rtt") ?? 0);
const jitterMs = Number(query.get("jitter") ?? 0);

/** Sockets in the order they were opened, for a test to cut. */
window.sockets = [];

/** A WebSocket on a slow line: each frame takes half the round trip, in order. */
class LineSocket extends WebSocket {
  #lastUp = 0;
  #lastDown = 0;

  constructor(url) {
    super(url);
    window.sockets.push(this);
  }

  #delay(last) {
    const arrival = performance.now() + rttMs / 2 - Math.log(1 - Math.random()) * jitterMs;
    return Math.max(arrival, last);
  }

  send(data) {
    if (!rttMs && !jitterMs) return super.send(data);
    this.#lastUp = this.#delay(this.#lastUp);
    setTimeout(() => this.readyState === 1 && super.send(data), this.#lastUp - performance.now());
  }

  set onmessage(handle) {
    if (!handle || (!rttMs && !jitterMs)) {
      super.onmessage = handle;
      return;
    }
    super.onmessage = (event) => {
      this.#lastDown = this.#delay(this.#lastDown);
      const later = () => this.readyState === 1 && handle(event);
      setTimeout(later, this.#lastDown - performance.now());
    };
  }
}

const page = new DOMParser().parseFromString(await (await fetch("/")).text(), "text/html");
const data = JSON.parse(page.getElementById("jam-data").textContent);
const jamId = query.get("jam") ?? data.jam_id;
data.socket_path = data.socket_path.replace(data.jam_id, jamId);
Object.assign(data, { jam_id: jamId, invite: true });
const { createSession, phaseOf } = await import("/static/jams/js/session.js");
window.data = data;
window.session = createSession(data, { WebSocket: LineSocket });
window.phaseOf = phaseOf;
window.session.start();
