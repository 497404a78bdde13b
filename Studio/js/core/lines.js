/** When the words of a song are sung: by timestamps, or estimated from its sections. */
import { isSection, syllables } from "./lyrics.js";

/**
 * A line of lyrics with its time.
 *
 * @typedef {{ text: string, isSection: boolean, from: number | null, to: number | null }} Line seconds; `null` for
 *   empty lines, and where nothing is known
 */

/**
 * Lines of an LRC document: `[mm:ss.xx]` before each, several for a line that comes again.
 *
 * @param {string} text
 * @param {number} duration of the song, at which the last line ends
 * @returns {Line[]} in the order of time
 */
export function linesOfLRC(text, duration) {
  const lines = [];
  let shift = 0;
  for (const row of text.split(/\r?\n/)) {
    const offset = /^\s*\[offset:\s*([+-]?\d+)\s*\]/i.exec(row);
    if (offset) shift = -Number(offset[1]) / 1000;
    const match = /^\s*((?:\[\d+:\d{1,2}(?:[.:]\d+)?\]\s*)+)(.*)$/.exec(row);
    if (!match) continue;
    // Times of single words, <mm:ss.xx>, are not shown.
    const words = match[2].replace(/<\d+:\d{1,2}(?:[.:]\d+)?>/g, "").trim();
    for (const [, minutes, seconds] of match[1].matchAll(/\[(\d+):(\d{1,2}(?:[.:]\d+)?)\]/g)) {
      lines.push({ text: words, isSection: isSection(words),
        from: Math.max(0, Number(minutes) * 60 + Number(seconds.replace(":", ".")) + shift), to: null });
    }
  }
  lines.sort((a, b) => a.from - b.from);
  lines.forEach((line, at) => { line.to = lines[at + 1]?.from ?? duration; });
  return lines.filter(line => line.text);
}

/** Syllables that a section without words counts as, and that each line counts as beside its own. */
const WORDLESS = 24, PAUSE = 2;

/**
 * Lines of lyrics with estimated times: each section gets its part of the song by what is sung in it, and each line its
 * part of the section.
 *
 * @param {string} text
 * @param {number} duration of the song in seconds; what is not above 0 gives lines without times
 * @returns {Line[]} all lines, empty ones too
 */
export function estimatedLines(text, duration) {
  const lines = (text ?? "").split("\n").map(words =>
    ({ text: words.trim(), isSection: isSection(words), from: null, to: null, weight: 0 }));
  const count = lines.length;
  for (let at = 0; at < count; at += 1) {
    const line = lines[at];
    if (!line.text) continue;
    if (!line.isSection) { line.weight = syllables(line.text) + PAUSE; continue; }
    const next = lines.slice(at + 1).find(other => other.text);
    if (!next || next.isSection) line.weight = WORDLESS;
  }
  const whole = lines.reduce((sum, line) => sum + line.weight, 0);
  if (whole > 0 && duration > 0) {
    let before = 0;
    for (const line of lines) {
      if (!line.text) continue;
      line.from = before / whole * duration;
      before += line.weight;
      line.to = before / whole * duration;
    }
  }
  return lines.map(({ weight: _, ...line }) => line);
}

/** The line that is sung at a time: the last one that has begun; -1 before the first. */
export function lineAt(lines, time) {
  let found = -1;
  lines.forEach((line, at) => { if (line.from !== null && line.from <= time && !line.isSection) found = at; });
  return found;
}
