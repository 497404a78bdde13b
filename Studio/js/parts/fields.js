/** Controls for the fields of a request, made of what the server says that they must be. */
import { drafts } from "../core/draft.js";
import { fill, h } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { has, t } from "../core/i18n.js";
import { fields } from "../core/requests.js";
import { store } from "../core/store.js";
import { api } from "../core/api.js";
import { attempt, titleFor } from "./actions.js";
import { button, openDialog, tool } from "./controls.js";
import { chooseFile } from "./drop.js";
import { seal } from "./picture.js";

/** The name of a field in the language of the page. */
export const fieldName = name => has(`field.${name}`) ? t(`field.${name}`) : name.replaceAll("_", " ");

/** One line of help: ours, else what the server says of it. */
export function fieldHelp(name) {
  if (has(`field.${name}.help`)) return t(`field.${name}.help`);
  const field = fields().get(name);
  return field?.help ?? field?.expected ?? "";
}

/** The range in what a value must be, as `[from, to]`, or `null`. */
export function rangeOf(expected) {
  const match = /number from (-?[\d.]+) to (-?[\d.]+)/.exec(expected ?? "");
  return match ? [Number(match[1]), Number(match[2])] : null;
}

/** What a field's text means, by what it must be; `undefined` where it means nothing. */
export function valueOf(text, expected) {
  const words = text.trim();
  if (!words) return null;
  if (/whole numbers/.test(expected)) {
    const numbers = words.split(/[\s,]+/).filter(Boolean);
    return numbers.every(number => /^-?\d+$/.test(number))
      ? numbers.map(number => Number.isSafeInteger(Number(number)) ? Number(number) : number) : undefined;
  }
  if (/number/.test(expected) && !/list/.test(expected)) {
    const number = Number(words), range = rangeOf(expected);
    if (!Number.isFinite(number) || (/whole/.test(expected) && !Number.isInteger(number))) return undefined;
    return range && (number < range[0] || number > range[1]) ? undefined : number;
  }
  if (/a list, each item a number/.test(expected)) {
    const numbers = words.split(/[\s,]+/).map(Number);
    return numbers.every(Number.isFinite) ? numbers : undefined;
  }
  if (/^a list, each item a text/.test(expected)) return words.split(/\s*[,，、]\s*/).filter(Boolean);
  return text;
}

const shown = value => Array.isArray(value)
  ? value.map(item => Array.isArray(item) ? `${item[0]}-${item[1] < 0 ? "" : item[1]}` : item).join(", ") : value
  ?? "";

/**
 * A control for a field of the request that Custom holds.
 *
 * @param {string} name
 * @param {{ options?: [string, string][], placeholder?: string }} [more] choices other than the server's
 */
export function field(name, more = {}) {
  const expected = fields().get(name)?.expected ?? "a text";
  const help = h("small", { id: `help-${name}` }, fieldHelp(name));
  const box = h("label", { class: "field" }, h("span", {}, fieldName(name)));
  const value = drafts.custom.request[name];
  const choices = more.options ?? (/^one of /.test(expected)
    ? [["", t("field.auto")], ...expected.slice(7).split(", ").map(word => [word, word])]
    : /true or false/.test(expected) ? [["", t("field.auto")], ["true", t("field.yes")], ["false", t("field.no")]]
      : null);
  let control;
  if (choices) {
    control = h("select", { onchange: () => {
      const text = control.value;
      drafts.setFields({ [name]: text === "" ? null : /true or false/.test(expected) ? text === "true"
        : /number/.test(expected) ? Number(text) : text });
    } }, choices.map(([key, words]) => h("option", { value: key, selected: key === String(value ?? "") }, words)));
  } else {
    control = h("input", { value: shown(value), placeholder: more.placeholder ?? t("field.auto"),
      inputmode: /number/.test(expected) && !/list/.test(expected) ? "decimal" : null,
      oninput: () => {
        const found = valueOf(control.value, expected);
        const range = rangeOf(expected);
        box.classList.toggle("bad", found === undefined);
        help.textContent = found !== undefined ? fieldHelp(name) : range
          ? t("field.range", { from: range[0], to: range[1] }) : t("field.must", { expected });
        control.setAttribute("aria-invalid", found === undefined);
        if (found !== undefined) drafts.setFields({ [name]: found });
      } });
  }
  control.setAttribute("aria-describedby", help.id);
  control.dataset.field = name;
  box.append(control, help);
  return box;
}

/** A control for audio that a request works on: a song of the library, or a file. */
export function sourceField(name) {
  const box = h("div", { class: "field" }, h("span", {}, fieldName(name)));
  const place = h("div", { class: "source" });
  box.append(place, h("small", {}, fieldHelp(name)));
  const take = (id, title) => {
    drafts.setCustom({ sources: { ...drafts.custom.sources, [id]: title } });
    drafts.setFields({ [name]: id });
    draw();
  };
  const choose = async () => {
    const file = await chooseFile("audio/*,.flac,.opus");
    if (file) await attempt(async () => { const upload = await api.upload(file); take(upload.id, file.name); });
  };
  const draw = () => {
    const id = drafts.custom.request[name];
    if (!id) {
      fill(place, button(t("source.song"), () => chooseSong(song => take(song.id, titleFor(song))),
        { icon: "books", class: "tight" }),
        button(t("source.file"), choose, { icon: "folder", class: "tight" }));
      return;
    }
    const song = store.known.get(id);
    fill(place, song ? seal(song) : icon("wave"),
      h("b", { class: "grow", lang: "" }, drafts.custom.sources[id] ?? (song ? titleFor(song) : id)),
      name === "src_audio" && button(t("source.analyse"), () => analyse(id), { class: "tight bare", icon: "search" }),
      tool("close", t("source.other"), () => { drafts.setFields({ [name]: null }); draw(); }, { class: "tight" }));
  };
  draw();
  return box;
}

/** Has the server listen to a recording, and fills in what it hears. */
async function analyse(id) {
  await attempt(async () => {
    const job = await store.submit({ kind: "understand", request: { src_audio: id } });
    const { document = {} } = (await store.finished(job.id)).result;
    const heard = {};
    for (const name of ["bpm", "keyscale", "timesignature", "caption"]) {
      if (document[name] && !drafts.custom.request[name]) heard[name] = document[name];
    }
    drafts.setFields(heard);
    drafts.dispatchEvent(new Event("loaded"));
  });
}

/** Asks for a song of the library. */
export function chooseSong(take) {
  const list = h("div", { class: "stack" }),
    find = h("input", { type: "search", "aria-label": t("find.hint"), placeholder: t("find.hint"), autofocus: true });
  const dialog = openDialog(t("source.song"), [find, list]);
  const draw = async () => {
    const page = await attempt(() => api.get(`/v1/songs?${new URLSearchParams({ text: find.value, limit: 20 })}`));
    fill(list, (page?.songs ?? []).map(song => h("button", { type: "button", class: "btn", onclick: () => {
      store.known.set(song.id, song);
      dialog.close();
      take(song);
    } }, h("span", { class: "grow", lang: "" }, titleFor(song)), h("small", {}, song.model))),
      page?.songs.length === 0 && h("p", { class: "faint" }, t("songs.none")));
  };
  find.addEventListener("input", draw);
  draw();
}
