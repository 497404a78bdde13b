/** What is being written: kept at each keystroke, and told to the panels that show it. */
import { prefs } from "./prefs.js";

const EMPTY_SIMPLE = { text: "", instrumental: null, language: "auto", words: "auto", lyrics: "", length: "auto",
  takes: 1 };

class Drafts extends EventTarget {
  simple = { ...EMPTY_SIMPLE, ...prefs.get("draft.simple", {}) };
  /** Fields of a request by name, and beside them the model, the locks, and names of sources by handle. */
  custom = { request: {}, model: null, locks: {}, sources: {}, ...prefs.get("draft.custom", {}) };

  /** Listens as long as an element is in the page. */
  on(element, topic, act) {
    let wasShown = false;
    const listener = () => {
      if (element.isConnected) { wasShown = true; act();
        } else if (wasShown) this.removeEventListener(topic, listener);
    };
    queueMicrotask(() => { wasShown = element.isConnected; });
    this.addEventListener(topic, listener);
  }

  setSimple(change) {
    Object.assign(this.simple, change);
    prefs.set("draft.simple", this.simple);
    this.dispatchEvent(new Event("simple"));
  }

  /** Sets fields of the request; `null` and `""` leave one to the model. */
  setFields(change) {
    for (const [name, value] of Object.entries(change)) {
      if (value === null || value === undefined || value === "") delete this.custom.request[name];
      else this.custom.request[name] = value;
    }
    this.#keep();
  }

  setCustom(change) { Object.assign(this.custom, change); this.#keep(); }

  #keep() {
    prefs.set("draft.custom", this.custom);
    this.dispatchEvent(new Event("custom"));
  }
}

export const drafts = new Drafts();

/** Puts a request into Custom. */
export function loadDraft(request, { model = null, sources = {}, title = null } = {}) {
  drafts.setCustom({ request: { ...request }, model, title, sources: { ...drafts.custom.sources, ...sources } });
  drafts.dispatchEvent(new Event("loaded"));
}
