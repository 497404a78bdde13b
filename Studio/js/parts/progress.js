/** How far a job is: five parts, each as wide as it is expected to take. */
import { fill, h } from "../core/dom.js";
import { span } from "../core/format.js";
import { t } from "../core/i18n.js";

/** The five parts, and the stages of the server in each. */
export const PARTS = [
  ["ready", ["load", "source", "encode"]], ["plan", ["plan"]], ["compose", ["condition", "diffuse"]],
  ["sound", ["decode"]], ["save", ["write"]]];

/** The part that a stage belongs to, by number. */
export const partOf = stage => Math.max(0, PARTS.findIndex(([, stages]) => stages.includes(stage)));

/** What is being done, in words, with what is left. */
export function sentence(job) {
  if (job.isStopping) return t("job.stopping");
  if (job.status === "queued") {
    return job.eta_seconds > 1 ? `${t("job.next")} · ${t("job.starts", { time: span(job.eta_seconds) })}`
      : t("job.next");
  }
  const stage = t(`stage.${PARTS[partOf(job.stage)][0]}`);
  const left = job.seconds_left > 0.5 ? t("job.left", { time: span(job.seconds_left) }) : "";
  return [stage, job.step && job.stage === "diffuse" ? t("job.step", { n: job.step[0], of: job.step[1] }) : "", left]
    .filter(Boolean).join(" · ");
}

class Progress extends HTMLElement {
  set job(job) {
    if (!this.children.length) {
      const weights = job.request?.thinking || job.planning ? [6, 22, 34, 34, 4] : [8, 2, 44, 42, 4];
      fill(this, weights.map(weight => h("i", { style: { "--w": weight } })));
      this.weights = weights;
      this.setAttribute("role", "progressbar");
      this.setAttribute("aria-valuemin", 0);
      this.setAttribute("aria-valuemax", 100);
    }
    const at = job.status === "queued" ? -1 : partOf(job.stage);
    const whole = this.weights.reduce((sum, weight) => sum + weight, 0);
    let before = 0;
    [...this.children].forEach((part, index) => {
      const weight = this.weights[index] / whole;
      const done = index < at ? 1 : index > at ? 0 : Math.max(0.08, Math.min(1, (job.fraction - before) / weight));
      part.style.setProperty("--at", `${done * 100}%`);
      before += weight;
    });
    const percent = Math.round(100 * (job.fraction ?? 0));
    this.setAttribute("aria-valuenow", percent);
    this.setAttribute("aria-label", t("job.progress"));
    this.setAttribute("aria-valuetext", `${sentence(job)} · ${percent} %`);
  }
}
customElements.define("vz-progress", Progress);

export function progress(job) { const element = h("vz-progress"); element.job = job; return element; }
