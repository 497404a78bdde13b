/** All songs: search, folders, filters, many at once, and the bin. */
import { player } from "../audio/player.js";
import { api } from "../core/api.js";
import { fill, h } from "../core/dom.js";
import { FIFTHS, clock, keyName, keyOf, moment } from "../core/format.js";
import { icon } from "../core/icons.js";
import { t } from "../core/i18n.js";
import { isBuiltIn } from "../core/requests.js";
import { router } from "../core/router.js";
import { SongPager } from "../core/songs.js";
import { store } from "../core/store.js";
import { attempt, downloadAll, moveToFolder, rate, songMenu, titleFor, trash, undoTrash } from "../parts/actions.js";
import { button, openDialog, openMenu, stars, tool } from "../parts/controls.js";
import { seal, wave } from "../parts/picture.js";
import "../parts/details.js";

const ORDERS = ["newest", "oldest", "title", "rating", "longest"];

class Library {
  #rows = new Map();
  #chosen = new Set();

  constructor(view) {
    this.view = view;
    view.classList.add("library");
    this.pager = new SongPager();
    this.pager.addEventListener("change", () => this.#draw());
    this.filters = h("aside", { class: "filters", "aria-label": t("lib.filters") });
    this.count = h("span", { class: "faint grow", role: "status" });
    this.order = h("select", { "aria-label": t("lib.order"), onchange: () => this.#to({ order: this.order.value }) },
      ORDERS.map(name => h("option", { value: name }, t(`order.${name}`))));
    this.find = h("input", { type: "search", placeholder: t("find.hint"), "aria-label": t("find.hint") });
    this.find.addEventListener("input", () => {
      clearTimeout(this.typing);
      this.typing = setTimeout(() => this.#to({ text: this.find.value }, true), 150);
    });
    this.picked = h("div", { class: "pickbar", hidden: true, role: "toolbar", "aria-label": t("lib.chosenName") });
    this.list = h("div", { class: "rows", role: "list", "aria-label": t("songs.title"),
      onkeydown: event => this.#key(event) });
    this.more = h("div");
    this.details = h("vz-details");
    this.side = h("section", { class: "col side", hidden: true, "aria-label": t("song.details") }, this.details);
    this.details.addEventListener("close", () => this.#showDetails(null));
    fill(view, this.filters, h("section", { class: "col" },
      h("div", { class: "bar" }, h("h1", {}, t("nav.library")), this.count,
        h("div", {}, this.order)),
      h("div", { class: "bar only-narrow" }, h("label", { class: "find" }, icon("search"), this.find)),
      this.picked, h("div", { class: "scroll" }, this.#heads(), this.list, this.more)), this.side);
    this.watch = new IntersectionObserver(
      entries => { if (entries.some(entry => entry.isIntersecting)) this.pager.more().catch(() => {}); },
      { rootMargin: "600px" });
    store.on(this.list, "song", song => this.#songChanged(song));
    store.on(this.list, "over", () => this.pager.refresh().catch(() => {}));
    store.on(this.list, "folders", () => { this.#folders(); this.pager.refresh().catch(() => {}); });
    const follow = () => {
      if (!this.list.isConnected) {
        for (const name of ["time", "change", "song"]) player.removeEventListener(name, follow); return; }
      this.#follow();
    };
    queueMicrotask(() => { for (const name of ["time", "change", "song"]) player.addEventListener(name, follow); });
    this.go(router.place);
  }

  /** Shows what the address asks for. */
  go(place) {
    this.place = Object.fromEntries(place.query);
    const { text = "", folder, show = "all", order = "newest", rating } = this.place;
    if (document.activeElement !== this.find) this.find.value = text;
    this.order.value = ORDERS.includes(order) ? order : "newest";
    const query = { order: this.order.value };
    if (text) query.text = text;
    if (folder) query.folder = folder;
    if (show === "liked") query.favourite = "true";
    if (show === "bin") query.trashed = "true";
    if (rating) query.rating = rating;
    this.#drawFilters();
    this.#folders();
    this.pager.ask(query).catch(() => {});
    return true;
  }

  #to(change, replace = false) {
    const query = new URLSearchParams({ ...this.place, ...change });
    for (const [name, value] of [...query]) if (!value || value === "all") query.delete(name);
    router.go(`/library${query.size ? `?${query}` : ""}`, { replace });
  }

  // MARK: Filters

  #drawFilters() {
    const { show = "all", folder, key, rating } = this.place;
    const pick = (name, words, isOn, act) =>
      h("button", { type: "button", class: "pick", "aria-current": isOn ? "true" : null, onclick: act }, icon(name),
      words);
    this.folders = h("div", { class: "group" });
    fill(this.filters,
      h("div", { class: "group" },
        pick("note", t("lib.all"), show === "all" && !folder, () => this.#to({ show: "all", folder: "" })),
        pick("heart", t("songs.liked"), show === "liked", () => this.#to({ show: "liked", folder: "" })),
        pick("trash", t("lib.bin"), show === "bin", () => this.#to({ show: "bin", folder: "" }))),
      this.folders,
      h("div", { class: "group" }, h("h3", {}, t("song.rating")), [5, 4, 3].map(count =>
        pick("star", t("lib.atLeast", { n: count }), rating === String(count),
          () => this.#to({ rating: rating === String(count) ? "" : count })))),
      h("div", { class: "group" }, h("h3", {}, t("field.key")),
        h("div", { class: "keyring", role: "group", "aria-label": t("field.key") },
        FIFTHS.map((name, at) =>
          h("button", { type: "button", style: { "--hue": 40 + 30 * at }, "aria-pressed": String(key === String(at)),
          onclick: () => this.#to({ key: key === String(at) ? "" : at }) }, name)))));
  }

  async #folders() {
    const list = await api.get("/v1/folders").catch(() => ({ folders: [] }));
    const named = list.folders.filter(folder => folder.name);
    fill(this.folders, named.length > 0 && h("h3", {}, t("lib.folders")), named.map(folder => h("button", {
      type: "button", class: "pick", "aria-current": this.place.folder === folder.name ? "true" : null,
      onclick: () => this.#to({ folder: folder.name, show: "all" }) }, icon("folder"), folder.name,
        h("span", {}, String(folder.songs)))));
    this.folders.hidden = !named.length;
  }

  // MARK: Rows

  /** Songs that are shown: those of the pages that came, in the key that is asked for. */
  get songs() {
    const { key } = this.place;
    return key === undefined ? this.pager.items
      : this.pager.items.filter(song => String(keyOf(song.parameters?.keyscale)?.place) === key);
  }

  #heads() {
    const head = (name, words) => h("span", { class: name }, words);
    return h("div", { class: "songrow heads", "aria-hidden": "true" }, head("tick", ""), head("", ""),
      head("who", t("song.title")), head("w", t("part.sound")),
      head("k", t("field.key")), head("num b", "BPM"), head("num", t("field.length")), head("m", t("field.model")),
        head("s", t("song.rating")), head("", ""));
  }

  #draw() {
    const shown = new Map();
    let before = null;
    for (const song of this.songs) {
      const state = [song.title, song.rating, song.favourite, song.trashed_at, song.isGone].join();
      let row = this.#rows.get(song.id);
      if (!row || row.state !== state) {
        const next = this.#row(song);
        next.state = state;
        row?.replaceWith(next);
        row = next;
      }
      row.song = song;
      const place = before ? before.nextSibling : this.list.firstChild;
      if (place !== row) this.list.insertBefore(row, place);
      shown.set(song.id, row);
      before = row;
    }
    for (const [id, row] of this.#rows) if (!shown.has(id)) row.remove();
    this.#rows = shown;
    for (const id of this.#chosen) if (!shown.has(id)) this.#chosen.delete(id);
    const first = this.list.querySelector(".songrow");
    if (first && !this.list.querySelector(".songrow[tabindex='0']")) first.tabIndex = 0;
    this.none?.remove();
    if (!shown.size) {
      this.none = h("div", { class: "empty" },
        h("p", {}, t(this.place.show === "bin" ? "lib.emptyBin" : Object.keys(this.place).length ? "lib.none"
        : "songs.none")),
        Object.keys(this.place).length > 0 && button(t("lib.all"), () => router.go("/library"), { class: "tight" }));
      this.list.before(this.none);
    }
    this.count.textContent = t("lib.count", { n: this.pager.total });
    this.more.remove();
    this.list.after(this.more);
    this.watch.disconnect();
    if (this.pager.items.length < this.pager.total) this.watch.observe(this.more);
    this.#drawPicked();
    this.#follow();
  }

  #row(song) {
    const may = store.mayMake, title = titleFor(song);
    const row = h("div", { class: "songrow", role: "listitem", tabindex: -1, data: { id: song.id } });
    const tick = h("input", { type: "checkbox", class: "tick", checked: this.#chosen.has(song.id),
      "aria-label": t("lib.choose", { title }), onchange: () => {
      if (tick.checked) this.#chosen.add(song.id);
      else this.#chosen.delete(song.id);
      this.#drawPicked();
    } });
    row.cover = h("button", { type: "button", class: "cover", "aria-label": t("song.playTitle", { title }),
      onclick: () => player.toggleSong(song, this.songs) }, seal(song), icon("play"));
    row.wave = wave(song);
    row.wave.classList.add("w");
    const key = keyOf(song.parameters?.keyscale);
    fill(row, tick, row.cover,
      h("div", { class: "who" },
      h("button", { type: "button", lang: "", onclick: () => this.#showDetails(song) }, title),
      h("small", { lang: "" }, song.caption || song.lyrics)), row.wave,
    h("span", { class: "k cut" },
      key && [h("i", { class: "keydot", style: { "--hue": key.hue } }), keyName(song.parameters.keyscale)]),
    h("span", { class: "num b" }, song.parameters?.bpm ?? ""), h("span", { class: "num" }, clock(song.duration)),
    h("span", { class: "m cut" }, isBuiltIn(song.model) ? t("model.builtin") : song.model, h("br"),
      h("small", { class: "faint" }, moment(song.created_at))),
    h("span", { class: "s" }, stars(song.rating, may && !song.trashed_at && (rating => rate(song, rating)))),
    tool("more", t("song.more"), event => openMenu(event.currentTarget, songMenu(song)),
      { class: "tight", "aria-haspopup": "menu" }));
    return row;
  }

  #follow() {
    for (const row of this.#rows.values()) {
      const isHere = player.song?.id === row.song.id, isPlaying = isHere && player.isPlaying;
      if (row.cover.getAttribute("aria-pressed") !== String(isPlaying)) {
        row.cover.setAttribute("aria-pressed", isPlaying);
        row.cover.lastChild.replaceWith(icon(isPlaying ? "pause" : "play"));
        row.setAttribute("aria-current", isHere);
      }
      const part = isHere && player.duration ? player.time / player.duration : 0;
      if (row.shownPart !== part) { row.shownPart = part; row.wave.position = part; }
    }
  }

  #songChanged(song) {
    this.pager.replace(song);
    if (this.details.song?.id === song.id) this.details.song = song;
    const isBin = this.place.show === "bin";
    if (Boolean(song.trashed_at) !== isBin) this.pager.refresh().catch(() => {});
  }

  #showDetails(song) {
    this.side.hidden = !song;
    this.side.classList.toggle("open", Boolean(song));
    this.view.classList.toggle("with-side", Boolean(song));
    if (song) this.details.song = song;
    else this.list.querySelector("[tabindex='0']")?.focus();
  }

  // MARK: Several at once

  get #chosenSongs() { return this.songs.filter(song => this.#chosen.has(song.id)); }

  #drawPicked() {
    const songs = this.#chosenSongs, isBin = this.place.show === "bin";
    this.picked.hidden = !songs.length && !(isBin && this.pager.total && store.mayMake);
    const clear = () => {
      this.#chosen.clear();
      for (const tick of this.list.querySelectorAll(".tick")) tick.checked = false;
      this.#drawPicked();
    };
    fill(this.picked, songs.length > 0 && [
      h("b", { class: "grow" }, t("lib.chosen", { n: songs.length })),
      isBin && button(t("song.restore"),
        async () => { for (const song of songs) await attempt(() => store.restore(song.id)); clear(); },
        { icon: "undo", class: "tight" }),
      !isBin && button(t("lib.zip"), () => downloadAll(songs), { icon: "zip", class: "tight" }),
      !isBin && songs.length === 2
        && button("A / B", async () => { await player.play(songs[0], songs); await player.compare(songs[1]); },
        { class: "tight" }),
      !isBin && store.mayMake && button(t("lib.move"), () => moveToFolder(songs), { icon: "folder", class: "tight" }),
      !isBin && store.mayMake && button(t("song.delete"), () => { clear(); trash(songs); },
        { icon: "trash", class: "tight danger" }),
      button(t("lib.clear"), clear, { class: "tight bare" })],
    !songs.length && isBin && [h("span", { class: "grow" }, t("lib.binHint")),
      button(t("lib.emptyTheBin"), () => this.#emptyBin(), { icon: "trash", class: "tight danger" })]);
  }

  #emptyBin() {
    openDialog(t("lib.emptyTheBin"), [h("p", {}, t("lib.emptySure", { n: this.pager.total }))],
      { go: t("lib.emptyTheBin"), act: async () => {
      await attempt(() => api.delete("/v1/trash"));
      await this.pager.refresh();
    } });
  }

  // MARK: Keys

  #key(event) {
    const row = event.target.closest(".songrow");
    if (!row || event.target.matches("input")) return;
    const rows = [...this.list.children], isOnRow = event.target === row, song = row.song;
    const walk = { ArrowDown: 1, ArrowUp: -1, Home: -1e6, End: 1e6 }[event.key];
    if (walk && !event.target.closest(".stars")) {
      const next = rows[Math.max(0, Math.min(rows.length - 1, rows.indexOf(row) + walk))];
      row.tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
      event.preventDefault();
      return;
    }
    if ((event.ctrlKey || event.metaKey) && event.key === "z") { event.preventDefault(); undoTrash(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = { Enter: isOnRow && (() => this.#showDetails(song)),
      " ": isOnRow && (() => player.toggleSong(song, this.songs)),
      x: () => row.querySelector(".tick").click(), ".": () => openMenu(row.lastElementChild, songMenu(song)),
      Delete: store.mayMake && !song.trashed_at && (() => trash([song])) }[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }
}

/** Draws the view. */
export function show(view) {
  if (!store.isOpen) return null;
  return new Library(view);
}
