/** Custom: every task, and every field that the model's family has. */
import { drafts, loadDraft } from "../core/draft.js";
import { emit, fill, h, roving, save } from "../core/dom.js";
import { fileName, keyName, span, titleOf } from "../core/format.js";
import { icon } from "../core/icons.js";
import { t } from "../core/i18n.js";
import { prefs } from "../core/prefs.js";
import { expectedSeconds, fields, hasPlanner, isBuiltIn, isTurbo, modelName, models,
  usual } from "../core/requests.js";
import { router } from "../core/router.js";
import { store } from "../core/store.js";
import { attempt } from "../parts/actions.js";
import { autoButton } from "../parts/auto.js";
import { button, tool } from "../parts/controls.js";
import { chooseFile, takeFiles } from "../parts/drop.js";
import { field, sourceField } from "../parts/fields.js";
import { presetBar } from "../parts/presets.js";
import { scale } from "../parts/scale.js";
import { tidy } from "../parts/tidy.js";
import { languageName, SUNG } from "./simple.js";
import "../parts/lyrics-editor.js";

export const TASKS = ["text2music", "cover", "repaint", "lego", "extract", "complete"];
/** Tracks that models know. */
export const TRACKS = ["vocals", "backing_vocals", "drums", "bass", "guitar", "keyboard", "percussion", "strings",
  "synth",
  "fx", "brass", "woodwinds"];

/** What stands in each fold, in order. What the family has and no fold names, stands in the last one. */
const FOLDS = {
  music: ["bpm", "keyscale", "timesignature", "duration", "vocal_language", "genres", "instrumental"],
  sound: ["reference_audio", "audio_codes"],
  planner: ["thinking", "use_cot_metas", "use_cot_caption", "use_cot_lyrics", "use_cot_language", "lm_temperature",
    "lm_cfg_scale", "lm_top_k", "lm_top_p", "lm_repetition_penalty", "lm_negative_prompt", "lm_batch_chunk_size",
    "allow_lm_batch", "use_constrained_decoding"],
  quality: ["inference_steps", "guidance_scale", "shift", "infer_method"],
  seeds: ["seeds", "batch_size"],
  file: ["enable_normalization", "normalization_db", "remove_dc_offset"],
};
/** Fields that stand elsewhere, or that say nothing in a page. */
const ELSEWHERE = new Set(
  ["caption", "lyrics", "task_type", "src_audio", "regions", "repainting_start", "repainting_end",
  "track_name", "track_classes", "keep_source", "audio_cover_strength", "cover_rule", "cover_noise_strength",
    "latents",
  "latents_only", "output_type", "normalization", "constrained_decoding_debug", ...Object.values(FOLDS).flat()]);

/** Whether a model can do a task, as the server says; of a model that is not there, by its name. */
export const canDo = (task, model) => models().find(item => item.name === model)?.supported_task_types?.includes(task)
  ?? (isBuiltIn(model) || !isTurbo(model) || ["text2music", "cover", "repaint"].includes(task));

const request = () => drafts.custom.request;
const task = () => request().task_type ?? "text2music";
const model = () => models().some(item => item.name === drafts.custom.model) ? drafts.custom.model : modelName();

export function customPanel() {
  const panel = h("div", { class: "scroll" });
  const box = h("div", { class: "go" });
  const draw = () => {
    fill(panel, taskButtons(draw), presetBar(draw), sources(), style(), task() !== "extract" && lyrics(), folds());
    fill(box, goBar(box), autoButton("custom", () => obstacle() ? null : customJob()));
  };
  drafts.on(panel, "loaded", draw);
  draw();
  return [panel, box];
}

function taskButtons(draw) {
  const group = h("div", { class: "tasks", role: "radiogroup", "aria-label": t("field.task") },
    TASKS.map(name => h("button", {
    type: "button", role: "radio", "aria-checked": String(name === task()), tabindex: name === task() ? 0 : -1,
      data: { task: name },
    onclick: () => {
      drafts.setFields({ task_type: name === "text2music" ? null : name,
        ...(name === "text2music" ? { src_audio: null, regions: null } : {}),
        ...(["lego", "extract"].includes(name) && !request().track_name
          ? { track_name: name === "lego" ? "drums" : "vocals" } : {}) });
      draw();
      panelFocus(name);
    },
  }, t(`task.${name}`))));
  roving(group);
  return group;
}
const panelFocus = name => document.querySelector(`.tasks [data-task="${name}"]`)?.focus();

/** What the task works on, and the controls that it alone has. */
function sources() {
  const name = task();
  if (name === "text2music") return null;
  const rows = [!canDo(name, model())
    && h("div", { class: "notice" }, icon("info"), t("task.needs", { task: t(`task.${name}`) })),
    sourceField("src_audio")];
  if (name === "cover") {
    rows.push(scale(), h("details", {}, h("summary", { class: "soft" }, t("create.more")),
      h("div", { class: "stack" },
      field("audio_cover_strength"), field("cover_noise_strength"), field("cover_rule"))));
  }
  if (name === "repaint" || name === "lego") {
    rows.push(field("regions", { placeholder: "10-20, 44-" }));
    rows.push(button(t("bench.onWave"), () => {
      const source = request().src_audio;
      if (source?.startsWith("au_")) router.go(`/song/${source}`);
    }, { icon: "wave", class: "tight", disabled: !request().src_audio?.startsWith("au_") }));
  }
  if (name === "repaint") rows.push(field("keep_source"));
  if (name === "lego" || name === "extract") rows.push(
    field("track_name", { options: TRACKS.map(track => [track, t(`track.${track}`)]) }));
  if (name === "complete") rows.push(trackBoxes());
  return h("div", { class: "block" }, rows);
}

function trackBoxes() {
  const chosen = new Set(request().track_classes ?? []);
  return h("fieldset", { class: "field" }, h("legend", {}, t("field.track_classes")),
    h("div", { class: "tracks" }, TRACKS.map(track => {
    const input = h("input", { type: "checkbox", checked: chosen.has(track), onchange: () => {
      if (input.checked) chosen.add(track);
      else chosen.delete(track);
      drafts.setFields({ track_classes: chosen.size ? TRACKS.filter(item => chosen.has(item)) : null });
    } });
    return h("label", {}, input, t(`track.${track}`));
  })));
}

/** A lock: whether the planner may change what was written. */
function lock(name) {
  const isLocked = () => request()[name] === false;
  const toggle = tool("lock", "", () => { drafts.setFields({ [name]: isLocked() ? null : false }); draw(); },
    { class: "tight" });
  const draw = () => {
    fill(toggle, icon(isLocked() ? "lock" : "unlock"));
    const words = t(isLocked() ? "field.locked" : "field.unlocked");
    toggle.title = words;
    toggle.setAttribute("aria-label", words);
    toggle.setAttribute("aria-pressed", isLocked());
  };
  draw();
  return toggle;
}

function style() {
  const area = h("textarea",
    { rows: 3, value: request().caption ?? "", lang: "", placeholder: t("create.styleHint"),
    "aria-labelledby": "style-name",
    data: { field: "caption" }, oninput: () => drafts.setFields({ caption: area.value }) });
  return h("div", { class: "block" }, h("div", { class: "head" }, h("span", { id: "style-name" }, t("field.style")),
    button(t("field.tidy"), () => tidy(), { icon: "wand", class: "bare tight" }), lock("use_cot_caption")), area);
}

function lyrics() {
  const editor = h("vz-lyrics-editor");
  editor.text = request().lyrics ?? "";
  editor.seconds = request().duration > 0 ? request().duration : null;
  editor.addEventListener("words",
    event => drafts.setFields({ lyrics: event.detail, ...(event.detail.trim() ? { instrumental: null } : {}) }));
  editor.addEventListener("longer",
    event => { drafts.setFields({ duration: event.detail }); drafts.dispatchEvent(new Event("loaded")); });
  return h("div", { class: "block" },
    h("div", { class: "head" }, h("span", {}, t("field.lyrics")), lock("use_cot_lyrics")), editor);
}

function fold(name, summary, ...content) {
  const details = h("details", { class: "fold", open: prefs.get("folds", []).includes(name), ontoggle: () => {
    const open = new Set(prefs.get("folds", []));
    if (details.open) open.add(name);
    else open.delete(name);
    prefs.set("folds", [...open]);
  } }, h("summary", {}, icon("right"), h("b", {}, t(`fold.${name}`)), h("span", {}, summary)), h("div", {}, content));
  return details;
}

const CHOICES = {
  timesignature: () => [["", t("field.auto")], ...["2", "3", "4", "6"].map(n => [n, n === "6" ? "6/8" : `${n}/4`])],
  keyscale: () => [["", t("field.auto")],
    ...["C", "G", "D", "A", "E", "B", "F#", "Db", "Ab", "Eb", "Bb", "F"].flatMap(tonic =>
    ["major", "minor"].map(mode => [`${tonic} ${mode}`, keyName(`${tonic} ${mode}`)]))],
  vocal_language: () => [["", t("field.auto")], ...SUNG.map(code => [code, languageName(code)])],
};

/** The controls of names, those that the family has; a value that no choice has stays a text. */
function controls(names) {
  const known = fields();
  return names.filter(name => known.has(name)).map(name => {
    if (/path of a file/.test(known.get(name).expected)) return sourceField(name);
    const options = CHOICES[name]?.(), value = request()[name];
    if (options && value !== undefined
      && !options.some(([key]) => key === String(value))) options.push([String(value), String(value)]);
    return field(name, options ? { options } : {});
  });
}
const pairs = names => h("div", { class: "pairs" }, controls(names));

function folds() {
  const now = request(), more = [...fields().keys()].filter(name => !ELSEWHERE.has(name));
  const say = value => value ?? t("field.auto");
  const format = h("select",
    { "aria-label": t("field.audio_format"), onchange: () => { drafts.setCustom({ format: format.value }); } },
    (store.capabilities?.audio_formats
      ?? []).map(name => h("option",
      { value: name, selected: name === (drafts.custom.format ?? prefs.get("format", "flac")) },
      name.toUpperCase())));
  const choice = h("select",
    { onchange: () => { drafts.setCustom({ model: choice.value }); drafts.dispatchEvent(new Event("loaded")); } },
    models().map(item => h("option", { value: item.name, selected: item.name === model() },
      isBuiltIn(item.name) ? t("model.builtin") : item.name)));
  const title = h("input",
    { value: drafts.custom.title ?? "", placeholder: titleOf(now.caption), lang: "",
    oninput: () => drafts.setCustom({ title: title.value }) });
  const labelled = (name, control) =>
    h("label", { class: "field" }, h("span", {}, t(`field.${name}`)), control,
    h("small", {}, t(`field.${name}.help`)));
  return [
    fold("music", [now.bpm && t("song.bpm", { n: now.bpm }), now.keyscale && keyName(now.keyscale),
      now.duration ? span(now.duration) : t("field.auto")]
      .filter(Boolean).join(" · "), pairs(FOLDS.music)),
    fold("sound", now.reference_audio ? drafts.custom.sources[now.reference_audio] ?? "" : t("field.none"),
      controls(FOLDS.sound)),
    fold("planner", hasPlanner() ? say(now.thinking === false ? t("field.off") : undefined) : t("fold.noPlanner"),
      pairs(FOLDS.planner)),
    fold("quality", [isBuiltIn(model()) ? t("model.builtin") : model(),
      t("fold.steps", { n: now.inference_steps ?? usual(model()).inference_steps })].join(" · "),
      labelled("model", choice), qualityButtons(), pairs(FOLDS.quality)),
    fold("seeds", [now.seeds ? [now.seeds].flat().join(", ") : t("fold.drawn"),
      t("song.takes", { n: now.batch_size ?? 1 })].join(" · "), pairs(FOLDS.seeds)),
    fold("file", (drafts.custom.format ?? prefs.get("format", "flac")).toUpperCase(), labelled("title", title),
      labelled("audio_format", format), pairs(FOLDS.file)),
    more.length > 0 && fold("more", t("fold.fields", { n: more.length }), pairs(more)),
    h("div", { class: "block row" }, button(t("params.save"), saveParameters, { icon: "down", class: "tight" }),
      button(t("params.open"),
        async () => { const file = await chooseFile(".json,audio/*,.flac"); if (file) takeFiles([file]); },
        { icon: "up", class: "tight" }),
      button(t("params.reset"), () => loadDraft({}), { icon: "undo", class: "bare tight" })),
  ];
}

/** Draft, Standard, Fine: steps by the kind of model. */
function qualityButtons() {
  const steps = isTurbo(model()) ? { draft: 4, standard: 8, fine: 16 } : { draft: 24, standard: 50, fine: 80 };
  const now = request().inference_steps ?? usual(model()).inference_steps;
  return h("div", { class: "chips" }, Object.entries(steps).map(([name, count]) => h("button", {
    type: "button", class: "btn tight", "aria-pressed": String(now === count),
    onclick: () => { drafts.setFields({ inference_steps: count }); drafts.dispatchEvent(new Event("loaded")); },
  }, t(`quality.${name}`))));
}

function saveParameters() {
  save(JSON.stringify({ model: model(), request: request() }, null, 2),
    `${fileName(drafts.custom.title || titleOf(request().caption) || "parameters")}.json`,
    "application/json");
}

/** The job that the form describes. */
export function customJob() {
  const now = { ...usual(model()), ...request() };
  if (isTurbo(model()) && request().guidance_scale === undefined) delete now.guidance_scale;
  if (now.lyrics !== undefined && !now.lyrics.trim()) delete now.lyrics;
  if (task() === "extract" && !now.caption) now.caption = t(`track.${now.track_name ?? "vocals"}`);
  return { request: now, model: model(),
    title: drafts.custom.title || titleOf(request().caption) || t(`task.${task()}`),
    audio_format: drafts.custom.format ?? prefs.get("format", "flac") };
}

/** Why the form makes no song yet, in words; "" where it does. */
function obstacle() {
  const now = request(), needsSource = task() !== "text2music" && !now.src_audio;
  const needsWords = !needsSource && task() !== "extract" && !now.caption?.toString().trim()
    && !now.lyrics?.toString().trim() && !now.audio_codes;
  return !store.isOnline ? t("create.away") : !models().length ? t("create.noModel")
    : !canDo(task(), model()) ? t("task.needs", { task: t(`task.${task()}`) })
      : needsSource ? t("create.needsSource") : needsWords ? t("create.write")
        : task() === "complete" && !now.track_classes?.length ? t("create.needsTracks") : "";
}

function goBar(box) {
  const go = h("button", { type: "button", class: "btn primary wide", "data-go": true, onclick: async () => {
    go.disabled = true;
    const job = await attempt(() => store.submit(customJob()));
    draw();
    if (job) emit(box, "made", job);
  } }, icon("wand"), h("span", {}, t("create.go")), h("kbd", {}, "Ctrl ↵"));
  const line = h("p", { class: "ready" });
  const draw = () => {
    const now = request(), blocked = obstacle();
    const source = store.known.get(now.src_audio)?.duration;
    const seconds = expectedSeconds(now.duration > 0 ? now.duration : source ?? (isBuiltIn(model()) ? 30 : 120),
      now.batch_size ?? 1);
    go.disabled = Boolean(blocked);
    fill(line, h("i", { class: `dot ${blocked ? "off" : ""}` }),
      blocked || (seconds ? t("create.ready",
      { time: span(seconds), model: isBuiltIn(model()) ? t("model.builtin") : model() })
      : t("create.readyFirst", { model: isBuiltIn(model()) ? t("model.builtin") : model() })));
  };
  drafts.on(line, "custom", draw);
  for (const topic of ["net", "capabilities"]) store.on(line, topic, draw);
  draw();
  return [go, line];
}
