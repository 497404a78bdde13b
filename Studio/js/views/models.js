/** What is installed, and how to get more. */
import { api } from "../core/api.js";
import { fill, h } from "../core/dom.js";
import { span } from "../core/format.js";
import { t } from "../core/i18n.js";
import { prefs } from "../core/prefs.js";
import { expectedSeconds, isBuiltIn, isTurbo, modelName } from "../core/requests.js";
import { store } from "../core/store.js";
import { attempt } from "../parts/actions.js";
import { button } from "../parts/controls.js";

/** Models that can be had, with what they weigh: name of the command, gigabytes. */
export const MORE = [["turbo", 6.3], ["base", 6.3], ["sft", 6.3], ["lm-0.6b", 1.4], ["lm-1.7b", 3.7]];

export function show(view) {
  const page = h("div", { class: "page" });
  const scroll = h("div", { class: "scroll" }, page);
  view.append(scroll);
  const draw = () => {
    const models = store.capabilities?.models ?? { models: [], lm_models: [] };
    const usual = modelName(), seconds = expectedSeconds(60);
    fill(page, h("div", { class: "bar" }, h("h1", {}, t("nav.models"))),
      h("div", { class: "panel pad" }, h("b", {}, t("model.machine")),
        h("p", { class: "soft" }, seconds ? t("model.speed", { time: span(seconds) }) : t("model.speedLater")),
        h("p", { class: "faint" }, t("model.version", { version: store.capabilities?.version ?? "" }))),
      h("h2", {}, t("model.sound")),
      h("div", { class: "panel" }, models.models.map(model => musicRow(model, usual)),
        !models.models.length && h("p", { class: "soft say" }, t("model.none"))),
      h("h2", {}, t("model.plans")),
      h("div", { class: "panel" }, models.lm_models.map(model => h("div", { class: "model" },
        h("div", {}, h("h3", {}, model.name), h("p", {}, t("model.planner"))),
        h("span", { class: "tag ok" }, t(model.is_loaded ? "model.loaded" : "model.installed")), h("span"))),
      !models.lm_models.length && h("p", { class: "soft say" }, t("model.noPlanner"))),
      h("h2", {}, t("model.more")), h("p", { class: "soft" }, t("model.how")),
      h("div", { class: "panel" }, MORE.map(([name, size]) => h("div", { class: "model" },
        h("div", {}, h("h3", {}, t(`model.${name}`)), h("p", {}, t(`model.${name}.what`))),
        h("span", { class: "tag" }, t("model.size", { size })), h("pre", {}, `vivace models pull ${name}`)))),
      h("p", { class: "faint" }, t("model.after")));
  };
  for (const topic of ["models", "jobs", "capabilities"]) store.on(page, topic, draw);
  draw();
  return null;
}

function musicRow(model, usual) {
  const isUsed = model.name === usual;
  const load = async event => {
    const press = event.currentTarget;
    press.disabled = true;
    press.textContent = t("model.waking");
    prefs.set("model", model.name);
    await attempt(() => api.post("/v1/init", { model: model.name }));
    await store.refreshModels();
  };
  return h("div", { class: `model ${isUsed ? "on" : ""}` },
    h("div", {}, h("h3", {}, isBuiltIn(model.name) ? t("model.builtin") : model.name),
      h("p", {}, t(isBuiltIn(model.name) ? "model.builtinWhat" : isTurbo(model.name) ? "model.turbo.what"
        : "model.base.what"))),
    h("span", { class: `tag ${isUsed ? "brass" : "ok"}` }, t(isUsed ? "model.used" : "model.installed"),
      model.is_loaded ? ` · ${t("model.loaded")}` : ""),
    store.mayMake && (!isUsed || !model.is_loaded)
      ? button(t(isUsed ? "model.wake" : "model.use"), load, { class: "tight" }) : h("span"));
}
