/** What this browser keeps: looks, drafts, defaults. */
const PREFIX = "vivace.";

export const prefs = {
  /** A kept value, or `fallback`. */
  get(name, fallback = null) {
    try {
      const text = localStorage.getItem(PREFIX + name);
      return text === null ? fallback : JSON.parse(text);
    } catch { return fallback; }
  },
  /** Keeps a value; `null` forgets it. */
  set(name, value) {
    try {
      if (value === null) localStorage.removeItem(PREFIX + name);
      else localStorage.setItem(PREFIX + name, JSON.stringify(value));
    } catch { /* A browser that keeps nothing still works. */ }
  },
};

/** Shows the look that was chosen: `dark`, `light` or, as the system has it, `system`. */
export function applyLook() {
  const look = prefs.get("look", "system");
  const dark = look === "system" ? matchMedia("(prefers-color-scheme: dark)").matches : look === "dark";
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  dispatchEvent(new Event("vz-look"));
}
