/** Rows that are put in another order: by dragging, by Alt with the arrows, and by two buttons. */
import { t } from "../core/i18n.js";
import { tool } from "./controls.js";

/** Id of the row that is dragged. */
let dragged = null;

/**
 * Lets a row be moved.
 *
 * @param {HTMLElement} row
 * @param {{ id: string, ids: () => string[], move: (id: string, before: string | null) => void }} list its id, the ids
 *   of all rows in order, and what moves one before another or, with `null`, to the end
 */
export function reorderable(row, { id, ids, move }) {
  // What is selected in a field is not the row that is dragged.
  row.addEventListener("pointerdown", event => {
    row.draggable = !event.target.closest("input, textarea, select, [role=slider]");
  });
  row.draggable = true;
  const side = event => {
    const place = row.getBoundingClientRect();
    return event.clientY < place.top + place.height / 2 ? "before" : "after";
  };
  row.addEventListener("dragstart", event => {
    if (event.target !== row) return;
    dragged = id;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", row.dataset.name ?? "");
  });
  row.addEventListener("dragend", () => { dragged = null; });
  row.addEventListener("dragover", event => {
    if (!dragged || dragged === id || !ids().includes(dragged)) return;
    event.preventDefault();
    row.dataset.drop = side(event);
  });
  row.addEventListener("dragleave", () => { delete row.dataset.drop; });
  row.addEventListener("drop", event => {
    delete row.dataset.drop;
    if (!dragged || dragged === id || !ids().includes(dragged)) return;
    event.preventDefault();
    const rest = ids().filter(other => other !== dragged);
    const at = rest.indexOf(id) + (side(event) === "after" ? 1 : 0);
    move(dragged, rest[at] ?? null);
  });
  row.addEventListener("keydown", event => {
    const step = event.altKey ? { ArrowUp: -1, ArrowDown: 1 }[event.key] : 0;
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    shift(step, { id, ids, move });
  });
}

/** Moves a row by a place. */
function shift(step, { id, ids, move }) {
  const all = ids(), goal = all.indexOf(id) + step;
  if (goal >= 0 && goal < all.length) move(id, all[step < 0 ? goal : goal + 1] ?? null);
}

/** The two buttons of a row. @param {string} title of what is moved */
export function moveButtons(title, list) {
  const all = list.ids(), at = all.indexOf(list.id);
  return [["up", "up1", "queue.earlier", -1, at === 0], ["down", "down1", "queue.later", 1, at === all.length - 1]]
    .map(([act, icon, words, step, isEnd]) => tool(icon, t(words, { title }), () => shift(step, list),
      { class: "tight", disabled: isEnd, data: { act, job: list.id } }));
}
