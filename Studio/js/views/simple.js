/** Simple: one field, and a song. */
import { emit, fill, h } from "../core/dom.js";
import { api } from "../core/api.js";
import { drafts } from "../core/draft.js";
import { span } from "../core/format.js";
import { icon } from "../core/icons.js";
import { t } from "../core/i18n.js";
import { canSing, expectedSeconds, isBuiltIn, modelName, models, simpleJob } from "../core/requests.js";
import { store } from "../core/store.js";
import { attempt } from "../parts/actions.js";
import { autoButton } from "../parts/auto.js";
import { Segment, button } from "../parts/controls.js";
import { chooseFile, takeFiles } from "../parts/drop.js";

/** Languages of words that are named first; the model knows more, which Custom takes as codes. */
export const SUNG = ["en", "zh", "ja", "ko", "de", "fr", "es", "it", "pt", "ru"];

/** The name of a language in the language of the page. */
export const languageName = code => {
  try {
    return new Intl.DisplayNames([document.documentElement.lang], { type: "language" }).of(code);
  } catch { return code; }
};

/** Whether instrumental music is chosen; what can't sing begins with it. */
const isInstrumental = () => drafts.simple.instrumental ?? !canSing(modelName());

/** The field for what it should sound like, kept at each keystroke. */
export function askField({ rows = 5, ...more } = {}) {
  const area = h("textarea", { id: "ask", rows, value: drafts.simple.text, placeholder: t("create.hint"), ...more });
  area.addEventListener("input", () => drafts.setSimple({ text: area.value }));
  return area;
}

/** A button that writes an idea. */
export function dice(area) {
  const roll = button(t("create.surprise"), () => attempt(async () => {
    const idea = (await api.post("/create_random_sample")).data;
    area.value = idea.description;
    drafts.setSimple({ text: idea.description,
      ...(canSing(modelName()) ? { instrumental: idea.instrumental } : {}) });
    area.focus();
  }), { icon: "dice", class: "bare tight" });
  return roll;
}

/** With a voice, or without one. */
export function voiceChoice() {
  return Segment.of({
    label: t("create.voiceOr"), options: [["voice", t("create.voice")], ["instrumental", t("create.instrumental")]],
    value: isInstrumental() ? "instrumental" : "voice",
    change: value => drafts.setSimple({ instrumental: value === "instrumental" }) });
}

/** The button that makes the song, and the line that says before how it will be. */
export function goBar(element, { kbd = true } = {}) {
  const go = h("button", { type: "button", class: "btn primary wide", "data-go": true,
    onclick: () => make(go, element) },
    icon("wand"), h("span", {}, t("create.go")), kbd && h("kbd", {}, "Ctrl ↵"));
  const line = h("p", { class: "ready" });
  const draw = () => {
    const draft = drafts.simple;
    const isAway = !store.isOnline, hasModel = models().length > 0;
    go.disabled = isAway || !hasModel || !draft.text.trim();
    const seconds = expectedSeconds(draft.length === "auto" ? isBuiltIn(modelName()) ? 20 : 120
      : Number(draft.length), draft.takes);
    const wantsVoice = draft.instrumental === false && !canSing(modelName());
    line.classList.toggle("blocked", isAway || !hasModel || wantsVoice);
    fill(line, h("i", { class: `dot ${go.disabled ? "off" : ""}` }),
      isAway ? t("create.away") : !hasModel ? t("create.noModel")
      : wantsVoice ? h("a", { href: "/models" }, t("create.noVoice"))
        : !draft.text.trim() ? t("create.write") : seconds
          ? t("create.ready", { time: span(seconds), model: shortName() })
          : t("create.readyFirst", { model: shortName() }));
  };
  for (const topic of ["net", "jobs", "capabilities"]) store.on(line, topic, draw);
  drafts.on(line, "simple", draw);
  draw();
  return [go, line];
}

/** What goes on making songs of what is written. */
const auto = () => autoButton("simple", () => {
  const draft = drafts.simple;
  return draft.text.trim() && models().length
    ? simpleJob({ ...draft, takes: 1, instrumental: isInstrumental() }) : null;
});

const shortName = () => isBuiltIn(modelName()) ? t("model.builtin") : modelName();

async function make(go, element) {
  go.disabled = true;
  const draft = drafts.simple;
  const job = await attempt(() => store.submit(simpleJob({ ...draft, instrumental: isInstrumental() })));
  go.disabled = false;
  if (job) emit(element, "made", job);
}

/** The panel. */
export function simplePanel() {
  const draft = drafts.simple;
  const area = askField();
  const language = h("select",
    { "aria-label": t("create.language"), onchange: () => drafts.setSimple({ language: language.value }) },
    h("option", { value: "auto" }, t("field.auto")),
    SUNG.map(code => h("option", { value: code, selected: code === draft.language }, languageName(code))));
  const lyrics = h("textarea",
    { rows: 6, value: draft.lyrics, placeholder: t("lyrics.hint"), "aria-label": t("field.lyrics"), lang: "",
    oninput: () => drafts.setSimple({ lyrics: lyrics.value }) });
  const words = Segment.of({ label: t("create.words"), value: draft.words,
    options: [["auto", t("create.words.auto")], ["own", t("create.words.own")]],
      change: value => drafts.setSimple({ words: value }) });
  const wordRow = h("div", { class: "opt" }, h("span", {}, t("create.words")), words);
  const lengths = [["auto", t("field.auto")], ["60", "1:00"], ["120", "2:00"], ["180", "3:00"]];
  if (isBuiltIn(modelName())) lengths.splice(1, 3, ["10", "0:10"], ["30", "0:30"], ["60", "1:00"]);
  const panel = h("div", { class: "scroll" },
    h("div", { class: "ask" }, h("label", { for: "ask" }, t("create.ask")),
      h("div", { class: "paper" }, area, h("div", { class: "paperbar" }, dice(area)))),
    h("div", { class: "opts" },
      h("div", { class: "opt2" }, voiceChoice(), language), wordRow, lyrics,
      h("div", { class: "opt" }, h("span", {}, t("create.length")),
        Segment.of({ label: t("create.length"), options: lengths,
        value: draft.length, change: value => drafts.setSimple({ length: value }) })),
      h("div", { class: "opt" }, h("span", {}, t("create.takes")), Segment.of({ label: t("create.takes"),
        options: ["1", "2", "4"].map(n => [n, n]), value: String(draft.takes),
          change: value => drafts.setSimple({ takes: Number(value) }) }))),
    h("button", { type: "button", class: "dropzone", onclick: async () => {
      const file = await chooseFile();
      if (file) takeFiles([file]);
    } }, icon("folder"), h("span", {}, h("b", {}, t("create.recording")), t("create.recordingHint"))));
  const draw = () => {
    const sings = !isInstrumental() && canSing(modelName());
    language.hidden = wordRow.hidden = !sings;
    lyrics.hidden = !sings || drafts.simple.words !== "own";
    if (area.value !== drafts.simple.text) area.value = drafts.simple.text;
  };
  drafts.on(panel, "simple", draw);
  draw();
  const box = h("div", { class: "go" });
  box.append(...goBar(box), auto());
  return [panel, box];
}
