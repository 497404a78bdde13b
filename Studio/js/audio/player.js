/** The one player: a queue, a place in it, and a second song to compare with. */
import { prefs } from "../core/prefs.js";
import { loudnessOf } from "./analysis.js";

const FADE = 10;

class Player extends EventTarget {
  /** @type {any[]} songs */
  queue = [];
  index = -1;
  /** The song compared with, if any; `side` says which of the two is heard. */
  other = null;
  side = "a";
  /** Decibels by which each side is lowered, so that both are equally loud. */
  lowered = { a: 0, b: 0 };
  /** How far both sides are equally loud: `going`, `done`, or `failed` where a song can't be read here. */
  matching = "going";
  /** A part that is repeated, in seconds. */
  part = null;
  isLooping = prefs.get("loop", false);
  #volume = prefs.get("volume", 1);
  #a = this.#sound();
  #b = this.#sound();
  #frame = 0;

  #sound() {
    const audio = new Audio();
    audio.preload = "auto";
    for (const name of ["play", "pause", "loadedmetadata", "seeked", "waiting", "playing"]) {
      audio.addEventListener(name, () => this.#tell());
    }
    audio.addEventListener("ended", () => this.#ended());
    audio.addEventListener("error", () => this.dispatchEvent(new Event("unplayable")));
    return audio;
  }

  get song() { return this.queue[this.index] ?? null; }
  /** The one of the two that is heard. */
  get heard() { return this.side === "b" && this.other ? this.other : this.song; }
  get isPlaying() { return !this.#a.paused || (Boolean(this.other) && !this.#b.paused); }
  get duration() { return Number.isFinite(this.#a.duration) ? this.#a.duration : this.song?.duration ?? 0; }
  get time() { return this.#a.currentTime; }
  get volume() { return this.#volume; }

  /** Plays a song, with others behind and before it. */
  async play(song, queue = [song]) {
    this.queue = queue.some(item => item.id === song.id) ? queue : [song];
    this.index = this.queue.findIndex(item => item.id === song.id);
    this.compare(null);
    this.#a.src = `/v1/audio/${song.id}`;
    this.part = null;
    this.dispatchEvent(new Event("song"));
    await this.resume();
  }

  /** Shows a song without playing it. */
  show(song, queue) {
    if (this.song?.id === song.id) return;
    this.queue = queue ?? [song];
    this.index = this.queue.findIndex(item => item.id === song.id);
    this.compare(null);
    this.#a.src = `/v1/audio/${song.id}`;
    this.part = null;
    this.dispatchEvent(new Event("song"));
    this.#tell();
  }

  async resume() {
    if (!this.song) return;
    try {
      await Promise.all([this.#a.play(), this.other ? this.#b.play() : null]);
    } catch { /* Another song was chosen meanwhile, or the browser wants a click first. */ }
    this.#level();
  }
  pause() { this.#a.pause(); this.#b.pause(); }
  toggle() { return this.isPlaying ? this.pause() : this.resume(); }

  /** Plays or pauses one song. */
  toggleSong(song, queue) {
    return this.song?.id === song.id ? this.toggle() : this.play(song, queue);
  }

  seek(seconds) {
    const time = Math.max(0, Math.min(this.duration, seconds));
    this.#a.currentTime = time;
    if (this.other) this.#b.currentTime = time;
    this.#tell();
  }

  step(by) {
    const next = this.queue[this.index + by];
    if (next) return this.play(next, this.queue);
    if (by < 0) this.seek(0);
  }

  setVolume(volume) {
    this.#volume = Math.max(0, Math.min(1, volume));
    prefs.set("volume", this.#volume);
    this.#level();
    this.#tell();
  }

  setLooping(isLooping) {
    this.isLooping = isLooping;
    prefs.set("loop", isLooping);
    this.#tell();
  }

  #ended() {
    if (this.isLooping) { this.seek(0); this.resume(); } else if (this.index + 1 < this.queue.length) this.step(1);
    else this.#tell();
  }

  // MARK: Two songs

  /** Compares the song with another at equal loudness; `null` ends it. */
  async compare(other) {
    this.other = other;
    this.side = "a";
    this.lowered = { a: 0, b: 0 };
    this.matching = "going";
    this.#b.pause();
    if (other) {
      this.#b.src = `/v1/audio/${other.id}`;
      this.#b.currentTime = this.time;
      if (this.isPlaying) this.#b.play().catch(() => {});
      const song = this.song;
      this.#level();
      this.#tell();
      await this.#match(song, other);
    }
    this.#level();
    this.#tell();
  }

  /** Lowers the louder one by the difference of integrated loudness; silence stays as it is. */
  async #match(song, other) {
    let a, b, isRead = true;
    try { [a, b] = [await loudnessOf(song), await loudnessOf(other)]; } catch { isRead = false; }
    if (this.other !== other || this.song !== song) return;
    this.matching = isRead ? "done" : "failed";
    const difference = Number.isFinite(a) && Number.isFinite(b) ? a - b : 0;
    this.lowered = { a: Math.max(0, difference), b: Math.max(0, -difference) };
  }

  /** Goes over to the other of two songs. */
  swap() {
    if (!this.other) return;
    this.side = this.side === "a" ? "b" : "a";
    this.#b.currentTime = this.#a.currentTime;
    this.#level(true);
    this.#tell();
  }

  /** Sets the levels of both; with a fade of {@link FADE} ms where two are compared. */
  #level(isFading = false) {
    const goal = {
      a: this.side === "a" || !this.other ? this.#volume * 10 ** (-this.lowered.a / 20) : 0,
      b: this.side === "b" && this.other ? this.#volume * 10 ** (-this.lowered.b / 20) : 0,
    };
    if (!isFading) { this.#a.volume = goal.a; this.#b.volume = goal.b; return; }
    const from = { a: this.#a.volume, b: this.#b.volume };
    const begin = performance.now();
    const move = () => {
      const part = Math.min(1, (performance.now() - begin) / FADE);
      this.#a.volume = from.a + (goal.a - from.a) * part;
      this.#b.volume = from.b + (goal.b - from.b) * part;
      if (part < 1) requestAnimationFrame(move);
    };
    move();
  }

  // MARK: Telling

  #tell() {
    this.dispatchEvent(new Event("change"));
    if (this.isPlaying && !this.#frame) this.#frame = requestAnimationFrame(() => this.#tick());
  }

  #tick() {
    this.#frame = 0;
    if (this.part && this.time >= this.part.to) this.seek(this.part.from);
    this.dispatchEvent(new Event("time"));
    if (this.isPlaying) this.#frame = requestAnimationFrame(() => this.#tick());
  }
}

export const player = new Player();
