/** What songs look like: loudness over time, worked out in the page from the audio itself, and kept. */
import { api } from "../core/api.js";

/** Points of a small picture. */
export const POINTS = 128;
/** Samples a second at which songs are looked at; enough for pictures, an eighth of the memory. */
const RATE = 8000;
/** Songs of more bytes get their picture only where they are opened. */
const LARGE = 48 << 20;

/** @typedef {{ peaks: number[], rms: number, duration: number }} Picture `peaks` are 0...255; `rms` 0...1 */

/** @type {Map<string, Promise<Picture>>} */
const pictures = new Map();
let line = Promise.resolve();

/** Decodes audio to one channel at {@link RATE}. @returns {Promise<AudioBuffer>} */
export async function decode(data, rate = RATE) {
  return new OfflineAudioContext(1, 1, rate).decodeAudioData(data);
}

/** Loudest value of each of `points` equal parts, and the mean square over all. */
export function measure(samples, points) {
  const peaks = new Float32Array(points);
  let square = 0;
  for (let point = 0; point < points; point += 1) {
    const from = Math.floor(point * samples.length / points);
    const to = Math.max(from + 1, Math.floor((point + 1) * samples.length / points));
    let most = 0;
    for (let at = from; at < to && at < samples.length; at += 1) {
      const value = samples[at];
      most = Math.max(most, Math.abs(value));
      square += value * value;
    }
    peaks[point] = most;
  }
  return { peaks, rms: Math.sqrt(square / Math.max(1, samples.length)) };
}

/** A song's samples in mono, for pictures. */
export async function samplesOf(id, rate = RATE) {
  const buffer = await decode(await api.audio(id), rate);
  if (buffer.numberOfChannels === 1) return { samples: buffer.getChannelData(0), duration: buffer.duration };
  const left = buffer.getChannelData(0), right = buffer.getChannelData(1);
  return { samples: left.map((value, at) => (value + right[at]) / 2), duration: buffer.duration };
}

async function make(id) {
  const kept = await shelf("readonly", store => store.get(id));
  if (kept) return kept;
  const { samples, duration } = await samplesOf(id);
  const { peaks, rms } = measure(samples, POINTS);
  const picture = { peaks: Array.from(peaks, value => Math.min(255, Math.round(value * 255))), rms, duration };
  await shelf("readwrite", store => store.put(picture, id));
  return picture;
}

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
