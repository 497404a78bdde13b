/** What songs look like: loudness over time, worked out in the page from the audio itself, and kept. */
import { api } from "../core/api.js";

/** Points of a small picture. */
export const POINTS = 128;
/** Samples a second at which songs are looked at; enough for pictures, an eighth of the memory. */
const RATE = 8000;
/** Songs of more bytes get their picture only where they are opened. */
const LARGE = 48 << 20;

/** @typedef {{ peaks: number[], duration: number }} Picture `peaks` are 0...255 */

/** @type {Map<string, Promise<Picture>>} */
const pictures = new Map();
let line = Promise.resolve();

/** Decodes audio to one channel at {@link RATE}. @returns {Promise<AudioBuffer>} */
export async function decode(data, rate = RATE) {
  return new OfflineAudioContext(1, 1, rate).decodeAudioData(data);
}

/** Loudest value of each of `points` equal parts. */
function measure(samples, points) {
  const peaks = new Float32Array(points);
  for (let point = 0; point < points; point += 1) {
    const from = Math.floor(point * samples.length / points);
    const to = Math.max(from + 1, Math.floor((point + 1) * samples.length / points));
    let most = 0;
    for (let at = from; at < to && at < samples.length; at += 1) most = Math.max(most, Math.abs(samples[at]));
    peaks[point] = most;
  }
  return peaks;
}

/** A song's samples in mono, for pictures. */
export async function samplesOf(id, rate = RATE) {
  const buffer = await decode(await api.audio(id), rate);
  if (buffer.numberOfChannels === 1) {
    return { samples: buffer.getChannelData(0).slice(), duration: buffer.duration };
  }
  const left = buffer.getChannelData(0), right = buffer.getChannelData(1);
  return { samples: left.map((value, at) => (value + right[at]) / 2), duration: buffer.duration };
}

/** What was worked out before under a name, else what is worked out now. */
export async function keptPicture(name, work) {
  const kept = await shelf("readonly", store => store.get(name));
  if (kept !== null) return kept;
  const made = await work();
  await shelf("readwrite", store => store.put(made, name));
  return made;
}

const make = id => keptPicture(id, async () => {
  const { samples, duration } = await samplesOf(id);
  const peaks = measure(samples, POINTS);
  return { peaks: Array.from(peaks, value => Math.min(255, Math.round(value * 255))), duration };
});

/**
 * The picture of a song.
 *
 * Songs are looked at one after another, so that a long list doesn't take the machine.
 *
 * @param {{ id: string, bytes: number }} song
 * @returns {Promise<Picture | null>} `null` where the song is too large, or can't be read here
 */
export function pictureOf(song) {
  if (song.bytes > LARGE) return Promise.resolve(null);
  if (!pictures.has(song.id)) {
    const work = line.then(() => make(song.id)).catch(() => { pictures.delete(song.id); return null; });
    line = work;
    pictures.set(song.id, work);
  }
  return pictures.get(song.id);
}

// MARK: The shelf of pictures in this browser

let database = null;

function open() {
  database ??= new Promise(resolve => {
    const request = indexedDB.open("vivace", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("pictures");
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => resolve(null);
  });
  return database;
}

async function shelf(mode, act) {
  const base = await open();
  if (!base) return null;
  return new Promise(resolve => {
    const request = act(base.transaction("pictures", mode).objectStore("pictures"));
    request.onsuccess = () => resolve(request.result ?? null);
    request.onerror = () => resolve(null);
  });
}
