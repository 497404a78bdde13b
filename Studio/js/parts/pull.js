/** A model that can be had: what it is, what it needs, and its download. */
import { fill, h, set } from "../core/dom.js";
import { bytes, span } from "../core/format.js";
import { has, t } from "../core/i18n.js";
import { isGoing, pulls } from "../core/pulls.js";
import { attempt } from "./actions.js";
import { button } from "./controls.js";

/** The name of a model for people. */
export const modelTitle = name => has(`model.${name}.what`) ? t(`model.${name}`) : name;

/** How far a download is, in words. */
function pullWords(pull) {
  if (pull.state === "listing") return t("pull.listing");
  const parts = [t("pull.bytes", { bytes: bytes(pull.bytes), of: bytes(pull.total_bytes) }),
    t("pull.files", { n: pull.files_done, of: pull.files })];
  if (pull.bytes_per_second > 0) parts.push(t("pull.speed", { speed: bytes(pull.bytes_per_second) }));
  if (pull.seconds_left > 1) parts.push(t("job.left", { time: span(pull.seconds_left) }));
  return parts.join(" · ");
}

/** How far a download is, as a bar with words below; `follow` moves both. */
export function pullProgress(pull) {
  const bar = h("div", { class: "pullbar", role: "progressbar", "aria-label": t("job.progress"), "aria-valuemin": 0,
    "aria-valuemax": 100 });
  const words = h("p", { class: "faint" });
  const box = h("div", {}, bar, words);
  box.follow = now => {
    const part = now.total_bytes > 0 ? now.bytes / now.total_bytes : 0;
    words.textContent = pullWords(now);
    set(bar, { "aria-valuenow": Math.round(100 * part), "aria-valuetext": pullWords(now),
      style: { "--at": `${100 * part}%` } });
  };
  box.follow(pull);
  return box;
}

/** What of a model is drawn anew when it changes; all else of its download follows in place. */
export const pullState = entry => JSON.stringify(entry && [entry.name, entry.status, entry.missing_bytes,
  entry.pull?.state, entry.pull?.error?.message, pulls.may]);

/** The button of a model: to download, to go on, or to stop; nothing where that isn't for this key. */
export function pullButton(entry, { class: kind = "tight" } = {}) {
  if (!pulls.may) return null;
  const { name, pull } = entry;
  if (isGoing(pull)) {
    return button(t("job.stop"), () => attempt(() => pulls.stop(name)), { icon: "close", class: kind });
  }
  const isBegun = entry.status === "partial" || (pull && pull.state !== "succeeded" && pull.bytes > 0);
  return button(t(isBegun ? "pull.goOn" : "pull.start"), () => attempt(() => pulls.start(name)),
    { icon: "down", class: kind, disabled: !hasRoom(entry) });
}

/** Whether the server's disk can hold what is missing, as far as that is known. */
const hasRoom = ({ missing_bytes: missing, pull }) =>
  pulls.free === null || missing === null || missing - (pull?.bytes ?? 0) <= pulls.free;

/** Size, licence and memory of a model. */
function facts(entry) {
  const parts = [entry.parameters, entry.licence];
  if (entry.memory_bytes) parts.push(t("pull.memory", { bytes: bytes(entry.memory_bytes) }));
  return parts.filter(Boolean).join(" · ");
}

/** What stands against it, in words; "" where nothing does. */
function doubt(entry) {
  if (!hasRoom(entry)) return t("pull.noRoom", { bytes: bytes(entry.missing_bytes), free: bytes(pulls.free) });
  if (entry.fits === false) {
    return t("pull.tight", { bytes: bytes(entry.memory_bytes), memory: bytes(pulls.memory) });
  }
  return entry.is_gated ? t("pull.gated") : "";
}

/** A row of the list of models; `follow` moves its download. */
function pullRow(entry) {
  const { name, pull } = entry;
  const what = has(`model.${name}.what`) ? t(`model.${name}.what`) : entry.summary ?? "";
  const failed = pull?.state === "failed" && h("p", { class: "why" }, pull.error?.message ?? "");
  const stopped = pull?.state === "stopped" && pull.bytes > 0
    && h("p", {}, t("pull.stopped", { bytes: bytes(pull.bytes), of: bytes(pull.total_bytes) }));
  const progress = isGoing(pull) && pullProgress(pull);
  const row = h("div", { class: "model", data: { model: name } },
    h("div", {}, h("h3", {}, modelTitle(name), entry.is_recommended && h("span", { class: "tag brass" },
      t("pull.recommended"))), h("p", {}, what), h("p", { class: "faint" }, facts(entry)),
    doubt(entry) && h("p", { class: "doubt" }, doubt(entry)), failed, stopped,
    progress),
    h("span", { class: "tag" }, entry.download_bytes ? bytes(entry.download_bytes) : t("pull.sizeLater")),
    pullButton(entry) ?? h("pre", {}, `vivace models pull ${name}`));
  row.follow = now => { if (progress) progress.follow(now.pull); };
  return row;
}

/** Rows that follow their downloads, and are drawn anew where more has changed, with the focus where it was. */
export function pullList(element, entries) {
  let drawn = null;
  const draw = () => {
    if (!pulls.isLoaded) return;
    const now = entries(), state = now.map(pullState).join();
    if (state === drawn) {
      [...element.children].forEach((row, at) => row.follow(now[at]));
      return;
    }
    drawn = state;
    const focused = element.contains(document.activeElement)
      ? document.activeElement.closest("[data-model]")?.dataset.model : null;
    fill(element, now.map(pullRow));
    if (focused) element.querySelector(`[data-model="${CSS.escape(focused)}"] button`)?.focus();
  };
  pulls.on(element, draw);
  draw();
  return element;
}
