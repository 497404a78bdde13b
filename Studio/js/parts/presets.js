/** Requests with a name, kept in this browser, to begin from again. */
import { drafts, loadDraft } from "../core/draft.js";
import { fill, h } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { prefs } from "../core/prefs.js";
import { button, openDialog, openMenu } from "./controls.js";

/** Fields that belong to one song, and not to a way of making songs. */
const OWN = new Set(["seeds", "src_audio", "regions", "audio_codes", "repainting_start", "repainting_end"]);

export function presetBar(draw) {
  const box = h("div", { class: "block row" });
  const all = () => prefs.get("presets", {});
  const keep = presets => { prefs.set("presets", presets); show(); };
  const saveNow = () => {
    const input = h("input", { autofocus: true, "aria-label": t("preset.name"), value: drafts.custom.title ?? "" });
    openDialog(t("preset.save"), [input, h("p", { class: "faint" }, t("preset.hint"))],
      { go: t("do.save"), act: () => {
      const name = input.value.trim();
      if (!name) return false;
      const request = Object.fromEntries(Object.entries(drafts.custom.request).filter(([field]) => !OWN.has(field)));
      keep({ ...all(), [name]: { request, model: drafts.custom.model } });
      return true;
    } });
  };
  const show = () => {
    const names = Object.keys(all());
    fill(box, button(t("preset.choose"), event => openMenu(event.currentTarget, names.flatMap(name => [
      ["sliders", name, () => { loadDraft(all()[name].request, { model: all()[name].model }); draw(); }],
      ["trash", t("preset.delete", { name }), () => { const rest = all(); delete rest[name]; keep(rest); }]])),
    { icon: "sliders", class: "tight", disabled: !names.length, "aria-haspopup": "menu" }),
    button(t("preset.save"), saveNow, { icon: "plus", class: "bare tight" }));
  };
  show();
  return box;
}
