/** Integrated loudness after ITU-R BS.1770-4: K weighting, blocks of 400 ms, and two gates. */

/** Samples a second that the weighting is written down for. */
export const RATE = 48_000;

/** The two filters of the K weighting at {@link RATE}: a shelf for the head, and a high pass. */
const SHELF = { b: [1.53512485958697, -2.69169618940638, 1.19839281085285], a: [-1.69065929318241, 0.73248077421585] };
const PASS = { b: [1, -2, 1], a: [-1.99004745483398, 0.99007225036621] };

/** Samples of a block, and from one block to the next. */
const BLOCK = 0.4 * RATE, STEP = 0.1 * RATE;

/** Mean squares of the steps of one channel, K-weighted. */
function squares(samples) {
  const steps = new Float64Array(Math.floor(samples.length / STEP));
  const { b: [s0, s1, s2], a: [s3, s4] } = SHELF, { b: [p0, p1, p2], a: [p3, p4] } = PASS;
  let x1 = 0, x2 = 0, y1 = 0, y2 = 0, z1 = 0, z2 = 0;
  for (let step = 0, at = 0; step < steps.length; step += 1) {
    let sum = 0;
    for (const end = at + STEP; at < end; at += 1) {
      const x = samples[at];
      const y = s0 * x + s1 * x1 + s2 * x2 - s3 * y1 - s4 * y2;
      const z = p0 * y + p1 * y1 + p2 * y2 - p3 * z1 - p4 * z2;
      x2 = x1; x1 = x;
      y2 = y1; y1 = y;
      z2 = z1; z1 = z;
      sum += z * z;
    }
    steps[step] = sum / STEP;
  }
  return steps;
}

const level = power => -0.691 + 10 * Math.log10(power);
const mean = powers => powers.reduce((sum, power) => sum + power, 0) / powers.length;

/**
 * How loud audio is as a whole.
 *
 * @param {Float32Array[]} channels one or two of equal length, at {@link RATE}; each counts 1
 * @returns {number} LUFS; `-Infinity` for silence, and for less than 400 ms
 */
export function integrated(channels) {
  const weighted = channels.map(squares);
  const powers = [];
  const perBlock = BLOCK / STEP;
  for (let first = 0; first + perBlock <= weighted[0].length; first += 1) {
    let power = 0;
    for (const steps of weighted) for (let at = first; at < first + perBlock; at += 1) power += steps[at];
    powers.push(power / perBlock);
  }
  const heard = powers.filter(power => level(power) > -70);
  if (!heard.length) return -Infinity;
  const gate = level(mean(heard)) - 10;
  return level(mean(heard.filter(power => level(power) > gate)));
}
