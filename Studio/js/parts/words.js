/** The words of a song, which go along with it: by timestamps where it has them, else estimated. */
import { player } from "../audio/player.js";
import { api } from "../core/api.js";
import { fill, h } from "../core/dom.js";
import { clock } from "../core/format.js";
import { t } from "../core/i18n.js";
import { estimatedLines, lineAt, linesOfLRC } from "../core/lines.js";

/** Milliseconds for which the words stay where somebody has scrolled them. */
const REST = 4000;

class Words extends HTMLElement {
  #song = null;
  lines = [];
  isEstimate = true;
  #shown = -1;
  #touched = -Infinity;

  connectedCallback() {
    this.follow ??= () => this.#follow();
    for (const name of ["time", "change", "song"]) player.addEventListener(name, this.follow);
    for (const name of ["wheel", "touchmove", "pointerdown", "keydown"]) {
      this.addEventListener(name, () => { this.#touched = performance.now(); }, { passive: true });
    }
  }
  disconnectedCallback() {
    for (const name of ["time", "change", "song"]) player.removeEventListener(name, this.follow);
  }

  set song(song) {
    this.#song = song;
    this.#take(estimatedLines(song.lyrics, song.duration ?? 0), true);
    this.#read(song);
  }

  /** Reads the song's timestamps, where it was asked for them when it was made. */
  async #read(song) {
    if (song.lrc) return this.#take(linesOfLRC(song.lrc, song.duration), false);
    if (!song.parameters?.get_lrc) return;
    let text;
    try { text = await api.text(`/v1/songs/${song.id}/lyrics.lrc`); } catch { return; }
    const lines = linesOfLRC(text, song.duration);
    if (song === this.#song && lines.length) this.#take(lines, false);
  }

  #take(lines, isEstimate) {
    Object.assign(this, { lines, isEstimate });
    this.#shown = -1;
    this.className = "words";
    this.lang = "";
    if (!lines.some(line => line.text)) { fill(this, h("span", { class: "faint" }, t("song.noWords"))); return; }
    const isTimed = lines.some(line => line.from !== null);
    const name = line => line.isSection ? line.text.slice(1, -1) : line.text;
    fill(this, isTimed && isEstimate && h("span", { class: "tag", title: t("words.estimateWhy") }, t("words.estimate")),
      h("ol", {}, lines.map(line => {
        if (!line.text) return h("li", { class: "gap" });
        const words = line.isSection ? h("b", {}, name(line)) : line.text;
        return h("li", {}, line.from === null ? words : h("button", {
          type: "button", title: t("words.seek", { time: clock(line.from) }), onclick: () => this.#seek(line.from),
        }, words));
      })));
    this.#follow();
  }

  #seek(time) {
    if (player.song?.id !== this.#song.id) player.show(this.#song);
    player.seek(time);
    player.resume();
  }

  /** Marks the line that is sung, and keeps it in sight, unless somebody reads elsewhere. */
  #follow() {
    const isHere = player.song?.id === this.#song?.id && (player.isPlaying || player.time > 0);
    const at = isHere ? lineAt(this.lines, player.time) : -1;
    if (at === this.#shown) return;
    const rows = this.querySelectorAll("li");
    rows[this.#shown]?.removeAttribute("aria-current");
    this.#shown = at;
    const row = rows[at];
    if (!row) return;
    row.setAttribute("aria-current", "true");
    if (!player.isPlaying || performance.now() - this.#touched < REST) return;
    const box = this.closest("[data-scrolls]") ?? this;
    const place = row.getBoundingClientRect(), frame = box.getBoundingClientRect();
    if (place.top > frame.top + frame.height * 0.3 && place.bottom < frame.bottom - frame.height * 0.3) return;
    box.scrollTo({ top: box.scrollTop + place.top - frame.top - (frame.height - place.height) / 2,
      behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  }
}
customElements.define("vz-words", Words);

/** The words of a song. */
export function words(song) { const element = h("vz-words"); element.song = song; return element; }
