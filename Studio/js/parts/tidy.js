/** Tidying up style and words: what was and what would be, side by side, and nothing changed before it is taken. */
import { drafts } from "../core/draft.js";
import { h } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { store } from "../core/store.js";
import { attempt } from "./actions.js";
import { fieldName } from "./fields.js";
import { offer, openDialog } from "./controls.js";

const OFFERED = ["caption", "lyrics", "bpm", "keyscale", "timesignature", "duration"];

/** Asks the language model for a tidier request. */
export async function tidy() {
  const now = drafts.custom.request;
  if (!now.caption && !now.lyrics) return offer(t("create.write"));
  offer(t("tidy.working"));
  const found = await attempt(async () => {
    const request = {};
    for (const name of OFFERED) if (now[name] !== undefined) request[name] = now[name];
    const job = await store.submit({ kind: "format", request });
    return (await store.finished(job.id)).result.document ?? {};
  });
  if (!found) return undefined;
  const changed = OFFERED.filter(name => found[name] !== undefined && found[name] !== null && found[name] !== ""
    && String(found[name]) !== String(now[name] ?? ""));
  if (!changed.length) return offer(t("tidy.same"));
  const boxes = changed.map(name => {
    const isLocked = (name === "caption" && now.use_cot_caption === false)
      || (name === "lyrics" && now.use_cot_lyrics === false);
    const input = h("input", { type: "checkbox", checked: !isLocked });
    return { name, input, row: h("label", { class: "field" },
      h("span", { class: "row" }, input, h("b", {}, name === "caption" ? t("field.style") : fieldName(name))),
      h("span", { class: "words", lang: "" }, h("del", {}, String(now[name] ?? t("field.auto"))), "\n",
        h("ins", {}, String(found[name])))) };
  });
  return openDialog(t("tidy.title"), boxes.map(box => box.row), { go: t("tidy.take"), act: () => {
    const taken = boxes.filter(box => box.input.checked);
    drafts.setFields(Object.fromEntries(taken.map(box => [box.name, found[box.name]])));
    drafts.dispatchEvent(new Event("loaded"));
  } });
}
