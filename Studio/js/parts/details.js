/** What there is to know of a song, at the right. */
import { player } from "../audio/player.js";
import { fill, h } from "../core/dom.js";
import { bytes, clock, keyName, moment } from "../core/format.js";
import { t } from "../core/i18n.js";
import { requestOfSong } from "../core/requests.js";
import { router } from "../core/router.js";
import { store } from "../core/store.js";
import { anotherTake, download, rate, remake, songMenu, titleFor } from "./actions.js";
import { button, openDialog, openMenu, stars, tool } from "./controls.js";
import { facts } from "./card.js";
import { seal } from "./picture.js";
import { versions } from "./versions.js";
import { words } from "./words.js";

/** What can be changed with everything else, the seed too, as it was: name, field, and the control. */
const ONE_THING = [
  ["field.style", "caption", "area"], ["field.lyrics", "lyrics", "area"], ["field.bpm", "bpm", "number"],
  ["field.key", "keyscale", "text"], ["field.length", "duration", "number"], ["field.seed", "seeds", "number"]];

function changeOne(song, [name, field, kind]) {
  const before = field === "seeds" ? song.seed : requestOfSong(song)[field] ?? "";
  const input = h(kind === "area" ? "textarea" : "input", {
    rows: 6, value: String(before), autofocus: true, "aria-label": t(name),
      inputmode: kind === "number" ? "numeric" : null });
  openDialog(t("song.changeOne", { what: t(name) }), [input, h("p", { class: "faint" }, t("song.changeHint"))], {
    go: t("create.again"),
    act: async () => {
      const text = input.value.trim();
      const value = field === "seeds" ? [Number(text)] : kind === "number" ? Number(text) : text;
      const changes = { [field]: text === "" ? null : value };
      if (field === "lyrics" && text) changes.instrumental = null;
      return Boolean(await remake(song, changes, field));
    },
  });
}

/** The recipe of a song: what was asked for and what the model made of it. */
export function recipe(song) {
  const rows = [
    ["field.model", song.model], ["field.seed", song.seed], ["field.bpm", song.parameters.bpm],
    ["field.key", keyName(song.parameters.keyscale)], ["field.metre", song.parameters.timesignature],
    ["field.length", clock(song.duration)], ["field.steps", song.parameters.inference_steps],
    ["field.shift", song.parameters.shift], ["field.guidance", song.parameters.guidance_scale],
    ["field.task", t(`task.${song.parameters.task_type}`)],
    ["song.file", [song.format.toUpperCase(), song.sample_rate && `${song.sample_rate / 1000} kHz`, bytes(song.bytes)]
      .filter(Boolean).join(" · ")],
    ["song.made", moment(song.created_at)], ["lib.folder", song.folder]];
  return h("dl", { class: "recipe" },
    rows.filter(([, value]) => value !== null && value !== undefined && value !== "")
    .map(([name, value]) => [h("dt", {}, t(name)), h("dd", { lang: "" }, String(value))]));
}

class Details extends HTMLElement {
  #song = null;
  tab = "words";

  connectedCallback() {
    this.className = "col grow";
    store.on(this, "song", song => { if (song.id === this.#song?.id) this.song = song; });
  }
  set song(song) { this.#song = song; this.#draw(); }
  get song() { return this.#song; }

  #draw() {
    const song = this.#song;
    if (!song) { fill(this, h("div", { class: "empty faint" }, t("song.choose"))); return; }
    const may = store.mayMake && !song.trashed_at;
    this.close = tool("close", t("do.close"), () => this.dispatchEvent(new Event("close")), { class: "closer" });
    fill(this, h("div", { class: "scroll", data: { scrolls: "" } },
      h("div", { class: "dhead" }, seal(song),
        h("div", { class: "grow" }, h("h2", { lang: "" }, titleFor(song)), facts(song),
        h("div", {}, stars(song.rating, may && (rating => rate(song, rating))))), this.close),
      h("div", { class: "dacts" },
        button(t("song.open"), () => router.go(`/song/${song.id}`), { icon: "wave" }),
        may && button(t("song.take"), () => anotherTake(song), { icon: "again" }),
        tool("down", t("song.download"), () => download(song)),
        tool("more", t("song.more"), event => openMenu(event.currentTarget, songMenu(song)),
          { "aria-haspopup": "menu" })),
      may && h("div", { class: "dsec" }, h("b", { class: "soft" }, t("song.change")),
        h("div", { class: "chips" }, ONE_THING.map(thing => h("button", {
          type: "button", class: "chip", onclick: () => changeOne(song, thing) }, t(thing[0]))))),
      song.caption && h("div", { class: "dsec soft", lang: "" }, song.caption),
      this.#tabs(song)));
  }

  #tabs(song) {
    const content = h("div", { role: "tabpanel" });
    const tabs = h("div", { class: "ptabs", role: "tablist" });
    const show = name => {
      this.tab = name;
      for (const item of tabs.children) {
        item.setAttribute("aria-selected", item.dataset.name === name);
        item.tabIndex = item.dataset.name === name ? 0 : -1;
      }
      fill(content, name === "words" ? words(song) : name === "recipe" ? recipe(song) : versions(song));
    };
    for (const name of ["words", "recipe", "versions"]) {
      tabs.append(h("button", { type: "button", role: "tab", data: { name }, onclick: () => show(name) },
        t(`song.${name}`)));
    }
    tabs.addEventListener("keydown", event => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const items = [...tabs.children], next = items[(items.findIndex(i => i.tabIndex === 0) + step + 3) % 3];
      show(next.dataset.name);
      next.focus();
    });
    show(this.tab);
    return [tabs, content];
  }
}
customElements.define("vz-details", Details);

/** Compares a song with the one it came of. */
export async function compareWithParent(song, parent) {
  await player.play(song);
  await player.compare(await store.song(parent));
}
