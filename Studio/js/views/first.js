/** What is seen before the first song. */
import { drafts } from "../core/draft.js";
import { fill, h, signature } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { bytes } from "../core/format.js";
import { t } from "../core/i18n.js";
import { isBuiltIn, modelName } from "../core/requests.js";
import { isGoing, pulls } from "../core/pulls.js";
import { attempt } from "../parts/actions.js";
import { modelTitle, pullButton, pullProgress, pullState } from "../parts/pull.js";
import { askField, dice, goBar, voiceChoice } from "./simple.js";

export function firstScreen() {
  const area = askField({ rows: 3, autofocus: true, "aria-label": t("create.ask") });
  const box = h("div");
  const [go, line] = goBar(box, { kbd: false });
  go.classList.remove("wide");
  const ideas = [1, 2, 3, 4].map(number => h("button", { type: "button", class: "chip", onclick: () => {
    area.value = t(`idea.${number}`);
    drafts.setSimple({ text: area.value });
    area.focus();
  } }, t(`idea.${number}`)));
  const fact = (name, title, words, ...more) => h("div", {}, h("b", {}, icon(name), title), h("p", {}, words), more);
  return h("div", { class: "first" }, h("div", {}, signature(), h("h1", {}, t("create.ask")),
    h("div", { class: "paper" }, area,
      h("div", { class: "paperbar" }, voiceChoice(), h("span", { class: "grow" }), dice(area), go)),
    line, h("div", { class: "ideas" }, ideas),
    h("div", { class: "facts3" },
      isBuiltIn(modelName()) ? fact("check", t("first.ready"), t("first.builtin"))
        : fact("check", t("first.ready"), t("first.model", { model: modelName() })),
      fact("mic", t("first.voices"), t("first.voicesHow"),
        offerModel()),
      fact("folder", t("first.have"), t("first.haveHow")))));
}

/** The model that sings and that suits first: its size and its download, or where there is none, the way to all. */
function offerModel() {
  const box = h("div", { class: "stack" });
  let drawn = "", progress = null;
  const draw = () => {
    const entry = pulls.models.find(model => model.is_recommended && model.purpose === "music");
    if (entry && pullState(entry) === drawn) { progress?.follow(entry.pull); return; }
    drawn = pullState(entry);
    progress = isGoing(entry?.pull) ? pullProgress(entry.pull) : null;
    const all = h("a", { class: "btn tight", href: "/models" }, icon("cube"), t("first.models"));
    if (!entry || (entry.status === "installed" && !isGoing(entry.pull))) { fill(box, all); return; }
    const facts = [modelTitle(entry.name), bytes(entry.download_bytes ?? 0), entry.licence,
      t(entry.fits === false ? "pull.tightHere" : "pull.fits")].filter(Boolean);
    fill(box, h("p", { class: "faint" }, facts.join(" · ")),
      progress,
      entry.pull?.error && h("p", { class: "why" }, entry.pull.error.message),
      h("div", { class: "row" }, pullButton(entry), all));
  };
  pulls.on(box, draw);
  draw();
  attempt(() => pulls.refresh());
  return box;
}
