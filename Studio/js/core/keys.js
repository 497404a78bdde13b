/** Keys that work everywhere, and the list of all of them. */
import { prefs } from "./prefs.js";

/** Shortcuts in groups, as the help shows them: keys, and the name of the sentence. */
export const SHORTCUTS = [
  ["keys.everywhere", [[["?"], "keys.help"], [["/"], "keys.search"], [["Ctrl", "Enter"], "keys.create"],
    [["Space"], "keys.play"], [["Shift", "N"], "keys.next"], [["Shift", "P"], "keys.previous"], [["Q"], "keys.queue"],
    [["F6"], "keys.areas"], [["G", "C"], "keys.goCreate"], [["G", "L"], "keys.goLibrary"],
      [["G", "D"], "keys.goDJ"], [["G", "M"], "keys.goModels"]]],
  ["keys.list", [[["↑", "↓"], "keys.walk"], [["Enter"], "keys.open"], [["Space"], "keys.playThis"],
    [["."], "keys.menu"],
    [["T"], "keys.take"], [["L"], "keys.like"], [["Delete"], "keys.trash"], [["Ctrl", "Z"], "keys.undo"]]],
  ["keys.bench", [[["←", "→"], "keys.seek"], [["N"], "keys.part"], [["[", "]"], "keys.ends"],
    [["Delete"], "keys.removePart"],
    [["+", "−", "0"], "keys.zoom"], [["F"], "keys.fit"], [["L"], "keys.loop"], [["X"], "keys.ab"]]],
];

/** Whether a key is typed into something that takes text, or presses what has the focus. */
export function isTaken(event) {
  const target = event.target;
  if (!(target instanceof Element)) return false;
  if (target.closest("input:not([type=checkbox], [type=range]), textarea, select, dialog, vz-menu")) return true;
  return [" ", "Enter"].includes(event.key) && Boolean(target.closest("button, a, summary, [role=slider], input"));
}

/** Whether keys of a single letter are on. */
export const lettersOn = () => prefs.get("letters", true);
