/** What is installed, and how to get more. */
import { api } from "../core/api.js";
import { fill, h } from "../core/dom.js";
import { bytes, span } from "../core/format.js";
import { t } from "../core/i18n.js";
import { prefs } from "../core/prefs.js";
import { isGoing, pulls } from "../core/pulls.js";
import { expectedSeconds, isBuiltIn, isTurbo, modelName } from "../core/requests.js";
import { store } from "../core/store.js";
import { attempt } from "../parts/actions.js";
import { button } from "../parts/controls.js";
import { pullList } from "../parts/pull.js";

/** What isn't here yet: the first to have on top, then what makes the sound, then what plans. */
const wanted = () => {
  const rank = model => (model.purpose === "planning" ? 2 : 0) - (model.is_recommended ? 1 : 0);
  return pulls.models.filter(model => model.status !== "installed" || isGoing(model.pull))
    .sort((a, b) => rank(a) - rank(b));
};

export function show(view) {
  const page = h("div", { class: "page" });
  const scroll = h("div", { class: "scroll" }, page);
  view.append(scroll);
  const room = () => pulls.memory === null ? "" : t(pulls.free === null ? "model.memory" : "model.room",
    { memory: bytes(pulls.memory), free: bytes(pulls.free ?? 0) });
  const machine = h("p", { class: "soft" }, room());
  const draw = () => {
    const models = store.capabilities?.models ?? { models: [], lm_models: [] };
    const usual = modelName(), seconds = expectedSeconds(60);
    fill(page, h("div", { class: "bar" }, h("h1", {}, t("nav.models"))),
      h("div", { class: "panel pad" }, h("b", {}, t("model.machine")),
        h("p", { class: "soft" }, seconds ? t("model.speed", { time: span(seconds) }) : t("model.speedLater")),
        machine,
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
      more);
  };
  const more = h("div", { class: "panel" }, h("p", { class: "soft say" }, t("net.first")));
  pullList(more, wanted);
  pulls.on(page, () => { machine.textContent = room(); });
  attempt(() => pulls.refresh());
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
