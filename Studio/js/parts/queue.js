/** What is being made, what comes next, what needs somebody, and what was done today. */
import { fill, h, say } from "../core/dom.js";
import { moment, span } from "../core/format.js";
import { icon } from "../core/icons.js";
import { t } from "../core/i18n.js";
import { store } from "../core/store.js";
import { attempt, titleFor } from "./actions.js";
import { button, notice, tool } from "./controls.js";
import { failure } from "./card.js";
import { PARTS, partOf, progress, sentence } from "./progress.js";
import { moveButtons, reorderable } from "./reorder.js";

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
    const focus = this.contains(document.activeElement) ? document.activeElement : null;
    const { job: focusJob, act: focusAct } = focus?.dataset ?? {};
    this.waiting = waiting;
    const head = h("div", { class: "bar" }, h("h2", {}, t("nav.queue")),
      h("span", { class: "faint grow" },
        waiting.length + running.length ? t("queue.count", { n: waiting.length + running.length }) : ""),
      store.mayMake && button(t(store.isPaused ? "queue.goOn" : "queue.pause"),
        () => attempt(() => store.setPaused(!store.isPaused)),
        { icon: store.isPaused ? "play" : "pause", class: "bare tight", data: { act: "pause" },
          "aria-pressed": String(store.isPaused), title: t("queue.pauseWhat") }),
      tool("close", t("do.close"), () => this.close(), { data: { act: "close" } }));
    fill(this, head, h("div", { class: "scroll" },
      this.#group("queue.now", running.map(job => this.#running(job))),
      store.isPaused && notice("", "info", t("queue.paused")),
      this.#group("queue.next", waiting.map((job, at) => this.#waiting(job, at))),
      this.#group("queue.needs", failed.map(job => this.#failed(job))),
      this.#group("queue.done", done.map(job => this.#done(job))),
      !running.length && !waiting.length && !failed.length && !done.length
        && h("p", { class: "empty faint" }, t("queue.empty"))));
    if (!focus) return;
    const same = focusAct && [...this.querySelectorAll("[data-act]")]
      .find(item => item.dataset.act === focusAct && item.dataset.job === focusJob && !item.disabled);
    (same ?? head.querySelector("button")).focus();
  }

  #group(name, rows) { return rows.length ? [h("h3", {}, t(name)), rows] : []; }

  #stop(job) {
    return store.mayMake && button(t("job.stop"), () => attempt(() => store.cancel(job.id)),
      { icon: "close", class: "bare tight", disabled: Boolean(job.isStopping), data: { job: job.id, act: "stop" } });
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
    const list = { id: job.id, ids: () => this.waiting.map(item => item.id),
      move: (id, before) => this.#move(id, before) };
    const may = store.mayMake && this.waiting.length > 1;
    const row = h("div", { class: "work", data: { waits: job.id, name: nameOf(job) } },
      h("div", { class: "row" }, h("b", { class: "serif" }, String(at + 1)),
        h("div", { class: "grow" }, h("div", { class: "serif", lang: "" }, nameOf(job)),
          job.eta_seconds > 1 && h("p", { class: "faint" }, t("job.starts", { time: span(job.eta_seconds) }))),
        may && moveButtons(nameOf(job), list), this.#stop(job)));
    if (may) reorderable(row, list);
    return row;
  }

  async #move(id, before) {
    if (before === id) return;
    await attempt(() => store.move(id, before));
    const at = this.waiting.findIndex(job => job.id === id);
    if (at >= 0) say(t("queue.moved", { title: nameOf(this.waiting[at]), n: at + 1 }));
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
