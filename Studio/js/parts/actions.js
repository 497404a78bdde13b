/** What can be done with a song or a job, the same from everywhere. */
import { api } from "../core/api.js";
import { h, save, saveFrom, say } from "../core/dom.js";
import { fileName, titleOf } from "../core/format.js";
import { t } from "../core/i18n.js";
import { againJob, rememberParent, requestOfSong } from "../core/requests.js";
import { router } from "../core/router.js";
import { store } from "../core/store.js";
import { player } from "../audio/player.js";
import { loadDraft } from "../core/draft.js";
import { offer, openDialog } from "./controls.js";

/** The title of a song or job. */
export const titleFor = item => item.title || titleOf(item.caption ?? item.request?.caption) || t("song.untitled");

/** Does something, and says why where it is refused. */
export async function attempt(act) {
  try { return await act(); } catch (error) {
    const words = error.status === 0 ? t("net.away") : error.message;
    say(words, true);
    offer(words);
    return undefined;
  }
}

/** Sends a job that makes a song out of another. */
export async function remake(song, changes, what, title) {
  return attempt(async () => {
    const job = await store.submit(againJob(song, changes, title));
    rememberParent(job.id, song.id, what);
    say(t("job.taken", { title: job.title || titleFor(song) }));
    return job;
  });
}

export const anotherTake = song => remake(song, { seeds: null, batch_size: 1 }, "take");
export const exactly = song => remake(song, {}, "exact");

export async function like(song) { await attempt(() => store.change(song.id, { favourite: !song.favourite })); }
export async function rate(song, rating) { await attempt(() => store.change(song.id, { rating })); }

/** Deletions that can be taken back, newest last. */
const gone = [];

export async function trash(songs) {
  for (const song of songs) await attempt(() => store.trash(song.id));
  gone.push(songs);
  offer(t("song.deleted", { n: songs.length, title: titleFor(songs[0]) }), t("do.undo"), undoTrash);
}

export async function undoTrash() {
  const songs = gone.pop();
  if (!songs) return;
  for (const song of songs) await attempt(() => store.restore(song.id));
  await store.songs.refresh();
}

export const download = song =>
  saveFrom(`/v1/audio/${song.id}`, `${fileName(titleFor(song))}.${song.format.replace("wav32", "wav")}`);

/** Several songs in one ZIP: by the server where they are one job's, else made here. */
export async function downloadAll(songs) {
  const { zipOf } = await import("../audio/zip.js");
  await attempt(async () => {
    const files = [];
    for (const [at, song] of songs.entries()) {
      const number = String(at + 1).padStart(2, "0");
      files.push({ name: `${number} ${fileName(titleFor(song))}.${song.format}`, data: await api.audio(song.id) });
    }
    save(zipOf(files), "songs.zip");
  });
}

export function saveRecipe(song) {
  save(JSON.stringify({ model: song.model, request: requestOfSong(song) }, null, 2),
    `${fileName(titleFor(song))}.json`,
    "application/json");
}

export function rename(song) {
  const input = h("input", { value: titleFor(song), "aria-label": t("song.title"), autofocus: true });
  openDialog(t("song.rename"), [input], {
    go: t("do.save"), act: () => attempt(() => store.change(song.id, { title: input.value.trim() })) });
}

export function moveToFolder(songs) {
  const input = h("input",
    { value: songs[0].folder ?? "", list: "folders", autofocus: true, "aria-label": t("lib.folder") });
  const names = h("datalist", { id: "folders" });
  api.get("/v1/folders").then(list =>
    names.append(...list.folders.map(folder => h("option", { value: folder.name }))), () => {});
  openDialog(t("lib.move"), [input, names, h("p", { class: "faint" }, t("lib.moveHint"))], {
    go: t("do.save"),
    act: async () => {
      for (const song of songs) await attempt(() => store.change(song.id, { folder: input.value.trim() }));
      store.tell("folders");
    },
  });
}

/** Opens Custom with a song's recipe in it. */
export function useSettings(song) {
  loadDraft(requestOfSong(song), { model: song.model, title: titleFor(song) });
  router.go("/create/custom");
}

/** Opens Custom with a song as the source of a task. */
export function startFrom(song, task) {
  const request = requestOfSong(song);
  for (const name of ["seeds", "src_audio", "regions", "audio_codes", "duration", "instruction"]) delete request[
    name];
  loadDraft({ ...request, task_type: task, src_audio: song.id }, { sources: { [song.id]: titleFor(song) } });
  router.go("/create/custom");
}

/** The menu of a song. */
export function songMenu(song) {
  const play = ["play", t("song.play"), () => player.play(song)];
  if (song.trashed_at) {
    return [["undo", t("song.restore"),
      async () => { await attempt(() => store.restore(song.id)); await store.songs.refresh(); }]];
  }
  const files = [["down", t("song.download"), () => download(song)],
    ["folder", t("song.recipeFile"), () => saveRecipe(song)]];
  if (song.job) files.push(["zip", t("song.zip"), () => saveFrom(`/v1/jobs/${song.job}/archive`, "songs.zip")]);
  if (!store.mayMake) return [play, ["wave", t("song.open"), () => router.go(`/song/${song.id}`)], null, ...files];
  return [
    play, ["wave", t("song.open"), () => router.go(`/song/${song.id}`)], null,
    ["again", t("song.take"), () => anotherTake(song)], ["check", t("song.exact"), () => exactly(song)],
    ["sliders", t("song.settings"), () => useSettings(song)],
      ["wand", t("task.cover"), () => startFrom(song, "cover")],
    null, ...files, null, ["pencil", t("song.rename"), () => rename(song)],
    ["books", t("lib.move"), () => moveToFolder([song])], ["trash", t("song.delete"), () => trash([song])],
  ];
}
