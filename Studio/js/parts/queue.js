/** What is being made, what comes next, what needs somebody, and what was done today. */
import { fill, h } from "../core/dom.js";
import { moment, span } from "../core/format.js";
import { icon } from "../core/icons.js";
import { t } from "../core/i18n.js";
import { store } from "../core/store.js";
import { attempt, titleFor } from "./actions.js";
import { button, tool } from "./controls.js";
import { failure } from "./card.js";
import { PARTS, partOf, progress, sentence } from "./progress.js";

const nameOf = job => job.kind === "generate" ? titleFor({ ...job, caption: job.request?.caption })
  : t(`kind.${job.kind}`);

class Queue extends HTMLElement {
  connectedCallback() {
    this.setAttribute("role", "complementary");
    this.setAttribute("aria-label", t("nav.queue"));
    store.on(this, "jobs", () => this.#draw());
    store.on(this, "job", job => this.#update(job));
    this.addEventListener("keydown", event => { if (event.key === "Escape") this.close(); });
    this.#draw();
  }

  close() { this.dispatchEvent(new Event("close")); }

  #draw() {
    const jobs = [...store.jobs.values()];
    const running = jobs.filter(job => job.status === "running");
    const waiting = jobs.filter(job => job.status === "queued").sort((a, b) =>
      (a.queue_position ?? 0) - (b.queue_position ?? 0));
    const failed = store.liveJobs.filter(job => job.status === "failed");
    const today = new Date().setHours(0, 0, 0, 0) / 1000;
    const done = jobs.filter(job => job.status === "succeeded" && job.finished_at > today && job.kind === "generate")
      .sort((a, b) => b.finished_at - a.finished_at).slice(0, 20);
    this.bars = new Map();
    const had = this.contains(document.activeElement);
    const head = h("div", { class: "bar" }, h("h2", {}, t("nav.queue")),
      h("span", { class: "faint grow" },
        waiting.length + running.length ? t("queue.count", { n: waiting.length + running.length }) : ""),
      tool("close", t("do.close"), () => this.close()));
    fill(this, head, h("div", { class: "scroll" },
      this.#group("queue.now", running.map(job => this.#running(job))),
      this.#group("queue.next", waiting.map((job, at) => this.#waiting(job, at))),
      this.#group("queue.needs", failed.map(job => this.#failed(job))),
      this.#group("queue.done", done.map(job => this.#done(job))),
      !running.length && !waiting.length && !failed.length && !done.length
        && h("p", { class: "empty faint" }, t("queue.empty"))));
    if (had) head.querySelector("button").focus();
  }

  #group(name, rows) { return rows.length ? [h("h3", {}, t(name)), rows] : []; }

  #stop(job) {
    return store.mayMake && button(t("job.stop"), () => attempt(() => store.cancel(job.id)),
      { icon: "close", class: "bare tight", disabled: Boolean(job.isStopping) });
  }

  #running(job) {
    const line = h("p", { class: "soft" }, sentence(job)), bar = progress(job);
    const names = h("div", { class: "stagenames", "aria-hidden": "true" },
      PARTS.map(([name]) => h("span", {}, t(`part.${name}`))));
    this.bars.set(job.id, { line, bar, names });
    this.#update(job);
    return h("div", { class: "work" },
      h("div", { class: "row" }, h("b", { class: "serif grow", lang: "" }, nameOf(job)), this.#stop(job)), line, bar,
        names);
  }

  #update(job) {
    const row = this.bars?.get(job.id);
    if (!row) return;
    row.line.textContent = sentence(job);
    row.bar.job = job;
    [...row.names.children].forEach((part, at) => {
      if (at === partOf(job.stage)) part.setAttribute("aria-current", "step");
      else part.removeAttribute("aria-current");
    });
  }

  #waiting(job, at) {
    return h("div", { class: "work" }, h("div", { class: "row" },
      h("b", { class: "serif" }, String(at + 1)),
        h("div", { class: "grow" }, h("div", { class: "serif", lang: "" }, nameOf(job)),
        job.eta_seconds > 1 && h("p", { class: "faint" }, t("job.starts", { time: span(job.eta_seconds) }))),
          this.#stop(job)));
  }

  #failed(job) {
    const [what, why] = failure(job);
    return h("div", { class: "work" },
      h("div", { class: "row" }, h("b", { class: "serif grow", lang: "" }, nameOf(job)),
      tool("close", t("do.dismiss"), () => store.dismiss(job.id), { class: "tight" })),
    h("p", { class: "soft" }, h("b", { class: "why" }, what), " ", why),
    store.mayMake && button(t("fail.again"), () => attempt(async () => {
      await store.submit({ kind: job.kind, request: job.request, title: nameOf(job) });
      store.dismiss(job.id);
    }), { icon: "again", class: "tight" }));
  }

  #done(job) {
    return h("div", { class: "work" },
      h("div", { class: "row" }, icon("check"), h("span", { class: "serif grow", lang: "" }, nameOf(job)),
      h("span", { class: "faint" }, moment(job.finished_at))));
  }
}
customElements.define("vz-queue", Queue);
