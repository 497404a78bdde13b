/** Models that can be had, and their downloads, which the server does and tells of. */
import { api } from "./api.js";
import { store } from "./store.js";

/** States in which a download goes on. */
export const isGoing = pull => ["listing", "downloading"].includes(pull?.state);

/** Milliseconds until a stream that broke off is asked for again. */
const PAUSE = 2000;

class Pulls extends EventTarget {
  /** @type {any[]} as `/v1/models/catalog` has them */
  models = [];
  /** Bytes of memory that the server may use, and that its disk has free; `null` before they are known. */
  memory = null;
  free = null;
  isLoaded = false;
  /** @type {Map<string, EventSource>} by model */
  #streams = new Map();

  /** Asks what there is, and follows the downloads that go on. */
  async refresh() {
    const list = await api.get("/v1/models/catalog");
    Object.assign(this, { models: list.models, memory: list.memory, free: list.free_bytes, isLoaded: true });
    for (const model of list.models) if (isGoing(model.pull)) this.#follow(model.name);
    this.#tell();
  }

  entry(name) { return this.models.find(model => model.name === name); }

  /** Whether this key may have models fetched. */
  get may() { return store.session.scopes.includes("admin"); }

  /** Begins a download, or goes on with it. @throws {Refusal} why it can't be */
  async start(name) {
    this.#take({ model: name, state: "listing", files: 0, files_done: 0, bytes: 0, total_bytes: 0, error: null });
    try {
      this.#take(await api.post(`/v1/models/${encodeURIComponent(name)}/pull`));
    } catch (error) {
      this.#take({ ...this.entry(name)?.pull, state: "failed", error: { message: error.message } });
      throw error;
    }
    this.#follow(name);
  }

  async stop(name) { this.#take(await api.delete(`/v1/models/${encodeURIComponent(name)}/pull`)); }

  #take(pull) {
    const entry = this.entry(pull.model);
    if (!entry) return;
    entry.pull = pull;
    this.#tell();
  }

  #follow(name) {
    if (this.#streams.has(name) || !isGoing(this.entry(name)?.pull)) return;
    const stream = new EventSource(`/v1/models/${encodeURIComponent(name)}/pull/events`);
    this.#streams.set(name, stream);
    const end = () => { stream.close(); this.#streams.delete(name); };
    const hear = event => this.#take(JSON.parse(event.data));
    stream.addEventListener("progress", hear);
    for (const last of ["finished", "failed", "cancelled"]) {
      stream.addEventListener(last, event => {
        end();
        hear(event);
        this.refresh().catch(() => {});
        if (last === "finished") store.refreshModels();
      });
    }
    stream.addEventListener("error", () => {
      end();
      setTimeout(() => { if (isGoing(this.entry(name)?.pull)) this.refresh().catch(() => this.#follow(name)); }, PAUSE);
    });
  }

  #tell() { this.dispatchEvent(new Event("change")); }

  /** Listens as long as an element is in the page. */
  on(element, act) {
    let wasShown = false;
    const listener = () => {
      if (element.isConnected) { wasShown = true; act();
      } else if (wasShown) this.removeEventListener("change", listener);
    };
    queueMicrotask(() => { wasShown = element.isConnected; });
    this.addEventListener("change", listener);
  }
}

export const pulls = new Pulls();
