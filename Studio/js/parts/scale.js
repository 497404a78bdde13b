/** How near a cover stays to its recording: five stops with names, each a tested pair of values. */
import { drafts } from "../core/draft.js";
import { h, roving } from "../core/dom.js";
import { t } from "../core/i18n.js";

/** Name, part of the steps that follow the recording, and how near to its sound they start. */
export const STOPS = [["recording", 1, 0.5], ["song", 1, 0.2], ["tune", 1, 0], ["mood", 0.5, 0], ["new", 0.2, 0]];

/** The stop of a request; `null` between them. */
export function stopOf(request) {
  const strength = request.audio_cover_strength ?? 1, noise = request.cover_noise_strength ?? 0;
  return STOPS.find(stop => stop[1] === strength && stop[2] === noise)?.[0] ?? null;
}

export function scale() {
  const row = h("div", { class: "stops", role: "radiogroup", "aria-label": t("scale.name") });
  const draw = () => {
    const now = stopOf(drafts.custom.request);
    for (const item of row.children) {
      item.setAttribute("aria-checked", item.dataset.stop === now);
      item.tabIndex = item.dataset.stop === (now ?? "tune") ? 0 : -1;
    }
  };
  for (const [name, strength, noise] of STOPS) {
    row.append(h("button", { type: "button", role: "radio", data: { stop: name }, onclick: () => {
      drafts.setFields({ audio_cover_strength: strength, cover_noise_strength: noise });
      draw();
    } }, t(`scale.${name}`)));
  }
  roving(row);
  draw();
  return h("vz-scale", {}, h("span", { class: "soft" }, t("scale.name")), row,
    h("small", { class: "faint" }, t("scale.help")));
}
