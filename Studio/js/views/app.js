/** The frame around every view, and what is the same everywhere. */
import { player } from "../audio/player.js";
import { fill, h, say, signature } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { LANGUAGES, lang, preferredLanguage, t, useLanguage } from "../core/i18n.js";
import { isTaken, lettersOn } from "../core/keys.js";
import { applyLook, prefs } from "../core/prefs.js";
import { isBuiltIn, modelName } from "../core/requests.js";
import { router } from "../core/router.js";
import { store } from "../core/store.js";
import { takeFiles } from "../parts/drop.js";
import { button, closeMenu, tool } from "../parts/controls.js";
import { askForKey, help } from "../parts/help.js";
import "../parts/player-bar.js";
import "../parts/queue.js";

const VIEWS = {
  create: () => import("./create.js"), library: () => import("./library.js"), bench: () => import("./bench.js"),
  dj: () => import("./dj.js").then(async module => { await module.prepare(); return module; }),
  models: () => import("./models.js"), settings: () => import("./settings.js"),
};
const NAV = [["create", "note", "/create/simple"], ["library", "books", "/library"], ["dj", "disc", "/dj"],
  ["models", "cube", "/models"],
  ["settings", "sliders", "/settings/look"]];

class App extends HTMLElement {
  async connectedCallback() {
    applyLook();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", applyLook);
    await useLanguage(preferredLanguage());
    this.#draw();
    router.addEventListener("change", () => this.#show());
    store.addEventListener("session", () => this.#session());
    store.addEventListener("capabilities", () => { this.#state(); this.#show(true); });
    store.addEventListener("models", () => this.#state());
    store.addEventListener("net", () => this.#net());
    for (const topic of ["jobs", "over"]) store.addEventListener(topic, () => this.#count());
    store.addEventListener("over", event => this.#over(event.detail));
    this.addEventListener("offer", event => this.#offer(event.detail));
    addEventListener("keydown", event => this.#key(event));
    addEventListener("vz-language",
      async event => { prefs.set("lang", event.detail); await useLanguage(event.detail); this.#draw(); });
    this.#drop();
    store.start().then(() => {
      if (preferredLanguage(store.session.language) !== lang()) return useLanguage(
        preferredLanguage(store.session.language)).then(() => this.#draw());
    }, () => {});
  }

  // MARK: The frame

  #draw() {
    document.title = "Vivace Studio";
    const links = () => NAV.map(([view, name, address]) =>
      h("a", { href: address, data: { view } }, icon(name), h("span", {}, t(`nav.${view}`))));
    this.find = h("input", { type: "search", placeholder: t("find.hint"), "aria-label": t("find.hint"),
      oninput: () => { if (router.place.view === "library") this.#search(); },
      onkeydown: event => { if (event.key === "Enter") router.go(
        `/library?text=${encodeURIComponent(this.find.value)}`); } });
    this.state = h("a", { class: "chip state", href: "/models" });
    this.jobs = h("button", { type: "button", class: "btn bare", "aria-expanded": "false",
      onclick: () => this.toggleQueue() });
    const language = h("select", { "aria-label": t("set.language"), onchange: () =>
      dispatchEvent(new CustomEvent("vz-language", { detail: language.value })) },
    Object.entries(LANGUAGES).map(([key, name]) => h("option", { value: key, selected: key === lang() }, name)));
    this.look = tool("sun", t("set.look"), () => this.#nextLook());
    this.strips = h("div", { class: "strips" });
    this.away = h("div", { class: "notice", role: "status", hidden: true });
    this.offering = h("div", { class: "notice", hidden: true });
    this.strips.append(this.away, this.offering);
    this.view = h("div", { class: "view" });
    this.main = h("main", { id: "main", tabindex: -1 }, this.strips, this.view);
    fill(this, h("a", { class: "skip", href: "#main",
      onclick: event => { event.preventDefault(); this.main.focus(); } }, t("nav.skip")),
      h("header", { class: "top" },
        h("a", { class: "brand", href: "/create/simple", "aria-label": "Vivace" }, signature("sign"),
        h("b", {}, "Vivace")),
        h("label", { class: "find" }, icon("search"), this.find, h("kbd", {}, "/")),
        h("div", { class: "corner" }, this.state, this.jobs, language, this.look)),
      h("nav", { class: "rail", "aria-label": t("nav.name") }, links()),
      this.main, h("vz-player"), h("nav", { class: "tabs", "aria-label": t("nav.name") }, links()));
    this.#lookIcon();
    this.#state();
    this.#count();
    this.#net();
    this.#show(true);
  }

  /** Searches while somebody types, where the songs are on the screen. */
  #search() {
    clearTimeout(this.typing);
    this.typing = setTimeout(() => {
      const query = router.place.query;
      if (this.find.value) query.set("text", this.find.value);
      else query.delete("text");
      router.go(`/library${query.size ? `?${query}` : ""}`, { replace: true });
    }, 150);
  }

  #nextLook() {
    const order = ["system", "light", "dark"];
    prefs.set("look", order[(order.indexOf(prefs.get("look", "system")) + 1) % 3]);
    applyLook();
    this.#lookIcon();
  }
  #lookIcon() {
    const look = prefs.get("look", "system");
    fill(this.look, icon({ system: "half", light: "sun", dark: "moon" }[look]));
    const words = `${t("set.look")}: ${t(`look.${look}`)}`;
    this.look.setAttribute("aria-label", words);
    this.look.title = words;
  }

  #state() {
    const name = modelName();
    const isLoaded = store.capabilities?.models.models.some(model => model.name === name && model.is_loaded);
    fill(this.state, h("i", { class: `dot ${isLoaded ? "" : "off"}` }),
      !store.session.is_open ? t("key.needed") : !store.mayMake && store.capabilities ? t("key.reading")
        : isBuiltIn(name) ? t("model.builtin") : name || t("model.none"));
  }

  #count() {
    const count = store.waiting.length;
    fill(this.jobs, icon("list"), h("span", { class: "word" }, t("nav.queue")),
      count > 0 && h("span", { class: "count" }, String(count)));
    this.jobs.setAttribute("aria-label", count ? t("queue.open", { n: count }) : t("nav.queue"));
  }

  // MARK: Views

  async #show(isAnew = false) {
    closeMenu(false);
    const place = router.place;
    for (const link of this.querySelectorAll("nav a")) {
      const isHere = link.dataset.view === place.view || (place.view === "bench" && link.dataset.view === "library");
      if (isHere) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    const turn = this.turn = (this.turn ?? 0) + 1;
    if (!isAnew && this.shown === place.view && this.current?.go?.(place)) return;
    const module = await (VIEWS[place.view] ?? VIEWS.create)();
    if (turn !== this.turn) return;
    const hadFocus = this.view.contains(document.activeElement) || document.activeElement === document.body;
    const next = h("div", { class: "view" });
    this.shown = place.view;
    this.current = module.show(next, place) ?? null;
    this.view.replaceWith(next);
    this.view = next;
    if (hadFocus && !isAnew) {
      const title = next.querySelector("h1, h2, textarea");
      if (title && !title.matches("textarea")) title.tabIndex = -1;
      title?.focus();
    }
  }

  toggleQueue() {
    const open = this.querySelector("vz-queue");
    this.jobs.setAttribute("aria-expanded", String(!open));
    if (open) { open.remove(); this.jobs.focus(); return; }
    const queue = h("vz-queue");
    queue.addEventListener("close", () => this.toggleQueue());
    this.main.append(queue);
    queue.querySelector("button")?.focus();
  }

  // MARK: Session, network, news

  #session() {
    this.#state();
    if (!store.session.is_open) askForKey();
    else if (this.view && store.capabilities) this.#show(true);
  }

  #net() {
    clearInterval(this.clock);
    this.away.hidden = store.isOnline;
    if (store.isOnline) { if (this.wasAway) say(t("net.back")); this.wasAway = false; return; }
    this.wasAway = true;
    const rest = h("span");
    const count = () => { rest.textContent = t("net.next",
      { n: Math.max(0, Math.ceil((store.nextLook - Date.now()) / 1000)) }); };
    fill(this.away, icon("info"), h("div", { class: "grow" }, h("b", {}, t("net.away")), " ", rest),
      button(t("net.look"), () => store.look(), { class: "tight" }));
    count();
    this.clock = setInterval(count, 1000);
  }

  #over(job) {
    if (job.status === "succeeded") store.refreshModels();
    if (job.kind !== "generate") return;
    if (job.status === "succeeded") say(
      t("job.done", { title: job.title || job.result?.songs?.[0]?.parameters?.caption || "" }));
    if (job.status === "failed") say(`${t("fail.short")} ${job.error?.message ?? ""}`, true);
  }

  #offer({ text, label, act }) {
    clearTimeout(this.offerEnd);
    fill(this.offering, icon("info"), h("div", { class: "grow" }, text),
      label && button(label, () => { this.offering.hidden = true; act(); }, { class: "tight", icon: "undo" }),
      tool("close", t("do.dismiss"), () => { this.offering.hidden = true; }, { class: "tight" }));
    this.offering.hidden = false;
    say(text);
    this.offerEnd = setTimeout(() => { this.offering.hidden = true; }, 20_000);
  }

  // MARK: Keys and files

  #key(event) {
    if (event.key === "F6") {
      event.preventDefault();
      const areas = [...this.querySelectorAll("header, nav.rail, main, vz-player")];
      const at = areas.findIndex(area => area.contains(document.activeElement));
      const next = areas[(at + (event.shiftKey ? areas.length - 1 : 1)) % areas.length];
      (next.matches("main") ? next : next.querySelector("a, button, input, [tabindex]") ?? next).focus();
      return;
    }
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
      const go = this.querySelector("[data-go]:not(:disabled)");
      if (go) { event.preventDefault(); go.click(); }
      return;
    }
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTaken(event)) return;
    if (event.key === " ") { event.preventDefault(); player.toggle(); return; }
    if (!lettersOn()) return;
    const after = this.firstKey;
    this.firstKey = null;
    if (after === "g") {
      const goal = { c: "/create/simple", l: "/library", d: "/dj", m: "/models" }[event.key];
      if (goal) router.go(goal);
      return;
    }
    const act = {
      "?": () => help(), "/": () => this.find.focus(), q: () => this.toggleQueue(), g: () => { this.firstKey = "g"; },
      N: () => player.step(1), P: () => player.step(-1),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  #drop() {
    let depth = 0;
    const hasFiles = event => event.dataTransfer?.types.includes("Files");
    const end = () => { depth = 0; this.classList.remove("dropping"); };
    addEventListener("dragenter", event => {
      if (!hasFiles(event)) return;
      depth += 1;
      this.dataset.drop = t("drop.here");
      this.classList.add("dropping");
    });
    addEventListener("dragleave", () => { depth -= 1; if (depth <= 0) end(); });
    addEventListener("dragover", event => { if (hasFiles(event)) event.preventDefault(); });
    addEventListener("drop", event => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      end();
      takeFiles([...event.dataTransfer.files]);
    });
  }
}
customElements.define("vz-app", App);
