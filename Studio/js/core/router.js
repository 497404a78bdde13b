/** Addresses of views: `/create/simple`, `/library?text=...`, `/song/<id>`, `/dj`, `/models`, `/settings/<page>`. */
class Router extends EventTarget {
  constructor() {
    super();
    addEventListener("popstate", () => this.#changed());
    document.addEventListener("click", event => {
      const link = event.target.closest?.("a[href]");
      if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
      if (link.hasAttribute("download") || link.target || link.origin !== location.origin) return;
      if (!isView(link.pathname)) return;
      event.preventDefault();
      this.go(link.pathname + link.search);
    });
  }

  /** Where the page is: `{ view, part, query }`. */
  get place() {
    const [, first = "", second = ""] = location.pathname.split("/");
    const view = { "": "create", song: "bench" }[first] ?? first;
    const part = decodeURIComponent(second) || { create: "simple", settings: "look" }[view] || "";
    return { view, part, query: new URLSearchParams(location.search) };
  }

  /** Goes to an address. */
  go(address, { replace = false } = {}) {
    if (address === location.pathname + location.search) return;
    history[replace ? "replaceState" : "pushState"](null, "", address);
    this.#changed();
  }

  #changed() { this.dispatchEvent(new Event("change")); }
}

const isView = path => /^\/($|create\/|library$|song\/|models$|dj(\/|$)|settings(\/|$))/.test(path);

export const router = new Router();
