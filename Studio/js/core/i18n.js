/** Words in three languages. A word that a language lacks is shown in English; the tests see to it that none does. */
import en from "../lang/en.js";
import { prefs } from "./prefs.js";

/** Languages of the interface, each by its own name. */
export const LANGUAGES = { en: "English", zh: "中文", ja: "日本語" };

let language = "en";
let words = en;
let plural = new Intl.PluralRules("en");

/** The language in use: `en`, `zh` or `ja`. */
export const lang = () => language;

/** Files of words beside the language's own, by the beginnings of their names. */
const parts = new Set(["fields-"]);

/** Begins to use a language. */
export function useLanguage(name) {
  language = name in LANGUAGES ? name : "en";
  return load();
}

/** Loads the words of the language; what was asked for meanwhile counts. */
async function load() {
  const wanted = language, names = ["", ...parts];
  const files = await Promise.all(names.map(part => import(`../lang/${part}${wanted}.js`)));
  if (wanted !== language || names.length !== parts.size + 1) return load();
  words = Object.assign({}, ...files.map(file => file.default));
  plural = new Intl.PluralRules(language);
  document.documentElement.lang = language;
}

/** Adds the words of a view that is loaded when it is shown. @param {string} part such as `dj-` */
export function addWords(part) {
  parts.add(part);
  return load();
}

/** The language that was chosen, that of the browser, or the server's. */
export function preferredLanguage(server) {
  const wishes = [prefs.get("lang"), ...(navigator.languages ?? []), server];
  for (const wish of wishes) {
    const name = String(wish ?? "").slice(0, 2).toLowerCase();
    if (name in LANGUAGES) return name;
  }
  return "en";
}

/**
 * A word or sentence.
 *
 * @param {string} key its name
 * @param {Record<string, any>} [values] for `{name}` in the sentence; `n` chooses the form where there are several
 */
export function t(key, values = {}) {
  let text = words[key] ?? en[key];
  if (text === undefined) { missing.add(key); return ""; }
  if (typeof text === "object") text = text[plural.select(values.n ?? 0)] ?? text.other;
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** Whether there is a word. */
export const has = key => words[key] !== undefined;

/** Names that were asked for and that no language has. */
export const missing = new Set();
