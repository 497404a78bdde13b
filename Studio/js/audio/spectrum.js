/** A spectrogram with a logarithmic axis of frequencies, as levels 0...255. */

/** Samples of a window. */
const SIZE = 4096;
/** The axis: lowest and highest frequency in hertz, and rows of an octave. */
export const LOWEST = 40, HIGHEST = 15_000;
const PER_OCTAVE = 15;
export const ROWS = Math.round(Math.log2(HIGHEST / LOWEST) * PER_OCTAVE);
/** Decibels below full scale that are darkest. */
const FLOOR = -84;

/** Where a frequency lies on the axis, 0 at the bottom, 1 at the top. */
export const placeOf = hertz => Math.log2(hertz / LOWEST) / Math.log2(HIGHEST / LOWEST);
/** The frequency of a place on the axis. */
export const hertzAt = place => LOWEST * (HIGHEST / LOWEST) ** place;

/** Tables of a transform of {@link SIZE} points. */
function tables() {
  const bits = Math.log2(SIZE), order = new Uint16Array(SIZE);
  const cosine = new Float64Array(SIZE / 2), sine = new Float64Array(SIZE / 2), hann = new Float64Array(SIZE);
  for (let at = 0; at < SIZE; at += 1) {
    let turned = 0;
    for (let bit = 0; bit < bits; bit += 1) turned |= ((at >> bit) & 1) << (bits - 1 - bit);
    order[at] = turned;
    hann[at] = 0.5 - 0.5 * Math.cos(2 * Math.PI * at / SIZE);
  }
  for (let at = 0; at < SIZE / 2; at += 1) {
    cosine[at] = Math.cos(2 * Math.PI * at / SIZE);
    sine[at] = -Math.sin(2 * Math.PI * at / SIZE);
  }
  return { order, cosine, sine, hann };
}
let known = null;

/** The transform, in place, of values whose order is turned already. */
function transform(real, imaginary, { cosine, sine }) {
  for (let half = 1; half < SIZE; half *= 2) {
    const stride = SIZE / (2 * half);
    for (let begin = 0; begin < SIZE; begin += 2 * half) {
      for (let at = begin, turn = 0; at < begin + half; at += 1, turn += stride) {
        const other = at + half, c = cosine[turn], s = sine[turn];
        const r = real[other] * c - imaginary[other] * s, i = real[other] * s + imaginary[other] * c;
        real[other] = real[at] - r;
        imaginary[other] = imaginary[at] - i;
        real[at] += r;
        imaginary[at] += i;
      }
    }
  }
}

/**
 * The spectrogram of a stretch.
 *
 * @param {Float32Array} samples one channel
 * @param {number} rate samples a second
 * @param {{ from: number, to: number, columns: number }} view seconds, and how many columns they become
 * @returns {Uint8Array} `columns` × {@link ROWS} levels, column by column from the lowest frequency up; a sine of full
 *   scale is 255
 */
export function spectrum(samples, rate, { from, to, columns }) {
  const table = known ??= tables();
  const real = new Float64Array(SIZE), imaginary = new Float64Array(SIZE), power = new Float64Array(SIZE / 2);
  const levels = new Uint8Array(columns * ROWS);
  // A window of full scale has a sum of half its length; a sine's two halves share its power.
  const scale = 4 / (SIZE / 2) ** 2;
  const bin = rate / SIZE, edges = Array.from({ length: ROWS + 1 }, (_, row) => hertzAt(row / ROWS) / bin);
  for (let column = 0; column < columns; column += 1) {
    const middle = (from + (column + 0.5) / columns * (to - from)) * rate;
    const begin = Math.round(middle - SIZE / 2);
    for (let at = 0; at < SIZE; at += 1) {
      const place = begin + table.order[at];
      real[at] = place >= 0 && place < samples.length ? samples[place] * table.hann[table.order[at]] : 0;
      imaginary[at] = 0;
    }
    transform(real, imaginary, table);
    for (let at = 0; at < power.length; at += 1) power[at] = (real[at] ** 2 + imaginary[at] ** 2) * scale;
    for (let row = 0; row < ROWS; row += 1) {
      const decibels = 10 * Math.log10(loudest(power, edges[row], edges[row + 1]) + 1e-12);
      levels[column * ROWS + row] = Math.max(0, Math.min(255, Math.round(255 * (1 - decibels / FLOOR))));
    }
  }
  return levels;
}

/** The greatest power of a band; of one that is narrower than a bin, what lies between its neighbours. */
function loudest(power, low, high) {
  const last = power.length - 1;
  const first = Math.ceil(low), end = Math.min(last, Math.floor(high));
  if (first > end) {
    const at = Math.min(last - 1, Math.floor((low + high) / 2)), part = (low + high) / 2 - at;
    return power[at] + (power[at + 1] - power[at]) * part;
  }
  let most = 0;
  for (let at = first; at <= end; at += 1) most = Math.max(most, power[at]);
  return most;
}
