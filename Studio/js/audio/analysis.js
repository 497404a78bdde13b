/** What is worked out of songs in the page: loudness, and spectrograms; a worker does it. */
import { api } from "../core/api.js";
import { RATE } from "./loudness.js";
import { decode, keptPicture, samplesOf } from "./peaks.js";

let worker = null, number = 0;
const waiting = new Map();

/** Has the worker do something. @param {Transferable[]} [things] that it gets for its own */
function ask(message, things = []) {
  if (!worker) {
    worker = new Worker("/studio/js/audio/worker.js", { type: "module" });
    worker.addEventListener("message", event => {
      waiting.get(event.data.number)?.resolve(event.data.value);
      waiting.delete(event.data.number);
    });
    worker.addEventListener("error", event => {
      for (const { reject } of waiting.values()) reject(new Error(event.message));
      waiting.clear();
    });
  }
  number += 1;
  const own = number;
  return new Promise((resolve, reject) => {
    waiting.set(own, { resolve, reject });
    worker.postMessage({ number: own, ...message }, things);
  });
}

/** The integrated loudness of channels at 48 kHz, in LUFS; they are the worker's from then on. */
export const loudnessOfChannels = channels =>
  ask({ work: "loudness", channels }, channels.map(channel => channel.buffer));

/** A song's integrated loudness in LUFS, kept in this browser. @returns {Promise<number>} */
export function loudnessOf(song) {
  return keptPicture(`${song.id}#lufs`, async () => {
    const buffer = await decode(await api.audio(song.id), RATE);
    const count = Math.min(2, buffer.numberOfChannels);
    return loudnessOfChannels(Array.from({ length: count }, (_, at) => buffer.getChannelData(at).slice()));
  });
}

/** Samples a second at which spectrograms look at songs. */
const FINE = 32_000;

/** Spectrograms of one song. */
export class SpectrumSource {
  #ready = null;

  constructor(song) { this.song = song; }

  /** Levels of a stretch, as {@link spectrum} gives them; `null` where another song is looked at meanwhile. */
  async view(view) {
    this.#ready ??= samplesOf(this.song.id, FINE).then(({ samples }) =>
      ask({ work: "keep", name: this.song.id, samples, rate: FINE }, [samples.buffer]));
    await this.#ready;
    return ask({ work: "spectrum", name: this.song.id, view });
  }
}
