/** Elements without markup: text goes in as text, never as HTML. */

/**
 * Makes an element.
 *
 * @param {string} tag its name
 * @param {Record<string, any>} [props] `class`, `on...` listeners, `style` (an object of custom or plain properties),
 *   `data`, properties that elements have, else attributes; `null` and `false` leave one out
 * @param {...any} children elements, texts, numbers, lists of these; `null` and `false` are nothing
 * @returns {HTMLElement}
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  set(element, props ?? {});
  put(element, children);
  return element;
}

const AS_PROPERTY = new Set(["value", "checked", "disabled", "selected", "open", "hidden", "indeterminate", "muted"]);

/** Sets properties as {@link h} does. */
export function set(element, props) {
  for (const [name, value] of Object.entries(props)) {
    if (name === "class") element.className = value || "";
    else if (name === "style") for (const [key, text] of Object.entries(value)) element.style.setProperty(key, text);
    else if (name === "data") Object.assign(element.dataset, value);
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (AS_PROPERTY.has(name)) element[name] = value ?? false;
    else if (value === null || value === undefined || value === false) element.removeAttribute(name);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
}

function put(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false || child === "") continue;
    element.append(child instanceof Node ? child : String(child));
  }
}

/** Gives an element other children. */
export function fill(element, ...children) {
  element.replaceChildren();
  put(element, children);
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

/** An SVG element of paths. */
export function drawing(viewBox, className, ...paths) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", viewBox);
  svg.setAttribute("class", className);
  svg.setAttribute("aria-hidden", "true");
  for (const d of paths) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}

/** The signature: five strokes. */
export const signature = (className = "signature") =>
  drawing("0 0 40 40", className, "M8 10v7M14 14v11M20 20v12M26 14v11M32 10v7");

/** Tells those who listen to the page. */
export function say(text, urgent = false) {
  const region = document.getElementById(urgent ? "assertive" : "polite");
  if (region) region.textContent = text;
}

/** Sends an event up. */
export function emit(element, name, detail) {
  element.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
}

/** Saves text or bytes as a file. */
export function save(content, name, type) {
  const url = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  const link = h("a", { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Saves what an address gives. */
export function saveFrom(address, name) {
  h("a", { href: address, download: name }).click();
}

/** Makes keys of the arrows walk through the buttons of a group, of which one can be reached by Tab. */
export function roving(group, selector = "button") {
  group.addEventListener("keydown", event => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const items = [...group.querySelectorAll(selector)];
    const at = items.indexOf(document.activeElement);
    if (at < 0) return;
    event.preventDefault();
    items[(at + step + items.length) % items.length].focus();
  });
}
