/** Requests to make songs: out of what is written, and out of songs that are there. */
import { titleOf } from "./format.js";
import { prefs } from "./prefs.js";
import { store } from "./store.js";

/** Kinds of models by name: turbo ones take 8 steps, the others 50. The built-in one is a turbo model. */
export const isTurbo = name => /turbo|builtin/i.test(name ?? "");

export const modelName = () => prefs.get("model") ?? store.capabilities?.models.default_model ?? "";
export const models = () => store.capabilities?.models.models ?? [];
export const hasPlanner = () => (store.capabilities?.models.lm_models ?? []).length > 0;
export const isBuiltIn = name => /builtin/i.test(name ?? "");
/** Whether a song with a voice can be made. */
export const canSing = name => !isBuiltIn(name);

/** Fields of the family that is loaded, by name. */
export function fields() {
  const family = store.capabilities?.families?.[0];
  return new Map((family?.fields ?? []).map(field => [field.name, field]));
}

/** What the steps and the shift of a model should be where nothing is said. */
export function usual(model) {
  return isTurbo(model) ? { inference_steps: 8, shift: 3 } : { inference_steps: 50, shift: 1 };
}

/** Seconds that a song of a length takes here, by what was measured of jobs; `null` before the first. */
export function expectedSeconds(duration, takes = 1) {
  const done = [...store.jobs.values()].filter(
    job => job.status === "succeeded" && job.kind === "generate" && job.started_at && job.result?.songs?.length);
  const recent = done.sort((a, b) => b.created_at - a.created_at).slice(0, 8);
  let work = 0, made = 0;
  for (const job of recent) {
    work += job.finished_at - job.started_at;
    made += job.result.songs.reduce((sum, song) => sum + (song.duration ?? 0), 0);
  }
  return made > 0 ? Math.max(1, work / made * duration * takes) : null;
}

/** The body of a job for what was written in Simple. */
export function simpleJob({ text, instrumental, language, words, lyrics, length, takes }) {
  const model = modelName();
  const request = { ...usual(model), caption: text, batch_size: takes };
  if (instrumental || !canSing(model)) Object.assign(request, { instrumental: true, lyrics: "" });
  else {
    if (language !== "auto") request.vocal_language = language;
    if (words === "own") request.lyrics = lyrics;
  }
  if (length !== "auto") request.duration = Number(length);
  else if (isBuiltIn(model)) request.duration = 20;
  const job = { request, model, title: titleOf(text), audio_format: prefs.get("format", "flac") };
  if (!request.instrumental && words === "auto" && hasPlanner()) {
    const prelude = { query: text };
    if (language !== "auto") prelude.vocal_language = language;
    job.prelude = { kind: "create", request: prelude };
    delete request.caption;
  }
  return job;
}

/** Fields that say how a song came about, and not what was wished. */
const TOLD = /^(cot_|seed$|allow_lm_batch$|output_type$|latents$|constrained_decoding_debug$)/;

/**
 * The request of a song, as it can be sent again.
 *
 * @param {any} song of the library
 */
export function requestOfSong(song) {
  const known = fields();
  const request = {};
  for (const [name, value] of Object.entries(song.parameters ?? {})) {
    if (!known.has(name) || TOLD.test(name)) continue;
    if (value === null || value === "" || (Array.isArray(value) && !value.length)) continue;
    request[name] = value;
  }
  request.seeds = [song.seed];
  request.batch_size = 1;
  return request;
}

/** A job that makes a song again, with changes; what was planned stays as it was. */
export function againJob(song, changes = {}, title = song.title) {
  const request = { ...requestOfSong(song), ...changes };
  for (const [name, value] of Object.entries(request)) if (value === null) delete request[name];
  return { request, model: usableModel(song.model), title, folder: song.folder, audio_format: formatOf(song.format) };
}

const usableModel = name => models().some(model => model.name === name) ? name : modelName();
/** The format to ask for so that a song gets the one it has. */
export const formatOf = format => store.capabilities?.audio_formats.includes(format) ? format : "flac";

/** Remembers of which song another came, which the server doesn't. */
export function rememberParent(jobId, songId, what) {
  const all = prefs.get("parents", {});
  all[jobId] = [songId, what];
  const ids = Object.keys(all);
  for (const id of ids.slice(0, Math.max(0, ids.length - 2000))) delete all[id];
  prefs.set("parents", all);
}

/**
 * The song that a song came of and what was changed, or `null`: as this browser remembers it, or as the recipe says,
 * which names its inputs by their handles.
 */
export function parentOf(song) {
  const kept = prefs.get("parents", {})[song.job];
  if (kept) return { id: kept[0], what: kept[1] };
  const { src_audio: source, reference_audio: reference, task_type: task, regions } = song.parameters ?? {};
  if (isSong(source)) return { id: source, what: isLonger(regions) ? "longer" : task };
  return isSong(reference) ? { id: reference, what: "reference" } : null;
}

const isSong = handle => typeof handle === "string" && handle.startsWith("au_");
/** Whether parts reach before the beginning; beyond which end others reach, recipes don't say. */
const isLonger = regions => Array.isArray(regions) && regions.some(part => part?.[0] < 0);

/** Fields of which one alone is changed, with the seed kept. */
const SINGLE = ["caption", "lyrics", "bpm", "keyscale", "duration", "seeds"];

/**
 * The song that a song without remembered parent is likely to have come of: an earlier one with the same title whose
 * recipe differs in the seed, in one field, or in nothing.
 *
 * @param {any} song
 * @param {any[]} songs among which it is looked for
 */
export function likelyParent(song, songs) {
  const names = ({ title, caption }) => title || caption;
  const earlier = songs.filter(other => other.id !== song.id && other.job !== song.job
    && other.created_at < song.created_at && other.model === song.model && names(other) === names(song))
    .sort((a, b) => a.created_at - b.created_at);
  if (!earlier.length) return null;
  const own = requestOfSong(song);
  for (const other of earlier) {
    const before = requestOfSong(other);
    const differing = [...new Set([...Object.keys(own), ...Object.keys(before)])]
      .filter(name => JSON.stringify(own[name]) !== JSON.stringify(before[name]));
    if (!differing.length) return { id: other.id, what: "exact" };
    if (differing.length === 1 && SINGLE.includes(differing[0])) {
      return { id: other.id, what: differing[0] === "seeds" ? "take" : differing[0] };
    }
  }
  return null;
}
