/** Words to sing: their sections, syllables, and what will surprise. */

/** Sections that models know, as they stand in lyrics. */
export const SECTIONS = ["Intro", "Verse", "Pre-Chorus", "Chorus", "Bridge", "Solo", "Outro"];
/** Syllables that are sung in a second, in quick songs; more don't fit. */
const FASTEST = 5.5;
/** Syllables that are sung in a second, in most songs. */
const USUAL = 2.2;

const SCRIPTS = [["latin", /\p{Script=Latin}/u], ["han", /\p{Script=Han}/u],
  ["kana", /[\p{Script=Hiragana}\p{Script=Katakana}]/u],
  ["hangul", /\p{Script=Hangul}/u], ["cyrillic", /\p{Script=Cyrillic}/u], ["arabic", /\p{Script=Arabic}/u]];

/** Whether a line names a section, such as `[Verse]`. */
export const isSection = line => /^\s*\[.*\]\s*$/.test(line);

/**
 * Syllables of a line: each letter of Chinese and Korean and each sound of Japanese is one; elsewhere groups of vowels,
 * without the silent e of English.
 */
export function syllables(line) {
  if (isSection(line)) return 0;
  let count = 0;
  count += (line.match(/[\p{Script=Han}\p{Script=Hangul}]/gu) ?? []).length;
  count += (line.match(/[\p{Script=Hiragana}\p{Script=Katakana}]/gu)
    ?? []).filter(letter => !/[ゃゅょぁぃぅぇぉャュョァィゥェォー]/.test(letter)).length;
  for (const word of line.toLowerCase().match(/[\p{Script=Latin}\p{Script=Cyrillic}']+/gu) ?? []) {
    const plain = word.normalize("NFD").replace(/\p{M}/gu, "");
    let vowels = (plain.match(/[aeiouyаеёиоуыэюя]+/gu) ?? []).length;
    if (vowels > 1 && /[^aeiouyl]e$/.test(plain)) vowels -= 1;
    count += Math.max(1, vowels);
  }
  return count;
}

/**
 * What there is to say of lyrics.
 *
 * @param {string} text
 * @param {number | null} seconds length of the song, where it is known
 * @returns {{ lines: number, syllables: number, sung: number, need: number, issues: [string, any][] }} `sung`,
 *   `need` are seconds, usual and shortest; issues are names of sentences with their values
 */
export function lint(text, seconds = null) {
  const lines = text.split("\n"), issues = [];
  const words = lines.filter(line => line.trim() && !isSection(line));
  const total = words.reduce((sum, line) => sum + syllables(line), 0);
  const sections = lines.filter(isSection);
  if (words.length && !sections.length) issues.push(["lyrics.noSections", {}]);
  else if (words.length && !isSection(lines.find(line => line.trim()) ?? "")) issues.push(["lyrics.before", {}]);
  sections.forEach((line, at) => {
    if (/^\s*\[\s*\]\s*$/.test(line)) issues.push(["lyrics.emptyTag", { n: at + 1 }]);
  });
  const open = lines.findIndex(line => /^\s*\[[^\]]*$/.test(line) || /^\s*[^[\]]+\]\s*$/.test(line));
  if (open >= 0) issues.push(["lyrics.openTag", { n: open + 1 }]);
  const round = lines.findIndex(line => /^\s*\((verse|chorus|bridge|intro|outro)\b.*\)\s*$/i.test(line));
  if (round >= 0) issues.push(["lyrics.roundTag", { n: round + 1 }]);
  const scripts = SCRIPTS.filter(([, pattern]) => words.some(line => pattern.test(line))).map(([name]) => name);
  const isJapanese = scripts.includes("kana");
  const foreign = scripts.filter(name => !(isJapanese && name === "han"));
  if (foreign.length > 1) issues.push(["lyrics.mixed", { n: foreign.length }]);
  const long = words.find(line => syllables(line) > 20);
  if (long) issues.push(["lyrics.longLine", { line: long.trim().slice(0, 24), n: syllables(long) }]);
  const sung = total / USUAL, need = total / FASTEST;
  if (seconds && need > seconds) issues.push(
    ["lyrics.long", { n: words.length, need: Math.ceil(need / 5) * 5, seconds }]);
  return { lines: words.length, syllables: total, sung, need, issues };
}
