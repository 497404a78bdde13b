/** The spectrogram in the picture of a song: levels from the worker in the colours of the look, and its axis. */
import { SpectrumSource } from "../audio/analysis.js";
import { LOWEST, HIGHEST, ROWS, placeOf } from "../audio/spectrum.js";
import { h } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { colour } from "./picture.js";

/** Octaves of C with their frequencies, as the axis names them. */
const MARKS = Array.from({ length: 10 }, (_, octave) => [`C${octave}`, 440 * 2 ** (octave - 4 - 9 / 12)])
  .filter(([, hertz]) => hertz > LOWEST && hertz < HIGHEST);

const said = hertz => hertz < 1000 ? `${Math.round(hertz)} Hz` : `${(hertz / 1000).toFixed(1)} kHz`;

/** Colours of the levels 0...255, from the ground of the look over its accent to its ink. */
function colours() {
  const canvas = new OffscreenCanvas(256, 1), context = canvas.getContext("2d");
  const ramp = context.createLinearGradient(0, 0, 256, 0);
  for (const [place, name] of [[0, "--s1"], [0.35, "--wave"], [0.75, "--mark"], [1, "--text"]]) {
    ramp.addColorStop(place, colour(name));
  }
  context.fillStyle = ramp;
  context.fillRect(0, 0, 256, 1);
  return new Uint32Array(context.getImageData(0, 0, 256, 1).data.buffer);
}

export class SpectrumLayer {
  #source;
  #turn = 0;
  #shown = null;
  isWaiting = false;

  constructor(song) {
    this.#source = new SpectrumSource(song);
    this.canvas = h("canvas", { class: "spectrum", "aria-hidden": "true" });
    this.axis = h("div", { class: "axis", "aria-hidden": "true" }, MARKS.map(([name, hertz]) =>
      h("i", { style: { "--y": `${100 * (1 - placeOf(hertz))}%` } }, h("b", {}, name), ` ${said(hertz)}`)));
  }

  /** What the axis says, for those who don't see it. */
  get words() { return t("bench.axis", { from: said(LOWEST), to: said(HIGHEST) }); }

  /**
   * Draws a stretch as soon as it is worked out; what was asked for before is dropped.
   *
   * @param {{ from: number, to: number }} view seconds
   * @param {number} width of the picture, in points
   */
  async draw(view, width) {
    const turn = ++this.#turn, columns = Math.max(1, Math.min(1200, Math.round(width)));
    const name = [view.from, view.to, columns].join();
    if (this.#shown?.name !== name) {
      this.isWaiting = true;
      const levels = await this.#source.view({ ...view, columns });
      if (turn !== this.#turn || !levels) return;
      this.#shown = { name, levels, columns };
      this.isWaiting = false;
    }
    this.#paint();
  }

  /** Draws what is there in the colours of the look. */
  #paint() {
    const { levels, columns } = this.#shown, ink = colours();
    const image = new ImageData(columns, ROWS), points = new Uint32Array(image.data.buffer);
    for (let column = 0; column < columns; column += 1) {
      for (let row = 0; row < ROWS; row += 1) {
        points[(ROWS - 1 - row) * columns + column] = ink[levels[column * ROWS + row]];
      }
    }
    this.canvas.width = columns;
    this.canvas.height = ROWS;
    this.canvas.getContext("2d").putImageData(image, 0, 0);
  }
}
