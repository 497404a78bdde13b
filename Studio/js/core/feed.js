/** The stream of all jobs' events, which goes on where it was broken off. */
const NAMES = ["queued", "started", "stage", "progress", "notice", "audio", "finished", "failed", "cancelled"];

/** Milliseconds below which a stream was none. */
const SHORT = 2000;

export class Feed {
  #source = null;
  #hear;
  #broken;
  #last = 0;

  /**
   * @param {(event: any) => void} hear gets each event, with `job` in it
   * @param {(wasShort: boolean) => void} broken is called when the stream has broken off, at once or after a while
   */
  constructor(hear, broken) {
    this.#hear = hear;
    this.#broken = broken;
  }

  /** Begins to listen, if it doesn't yet. */
  open() {
    if (this.#source) return;
    const begin = performance.now();
    const source = new EventSource(`/v1/events?last_event_id=${this.#last}`);
    for (const name of NAMES) source.addEventListener(name, event => this.#take(event));
    source.addEventListener("error", () => {
      source.close();
      if (source !== this.#source) return;
      this.#source = null;
      this.#broken(performance.now() - begin < SHORT);
    });
    this.#source = source;
  }

  /** Ends it; what is opened next begins with all that the server has kept, which may be another server. */
  close() {
    this.#source?.close();
    this.#source = null;
    this.#last = 0;
  }

  #take(event) {
    const number = Number(event.lastEventId);
    if (number <= this.#last) return;
    this.#last = number;
    this.#hear(JSON.parse(event.data));
  }
}
