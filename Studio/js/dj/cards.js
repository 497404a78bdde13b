/** The tracks of a set as cards that can be edited, with the transition to the next one below each. */
import { player } from "../audio/player.js";
import { fill, h } from "../core/dom.js";
import { clock, keyName, keyOf } from "../core/format.js";
import { icon } from "../core/icons.js";
import { t } from "../core/i18n.js";
import { router } from "../core/router.js";
import { store } from "../core/store.js";
import { attempt } from "../parts/actions.js";
import { button, tool } from "../parts/controls.js";
import { seal } from "../parts/picture.js";
import { progress, sentence } from "../parts/progress.js";
import { moveButtons, reorderable } from "../parts/reorder.js";
import { djSet } from "./set.js";

/** Tracks whose fields are shown. */
const opened = new Set();

/** The cards, drawn anew with the set; what is being typed into stays as it is. */
export function cards() {
  const list = h("div", { class: "cards" });
  const bars = new Map();
  const draw = () => {
    const focus = list.contains(document.activeElement) ? document.activeElement : null;
    const { field, uid, act, job } = focus?.dataset ?? {};
    const selection = focus?.matches("input:not([type=range], [type=checkbox]), textarea")
      ? [focus.selectionStart, focus.selectionEnd] : null;
    bars.clear();
    const { tracks } = djSet.state;
    fill(list, tracks.map((track, at) =>
      [card(track, at, bars), at < tracks.length - 1 && join(track, tracks[at + 1])]));
    if (!focus) return;
    const same = [...list.querySelectorAll("[data-act], [data-field]")].find(item => item.dataset.field === field
      && item.dataset.uid === uid && item.dataset.act === act && item.dataset.job === job && !item.disabled);
    same?.focus();
    if (selection && same && selection[0] !== null) same.setSelectionRange(...selection);
  };
  djSet.on(list, "tracks", draw);
  store.on(list, "jobs", draw);
  store.on(list, "job", job => {
    const bar = bars.get(job.id);
    if (bar) { bar.bar.job = job; bar.words.textContent = sentence(job); }
  });
  const follow = () => { if (!list.isConnected) player.removeEventListener("change", follow); else mark(list); };
  queueMicrotask(() => player.addEventListener("change", follow));
  draw();
  return list;
}

function mark(list) {
  for (const item of list.querySelectorAll("[data-play]")) {
    const isOn = player.isPlaying && player.song?.id === item.dataset.play;
    item.setAttribute("aria-pressed", String(isOn));
  }
}

/** What a track is at: `[kind of tag, words]`. */
function state(track) {
  const job = store.jobs.get(track.job);
  if (djSet.handle(track)) return ["ok", t("dj.made")];
  if (job?.status === "running") return ["brass", sentence(job).split(" · ")[0]];
  if (job?.status === "queued") return ["", t("dj.waits")];
  if (job?.status === "failed") return ["bad", t("fail.short")];
  if ((track.problems ?? []).length) return ["bad", t("dj.toMend")];
  return ["", t("dj.planned")];
}

function card(track, at, bars) {
  const { uid } = track, handle = djSet.handle(track), job = store.jobs.get(track.job);
  const isGoing = djSet.isGoing(track), may = store.mayMake, isOpen = opened.has(uid);
  const list = { id: uid, ids: () => djSet.state.tracks.map(item => item.uid),
    move: (id, before) => djSet.move(id, before) };
  const key = keyOf(track.key), [kind, words] = state(track);
  const row = h("article", { class: "track", data: { track: uid, name: track.title } });
  const line = isGoing ? { bar: progress(job), words: h("p", { class: "soft" }, sentence(job)) } : null;
  if (line) bars.set(job.id, line);
  fill(row, h("div", { class: "trackhead" }, h("b", { class: "number serif" }, String(at + 1)),
    handle ? h("button", { type: "button", class: "cover", data: { play: handle, act: "play", uid },
      "aria-label": t("song.playTitle", { title: track.title }), onclick: () => play(handle) },
      coverOf(handle), icon("play")) : h("div", { class: "place" }, icon("note")),
    h("div", { class: "grow" }, h("h3", { class: "serif", lang: "" }, track.title || t("song.untitled")),
      h("p", { class: "soft", lang: "" }, track.caption || t("dj.noCaption")),
      h("span", { class: "facts" }, key && h("span", {}, h("i", { class: "keydot", style: { "--hue": key.hue } }),
        keyName(track.key)), track.bpm && h("span", {}, t("song.bpm", { n: track.bpm })),
      h("span", {}, clock(track.duration)),
      h("span", {}, t(track.instrumental ? "create.instrumental" : "create.voice")))),
    h("div", { class: "meter", role: "img", style: { "--at": `${100 * (track.energy ?? 0.5)}%` },
      "aria-label": t("dj.energyIs", { n: Math.round(100 * (track.energy ?? 0.5)) }) }),
    h("span", { class: `tag ${kind}` }, words),
    h("div", { class: "tools" }, may && moveButtons(track.title, list),
      may && !isGoing && tool(track.isLocked ? "lock" : "unlock", t(track.isLocked ? "dj.unlock" : "dj.lock"),
        () => djSet.edit(uid, { isLocked: !track.isLocked }),
        { class: "tight", "aria-pressed": String(Boolean(track.isLocked)), data: { act: "lock", uid } }),
      tool("pencil", t("dj.edit", { title: track.title }), () => {
        if (isOpen) opened.delete(uid);
        else opened.add(uid);
        djSet.tell("tracks");
      }, { class: "tight", "aria-expanded": String(isOpen), data: { act: "edit", uid } }),
      may && !isGoing && tool("trash", t("dj.remove", { title: track.title }), () => djSet.remove(uid),
        { class: "tight", data: { act: "remove", uid } }))),
  line && [line.words, line.bar],
  job?.status === "failed" && h("div", { class: "notice bad" }, icon("warn"),
    h("div", { class: "grow" }, job.error?.message ?? ""), may && again(track, "fail.again")),
  (track.problems ?? []).map(problem => h("p", { class: "why", role: "alert" },
    [problem.field, problem.message].filter(Boolean).join(": "))),
  track.song?.length > 1 && takes(track),
  isOpen && (handle || isGoing ? made(track, handle) : fields(track)));
  if (may) reorderable(row, list);
  return row;
}

function again(track, words) {
  return button(t(words), () => attempt(() => djSet.remake(track.uid)), { icon: "again", class: "tight" });
}

async function play(handle) {
  const songs = await Promise.all(djSet.mixable.map(track => store.song(djSet.handle(track))));
  const song = songs.find(item => item.id === handle);
  if (song) player.toggleSong(song, songs);
}

/** The seal of a song that may not be known yet. */
function coverOf(handle) {
  const known = store.known.get(handle);
  if (known) return seal(known);
  const box = h("span", { class: "place" });
  store.song(handle).then(song => box.replaceWith(seal(song)), () => {});
  return box;
}

/** Which take counts. */
function takes(track) {
  return h("div", { class: "chips" }, track.song.map((handle, at) => h("button", {
    type: "button", class: "chip", "aria-pressed": String((track.take ?? 0) === at),
    data: { act: `take${at}`, uid: track.uid },
    onclick: () => djSet.edit(track.uid, { take: at }),
  }, t("song.takeNumber", { n: at + 1 }))));
}

/** What can be done with a track that is made. */
function made(track, handle) {
  return h("div", { class: "trackfields row" },
    handle && button(t("song.open"), () => router.go(`/song/${handle}`), { icon: "wave", class: "tight" }),
    handle && store.mayMake && again(track, "song.take"), track.lyrics && h("p", { class: "words" }, track.lyrics));
}

/** The fields of a track that is planned. */
function fields(track) {
  const { uid } = track, may = store.mayMake;
  const put = (name, value) => djSet.edit(uid, { [name]: value });
  const labelled = (name, words, control) => {
    Object.assign(control.dataset, { field: name, uid });
    control.disabled = !may;
    return h("label", { class: `field f-${name}` }, h("span", {}, t(words)), control);
  };
  const text = (name, words, tag = "input", more = {}) => labelled(name, words, h(tag, {
    value: track[name] ?? "", lang: "", ...more, oninput: event => djSet.write(uid, { [name]: event.target.value }),
    onchange: event => put(name, event.target.value) }));
  const number = (name, words, min, max, step = 1) => labelled(name, words, h("input", {
    type: "number", min, max, step, value: track[name] ?? "", placeholder: t("field.auto"),
    oninput: event => djSet.write(uid, { [name]: event.target.value === "" ? null : Number(event.target.value) }),
    onchange: event => {
      const value = Number(event.target.value);
      put(name, event.target.value === "" ? null : Math.max(min, Math.min(max, value)));
    } }));
  const instrumental = h("input", { type: "checkbox", checked: track.instrumental, disabled: !may,
    data: { field: "instrumental", uid }, onchange: () => put("instrumental", instrumental.checked) });
  return h("div", { class: "trackfields" }, text("title", "song.title"),
    text("caption", "field.style", "textarea", { rows: 3 }),
    h("div", { class: "four" }, number("bpm", "field.bpm", 30, 300), text("key", "field.key", "input",
      { placeholder: t("field.auto") }), number("duration", "dj.seconds", 10, 600),
    labelled("energy", "dj.energy", h("input", { type: "range", min: 0, max: 1, step: 0.05, value: track.energy ?? 0.5,
      onchange: event => put("energy", Number(event.target.value)) }))),
    h("label", { class: "check" }, instrumental, t("create.instrumental")),
    !track.instrumental && text("lyrics", "field.lyrics", "textarea", { rows: 6, placeholder: t("lyrics.hint") }));
}

/** How a track goes over into the next. */
function join(track, next) {
  const { uid } = track, value = track.join, may = store.mayMake;
  const set = change => djSet.edit(uid, { join: { ...value, ...change } });
  const names = { from: track.title, to: next.title };
  const style = h("select", { "aria-label": t("dj.joinOf", names), disabled: !may, data: { field: "style", uid },
    onchange: () => set({ style: style.value }) },
  ["crossfade", "beat_match", "silence"].map(name =>
    h("option", { value: name, selected: name === value.style }, t(`dj.join.${name}`))));
  const length = value.style === "beat_match"
    ? h("select", { "aria-label": t("dj.lengthOf", names), disabled: !may, data: { field: "beats", uid },
      onchange: event => set({ beats: Number(event.target.value) }) },
    [8, 16].map(n => h("option", { value: n, selected: n === value.beats }, t("dj.beats", { n }))))
    : h("input", { type: "number", min: 0.5, max: 15, step: 0.5, value: value.seconds, disabled: !may,
      "aria-label": t("dj.lengthOf", names), data: { field: "seconds", uid },
      onchange: event => set({ seconds: Math.max(0.5, Math.min(15, Number(event.target.value) || 3)) }) });
  return h("div", { class: "join" }, icon("down1"), style, length,
    value.style !== "beat_match" && h("span", { class: "faint" }, t("dj.secondsWord")),
    track.transition_note && h("span", { class: "faint", lang: "" }, track.transition_note));
}
