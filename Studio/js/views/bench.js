/** The workbench: one song, its waveform, its parts, words, stems and versions. */
import { player } from "../audio/player.js";
import { fill, h, say } from "../core/dom.js";
import { clock, fine, secondsOf, span } from "../core/format.js";
import { icon } from "../core/icons.js";
import { t } from "../core/i18n.js";
import { gridOf } from "../core/parts.js";
import { prefs } from "../core/prefs.js";
import { expectedSeconds, isBuiltIn, rememberParent, requestOfSong, usual } from "../core/requests.js";
import { router } from "../core/router.js";
import { store } from "../core/store.js";
import { anotherTake, attempt, download, songMenu, startFrom, titleFor } from "../parts/actions.js";
import { Segment, button, openMenu, tool } from "../parts/controls.js";
import { facts } from "../parts/card.js";
import { versions } from "../parts/versions.js";
import { words } from "../parts/words.js";
import { TRACKS, canDo } from "./custom.js";
import "../parts/mixer.js";
import "../parts/waveform.js";

/** Draws the view. */
export function show(view, place) {
  view.classList.add("bench");
  if (!store.isOpen) return null;
  fill(view, h("p", { class: "empty faint" }, t("net.first")));
  store.song(place.part).then(song => { if (view.isConnected) new Bench(view, song, place); },
    error => fill(view, h("div", { class: "empty" }, h("h1", {}, t("bench.gone")),
      h("p", { class: "soft" }, error.message),
      h("a", { class: "btn", href: "/library" }, t("nav.library")))));
  return null;
}

class Bench {
  constructor(view, song, place) {
    this.song = song;
    this.view = view;
    this.task = "repaint";
    this.wave = h("vz-waveform");
    this.readout = h("span", { class: "soft", role: "status" });
    this.side = h("section", { class: "col side", "aria-label": t("bench.remake") });
    this.ab = h("div", { class: "ab", hidden: true });
    this.mixer = h("vz-mixer");
    this.grid = gridOf(song.parameters);
    const snaps = [["bar", t("bench.bar")], ["beat", t("bench.beat")], ["off", t("field.off")]];
    const snap = Segment.of({ label: t("bench.snap"), options: snaps, value: this.grid ? "bar" : "off",
      change: value => { this.wave.snap = this.grid ? value : "off"; } });
    const kinds = ["wave", "spectrum", "both"].map(name => [name, t(`bench.${name}Only`)]);
    const mode = Segment.of({ label: t("bench.picture"), options: kinds, value: prefs.get("bench.mode", "wave"),
      change: value => { this.wave.mode = value; } });
    mode.classList.add("mode");
    for (const item of snap.children) if (!this.grid && item.dataset.value !== "off") { item.disabled = true;
      item.title = t("bench.noTempo"); }
    fill(view, h("section", { class: "col", "aria-label": t("bench.name") },
      h("div", { class: "bhead" },
        tool("left", t("do.back"), () => history.length > 1 ? history.back() : router.go("/library")),
        h("h1", { lang: "" }, titleFor(song)), facts(song),
        h("span", { class: "grow" }), this.ab, button(t("song.download"), () => download(song), { icon: "down" }),
        tool("more", t("song.more"), event => openMenu(event.currentTarget, songMenu(song)),
          { "aria-haspopup": "menu" })),
      h("div", { class: "btools" }, tool("play", t("player.play"), () => player.toggleSong(song), {}),
        h("span", { class: "faint" }, t("bench.snap")), snap, mode,
        h("span", { class: "grow" }), this.readout,
          store.mayMake && button(t("bench.add"), () => this.wave.addHere(), { icon: "plus", class: "tight" }),
        this.loop = tool("loop", t("keys.loop"), () => this.#loop(), { "aria-pressed": false }),
        tool("minus", t("bench.farther"), () => this.wave.zoom(-1)),
          tool("plus", t("bench.closer"), () => this.wave.zoom(1))),
      h("div", { class: "scroll" }, this.wave, h("div", { class: "blower" },
        h("section", { class: "panel", "aria-label": t("song.words") },
          h("div", { class: "head" }, h("h2", {}, t("song.words"))), 
          h("div", { class: "scroll", data: { scrolls: "" } }, words(song))), this.mixer))),
    this.side);
    this.wave.addEventListener("parts", () => this.#changed());
    this.wave.addEventListener("loop-part", () => this.#loop());
    this.#drawSide();
    if (!player.isPlaying) player.show(song,
      store.songs.items.some(item => item.id === song.id) ? store.songs.items : [song]);
    const follow = () => { if (this.ab.isConnected) this.#drawAB();
      else player.removeEventListener("change", follow); };
    queueMicrotask(() => player.addEventListener("change", follow));
    store.on(this.wave, "over", job => this.#made(job));
    attempt(() => this.wave.load(song, this.grid)).then(() => this.#partOf(place));
    this.mixer.show(song);
  }

  /** Chooses the part that the address names: `?part=41.0-51.3`. */
  #partOf(place) {
    const match = /^([\d.]+)-([\d.]+)$/.exec(place.query.get("part") ?? "");
    if (match) this.wave.setParts([{ from: Number(match[1]), to: Math.min(Number(match[2]), this.wave.duration) }],
      0);
  }

  #drawAB() {
    this.ab.hidden = !player.other;
    if (!player.other) return;
    const side = (name, song) =>
      h("button", { type: "button", "aria-pressed": String(player.side === name),
      onclick: () => { if (player.side !== name) player.swap(); } },
      h("b", {}, name.toUpperCase()), " ", titleFor(song).slice(0, 18));
    const amount = Math.max(player.lowered.a, player.lowered.b);
    fill(this.ab, side("a", player.song), side("b", player.other),
      h("small", {}, amount >= 0.05
        ? t("player.matched", { side: player.lowered.a > player.lowered.b ? "A" : "B", db: amount.toFixed(1) })
        : t({ going: "player.matching", done: "player.equal", failed: "player.unmatched" }[player.matching])));
  }

  #loop() {
    const part = this.wave.parts[this.wave.chosen];
    player.part = player.part || !part ? null : part;
    this.loop.setAttribute("aria-pressed", Boolean(player.part));
    if (player.part) { player.seek(part.from); player.resume(); }
  }

  get #model() { return isBuiltIn(this.song.model) ? t("model.builtin") : this.song.model; }

  // MARK: Parts

  #drawSide() {
    const song = this.song;
    if (!store.mayMake) { fill(this.side, h("p", { class: "empty" }, t("key.read")), versions(song)); return; }
    this.title = h("h2");
    this.rows = h("div", { class: "stack" });
    this.what = h("textarea", { rows: 2, lang: "", placeholder: song.caption, "aria-label": t("bench.what") });
    this.words = h("textarea",
      { rows: 3, lang: "", value: song.lyrics ?? "", placeholder: t("lyrics.hint"),
      "aria-label": t("field.lyrics") });
    this.track = h("select", { "aria-label": t("field.track_name") },
      TRACKS.map(name => h("option", { value: name, selected: name === "drums" }, t(`track.${name}`))));
    this.trackRow = h("label", { class: "field", hidden: true }, h("span", {}, t("field.track_name")), this.track);
    const kind = Segment.of({ label: t("field.task"),
      options: [["repaint", t("bench.remake")], ["lego", t("task.lego")]], value: this.task,
      change: value => { this.task = value; this.trackRow.hidden = value !== "lego"; this.#changed(); } });
    this.go = button(t("bench.remake"), () => this.#send(),
      { icon: "again", class: "primary wide", "data-go": true });
    this.ready = h("p", { class: "ready" });
    const chip = (name, words, act) =>
      h("button", { type: "button", class: "chip", onclick: act }, icon(name), words);
    fill(this.side, h("div", { class: "scroll" },
      h("div", { class: "dsec" }, this.title, kind, this.rows, this.trackRow,
        h("label", { class: "field" }, h("span", {}, t("bench.what")), this.what),
          h("label", { class: "field" }, h("span", {}, t("field.lyrics")), this.words),
        this.promise = h("p", { class: "soft" }), this.go, this.ready),
      h("div", { class: "dsec" }, h("b", { class: "soft" }, t("bench.from")), h("div", { class: "chips" },
        chip("plus", t("bench.longer"), () => this.#longer()),
          chip("wand", t("task.cover"), () => startFrom(song, "cover")),
        chip("again", t("song.take"), () => anotherTake(song)),
          chip("stems", t("task.complete"), () => startFrom(song, "complete")))),
      h("div", { class: "dsec" }, h("b", { class: "soft" }, t("song.versions"))),
      versions(song, { compare: async other => { if (player.song?.id !== song.id) player.show(song);
        await player.compare(other); } })));
    this.#changed();
  }

  #changed() {
    if (!this.rows) return;
    const { parts, chosen } = this.wave, isLego = this.task === "lego";
    this.title.textContent = parts.length ? t("bench.remakeN", { n: parts.length }) : t("bench.remake");
    const part = parts[chosen];
    this.readout.textContent = part
      ? t("bench.read", { n: chosen + 1, from: this.wave.say(part.from), to: this.wave.say(part.to),
      length: span(part.to - part.from) }) : "";
    this.#drawRows();
    const able = canDo(this.task, this.song.model);
    this.go.disabled = !able || (!parts.length && !isLego) || !store.isOnline;
    this.go.lastChild.textContent = t(isLego ? "task.lego" : "bench.remake");
    const isExact = ["flac", "wav", "wav32"].includes(this.song.format);
    this.promise.textContent = isLego ? ""
      : t(isExact ? "bench.rest" : "bench.restLossy", { format: this.song.format.toUpperCase() });
    const seconds = expectedSeconds(this.wave.duration);
    fill(this.ready, h("i", { class: `dot ${this.go.disabled ? "off" : ""}` }),
      !able ? t("task.needs", { task: t(`task.${this.task}`) })
      : !parts.length && !isLego ? t("bench.drag") : seconds
        ? t("create.ready", { time: span(seconds), model: this.#model })
        : t("create.readyFirst", { model: this.#model }));
  }

  /** A row for each part; the rows alone are enough to do everything. Those that are edited stay as they are. */
  #drawRows() {
    const { parts, chosen } = this.wave;
    if (this.rows.children.length !== parts.length) {
      fill(this.rows, parts.map((_, at) => {
        const input = (name, label) => h("input", { "aria-label": label, data: { name }, onchange: event => {
          const time = secondsOf(event.target.value);
          if (Number.isFinite(time)) this.wave.change(at, { ...this.wave.parts[at], [name]: time }, name);
          this.#drawRows();
        } });
        return h("div", { class: "part",
          onfocusin: () => { if (this.wave.chosen !== at) this.wave.setParts(this.wave.parts, at); } },
          h("div", { class: "row" }, h("span", { class: "volta" }, `${at + 1}.`), h("span", { class: "soft grow" }),
            tool("close", t("bench.removeN", { n: at + 1 }), () => this.wave.removePart(at), { class: "tight" })),
          h("div", { class: "times" },
            h("label", { class: "field" }, h("span", {}, t("bench.fromTime")),
            input("from", t("bench.begin", { n: at + 1 }))),
            h("label", { class: "field" }, h("span", {}, t("bench.toTime")),
              input("to", t("bench.end", { n: at + 1 })))));
      }));
    }
    [...this.rows.children].forEach((row, at) => {
      row.classList.toggle("on", at === chosen);
      row.querySelector(".soft").textContent = span(parts[at].to - parts[at].from);
      for (const input of row.querySelectorAll("input")) if (document.activeElement !== input) input.value = fine(
        parts[at][input.dataset.name]);
    });
  }

  /** A part beyond the end, which makes the song longer. */
  #longer() {
    const { parts, duration } = this.wave, last = parts.at(-1);
    const length = 8 * (this.grid?.bar ?? 2);
    if (last && last.to > duration) this.wave.change(parts.length - 1, { ...last, to: last.to + length }, "to");
    else this.wave.setParts([...parts.filter(part => part.to <= duration),
      { from: duration, to: duration + length }], parts.length);
    this.words.focus();
  }

  async #send() {
    const { parts, duration } = this.wave, song = this.song;
    const before = requestOfSong(song);
    const request = { ...usual(song.model), task_type: this.task, src_audio: song.id,
      caption: this.what.value.trim() || song.caption || titleFor(song) };
    for (const name of ["bpm", "keyscale", "timesignature", "vocal_language", "instrumental"]) if (
      before[name] !== undefined) request[name] = before[name];
    if (this.words.value.trim()) { request.lyrics = this.words.value; delete request.instrumental; }
    if (parts.length) request.regions = parts.map(part =>
      [part.from, part.to >= duration - 0.01 && part.to <= duration + 0.01 ? -1 : part.to]);
    if (this.task === "lego") request.track_name = this.track.value;
    this.go.disabled = true;
    const job = await attempt(() =>
      store.submit({ request, model: song.model, title: titleFor(song), folder: song.folder,
      audio_format: ["flac", "wav", "wav32"].includes(song.format) ? song.format : "flac" }));
    this.#changed();
    if (!job) return;
    this.sent = { id: job.id, first: parts[0]?.from ?? 0 };
    rememberParent(job.id, song.id, parts.some(part => part.to > duration) ? "longer" : this.task);
    say(t("job.taken", { title: titleFor(song) }));
    fill(this.ready, h("i", { class: "dot" }), t("bench.making"), " ",
      h("a", { href: "/create/simple" }, t("bench.watch")));
  }

  /** Opens what was made as A, with the song that it came of as B, two bars before the first join. */
  async #made(job) {
    if (job.id !== this.sent?.id) return;
    const handle = job.result?.songs?.[0]?.handle;
    if (!handle) { fill(this.ready, h("i", { class: "dot off" }), job.error?.message ?? t("job.stopped"));
      this.#changed(); return; }
    const next = await attempt(() => store.song(handle));
    if (!next || !this.wave.isConnected) return;
    const begin = Math.max(0, this.sent.first - 2 * (this.grid?.bar ?? 2)), parent = this.song;
    player.pause();
    player.show(next, [next, parent]);
    router.go(`/song/${next.id}`);
    await player.compare(parent);
    player.seek(begin);
    say(t("bench.compareNow", { time: clock(begin) }));
  }
}
