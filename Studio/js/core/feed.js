/** The stream of all jobs' events, which goes on where it was broken off. */
const NAMES = ["queued", "started", "stage", "progress", "notice", "audio", "finished", "failed", "cancelled"];

export class Feed {
  #source = null;
  #hear;
  #away;
  #last = 0;

  /**
   * @param {(event: any) => void} hear gets each event, with `job` in it
   * @param {() => void} away is called when the server doesn't answer
   */
  constructor(hear, away) {
    this.#hear = hear;
    this.#away = away;
  }

  /** Begins to listen, if it doesn't yet. */
  open() {
    if (this.#source) return;
    // A server that has begun anew counts from 1: what it has kept is few, and jobs that are over pass it by.
    const source = new EventSource("/v1/events");
    for (const name of NAMES) source.addEventListener(name, event => this.#take(event));
    source.addEventListener("error", () => {
      if (source !== this.#source) return;
      // The browser tries again by itself while the state is CONNECTING, with the last number that it had.
      if (source.readyState === EventSource.CLOSED) this.close();
      this.#away();
    });
    this.#source = source;
  }

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
