/** The set that is planned and made: what this browser keeps of it, and everything that changes it. */
import { api } from "../core/api.js";
import { titleOf } from "../core/format.js";
import { t } from "../core/i18n.js";
import { prefs } from "../core/prefs.js";
import { store } from "../core/store.js";
import { postEvents } from "../core/stream.js";
import { EMPTY, USUAL_JOIN, completed, copy, fresh, plain, planned } from "./plans.js";

/** Milliseconds after the last edit until the server looks at the plan. */
const CALM = 500;

class DJSet extends EventTarget {
  providers = [];
  /** What is written and planned; see EMPTY. */
  state = { ...copy(EMPTY), ...prefs.get("dj", {}) };
  /** Ends the answer that is on its way; `null` where none is. @type {AbortController | null} */
  speaking = null;
  /** Text of the answer that is on its way. */
  said = "";
  #calm = 0;
  #turn = 0;

  constructor() {
    super();
    this.state.settings = { ...EMPTY.settings, ...this.state.settings };
    store.addEventListener("over", event => this.#over(event.detail));
  }

  // MARK: Telling

  /** Keeps what there is, and tells `chat`, `tracks`, `settings` or `mix`. */
  tell(topic) {
    prefs.set("dj", this.state);
    this.dispatchEvent(new Event(topic));
  }

  /** Listens as long as an element is in the page. */
  on(element, topic, act) {
    let wasShown = false;
    const listener = () => {
      if (element.isConnected) { wasShown = true; act();
      } else if (wasShown) this.removeEventListener(topic, listener);
    };
    queueMicrotask(() => { wasShown = element.isConnected; });
    this.addEventListener(topic, listener);
  }

  /** Forgets the set and the talk; the settings stay. */
  clear() {
    this.stopSpeaking();
    const { settings } = this.state;
    this.state = { ...copy(EMPTY), settings };
    for (const topic of ["chat", "tracks", "mix", "settings"]) this.tell(topic);
  }

  setSettings(change) {
    Object.assign(this.state.settings, change);
    this.tell("settings");
    if (this.state.tracks.length) this.#checkSoon();
  }

  /** Sets the recording that the songs shall sound like; `null` for none. */
  setReference(reference) {
    this.state.reference = reference;
    this.tell("settings");
    if (this.state.tracks.length) this.#checkSoon();
  }

  get title() {
    return this.state.title || titleOf(this.state.messages.find(message => message.role === "user")?.content)
      || t("dj.untitled");
  }

  // MARK: The talk

  async loadProviders() {
    const list = await api.get("/v1/dj/providers");
    this.providers = list.data;
    const isKnown = list.data.some(provider => provider.id === this.state.settings.provider);
    if (!isKnown) this.state.settings.provider = list.default;
    this.tell("settings");
  }

  /** Sends a message: where a set is being made, what waits of it is called off before. */
  async send(text) {
    const { messages, settings } = this.state;
    if (this.speaking || !text.trim()) return;
    await this.#callOffWaiting();
    messages.push({ role: "user", content: text.trim() });
    const speaking = this.speaking = new AbortController();
    this.said = "";
    this.tell("chat");
    const answer = { role: "assistant", content: "", notices: [] };
    const rest = this.open;
    try {
      await postEvents("/v1/dj/chat", {
        provider: settings.provider, model: settings.model || null,
        messages: messages.filter(message => !message.error).map(({ role, content }) => ({ role, content })),
        tracks: settings.tracks, duration: settings.duration, instrumental: settings.instrumental,
        has_reference: Boolean(this.state.reference),
        plan: rest.length ? { narrative: this.state.narrative, settings: {}, tracks: rest.map(plain) } : null,
        made: this.started.map(track => track.title),
      }, (name, data) => this.#hear(name, data, answer), speaking.signal);
      if (!answer.content && !answer.error) answer.content = this.said;
    } catch (error) {
      answer.content ||= this.said;
      if (error.name === "AbortError") answer.isStopped = true;
      else answer.error = error.status === 0 ? t("net.away") : error.message;
    }
    if (this.speaking !== speaking) return;
    this.speaking = null;
    this.said = "";
    messages.push(answer);
    this.tell("chat");
  }

  #hear(name, data, answer) {
    if (name === "text") { this.said += data.delta; this.dispatchEvent(new Event("delta")); }
    else if (name === "notice") answer.notices.push(data.notice);
    else if (name === "plan") this.take(data.plan);
    else if (name === "failed") answer.error = data.error.message;
    else if (name === "done") Object.assign(answer, { content: data.text, isCut: data.is_cut });
  }

  stopSpeaking() { this.speaking?.abort(); }

  /** Sends the last message of the user again, in place of the answer that it got. */
  again() {
    const { messages } = this.state, at = messages.findLastIndex(message => message.role === "user");
    if (at < 0) return;
    const [message] = messages.splice(at);
    this.send(message.content);
  }

  // MARK: The plan

  /** Tracks that are made or being made. */
  get started() { return this.state.tracks.filter(track => track.song || this.isGoing(track)); }
  /** Tracks that may be planned anew. */
  get open() { return this.state.tracks.filter(track => !track.song && !this.isGoing(track)); }

  /** Takes a plan in the place of what is open; locked tracks keep their places, and what is made stands first. */
  take(plan) {
    this.state.tracks = [...this.started, ...planned(plan.tracks, this.open)];
    this.state.narrative = plan.narrative ?? "";
    this.state.planSettings = plan.settings ?? {};
    this.tell("tracks");
    this.#checkSoon();
  }

  edit(uid, change) {
    const track = this.track(uid);
    if (!track) return;
    Object.assign(track, change);
    if (change.isLocked === undefined && change.join === undefined && change.take === undefined) this.#checkSoon();
    this.tell("tracks");
  }

  /** Keeps what is being written, without a look at it yet. */
  write(uid, change) {
    Object.assign(this.track(uid) ?? {}, change);
    this.#turn += 1;
    prefs.set("dj", this.state);
  }

  track(uid) { return this.state.tracks.find(track => track.uid === uid); }

  add() {
    const { settings } = this.state;
    this.state.tracks.push(fresh({ title: t("dj.newTrack", { n: this.state.tracks.length + 1 }), caption: "",
      duration: settings.duration, energy: 0.5, instrumental: settings.instrumental }));
    this.tell("tracks");
    this.#checkSoon();
    return this.state.tracks.at(-1).uid;
  }

  remove(uid) {
    this.state.tracks = this.state.tracks.filter(track => track.uid !== uid);
    this.tell("tracks");
  }

  move(uid, before) {
    const { tracks } = this.state, track = this.track(uid);
    const rest = tracks.filter(other => other !== track);
    const at = rest.findIndex(other => other.uid === before);
    rest.splice(at < 0 ? rest.length : at, 0, track);
    this.state.tracks = rest;
    this.tell("tracks");
  }

  #checkSoon() {
    clearTimeout(this.#calm);
    this.#turn += 1;
    this.#calm = setTimeout(() => this.check().catch(error => {
      this.state.notices = [error.status === 0 ? t("net.away") : error.message];
      this.tell("tracks");
    }), CALM);
  }

  /**
   * Has the server look at the open tracks: it completes them, makes requests of them, and says what is wrong.
   *
   * @param {{ order?: string, mood?: string | null }} [wish] how they shall be ordered and their energy run
   * @returns {Promise<boolean>} whether the answer counts; not where something was written meanwhile
   */
  async check({ order = "none", mood = null } = {}) {
    clearTimeout(this.#calm);
    const turn = ++this.#turn, tracks = this.open;
    if (!tracks.length) return true;
    const { settings, reference } = this.state;
    const answer = await api.post("/v1/dj/plan", {
      plan: { narrative: this.state.narrative, settings: this.state.planSettings, tracks: tracks.map(plain) },
      tracks: Math.min(20, tracks.length), duration: settings.duration, instrumental: settings.instrumental,
      batch: settings.takes, audio_format: settings.format, folder: this.title, order, mood,
      locked: tracks.flatMap((track, at) => track.isLocked ? [at] : []),
      bpm_min: settings.bpm_min, bpm_max: settings.bpm_max,
      reference: reference?.id ?? null, influence: reference ? reference.influence : null });
    if (turn !== this.#turn) return false;
    // What is made keeps its place; the others take those that are between.
    const next = completed(tracks, answer.plan.tracks);
    this.state.tracks = [...this.state.tracks.map(track => tracks.includes(track) ? next.shift() : track), ...next];
    this.state.notices = answer.notices ?? [];
    this.tell("tracks");
    return true;
  }

  // MARK: Making

  isGoing(track) { return ["queued", "running"].includes(store.jobs.get(track.job)?.status); }
  /** Whether songs of the set are being made. */
  get isMaking() { return this.state.tracks.some(track => this.isGoing(track)); }
  get problems() { return this.open.flatMap(track => track.problems ?? []); }

  /** Has what is open made, in order. @throws {Refusal} */
  async make(tracks = this.open) {
    if (!await this.check()) return;
    const ready = tracks.filter(track => track.request && !(track.problems ?? []).length);
    if (!ready.length || ready.length < tracks.length) return;
    const bodies = ready.map(track => track.request);
    const { jobs } = bodies.length > 1 ? await api.post("/v1/jobs/batch", { jobs: bodies })
      : { jobs: [await api.post("/v1/jobs", bodies[0])] };
    jobs.forEach((job, at) => {
      if (!store.jobs.has(job.id)) store.jobs.set(job.id, job);
      Object.assign(ready[at], { job: job.id, song: null, take: 0 });
    });
    store.tell("jobs");
    this.tell("tracks");
  }

  /** Makes one track anew, with another seed. */
  remake(uid) {
    const track = this.track(uid);
    Object.assign(track, { song: null, job: null, seed: null });
    this.tell("tracks");
    return this.make([track]);
  }

  async #callOffWaiting() {
    const waiting = this.state.tracks.filter(track => store.jobs.get(track.job)?.status === "queued");
    for (const track of waiting) {
      await store.cancel(track.job);
      track.job = null;
    }
    if (waiting.length) this.tell("tracks");
  }

  /** Ends everything of the set that goes on. */
  async stop() {
    this.stopSpeaking();
    const ids = [...this.state.tracks.filter(track => this.isGoing(track)).map(track => track.job).reverse()];
    if (this.state.mix && this.isGoing(this.state.mix)) ids.push(this.state.mix.job);
    for (const id of ids) await store.cancel(id);
  }

  #over(job) {
    const track = this.state.tracks.find(item => item.job === job.id);
    if (track) {
      if (job.status === "succeeded") track.song = job.result?.songs?.map(song => song.handle) ?? null;
      this.tell("tracks");
    }
    if (this.state.mix?.job === job.id) {
      if (job.status === "succeeded") this.state.mix.song = job.result?.songs?.[0]?.handle ?? null;
      else this.state.mix.error = job.error?.message ?? t("job.stopped");
      this.tell("mix");
    }
  }

  /** Looks what became of jobs that ended while the page was closed. */
  async catchUp() {
    const items = [...this.state.tracks, ...this.state.mix ? [this.state.mix] : []];
    for (const item of items.filter(item => item.job && !item.song)) {
      let job = store.jobs.get(item.job);
      if (!job) {
        try { job = await api.get(`/v1/jobs/${item.job}`); } catch { item.job = null; continue; }
        store.jobs.set(job.id, job);
      }
      if (!["queued", "running"].includes(job.status)) this.#over(job);
    }
    this.tell("tracks");
  }

  /** The handle of the take of a track that counts; `null` before it is made. */
  handle(track) { return track.song?.[track.take ?? 0] ?? track.song?.[0] ?? null; }

  // MARK: The mix

  /** Tracks that a mix can be made of. */
  get mixable() { return this.state.tracks.filter(track => this.handle(track)); }

  /** Has the songs mixed in their order. @throws {Refusal} */
  async mixDown() {
    const tracks = this.mixable;
    const transitions = tracks.slice(0, -1).map(({ join = USUAL_JOIN }) => join.style === "beat_match"
      ? { style: join.style, beats: join.beats } : { style: join.style, seconds: join.seconds });
    const job = await api.post("/v1/dj/mixes", { songs: tracks.map(track => this.handle(track)), transitions,
      title: this.title, audio_format: this.state.settings.format });
    store.jobs.set(job.id, job);
    store.tell("jobs");
    this.state.mix = { job: job.id, song: null, error: null };
    this.tell("mix");
  }
}

export const djSet = new DJSet();
