/** Times, sizes, keys: how numbers are said. */
import { lang, t } from "./i18n.js";

/** `1:14` of seconds. */
export function clock(seconds) {
  if (!Number.isFinite(seconds)) return "–:––";
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** `1:14.3` of seconds. */
export function fine(seconds) {
  const tenths = Math.max(0, Math.round(seconds * 10));
  return `${Math.floor(tenths / 600)}:${(tenths % 600 / 10).toFixed(1).padStart(4, "0")}`;
}

/** Seconds of text such as `1:14.3` or `74.3`; `NaN` where it is none. */
export function secondsOf(text) {
  const parts = String(text).trim().split(":").map(Number);
  return parts.length > 2 || parts.some(part => !(part >= 0)) ? NaN : parts.reduce((sum, part) => sum * 60 + part, 0);
}

/** A duration in words: `4 s`, `1 min 50 s`. */
export function span(seconds) {
  const whole = Math.max(1, Math.round(seconds));
  if (whole < 60) return t("time.s", { s: whole });
  if (whole < 3600 && whole % 60 === 0) return t("time.m", { m: whole / 60 });
  if (whole < 3600) return t("time.ms", { m: Math.floor(whole / 60), s: whole % 60 });
  return t("time.hm", { h: Math.floor(whole / 3600), m: Math.floor(whole % 3600 / 60) });
}

/** A size of bytes in words. */
export function bytes(size) {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"];
  const power = Math.min(3, Math.floor(Math.log10(Math.max(1, size)) / 3));
  return new Intl.NumberFormat(lang(), {
    style: "unit", unit: units[power], unitDisplay: "short", maximumFractionDigits: size / 1000 ** power < 10 ? 1 : 0,
  }).format(size / 1000 ** power);
}

/** A moment: the time today, else the day. */
export function moment(seconds) {
  const date = new Date(seconds * 1000);
  const options = date.toDateString() === new Date().toDateString()
    ? { hour: "2-digit", minute: "2-digit" } : { day: "numeric", month: "short" };
  return new Intl.DateTimeFormat(lang(), options).format(date);
}

/** The day that a moment is on, in words. */
export function day(seconds) {
  const date = new Date(seconds * 1000), now = new Date();
  const days = Math.round((new Date(now).setHours(0, 0, 0, 0) - new Date(date).setHours(0, 0, 0, 0)) / 86_400_000);
  if (days === 0) return t("day.today");
  if (days === 1) return t("day.yesterday");
  return new Intl.DateTimeFormat(lang(), { dateStyle: "long" }).format(date);
}

const TONICS = ["C", "G", "D", "A", "E", "B", "F#", "C#", "G#", "D#", "A#", "F"];
const SAME = { Db: "C#", Eb: "D#", Gb: "F#", Ab: "G#", Bb: "A#", Cb: "B", Fb: "E", "E#": "F", "B#": "C" };
/** Keys as the filter shows them, around the circle of fifths. */
export const FIFTHS = ["C", "G", "D", "A", "E", "B", "F♯", "D♭", "A♭", "E♭", "B♭", "F"];

/**
 * A key and scale on the circle of fifths.
 *
 * @param {string} text such as `F# minor`
 * @returns {{place: number, hue: number, minor: boolean} | null} `place` 0 for C and its relative minor; hue in degrees
 */
export function keyOf(text) {
  const match = /^\s*([A-Ga-g])\s*([#b♯♭]?)\s*(.*)$/.exec(text ?? "");
  if (!match) return null;
  const name = match[1].toUpperCase() + match[2].replace("♯", "#").replace("♭", "b");
  const minor = /^m(?!aj)|min|moll/i.test(match[3]);
  const at = TONICS.indexOf(SAME[name] ?? name);
  const place = (at + (minor ? 9 : 0)) % 12;
  return { place, hue: 40 + 30 * place, minor };
}

/** A key as people write it: `F♯ minor` in the language of the page. */
export function keyName(text) {
  const match = /^\s*([A-Ga-g])\s*([#b♯♭]?)\s*(.*)$/.exec(text ?? "");
  if (!match) return text ?? "";
  const tonic = match[1].toUpperCase() + match[2].replace("#", "♯").replace("b", "♭");
  return t(/^m(?!aj)|min|moll/i.test(match[3]) ? "key.minor" : "key.major", { key: tonic });
}

/** A title of what somebody wrote: its first words. */
export function titleOf(text) {
  const line = String(text ?? "").trim().split(/[\n.,;:。，、；：]/)[0].trim();
  const short = /\s/.test(line) ? line.split(/\s+/).slice(0, 6).join(" ") : line.slice(0, 24);
  return short ? short[0].toUpperCase() + short.slice(1) : "";
}

/** A name of a file that every system takes. */
export const fileName = text => (text || "song").replace(/[\\/:*?"<>|\p{Cc}]+/gu, " ").trim().slice(0, 80) || "song";
