/** Stems side by side, on one clock: each with its level, alone or silent. */
import { api } from "../core/api.js";

export class Mixer extends EventTarget {
  #context = null;
  /**
   * @type {Map<string, {buffer: AudioBuffer, gain: GainNode, source: AudioBufferSourceNode | null, level: number,
   *   isMute: boolean, isSolo: boolean}>} by handle
   */
  #stems = new Map();
  #begun = 0;
  #place = 0;
  isPlaying = false;

  /** Adds a stem of the library. */
  async add(id) {
    if (this.#stems.has(id)) return;
    this.#context ??= new AudioContext();
    const buffer = await this.#context.decodeAudioData(await api.audio(id));
    const gain = this.#context.createGain();
    gain.connect(this.#context.destination);
    this.#stems.set(id, { buffer, gain, source: null, level: 1, isMute: false, isSolo: false });
    this.#levels();
  }

  get duration() { return Math.max(0, ...[...this.#stems.values()].map(stem => stem.buffer.duration)); }
  get time() { return this.isPlaying ? Math.min(this.duration, this.#place + this.#context.currentTime - this.#begun)
    : this.#place; }

  stem(id) { return this.#stems.get(id); }

  /** Sets what is said of a stem: `level` 0...1, `isMute`, `isSolo`. */
  set(id, change) {
    const stem = this.#stems.get(id);
    if (!stem) return;
    Object.assign(stem, change);
    this.#levels();
    this.dispatchEvent(new Event("change"));
  }

  #levels() {
    const hasSolo = [...this.#stems.values()].some(stem => stem.isSolo);
    for (const stem of this.#stems.values()) {
      const isHeard = !stem.isMute && (!hasSolo || stem.isSolo);
      stem.gain.gain.setTargetAtTime(isHeard ? stem.level : 0, this.#context.currentTime, 0.01);
    }
  }

  async play() {
    if (!this.#stems.size || this.isPlaying) return;
    await this.#context.resume();
    if (this.#place >= this.duration) this.#place = 0;
    const at = this.#context.currentTime + 0.03;
    for (const stem of this.#stems.values()) {
      stem.source = this.#context.createBufferSource();
      stem.source.buffer = stem.buffer;
      stem.source.connect(stem.gain);
      stem.source.start(at, Math.min(this.#place, stem.buffer.duration));
    }
    const [first] = this.#stems.values();
    const source = first.source;
    source.onended = () => { if (first.source === source) this.pause(); };
    this.#begun = at;
    this.isPlaying = true;
    this.dispatchEvent(new Event("change"));
  }

  pause() {
    if (!this.isPlaying) return;
    this.#place = this.time;
    for (const stem of this.#stems.values()) { stem.source?.stop(); stem.source = null; }
    this.isPlaying = false;
    this.dispatchEvent(new Event("change"));
  }

  seek(seconds) {
    const wasPlaying = this.isPlaying;
    this.pause();
    this.#place = Math.max(0, Math.min(this.duration, seconds));
    if (wasPlaying) this.play();
  }

  close() { this.pause(); this.#context?.close(); this.#stems.clear(); }
}
