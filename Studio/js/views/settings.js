/** Look, language, defaults, access, shortcuts: what this browser keeps. */
import { fill, h } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { LANGUAGES, lang, t } from "../core/i18n.js";
import { lettersOn } from "../core/keys.js";
import { applyLook, prefs } from "../core/prefs.js";
import { isBuiltIn, modelName, models } from "../core/requests.js";
import { store } from "../core/store.js";
import { Segment, button } from "../parts/controls.js";
import { askForKey, shortcutLists } from "../parts/help.js";

const PAGES = ["look", "defaults", "access", "shortcuts", "about"];

export function show(view, place) {
  view.classList.add("settings");
  let part = place.part;
  const page = h("div", { class: "page" });
  const filters = h("nav", { class: "filters", "aria-label": t("nav.settings") });
  const draw = () => {
    if (!PAGES.includes(part)) part = "look";
    fill(filters, h("div", { class: "group" }, PAGES.map(name => h("a", { class: "pick", href: `/settings/${name}`,
      "aria-current": name === part ? "page" : null }, t(`set.${name}`)))));
    fill(page, h("div", { class: "bar" }, h("h1", {}, t(`set.${part}`))), DRAW[part]());
  };
  store.on(page, "session", draw);
  fill(view, filters, h("div", { class: "scroll" }, page));
  draw();
  return { go: next => { part = next.part; draw(); return true; } };
}

const line = (words, control, help) =>
  h("div", { class: "panel pad" },
  h("label", { class: "field" }, h("span", {}, words), control, help && h("small", {}, help)));

const DRAW = {
  look: () => {
    const language = h("select",
      { onchange: () => dispatchEvent(new CustomEvent("vz-language", { detail: language.value })) },
      Object.entries(LANGUAGES).map(([key, name]) => h("option", { value: key, selected: key === lang() }, name)));
    return [line(t("set.language"), language),
      h("div", { class: "panel pad" }, h("span", { class: "soft" }, t("set.look")),
      Segment.of({ label: t("set.look"), options: ["system", "light", "dark"].map(name => [name, t(`look.${name}`)]),
        value: prefs.get("look", "system"), change: value => { prefs.set("look", value); applyLook(); } }))];
  },
  defaults: () => {
    const format = h("select", { onchange: () => prefs.set("format", format.value) },
      (store.capabilities?.audio_formats ?? []).map(name =>
      h("option", { value: name, selected: name === prefs.get("format", "flac") }, name.toUpperCase())));
    const model = h("select", { onchange: () => { prefs.set("model", model.value); store.tell("models"); } },
      models().map(item =>
      h("option", { value: item.name, selected: item.name === modelName() },
        isBuiltIn(item.name) ? t("model.builtin") : item.name)));
    return [line(t("field.audio_format"), format, t("field.audio_format.help")),
      line(t("field.model"), model, t("field.model.help"))];
  },
  access: () => {
    const { needs_key: needsKey, name, scopes } = store.session;
    return h("div", { class: "panel pad" },
      h("p", {}, !needsKey ? t("access.open") : t("access.key", { name: name || t("access.unnamed") })),
      h("p", { class: "soft" }, t("access.may", { what: scopes.map(scope => t(`scope.${scope}`)).join(", ") })),
      needsKey && h("div", { class: "row" }, button(t("access.other"), askForKey, { icon: "key" }),
        button(t("access.leave"), () => store.logout(), { class: "bare" })));
  },
  shortcuts: () => {
    const letters = h("input",
      { type: "checkbox", checked: lettersOn(), onchange: () => prefs.set("letters", letters.checked) });
    return [h("label", { class: "check" }, letters, t("keys.letters")),
      h("div", { class: "panel pad" }, shortcutLists().flat())];
  },
  about: () => h("div", { class: "panel pad" }, h("p", {}, t("about.what")),
    h("p", { class: "soft" }, t("model.version", { version: store.capabilities?.version ?? "" })),
    h("p", { class: "soft" }, icon("lock"), " ", t("about.private"))),
};
