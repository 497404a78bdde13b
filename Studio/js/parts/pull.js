/** A model that can be had: what it is, what it needs, and its download. */
import { fill, h } from "../core/dom.js";
import { bytes, span } from "../core/format.js";
import { has, t } from "../core/i18n.js";
import { isGoing, pulls } from "../core/pulls.js";
import { attempt } from "./actions.js";
import { button } from "./controls.js";

/** The name of a model for people. */
export const modelTitle = name => has(`model.${name}.what`) ? t(`model.${name}`) : name;

/** How far a download is, in words. */
export function pullWords(pull) {
  if (pull.state === "listing") return t("pull.listing");
  const parts = [t("pull.bytes", { bytes: bytes(pull.bytes), of: bytes(pull.total_bytes) }),
    t("pull.files", { n: pull.files_done, of: pull.files })];
  if (pull.bytes_per_second > 0) parts.push(t("pull.speed", { speed: bytes(pull.bytes_per_second) }));
  if (pull.seconds_left > 1) parts.push(t("job.left", { time: span(pull.seconds_left) }));
  return parts.join(" · ");
}

/** The bar of a download. */
export function pullBar(pull) {
  const part = pull.total_bytes > 0 ? pull.bytes / pull.total_bytes : 0;
  return h("div", { class: "pullbar", role: "progressbar", "aria-label": t("job.progress"), "aria-valuemin": 0,
    "aria-valuemax": 100, "aria-valuenow": Math.round(100 * part), "aria-valuetext": pullWords(pull),
    style: { "--at": `${100 * part}%` } });
}

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

/** A row of the list of models. */
export function pullRow(entry) {
  const { name, pull } = entry;
  const what = has(`model.${name}.what`) ? t(`model.${name}.what`) : entry.summary ?? "";
  const failed = pull?.state === "failed" && h("p", { class: "why" }, pull.error?.message ?? "");
  const stopped = pull?.state === "stopped" && pull.bytes > 0
    && h("p", {}, t("pull.stopped", { bytes: bytes(pull.bytes), of: bytes(pull.total_bytes) }));
  return h("div", { class: "model", data: { model: name } },
    h("div", {}, h("h3", {}, modelTitle(name), entry.is_recommended && h("span", { class: "tag brass" },
      t("pull.recommended"))), h("p", {}, what), h("p", { class: "faint" }, facts(entry)),
    doubt(entry) && h("p", { class: "doubt" }, doubt(entry)), failed, stopped,
    isGoing(pull) && [pullBar(pull), h("p", { class: "faint" }, pullWords(pull))]),
    h("span", { class: "tag" }, entry.download_bytes ? bytes(entry.download_bytes) : t("pull.sizeLater")),
    pullButton(entry) ?? h("pre", {}, `vivace models pull ${name}`));
}

/** Draws rows anew as downloads move, with the focus kept on the same model's button. */
export function pullList(element, entries) {
  const draw = () => {
    if (!pulls.isLoaded) return;
    const focused = element.contains(document.activeElement)
      ? document.activeElement.closest("[data-model]")?.dataset.model : null;
    fill(element, entries().map(pullRow));
    if (focused) element.querySelector(`[data-model="${CSS.escape(focused)}"] button`)?.focus();
  };
  pulls.on(element, draw);
  draw();
  return element;
}
