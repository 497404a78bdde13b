/** Song after song of what is written, each with another seed, until somebody stops it: one waits at most. */
import { store } from "./store.js";

class AutoGen extends EventTarget {
  /** Makes the body of the next job of what is written then; `null` where nothing is. @type {(() => any) | null} */
  #make = null;
  #waits = null;
  /** Ids of the jobs that it has asked for. */
  #own = new Set();
  #isAsking = false;
  /** Which form it goes by: `simple` or `custom`; `null` while it stands. */
  form = null;
  /** Songs that were asked for since it began. */
  count = 0;
  /** Why it ended by itself; "" where it didn't. */
  reason = "";

  constructor() {
    super();
    for (const topic of ["jobs", "job"]) store.addEventListener(topic, () => this.#look());
    store.addEventListener("over", event => {
      const { id, status, error } = event.detail;
      if (!this.#own.has(id)) return;
      if (status === "failed") this.stop(error?.message);
      else if (status === "cancelled" && id === this.#waits) this.stop();
    });
  }

  /**
   * Begins.
   *
   * @param {"simple" | "custom"} form
   * @param {() => any} make the body of a job of what is written; `null` ends it
   */
  start(form, make) {
    Object.assign(this, { form, count: 0, reason: "" });
    this.#make = make;
    this.#waits = null;
    this.#tell();
    this.#look();
  }

  /** Takes on nothing more; what was taken on goes on. */
  stop(reason = "") {
    if (!this.form) return;
    Object.assign(this, { form: null, reason });
    this.#make = null;
    this.#tell();
  }

  /** Asks for the next song as soon as the last one has begun. */
  async #look() {
    if (!this.form || this.#isAsking || !store.isOnline) return;
    const last = store.jobs.get(this.#waits);
    if (this.#waits && (!last || last.status === "queued")) return;
    const body = this.#make();
    if (!body) { this.stop(); return; }
    this.#isAsking = true;
    const request = { ...body.request };
    delete request.seeds;
    try {
      const job = await store.submit({ ...body, request, priority: "normal" });
      this.#waits = job.id;
      this.#own.add(job.id);
      this.count += 1;
      this.#tell();
    } catch (error) {
      this.stop(error.message);
    }
    this.#isAsking = false;
    this.#look();
  }

  #tell() { this.dispatchEvent(new Event("change")); }

  /** Listens as long as an element is in the page. */
  on(element, act) {
    const listener = () => { if (element.isConnected) act(); else this.removeEventListener("change", listener); };
    queueMicrotask(() => this.addEventListener("change", listener));
  }
}

export const autogen = new AutoGen();
