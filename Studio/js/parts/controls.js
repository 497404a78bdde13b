/** Small controls: segments, stars, menus, dialogues. */
import { emit, fill, h, roving } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { t } from "../core/i18n.js";

/** A button with an icon. */
export const tool = (name, label, onclick, more = {}) =>
  h("button", { type: "button", class: "tool " + (more.class ?? ""), "aria-label": label, title: label, onclick,
    ...without(more, "class") }, icon(name));

/** A button with words, and perhaps an icon. */
export const button = (label, onclick, { icon: name, class: kind = "", ...more } = {}) =>
  h("button", { type: "button", class: "btn " + kind, onclick, ...more }, name && icon(name), h("span", {}, label));

const without = (object, name) => Object.fromEntries(Object.entries(object).filter(([key]) => key !== name));

/** One of a few choices. Properties: `options` as `[value, label]`, `value`, `label`. Sends `change` with the value. */
export class Segment extends HTMLElement {
  /** @param {{label: string, options: [string, string][], value: string, change: (value: string) => void}} setup */
  static of({ label, options, value, change, ...more }) {
    const element = h("vz-segment", { role: "radiogroup", "aria-label": label, ...more });
    fill(element, options.map(([key, words]) => h("button", {
      type: "button", role: "radio", data: { value: key }, onclick: () => { element.value = key; change?.(key); },
    }, words)));
    roving(element);
    element.value = value;
    return element;
  }
  set value(value) {
    this.dataset.value = value;
    for (const item of this.children) {
      const isOn = item.dataset.value === String(value);
      item.setAttribute("aria-checked", isOn);
      item.tabIndex = isOn ? 0 : -1;
    }
    if (![...this.children].some(item => item.tabIndex === 0)
      && this.firstElementChild) this.firstElementChild.tabIndex = 0;
  }
  get value() { return this.dataset.value; }
}

/** Stars from 1 to 5; the one that is on takes them away. */
export function stars(rating, change) {
  const group = h("div", { class: "stars", role: "radiogroup", "aria-label": t("song.rating") });
  for (let count = 1; count <= 5; count += 1) {
    group.append(h("button", {
      type: "button", role: "radio", class: count <= (rating ?? 0) ? "lit" : "",
        "aria-checked": count === (rating ?? 0),
      "aria-label": t("song.stars", { n: count }), disabled: !change,
      onclick: event => { event.stopPropagation(); change(count === rating ? 0 : count); },
    }, icon("star")));
  }
  roving(group);
  return group;
}

let menu = null;

/** Closes the menu that is open. */
export function closeMenu(returnsFocus = true) {
  if (!menu) return;
  const { element, opener } = menu;
  menu = null;
  element.remove();
  if (returnsFocus && opener?.isConnected) opener.focus();
}

/**
 * Opens a menu at an element.
 *
 * @param {HTMLElement} opener
 * @param {([string, string, () => void] | null)[]} items icon, words, what it does; `null` is a line
 */
export function openMenu(opener, items) {
  closeMenu(false);
  const element = h("vz-menu", { role: "menu" }, items.map(item => item === null ? h("hr") : h("button", {
    type: "button", role: "menuitem", onclick: () => { closeMenu(); item[2](); },
  }, icon(item[0]), item[1])));
  document.body.append(element);
  menu = { element, opener };
  const place = opener.getBoundingClientRect(), size = element.getBoundingClientRect();
  element.style.setProperty("left",
    `${Math.max(8, Math.min(innerWidth - size.width - 8, place.right - size.width))}px`);
  const below = place.bottom + 4 + size.height < innerHeight;
  element.style.setProperty("top", `${below ? place.bottom + 4 : Math.max(8, place.top - size.height - 4)}px`);
  roving(element);
  element.addEventListener("keydown", event => {
    if (["Escape", "Tab"].includes(event.key)) { event.preventDefault(); event.stopPropagation(); closeMenu(); }
  });
  element.querySelector("button")?.focus();
}
addEventListener("pointerdown", event => { if (menu && !menu.element.contains(event.target)) closeMenu(false); },
  true);

/**
 * Asks something.
 *
 * @param {string} title
 * @param {Node[]} content
 * @param {{ go?: string, act?: (form: HTMLFormElement) => any, isForced?: boolean }} [options] the button that goes on
 * @returns {HTMLDialogElement}
 */
export function openDialog(title, content, { go, act, isForced = false } = {}) {
  const form = h("form", { method: "dialog", novalidate: true }, h("h2", { id: "dialog-title" }, title), content,
    h("div", { class: "row" }, h("span", { class: "grow" }),
      !isForced && button(go ? t("do.cancel") : t("do.close"), () => dialog.close(), { class: "bare" }),
      go && h("button", { type: "submit", class: "btn primary" }, go)));
  const dialog = h("dialog", { "aria-labelledby": "dialog-title" }, form);
  form.addEventListener("submit", async event => {
    event.preventDefault();
    if (act && await act(form) === false) return;
    dialog.close();
  });
  if (isForced) dialog.addEventListener("cancel", event => event.preventDefault());
  const opener = document.activeElement;
  dialog.addEventListener("close", () => { dialog.remove(); if (opener?.isConnected) opener.focus?.(); });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** A strip with words, and perhaps a button. */
export const notice = (kind, name, words, ...more) =>
  h("div", { class: `notice ${kind}` }, icon(name), h("div", { class: "grow" }, words), more);

/** Words that say that something happened, with a way back, above the player for a while. */
export function offer(text, label, act) {
  emit(document.querySelector("vz-app"), "offer", { text, label, act });
}

customElements.define("vz-segment", Segment);
customElements.define("vz-menu", class extends HTMLElement {});
