/** Stems of a song: taken out by the model, track by track, and heard side by side. */
import { Mixer } from "../audio/mixer.js";
import { player } from "../audio/player.js";
import { api } from "../core/api.js";
import { fill, h } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { rememberParent, usual } from "../core/requests.js";
import { store } from "../core/store.js";
import { attempt, download, downloadAll, titleFor } from "./actions.js";
import { button, openDialog, tool } from "./controls.js";
import { wave } from "./picture.js";
import { TRACKS, canDo } from "../views/custom.js";

const FOLDER = "Stems";
const HUES = [350, 320, 200, 265, 55, 145, 20, 290, 100, 230, 75, 170];

class MixerPanel extends HTMLElement {
  #mixer = null;
  stems = [];

  connectedCallback() { this.className = "panel"; }
  disconnectedCallback() { this.#mixer?.close(); this.#mixer = null; }

  async show(song) {
    this.song = song;
    this.#mixer?.close();
    this.#mixer = new Mixer();
    this.#mixer.addEventListener("change", () => this.#follow());
    store.on(this, "over", () => this.#look());
    this.draw();
    await this.#look();
  }

  /** Looks which stems there are. */
  async #look() {
    const page = await attempt(() => api.get(`/v1/songs?${new URLSearchParams({ folder: FOLDER, limit: 200 })}`));
    const newest = new Map();
    for (const song of page?.songs ?? []) {
      const name = song.parameters.track_name;
      if (song.parameters.task_type === "extract" && song.parameters.src_audio === this.song.id
        && !newest.has(name)) newest.set(name, song);
    }
    const stems = TRACKS.filter(name => newest.has(name)).map(name => newest.get(name));
    if (stems.map(stem => stem.id).join() === this.stems.map(stem => stem.id).join() && this.drawn) return;
    this.stems = stems;
    this.draw();
  }

  draw() {
    this.drawn = true;
    const may = store.mayMake;
    this.playing = button(t("player.play"), () => this.#toggle(),
      { icon: "play", class: "tight", disabled: !this.stems.length });
    fill(this, h("div", { class: "head" }, h("h2", {}, t("stems.title")), this.stems.length > 0 && this.playing,
      this.stems.length > 0 && button("ZIP", () => downloadAll(this.stems), { icon: "zip", class: "tight bare" })),
    h("div", { class: "scroll" }, this.stems.map(stem => this.#row(stem)),
      !this.stems.length && h("p", { class: "empty faint" }, t("stems.none")),
      may && h("div", { class: "block" }, canDo("extract", this.song.model)
        ? button(t("stems.take"), () => this.#choose(), { icon: "stems" })
          : h("p", { class: "soft" }, t("task.needs", { task: t("task.extract") })))));
  }

  #row(stem) {
    const name = stem.parameters.track_name, label = t(`track.${name}`);
    const hue = HUES[TRACKS.indexOf(name)] ?? 40;
    const picture = wave(stem);
    picture.tint = `oklch(${getComputedStyle(document.documentElement).getPropertyValue("--tint")} 0.11 ${hue})`;
    const press = (words, key, change) => {
      const item = h("button",
        { type: "button", class: "ms", "aria-label": t(key, { track: label }), title: t(key, { track: label }),
        "aria-pressed": "false",
        onclick: async () => {
          await this.#ready();
          const isOn = item.getAttribute("aria-pressed") !== "true";
          item.setAttribute("aria-pressed", isOn);
          this.#mixer.set(stem.id, { [change]: isOn });
        } }, words);
      return item;
    };
    const level = h("input",
      { type: "range", min: 0, max: 1, step: 0.01, value: 1, "aria-label": t("stems.level", { track: label }),
      oninput: async () => { await this.#ready(); this.#mixer.set(stem.id, { level: Number(level.value) }); } });
    return h("div", { class: "stem" }, h("b", { style: { "--hue": hue } }, label), picture,
      press("M", "stems.mute", "isMute"), press("S", "stems.solo", "isSolo"),
      level, tool("down", t("song.download"), () => download(stem), { class: "tight" }));
  }

  /** Has all stems decoded. */
  async #ready() { for (const stem of this.stems) await attempt(() => this.#mixer.add(stem.id)); }

  async #toggle() {
    if (this.#mixer.isPlaying) { this.#mixer.pause(); return; }
    player.pause();
    this.playing.disabled = true;
    await this.#ready();
    this.playing.disabled = false;
    await this.#mixer.play();
  }

  #follow() { this.playing.lastChild.textContent = t(this.#mixer?.isPlaying ? "player.pause" : "player.play"); }

  #choose() {
    const have = new Set(this.stems.map(stem => stem.parameters.track_name));
    const boxes = TRACKS.map(name =>
      [name, h("input", { type: "checkbox",
      checked: ["vocals", "drums", "bass", "guitar"].includes(name) && !have.has(name) })]);
    openDialog(t("stems.take"), [h("p", { class: "soft" }, t("stems.how")),
      h("div", { class: "tracks" }, boxes.map(([name, box]) => h("label", {}, box, t(`track.${name}`))))], {
      go: t("stems.go"),
      act: async () => {
        for (const [name] of boxes.filter(([, box]) => box.checked)) {
          const job = await attempt(() => store.submit({
            request: { ...usual(this.song.model), task_type: "extract", track_name: name, src_audio: this.song.id,
              caption: t(`track.${name}`), seeds: [this.song.seed] },
            title: `${titleFor(this.song)} · ${t(`track.${name}`)}`, folder: FOLDER, audio_format: "flac",
              model: this.song.model }));
          if (job) rememberParent(job.id, this.song.id, "extract");
        }
      },
    });
  }
}
customElements.define("vz-mixer", MixerPanel);
