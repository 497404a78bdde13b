/** What the page knows of the server, filled by answers and events; views draw from it alone. */
import { Refusal, api, line } from "./api.js";
import { Feed } from "./feed.js";
import { prefs } from "./prefs.js";
import { SongPager } from "./songs.js";

const OVER = new Set(["succeeded", "failed", "cancelled"]);

class Store extends EventTarget {
  session = { needs_key: false, is_open: true, scopes: [] };
  /** Whether one's own songs wait until one goes on. */
  isPaused = false;
  /** Answer of `/v1/capabilities`, or `null` before it came. */
  capabilities = null;
  /** @type {Map<string, any>} by id */
  jobs = new Map();
  /** All songs, newest first. */
  songs = new SongPager({ order: "newest" });
  /** @type {Map<string, any>} songs met, by handle */
  known = new Map();
  isOnline = true;
  /** When the server is asked again, as `Date.now()`. */
  nextLook = 0;
  /** Mean seconds of a job, if measured. */
  meanSeconds = null;
  #feed = new Feed(event => this.#hear(event), wasShort => this.#broken(wasShort));
  #timer = 0;
  /** Jobs that were heard of before they were known: whether something more was heard during the look at them. */
  #looks = new Map();
  #dismissed = new Set(prefs.get("dismissed", []));

  constructor() {
    super();
    line.addEventListener("away", () => this.#away());
    line.addEventListener("back", () => this.#back());
    line.addEventListener("locked", () => this.#locked());
    this.songs.addEventListener("change", () => {
      for (const song of this.songs.items) this.known.set(song.id, song);
      this.tell("songs");
    });
  }

  /** Tells those who listen that something has changed: `session`, `net`, `capabilities`, `jobs`, `songs`, `song`. */
  tell(topic, detail) { this.dispatchEvent(new CustomEvent(topic, { detail })); }

  /** Listens as long as an element is in the page. */
  on(element, topic, act) {
    let wasShown = false;
    const listener = event => {
      if (element.isConnected) { wasShown = true; act(event.detail);
        } else if (wasShown) this.removeEventListener(topic, listener);
    };
    queueMicrotask(() => { wasShown = element.isConnected; });
    this.addEventListener(topic, listener);
  }

  /** Whether this key may make, change and delete. */
  get mayMake() { return this.session.scopes.includes("generate"); }
  get isOpen() { return this.session.is_open; }

  async start() {
    this.session = await api.get("/v1/session");
    this.tell("session");
    if (this.isOpen) await this.load();
  }

  /** Asks for everything that views begin with. */
  async load() {
    const [capabilities, list, line] = await Promise.all([
      api.get("/v1/capabilities"), api.get("/v1/jobs?limit=100"), api.get("/v1/queue"), this.songs.refresh()]);
    this.isPaused = line.is_paused;
    this.capabilities = capabilities;
    this.jobs = new Map(list.jobs.map(job => [job.id, job]));
    this.tell("capabilities");
    this.tell("jobs");
    for (const job of list.jobs) if (!OVER.has(job.status)) this.#refreshJob(job.id);
    this.#feed.open();
  }

  /** Asks anew which models there are and which are loaded. */
  async refreshModels() {
    try {
      this.capabilities = await api.get("/v1/capabilities");
      this.tell("models");
    } catch { /* What was known before still stands. */ }
  }

  async login(key) {
    this.session = await api.post("/v1/session", { key });
    this.tell("session");
    await this.load();
  }

  async logout() {
    await api.delete("/v1/session");
    this.#feed.close();
    this.session = await api.get("/v1/session");
    this.tell("session");
  }

  #locked() {
    if (!this.session.is_open) return;
    this.session = { ...this.session, needs_key: true, is_open: false };
    this.#feed.close();
    this.tell("session");
  }

  // MARK: Away and back

  #away() {
    clearTimeout(this.#timer);
    this.nextLook = Date.now() + 3000;
    this.#timer = setTimeout(() => this.look(), 3000);
    if (this.isOnline) this.#feed.close();
    this.isOnline = false;
    this.tell("net");
  }

  /** A stream that breaks off after a while is taken up again, if the server answers. */
  async #broken(wasShort) {
    if (wasShort) { this.#away(); return; }
    try {
      await api.get("/livez");
      if (this.isOnline && this.isOpen) this.#feed.open();
    } catch { /* The strip says that the server is away, and looks again. */ }
  }

  #back() {
    if (this.isOnline) return;
    clearTimeout(this.#timer);
    this.isOnline = true;
    this.tell("net");
    this.start().catch(() => {});
  }

  /** Looks whether the server answers. */
  look() { return api.get("/livez").catch(() => {}); }

  // MARK: Jobs

  /** Jobs that are shown among the songs: those that go on, and those that ended without songs and weren't put away. */
  get liveJobs() {
    const all = [...this.jobs.values()].filter(job => job.kind === "generate" && !this.#dismissed.has(job.id));
    const yesterday = Date.now() / 1000 - 86_400;
    return all.filter(job => job.status !== "succeeded" && (!OVER.has(job.status) || job.created_at > yesterday))
      .sort((a, b) => b.created_at - a.created_at);
  }
  get waiting() { return [...this.jobs.values()].filter(job => !OVER.has(job.status)); }

  /** Puts a failed or stopped job away. */
  dismiss(id) {
    this.#dismissed.add(id);
    prefs.set("dismissed", [...this.#dismissed].slice(-500));
    this.tell("jobs");
  }

  /** Has something made. @returns the job */
  async submit(body) {
    const key = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
    const job = await api.post("/v1/jobs", { priority: "interactive", ...body }, { "Idempotency-Key": key });
    if (!this.jobs.has(job.id)) this.jobs.set(job.id, job);
    this.tell("jobs");
    return job;
  }

  /** Waits until a job has ended. @returns the job @throws {Refusal} where it failed or was stopped */
  async finished(id) {
    for (;;) {
      const job = await api.get(`/v1/jobs/${id}`);
      if (job.status === "succeeded") return job;
      if (OVER.has(job.status)) throw new Refusal(409, job.error?.message ?? job.status, job.error?.field);
      await new Promise(resolve => {
        const done = event => {
          if (event.detail?.id !== id) return;
          this.removeEventListener("over", done);
          resolve();
        };
        this.addEventListener("over", done);
        setTimeout(resolve, 5000);
      });
    }
  }

  async cancel(id) {
    const job = this.jobs.get(id);
    if (job && !OVER.has(job.status)) { job.isStopping = true; this.tell("job", job); }
    this.#merge(await api.post(`/v1/jobs/${id}/cancel`));
  }

  /** Lets none of one's songs begin, or lets them begin again. */
  async setPaused(isPaused) {
    this.isPaused = (await api.patch("/v1/queue", { is_paused: isPaused })).is_paused;
    this.tell("jobs");
  }

  /** Moves a job that waits before another; `null` puts it at the end. */
  async move(id, before) { this.#merge(await api.post(`/v1/jobs/${id}/move`, { before })); }

  #merge(job) {
    // Answers may overtake each other; what is over stays over.
    if (OVER.has(this.jobs.get(job.id)?.status) && !OVER.has(job.status)) return;
    this.jobs.set(job.id, job);
    this.tell("jobs");
    if (OVER.has(job.status)) this.tell("over", job);
  }

  async #refreshJob(id) {
    try { this.#merge(await api.get(`/v1/jobs/${id}`)); } catch { /* A job that is gone has no card. */ }
  }

  /**
   * Looks at a job that was heard of before it was known. What is heard meanwhile may be newer than the answer, so that
   * another look follows; kept events of jobs that are long over, or gone, cost two looks at most.
   */
  async #meet(id) {
    if (this.#looks.has(id)) { this.#looks.set(id, true); return; }
    this.#looks.set(id, false);
    await this.#refreshJob(id);
    if (this.#looks.get(id)) await this.#refreshJob(id);
    if (this.jobs.has(id)) this.#looks.delete(id);
  }

  #hear(event) {
    const job = this.jobs.get(event.job);
    if (!job) { this.#meet(event.job); return; }
    if (OVER.has(job.status)) return;
    switch (event.event) {
      case "queued": {
        const hasMoved = job.queue_position !== event.position;
        Object.assign(job, { status: "queued", queue_position: event.position, eta_seconds: event.eta });
        if (hasMoved) { this.tell("jobs"); return; }
        break;
      }
      case "started": job.status = "running"; job.started_at ??= Date.now() / 1000; this.tell("jobs"); return;
      case "stage": job.status = "running"; job.stage = event.stage; break;
      case "progress":
        Object.assign(job, {
          status: "running", stage: event.stage, fraction: Math.max(job.fraction, event.fraction),
          seconds_left: event.eta, step: [event.completed, event.total] });
        break;
      case "finished": case "failed": case "cancelled": this.#ended(event); return;
      default: return;
    }
    this.tell("job", job);
  }

  async #ended(event) {
    if (event.event === "finished") await this.songs.refresh().catch(() => {});
    await this.#refreshJob(event.job);
  }

  // MARK: Songs

  /** A song by its handle. */
  async song(id) {
    const known = this.known.get(id);
    if (known) return known;
    const song = await api.get(`/v1/songs/${id}`);
    this.known.set(id, song);
    return song;
  }

  #changed(song) {
    this.known.set(song.id, song);
    this.songs.replace(song);
    this.tell("song", song);
    return song;
  }
  async change(id, change) { return this.#changed(await api.patch(`/v1/songs/${id}`, change)); }
  async trash(id) { return this.#changed(await api.delete(`/v1/songs/${id}`)); }
  async restore(id) { return this.#changed(await api.post(`/v1/songs/${id}/restore`)); }
}

export const store = new Store();
