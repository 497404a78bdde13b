/** The editor of lyrics: sections by buttons, syllables at each line's end, and what will surprise. */
import { emit, fill, h } from "../core/dom.js";
import { SECTIONS, isSection, lint, syllables } from "../core/lyrics.js";
import { clock, span } from "../core/format.js";
import { icon } from "../core/icons.js";
import { t } from "../core/i18n.js";

class LyricsEditor extends HTMLElement {
  /** Length of the song in seconds, or `null`. */
  seconds = null;

  connectedCallback() {
    if (this.area) return;
    this.area = h("textarea",
      { rows: 6, spellcheck: "true", lang: "", "aria-label": t("field.lyrics"), placeholder: t("lyrics.hint"),
      "aria-describedby": "lyrics-said", data: { field: "lyrics" } });
    this.counts = h("div", { class: "syllables", "aria-hidden": "true" });
    this.said = h("ul", { class: "issues", id: "lyrics-said" });
    this.area.addEventListener("input", () => this.#changed());
    fill(this, h("div", { class: "sheet" }, this.area, this.counts),
      h("div", { class: "sections" }, SECTIONS.map(name => h("button", {
        type: "button", class: "btn bare tight", onclick: () => this.#section(name) }, icon("plus"),
          t(`section.${name}`)))),
      this.said);
    this.value = this.text ?? "";
  }

  set value(text) {
    this.text = text;
    if (this.area && this.area.value !== text) this.area.value = text;
    if (this.area) this.draw();
  }
  get value() { return this.area?.value ?? this.text ?? ""; }

  #changed() {
    this.text = this.area.value;
    this.draw();
    emit(this, "words", this.text);
  }

  draw() {
    const lines = this.area.value.split("\n");
    this.counts.textContent = lines.map(line => line.trim() && !isSection(line) ? syllables(line) : "").join("\n");
    this.area.style.setProperty("height", `${Math.max(132, lines.length * 24 + 26)}px`);
    const found = lint(this.area.value, this.seconds);
    fill(this.said, found.issues.map(([name, values]) => h("li", {}, icon("info"), this.#issue(name, values))),
      found.lines > 0 && !found.issues.length && h("li", { class: "fine" }, icon("check"),
        t("lyrics.fits", { n: found.lines, syllables: found.syllables, time: clock(found.sung) })));
  }

  #issue(name, values) {
    if (name !== "lyrics.long") return h("span", {}, t(name, values));
    const words = { n: values.n, need: span(values.need), time: clock(values.seconds) };
    return h("span", {}, t(name, words), " ", h("button", { type: "button", class: "btn tight",
      onclick: () => emit(this, "longer", values.need) }, t("lyrics.make", words)));
  }

  /** Begins a section where the cursor is. */
  #section(name) {
    const area = this.area, at = area.selectionEnd;
    const before = area.value.slice(0, at).replace(/\s+$/, ""), after = area.value.slice(at).replace(/^\s+/, "");
    const head = `${before}${before ? "\n\n" : ""}[${name}]\n`;
    area.value = head + (after ? `\n${after}` : "");
    area.focus();
    area.setSelectionRange(head.length, head.length);
    this.#changed();
  }
}
customElements.define("vz-lyrics-editor", LyricsEditor);
