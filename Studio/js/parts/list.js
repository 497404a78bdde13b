/** The list of songs, with those that are being made on top. */
import { player } from "../audio/player.js";
import { emit, fill, h, say } from "../core/dom.js";
import { day } from "../core/format.js";
import { t } from "../core/i18n.js";
import { store } from "../core/store.js";
import { anotherTake, like, songMenu, trash, undoTrash } from "./actions.js";
import { openMenu } from "./controls.js";
import "./card.js";

class SongList extends HTMLElement {
  #cards = new Map();
  #pager = null;
  filter = "all";
  selected = null;

  connectedCallback() {
    if (this.#pager) return;
    this.#pager = store.songs;
    this.setAttribute("role", "list");
    this.setAttribute("aria-label", t("songs.title"));
    for (const topic of ["jobs", "songs", "song", "session"]) store.on(this, topic, () => this.draw());
    store.on(this, "job", job => this.#cards.get(`${job.id}#0`)?.update(job));
    this.follow = () => { for (const card of this.#cards.values()) card.follow(); };
    for (const name of ["change", "time", "song"]) player.addEventListener(name, this.follow);
    this.addEventListener("play-song", event => player.toggleSong(event.detail, this.songs));
    this.addEventListener("show-song", event => { this.selected = event.detail.id; this.#mark(); });
    this.addEventListener("job-moved", event => say(event.detail.words));
    this.addEventListener("keydown", event => this.#key(event));
    this.more = h("div");
    this.watch = new IntersectionObserver(entries => {
      if (entries.some(entry => entry.isIntersecting)) this.#pager.more().catch(() => {});
    }, { rootMargin: "600px" });
    this.draw();
  }
  disconnectedCallback() {
    for (const name of ["change", "time", "song"]) player.removeEventListener(name, this.follow);
    this.watch?.disconnect();
  }

  /** Songs that are shown, in order. */
  get songs() {
    return this.#pager.items.filter(song => this.filter !== "liked" || song.favourite || song.isGone);
  }

  draw() {
    const live = this.filter === "all" ? store.liveJobs.filter(job => !this.songs.some(song => song.job === job.id))
      : [];
    const shown = new Map(), rows = [];
    for (const job of live) rows.push([`${job.id}#0`, { job }]);
    const takes = new Map();
    for (const song of this.songs) if (song.job) takes.set(song.job, (takes.get(song.job) ?? 0) + 1);
    let last = null;
    if (live.length) { last = t("day.today"); rows.unshift([`day:${last}`, null]); }
    for (const song of this.songs) {
      const date = day(song.created_at);
      if (date !== last) { last = date; rows.push([`day:${date}`, null]); }
      rows.push([song.job ? `${song.job}#${song.index}` : song.id,
        { song, takes: takes.get(song.job), take: song.index + 1 }]);
    }
    let before = null;
    for (const [key, item] of rows) {
      const known = this.#cards.get(key);
      const element = known ?? (item ? document.createElement("vz-song-card") : h("h3", {}, key.slice(4)));
      if (item) element.item = item;
      const place = before ? before.nextSibling : this.firstChild;
      if (place !== element) this.insertBefore(element, place);
      if (!item) element.follow = () => {};
      shown.set(key, element);
      before = element;
    }
    for (const [key, element] of this.#cards) if (!shown.has(key)) this.#remove(element);
    this.#cards = shown;
    this.#empty(rows.length === 0);
    this.append(this.more);
    this.watch.disconnect();
    if (this.#pager.items.length < this.#pager.total) this.watch.observe(this.more);
    this.#mark();
  }

  /** Takes a card away; the next one gets its focus. */
  #remove(element) {
    if (element.contains(document.activeElement)) {
      (element.nextElementSibling ?? element.previousElementSibling)?.querySelector?.("button")?.focus();
    }
    element.remove();
  }

  #empty(isEmpty) {
    this.none?.remove();
    this.none = null;
    if (!isEmpty || !this.#pager.isLoaded) return;
    this.none = h("div", { class: "empty" },
      h("p", {}, t(this.filter === "liked" ? "songs.noneLiked" : "songs.none")));
    this.prepend(this.none);
  }

  #mark() {
    const cards = [...this.#cards.values()].filter(card => card.localName === "vz-song-card");
    for (const card of cards) {
      card.setAttribute("aria-current", String(Boolean(this.selected) && card.item.song?.id === this.selected));
    }
    const current = cards.find(card => card.item.song?.id === this.selected) ?? cards[0];
    for (const card of cards) card.tabIndex = card === current ? 0 : -1;
  }

  #key(event) {
    const card = event.target.closest("vz-song-card");
    if (!card || event.target.closest("input, textarea")) return;
    const song = card.item.song;
    const isOnCard = event.target === card;
    const cards = [...this.querySelectorAll("vz-song-card")];
    const walk = { ArrowDown: 1, ArrowUp: -1, Home: -1e6, End: 1e6 }[event.key];
    if (walk) {
      event.preventDefault();
      const next = cards[Math.max(0, Math.min(cards.length - 1, cards.indexOf(card) + walk))];
      next.tabIndex = 0;
      next.focus();
      return;
    }
    if (event.ctrlKey || event.metaKey) {
      if (event.key === "z" && store.mayMake) { event.preventDefault(); undoTrash(); }
      return;
    }
    if (!song || event.altKey) return;
    const act = {
      Enter: isOnCard && (() => emit(card, "show-song", song)),
        " ": isOnCard && (() => emit(card, "play-song", song)),
      ".": () => openMenu(card.querySelector(".tools").lastElementChild, songMenu(song)),
      Delete: store.mayMake && (() => trash([song])), t: store.mayMake && (() => anotherTake(song)),
      l: store.mayMake && (() => like(song)),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }
}
customElements.define("vz-song-list", SongList);
