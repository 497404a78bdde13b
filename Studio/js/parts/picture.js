/** A song's picture: its loudness around a circle in the hue of its key, and along a line. */
import { pictureOf } from "../audio/peaks.js";
import { h } from "../core/dom.js";
import { keyOf } from "../core/format.js";

const seen = new IntersectionObserver(entries => {
  for (const entry of entries) {
    if (!entry.isIntersecting) continue;
    seen.unobserve(entry.target);
    entry.target.look();
  }
}, { rootMargin: "200px" });
const sized = new ResizeObserver(entries => { for (const entry of entries) entry.target.draw(); });

/** What both kinds of pictures share: they look at their song when they are seen, and draw anew with size and look. */
class Picture extends HTMLElement {
  #song = null;
  picture = null;

  set song(song) {
    if (song?.id === this.#song?.id && this.picture) { this.#song = song; return; }
    this.#song = song;
    this.picture = null;
    if (this.isConnected) { this.draw(); seen.observe(this); }
  }
  get song() { return this.#song; }

  connectedCallback() {
    this.redraw ??= () => this.draw();
    addEventListener("vz-look", this.redraw);
    sized.observe(this);
    seen.observe(this);
  }
  disconnectedCallback() {
    removeEventListener("vz-look", this.redraw);
    sized.unobserve(this);
    seen.unobserve(this);
  }

  async look() {
    const song = this.#song;
    if (!song || this.picture) return;
    const picture = await pictureOf(song);
    if (song !== this.#song && song.id !== this.#song?.id) return;
    this.picture = picture;
    if (this.isConnected) this.draw();
  }

  /** A canvas of the element's size, cleared. @returns {[CanvasRenderingContext2D, number, number] | null} */
  canvas(at) {
    while (this.children.length <= at) this.append(h("canvas", { "aria-hidden": "true" }));
    const canvas = this.children[at];
    const width = this.clientWidth, height = this.clientHeight, scale = devicePixelRatio || 1;
    if (!width || !height) return null;
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    const context = canvas.getContext("2d");
    context.scale(scale, scale);
    return [context, width, height];
  }
}

/** Value of a colour of the look. */
export const colour = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** The loudness of a part of a picture, 0...1, against its loudest. */
function level(picture, at, of) {
  const points = picture.peaks.length;
  const from = Math.floor(at * points / of), to = Math.max(from + 1, Math.floor((at + 1) * points / of));
  let most = 0;
  for (let point = from; point < to; point += 1) most = Math.max(most, picture.peaks[point]);
  return most / Math.max(1, picture.most ??= Math.max(...picture.peaks));
}

export class Seal extends Picture {
  draw() {
    const place = this.canvas(0);
    if (!place) return;
    const [context, size] = place;
    const key = keyOf(this.song?.parameters?.keyscale || this.song?.parameters?.cot_keyscale);
    const chroma = key ? 0.075 : 0.012, hue = key?.hue ?? 90;
    const ground = Number(colour(key?.minor ? "--seal-minor" : "--seal-major")), ink = Number(colour("--seal-ink"));
    const middle = size / 2;
    context.beginPath();
    context.arc(middle, middle, middle, 0, 2 * Math.PI);
    context.fillStyle = `oklch(${ground} ${chroma} ${hue})`;
    context.fill();
    context.strokeStyle = `oklch(${ink} ${key ? 0.13 : 0.02} ${hue})`;
    context.lineCap = "round";
    const strokes = size < 48 ? 40 : 64;
    context.lineWidth = Math.max(1, size / 52);
    for (let at = 0; at < strokes; at += 1) {
      const reach = this.picture ? 0.06 + 0.94 * level(this.picture, at, strokes) : 0.06;
      const angle = at / strokes * 2 * Math.PI - Math.PI / 2;
      const inner = size * 0.2, outer = inner + size * 0.24 * reach;
      context.beginPath();
      context.moveTo(middle + inner * Math.cos(angle), middle + inner * Math.sin(angle));
      context.lineTo(middle + outer * Math.cos(angle), middle + outer * Math.sin(angle));
      context.stroke();
    }
  }
}

export class Wave extends Picture {
  /** How much has been played, 0...1. */
  set position(part) { this.style.setProperty("--at", `${(part * 100).toFixed(2)}%`); }

  draw() {
    for (const [at, name] of [[0, this.tint ?? "--wave-in"], [1, "--wave-on"]]) {
      const place = this.canvas(at);
      if (!place) return;
      const [context, width, height] = place;
      context.fillStyle = name.startsWith("--") ? colour(name) : name;
      const bars = Math.max(8, Math.min(POINTS_MOST, Math.floor(width / 3)));
      for (let bar = 0; bar < bars; bar += 1) {
        const reach = this.picture ? Math.max(1.5, height * level(this.picture, bar, bars)) : 1.5;
        context.fillRect(bar * width / bars, (height - reach) / 2, Math.max(1, width / bars - 1.2), reach);
      }
    }
  }
}
const POINTS_MOST = 128;

customElements.define("vz-seal", Seal);
customElements.define("vz-wave", Wave);

/** A picture of a song as a circle. */
export function seal(song) { const element = h("vz-seal"); element.song = song; return element; }
/** A picture of a song along a line. */
export function wave(song) { const element = h("vz-wave"); element.song = song; return element; }
