/** The waveform of a song with its grid and the parts that are to be made anew. */
import { player } from "../audio/player.js";
import { samplesOf } from "../audio/peaks.js";
import { emit, fill, h, say } from "../core/dom.js";
import { clock, fine } from "../core/format.js";
import { t } from "../core/i18n.js";
import { added, barText, settle, snapped } from "../core/parts.js";
import { prefs } from "../core/prefs.js";
import { colour } from "./picture.js";
import { SpectrumLayer } from "./spectrum.js";

const STEP = Math.SQRT2;

class Waveform extends HTMLElement {
  parts = [];
  chosen = -1;
  grid = null;
  snap = "bar";
  duration = 0;
  view = { from: 0, to: 1 };
  #samples = null;
  /** Of the song that is shown. @type {SpectrumLayer | null} */
  layer = null;

  connectedCallback() {
    if (this.picture) return;
    this.ruler = h("div", { class: "ruler", "aria-hidden": "true" });
    this.base = h("canvas", { "aria-hidden": "true" });
    this.played = h("canvas", { "aria-hidden": "true" });
    this.head = h("div", { class: "playhead" });
    this.regions = h("div");
    this.picture = h("div", { class: "picture", tabindex: 0, role: "group", "aria-label": t("bench.wave"),
      "aria-keyshortcuts": "N",
      onpointerdown: event => this.#press(event), onkeydown: event => this.#key(event),
        ondblclick: event => { player.seek(this.#timeAt(event)); player.resume(); } },
    this.base, this.played, this.regions, this.head);
    this.picture.addEventListener("wheel", event => this.#wheel(event), { passive: false });
    this.inner = h("div");
    this.span = h("div", { class: "span", onscroll: () => this.#scrolled() }, this.inner);
    fill(this, this.ruler, this.picture, this.span);
    this.resized = new ResizeObserver(() => this.draw());
    this.resized.observe(this.picture);
    this.redraw = () => this.draw();
    this.follow = () => this.#follow();
    addEventListener("vz-look", this.redraw);
    for (const name of ["time", "change"]) player.addEventListener(name, this.follow);
  }
  disconnectedCallback() {
    this.resized.disconnect();
    removeEventListener("vz-look", this.redraw);
    for (const name of ["time", "change"]) player.removeEventListener(name, this.follow);
  }

  /** What the picture shows: `wave`, `spectrum`, or `both`, one above the other. */
  get mode() { return this.picture.dataset.mode; }
  set mode(mode) {
    prefs.set("bench.mode", mode);
    this.picture.dataset.mode = mode;
    this.#name();
    this.draw();
  }

  #name() {
    const wave = t("bench.waveOf", { length: clock(this.duration) });
    this.picture.setAttribute("aria-label",
      this.mode === "wave" || !this.layer ? wave : `${wave} ${this.layer.words}`);
  }

  /** Shows a song. */
  async load(song, grid) {
    this.layer?.canvas.remove();
    this.layer?.axis.remove();
    this.layer = new SpectrumLayer(song);
    this.picture.insertBefore(this.layer.canvas, this.regions);
    this.picture.insertBefore(this.layer.axis, this.head);
    this.picture.dataset.mode = prefs.get("bench.mode", "wave");
    this.grid = grid;
    this.snap = grid ? this.snap : "off";
    this.duration = song.duration ?? 0;
    this.view = { from: 0, to: this.duration || 1 };
    this.draw();
    const { samples, duration } = await samplesOf(song.id);
    this.#samples = samples;
    this.duration = duration;
    this.view = { from: 0, to: duration };
    this.#name();
    this.draw();
  }

  get limits() { return { from: Math.min(0, ...this.parts.map(part => part.from)),
    to: Math.max(this.duration, ...this.parts.map(part => part.to)) }; }

  setParts(parts, chosen = this.chosen) {
    this.parts = parts;
    this.chosen = Math.min(chosen, parts.length - 1);
    if (this.limits.to > this.view.to && this.view.to >= this.duration) this.view = { ...this.view,
      to: this.limits.to };
    if (this.limits.from < this.view.from && this.view.from <= 0) this.view = { ...this.view,
      from: this.limits.from };
    if (this.view.to > this.limits.to) this.view = { from: Math.max(this.limits.from, this.view.from),
      to: this.limits.to };
    this.draw();
    emit(this, "parts", { parts, chosen: this.chosen });
  }

  // MARK: Drawing

  #x(time) { return (time - this.view.from) / (this.view.to - this.view.from); }

  draw() {
    const width = this.picture.clientWidth, height = this.picture.clientHeight;
    if (!width || !height) return;
    if (this.mode !== "spectrum") {
      const part = this.mode === "both" ? height * 0.4 : height;
      this.#drawWave(this.base, width, part, colour("--wave-in"), colour("--wave"));
      this.#drawWave(this.played, width, part, colour("--wave-on"), colour("--wave-on-out"));
    }
    if (this.mode !== "wave" && this.#samples) {
      this.layer.draw(this.view, width).catch(() => { this.mode = "wave"; say(t("bench.noSpectrum"), true); });
    }
    this.#drawRuler();
    this.#drawRegions();
    const whole = this.limits.to - this.limits.from, seen = this.view.to - this.view.from;
    this.inner.style.setProperty("width", `${100 * whole / seen}%`);
    this.#isScrolling = true;
    this.span.scrollLeft = (this.view.from - this.limits.from) / whole * this.span.scrollWidth;
    this.#follow();
  }
  #isScrolling = false;
  #scrolled() {
    if (this.#isScrolling) { this.#isScrolling = false; return; }
    const from = this.limits.from
      + this.span.scrollLeft / this.span.scrollWidth * (this.limits.to - this.limits.from);
    this.view = { from, to: from + this.view.to - this.view.from };
    this.draw();
  }

  #drawWave(canvas, width, height, inner, outer) {
    const scale = devicePixelRatio || 1, samples = this.#samples;
    canvas.width = width * scale;
    canvas.height = height * scale;
    const context = canvas.getContext("2d");
    context.scale(scale, scale);
    if (this.grid && canvas === this.base) {
      context.fillStyle = colour("--line");
      const seen = this.view.to - this.view.from,
        step = width * this.grid.bar / seen > 14 ? this.grid.bar : this.grid.bar * 4;
      for (let time = Math.ceil(this.view.from / step) * step; time < this.view.to;
        time += step) context.fillRect(this.#x(time) * width, 0, 1, height);
    }
    const middle = height / 2;
    if (!samples) { context.fillStyle = inner; context.fillRect(0, middle, width, 1); return; }
    const rate = samples.length / this.duration, seen = this.view.to - this.view.from;
    for (let x = 0; x < width; x += 1) {
      const from = Math.floor((this.view.from + x / width * seen) * rate),
        to = Math.max(from + 1, Math.floor((this.view.from + (x + 1) / width * seen) * rate));
      if (to <= 0 || from >= samples.length) continue;
      let low = 0, high = 0, square = 0, count = 0;
      // At the farthest view a point stands for thousands of samples; a few hundred of them show the same.
      const stride = Math.max(1, Math.floor((to - from) / 300));
      for (let at = Math.max(0, from); at < Math.min(samples.length, to); at += stride) {
        const value = samples[at];
        low = Math.min(low, value);
        high = Math.max(high, value);
        square += value * value;
        count += 1;
      }
      context.fillStyle = outer;
      context.fillRect(x, middle - high * middle * 0.94, 1, Math.max(1, (high - low) * middle * 0.94));
      const body = Math.sqrt(square / Math.max(1, count)) * middle * 0.94;
      context.fillStyle = inner;
      context.fillRect(x, middle - body, 1, Math.max(1, 2 * body));
    }
  }

  #drawRuler() {
    const seen = this.view.to - this.view.from, marks = [];
    let step = this.grid?.bar ?? 1;
    while (seen / step > 12) step *= 2;
    for (let time = Math.max(0, Math.ceil(this.view.from / step - 1e-9) * step); time < this.view.to; time += step) {
      marks.push(h("i", { style: { "--x": `${100 * this.#x(time)}%` } },
        this.grid ? barText(time, this.grid) : clock(time)));
    }
    fill(this.ruler, marks);
  }

  #drawRegions() {
    const focus = document.activeElement?.dataset?.end;
    fill(this.regions, this.parts.map((part, at) => {
      const end = (name, label) =>
        h("div", { class: `end ${name}`, tabindex: 0, role: "slider", data: { end: `${at}${name}` },
        "aria-label": label,
        "aria-valuemin": this.limits.from, "aria-valuemax": this.limits.to, "aria-valuenow": part[name],
          "aria-valuetext": this.say(part[name]),
        onpointerdown: event => this.#dragPart(event, at, name), onkeydown: event => this.#endKey(event, at, name) });
      return h("vz-region", { class: at === this.chosen ? "on" : "",
        style: { "--x": `${100 * this.#x(part.from)}%`, "--w": `${100 * (this.#x(part.to) - this.#x(part.from))}%` },
        onpointerdown: event => this.#dragPart(event, at, "both") }, h("b", { "aria-hidden": "true" }, `${at + 1}.`),
      end("from", t("bench.begin", { n: at + 1 })), end("to", t("bench.end", { n: at + 1 })));
    }));
    if (focus) this.regions.querySelector(`[data-end="${focus}"]`)?.focus();
  }

  /** A time in words: bar and seconds. */
  say(time) { return this.grid ? t("bench.at", { bar: barText(time, this.grid), time: fine(time) }) : fine(time); }

  #follow() {
    const part = Math.max(-0.1, Math.min(1.1, this.#x(player.time)));
    this.head.style.setProperty("transform", `translateX(${part * this.picture.clientWidth}px)`);
    this.played.style.setProperty("clip-path", `inset(0 ${100 - 100 * Math.max(0, Math.min(1, part))}% 0 0)`);
  }

  // MARK: Pointers

  #timeAt(event) {
    const place = this.picture.getBoundingClientRect();
    return this.view.from + (event.clientX - place.left) / place.width * (this.view.to - this.view.from);
  }

  #press(event) {
    if (event.button || event.target.closest("vz-region")) return;
    const begin = this.#timeAt(event), x = event.clientX;
    let part = null;
    this.picture.setPointerCapture(event.pointerId);
    const move = next => {
      if (part === null && Math.abs(next.clientX - x) < 5) return;
      const snap = next.altKey ? "off" : this.snap;
      const wish = { from: snapped(Math.min(begin, this.#timeAt(next)), this.grid, snap),
        to: snapped(Math.max(begin, this.#timeAt(next)), this.grid, snap) };
      // A drag within one bar or beat means the whole of it.
      if (wish.to - wish.from < 0.01 && this.grid) wish.to = wish.from
        + (snap === "bar" ? this.grid.bar : this.grid.beat);
      const others = part === null ? this.parts : this.parts.filter((_, at) => at !== part);
      const found = added(others, wish, this.limits);
      if (!found) return;
      part = found.at;
      this.setParts(found.parts, found.at);
    };
    this.picture.addEventListener("pointermove", move);
    this.picture.addEventListener("lostpointercapture", end => {
      this.picture.removeEventListener("pointermove", move);
      if (part === null) { player.seek(begin); emit(this, "sought", begin); }
      end.stopPropagation();
    }, { once: true });
  }

  #dragPart(event, at, moves) {
    if (event.button) return;
    event.stopPropagation();
    const begin = this.#timeAt(event), part = { ...this.parts[at] };
    this.chosen = at;
    this.setParts(this.parts, at);
    this.picture.setPointerCapture(event.pointerId);
    const move = next => {
      const by = this.#timeAt(next) - begin, snap = next.altKey ? "off" : this.snap;
      const length = part.to - part.from;
      const from = moves === "to" ? part.from : snapped(part.from + by, this.grid, snap);
      const to = moves === "from" ? part.to : moves === "both" ? from + length
        : snapped(part.to + by, this.grid, snap);
      this.change(at, { from, to }, moves);
    };
    this.picture.addEventListener("pointermove", move);
    this.picture.addEventListener("lostpointercapture", () => this.picture.removeEventListener("pointermove", move),
      { once: true });
  }

  /** Moves a part or an end of it as far as it may go. */
  change(at, wish, moves) {
    const parts = [...this.parts];
    const limits = { from: Math.min(this.limits.from, 0),
      to: this.parts[at].to > this.duration ? this.duration + 240 : this.limits.to };
    parts[at] = settle(parts, at, wish, limits, moves);
    this.setParts(parts, at);
  }

  #wheel(event) {
    if (!event.ctrlKey && !event.metaKey) {
      const by = (event.deltaX
        || (event.shiftKey ? event.deltaY : 0)) / this.picture.clientWidth * (this.view.to - this.view.from);
      if (by) { event.preventDefault(); this.pan(by); }
      return;
    }
    event.preventDefault();
    this.zoom(event.deltaY < 0 ? 1 : -1, this.#timeAt(event));
  }

  pan(by) {
    const seen = this.view.to - this.view.from;
    const from = Math.max(this.limits.from, Math.min(this.limits.to - seen, this.view.from + by));
    this.view = { from, to: from + seen };
    this.draw();
  }

  /** Goes closer or farther by a step, about a time. */
  zoom(by, about = player.time) {
    const { from, to } = this.limits, least = Math.min(to - from, this.grid?.bar ?? 2);
    const seen = Math.max(least, Math.min(to - from, (this.view.to - this.view.from) / STEP ** by));
    const middle = Math.max(this.view.from, Math.min(this.view.to, about)), part = this.#x(middle);
    const begin = Math.max(from, Math.min(to - seen, middle - part * seen));
    this.view = { from: begin, to: begin + seen };
    this.draw();
  }
  zoomAll() { this.view = this.limits; this.draw(); }
  zoomTo(part) {
    const more = 4 * (this.grid?.bar ?? 1);
    this.view = { from: Math.max(this.limits.from, part.from - more), to: Math.min(this.limits.to, part.to + more) };
    this.draw();
  }

  // MARK: Keys

  /** A new part of four bars, or ten seconds, at the playhead. */
  addHere() {
    const length = 4 * (this.grid?.bar ?? 2.5), begin = snapped(player.time, this.grid, this.snap);
    const found = added(this.parts, { from: begin, to: begin + length }, this.limits)
      ?? added(this.parts, { from: this.duration - length, to: this.duration }, this.limits);
    if (found) this.setParts(found.parts, found.at);
    return Boolean(found);
  }
  removePart(at) { this.setParts(this.parts.filter((_, index) => index !== at), Math.min(at, this.parts.length - 2));
    }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target !== this.picture) return;
    const { beat, bar } = this.grid ?? { beat: 1, bar: 5 };
    const part = this.parts[this.chosen];
    const act = {
      ArrowLeft: () => player.seek(player.time - (event.shiftKey ? bar : beat)),
        ArrowRight: () => player.seek(player.time + (event.shiftKey ? bar : beat)),
      Home: () => player.seek(0), End: () => player.seek(this.duration), Enter: () => player.resume(),
        n: () => this.addHere(),
      "[": part && (() => this.change(this.chosen, { ...part, from: player.time }, "from")),
        "]": part && (() => this.change(this.chosen, { ...part, to: player.time }, "to")),
      Delete: part && (() => this.removePart(this.chosen)), "+": () => this.zoom(1), "=": () => this.zoom(1),
        "-": () => this.zoom(-1), 0: () => this.zoomAll(),
      f: part && (() => this.zoomTo(part)), l: () => emit(this, "loop-part"), x: () => player.swap(),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  #endKey(event, at, name) {
    const { beat, bar } = this.grid ?? { beat: 1, bar: 5 };
    const step = event.shiftKey ? 0.01 : this.snap === "bar" && this.grid ? bar : this.grid ? beat : 0.1;
    const by = { ArrowLeft: -step, ArrowDown: -step, ArrowRight: step, ArrowUp: step, PageUp: 4 * bar,
      PageDown: -4 * bar }[event.key];
    if (event.key === "Delete") { event.preventDefault(); this.removePart(at); this.picture.focus(); return; }
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    this.change(at, { ...this.parts[at], [name]: this.parts[at][name] + by }, name);
  }
}
customElements.define("vz-waveform", Waveform);
customElements.define("vz-region", class extends HTMLElement {});
