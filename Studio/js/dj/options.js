/** What a set is planned with: provider and model, counts and lengths, order, and a recording to sound like. */
import { api } from "../core/api.js";
import { fill, h } from "../core/dom.js";
import { titleFor, attempt } from "../parts/actions.js";
import { t } from "../core/i18n.js";
import { store } from "../core/store.js";
import { button, notice, openDialog } from "../parts/controls.js";
import { chooseFile } from "../parts/drop.js";
import { djSet } from "./set.js";

/** Bands of the influence of a recording, with the percent that a press sets. */
const BANDS = [["light", 20, 40], ["strong", 50, 70], ["cover", 80, 100]];

const labelled = (words, control, help) =>
  h("label", { class: "field" }, h("span", {}, words), control, help && h("small", {}, help));

/** A number of the settings, kept within its limits. */
function number(name, words, min, max, step = 1) {
  const input = h("input", { type: "number", min, max, step, value: djSet.state.settings[name] ?? "", onchange: () => {
    const value = input.value === "" ? null : Math.max(min, Math.min(max, Number(input.value)));
    djSet.setSettings({ [name]: value ?? (name.startsWith("bpm") ? null : min) });
  }, data: { setting: name } });
  return labelled(t(words), input);
}

/** The provider, and its models as it lists them; another name can be typed. */
function provider() {
  const box = h("div", { class: "stack" });
  let models = { data: [] };
  const draw = () => {
    const { settings } = djSet.state;
    const chosen = djSet.providers.find(item => item.id === settings.provider);
    const choice = h("select", { data: { setting: "provider" }, onchange: () => {
      djSet.setSettings({ provider: choice.value, model: null });
      look();
    } }, djSet.providers.map(item => h("option", { value: item.id, selected: item.id === settings.provider },
      item.is_ready ? item.name : t("dj.notReady", { name: item.name }))));
    const model = h("input", { value: settings.model ?? "", list: "dj-models", lang: "",
      placeholder: chosen?.default_model ?? t("field.auto"), data: { setting: "model" },
      onchange: () => djSet.setSettings({ model: model.value.trim() || null }) });
    fill(box, labelled(t("dj.provider"), choice),
      chosen && !chosen.is_ready && chosen.reason && notice("", "info", chosen.reason),
      settings.provider !== "local" && labelled(t("field.model"), model, models.notice ?? ""),
      h("datalist", { id: "dj-models" }, models.data.map(name => h("option", { value: name }))));
  };
  const look = async () => {
    const { provider: id } = djSet.state.settings;
    models = { data: [] };
    const chosen = djSet.providers.find(item => item.id === id);
    if (chosen?.is_ready && id !== "local") {
      try { models = await api.get(`/v1/dj/providers/${encodeURIComponent(id)}/models`); } catch (error) {
        models = { data: [], notice: error.message };
      }
    }
    draw();
  };
  attempt(async () => { await djSet.loadProviders(); await look(); });
  draw();
  return box;
}

/** The recording that the songs shall sound like, and how much. */
function reference() {
  const box = h("div", { class: "stack" });
  const set = recording => djSet.setReference(recording && { influence: 30, ...recording });
  const draw = () => {
    const { reference: now } = djSet.state;
    if (!now) {
      fill(box, h("div", { class: "row" }, button(t("source.file"), async () => {
        const file = await chooseFile("audio/*,.flac");
        if (file) await attempt(async () => set({ id: (await api.upload(file)).id, name: file.name }));
      }, { icon: "folder", class: "tight" }), button(t("source.song"), chooseSong, { icon: "books", class: "tight" })));
      return;
    }
    const band = BANDS.find(([, low, high]) => now.influence >= low && now.influence <= high)?.[0];
    const level = h("input", { type: "range", min: 10, max: 100, step: 5, value: now.influence,
      "aria-label": t("dj.influence"), "aria-valuetext": `${now.influence} %`, data: { setting: "influence" },
      onchange: () => set({ ...now, influence: Number(level.value) }) });
    fill(box, h("div", { class: "row" }, h("b", { class: "grow", lang: "" }, now.name),
      button(t("dj.noReference"), () => set(null), { icon: "close", class: "bare tight" })),
    h("div", { class: "chips" }, BANDS.map(([name, low, high]) => h("button", { type: "button", class: "chip",
      "aria-pressed": String(name === band), data: { band: name },
      onclick: () => set({ ...now, influence: (low + high) / 2 }) },
    `${t(`dj.band.${name}`)} ${low}–${high} %`))),
    h("div", { class: "row" }, h("span", { class: "grow" }, level), h("b", {}, `${now.influence} %`)));
  };
  function chooseSong() {
    const songs = store.songs.items.slice(0, 60);
    const choice = h("select", { size: Math.min(10, Math.max(2, songs.length)), "aria-label": t("source.song") },
      songs.map((song, at) => h("option", { value: song.id, selected: at === 0 }, titleFor(song))));
    openDialog(t("source.song"), [choice], { go: t("dj.take"), act: () => {
      const song = songs.find(item => item.id === choice.value);
      if (song) set({ id: song.id, name: titleFor(song) });
    } });
  }
  djSet.on(box, "settings", draw);
  draw();
  return box;
}

export function options() {
  const { settings } = djSet.state;
  const check = (name, words) => {
    const input = h("input", { type: "checkbox", checked: settings[name], data: { setting: name },
      onchange: () => djSet.setSettings({ [name]: input.checked }) });
    return h("label", { class: "check" }, input, t(words));
  };
  const format = h("select", { data: { setting: "format" },
    onchange: () => djSet.setSettings({ format: format.value }) },
  (store.capabilities?.audio_formats ?? ["flac"]).map(name =>
    h("option", { value: name, selected: name === settings.format }, name.toUpperCase())));
  const mood = h("select", { data: { setting: "mood" }, onchange: () => djSet.setSettings({ mood: mood.value }) },
    [["", t("dj.asPlanned")], ...["static", "building", "wave", "peak_valley", "wind_down"].map(name =>
      [name, t(`dj.mood.${name}`)])].map(([value, words]) =>
      h("option", { value, selected: value === settings.mood }, words)));
  const arrange = () => attempt(() => djSet.check({ order: "harmonic", mood: djSet.state.settings.mood || null }));
  return h("div", { class: "stack options" }, provider(),
    h("div", { class: "pairs" }, number("tracks", "dj.tracks", 1, 20), number("duration", "dj.secondsEach", 15, 600),
      number("takes", "create.takes", 1, 8), labelled(t("field.audio_format"), format),
      number("bpm_min", "dj.bpmMin", 30, 300), number("bpm_max", "dj.bpmMax", 30, 300)),
    check("instrumental", "dj.instrumental"), labelled(t("dj.mood"), mood),
    h("div", { class: "row" },
      button(t("dj.harmonic"), arrange, { icon: "note", class: "tight", title: t("dj.harmonicWhat") })),
    h("h3", {}, t("dj.reference")), reference());
}
