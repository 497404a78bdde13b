/** What is seen before the first song. */
import { drafts } from "../core/draft.js";
import { h, signature } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { t } from "../core/i18n.js";
import { isBuiltIn, modelName } from "../core/requests.js";
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
        h("a", { class: "btn tight", href: "/models" }, icon("down"), t("first.models"))),
      fact("folder", t("first.have"), t("first.haveHow")))));
}
