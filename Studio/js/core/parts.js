/** Parts of a song that are to be made anew: where they may lie, on the grid of its bars. */

/** Most parts at once, and the shortest part in seconds. */
export const MOST = 8;
export const SHORTEST = 0.5;

/**
 * A grid of beats.
 *
 * @typedef {{ beat: number, bar: number } | null} Grid seconds of a beat and of a bar; `null` without a tempo
 */

/** The grid of a song. @returns {Grid} */
export function gridOf(parameters) {
  const bpm = Number(parameters?.bpm);
  if (!(bpm >= 30 && bpm <= 300)) return null;
  const beats = Number.parseInt(parameters.timesignature, 10) || 4;
  return { beat: 60 / bpm, bar: 60 / bpm * beats };
}

/** A time on the nearest line of the grid. @param {"bar" | "beat" | "off"} snap */
export function snapped(time, grid, snap) {
  if (!grid || snap === "off") return time;
  const step = snap === "bar" ? grid.bar : grid.beat;
  return Math.round(time / step) * step;
}

/**
 * Where a part comes to lie: between its neighbours and the ends, and not shorter than {@link SHORTEST}.
 *
 * @param {{from: number, to: number}[]} parts in order
 * @param {number} at the part's place among them
 * @param {{from: number, to: number}} wish
 * @param {{from: number, to: number}} limits of the song
 * @param {"from" | "to" | "both"} moves what is moved; `both` keeps the length
 */
export function settle(parts, at, wish, limits, moves = "both") {
  const low = at > 0 ? parts[at - 1].to : limits.from;
  const high = at + 1 < parts.length ? parts[at + 1].from : limits.to;
  let { from, to } = wish;
  if (moves === "both") {
    const length = Math.min(to - from, high - low);
    from = Math.max(low, Math.min(high - length, from));
    to = from + length;
  } else if (moves === "from") from = Math.max(low, Math.min(to - SHORTEST, from));
  else to = Math.min(high, Math.max(from + SHORTEST, to));
  return { from: round(from), to: round(to) };
}

/** A new part among others, or `null` where there is no room. @returns {{parts: any[], at: number} | null} */
export function added(parts, wish, limits) {
  if (parts.length >= MOST) return null;
  const from = Math.max(limits.from, Math.min(wish.from, wish.to)),
    to = Math.min(limits.to, Math.max(wish.from, wish.to));
  const before = parts.filter(part => part.from < from), after = parts.filter(part => part.from >= from);
  const low = before.length ? Math.max(from, before.at(-1).to) : from;
  const high = after.length ? Math.min(to, after[0].from) : to;
  if (high - low < SHORTEST) return null;
  return { parts: [...before, { from: round(low), to: round(high) }, ...after], at: before.length };
}

const round = value => Math.round(value * 1000) / 1000;

/** A time in bars and beats, counted from 1: `17` or `17.3`. */
export function barText(time, grid) {
  const beats = Math.round(time / grid.beat), perBar = Math.round(grid.bar / grid.beat);
  const bar = Math.floor(beats / perBar), rest = beats - bar * perBar;
  return rest ? `${bar + 1}.${rest + 1}` : String(bar + 1);
}
