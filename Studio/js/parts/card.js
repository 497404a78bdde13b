/** A song in a list, and what it was before: a job that waits, goes on, or came to nothing. The card stays in place. */
import { player } from "../audio/player.js";
import { emit, fill, h } from "../core/dom.js";
import { clock, keyName, span } from "../core/format.js";
import { icon } from "../core/icons.js";
import { t } from "../core/i18n.js";
import { store } from "../core/store.js";
import { anotherTake, attempt, like, songMenu, titleFor } from "./actions.js";
import { button, openMenu, tool } from "./controls.js";
import { seal, wave } from "./picture.js";
import { PARTS, partOf, progress, sentence } from "./progress.js";

/** Tempo, key and length, as far as they are known. */
export function facts(song) {
  const made = song.parameters ?? {};
  const parts = [made.bpm && t("song.bpm", { n: made.bpm }), made.keyscale && keyName(made.keyscale),
    clock(song.duration)];
  return h("span", { class: "facts" }, parts.filter(Boolean).map(part => h("span", {}, part)));
}

/** A reason why a job came to nothing, with its stage: `[sentence, reason]`. */
export function failure(job) {
  if (job.status === "cancelled") return [t("job.stopped"), ""];
  return [t("fail.while", { stage: t(`stage.${PARTS[partOf(job.stage)][0]}`) }), job.error?.message ?? ""];
}

class SongCard extends HTMLElement {
  #item = null;
  #song = null;

  /** What is shown: `{ song }` or `{ job }`. */
  set item(item) {
    this.#item = item;
    this.tabIndex = -1;
    this.setAttribute("role", "listitem");
    if (item.song) this.#showSong(item.song, item);
    else this.#showJob(item.job);
  }
  get item() { return this.#item; }

  #showSong(song, { takes = 1, take = 1 }) {
    const state = [song.id, song.title, song.favourite, song.rating, song.isGone, takes, store.mayMake].join();
    if (this.state === state) { this.#song = song; this.follow(); return; }
    this.state = state;
    this.#song = song;
    this.className = "";
    this.line = this.bar = null;
    if (song.isGone) {
      fill(this, h("div", { class: "place" }, icon("trash")),
        h("div", { class: "body" }, h("p", {}, t("song.removed", { title: titleFor(song) }))), null,
        button(t("do.undo"), async () => { await attempt(() => store.restore(song.id)); store.songs.refresh(); },
          { class: "tight", icon: "undo" }));
      return;
    }
    this.cover = h("button", {
      type: "button", class: "cover", onclick: event => { event.stopPropagation(); emit(this, "play-song", song); },
    }, seal(song), icon("play"));
    this.wave = wave(song);
    this.wave.addEventListener("click", event => {
      const place = this.wave.getBoundingClientRect(), part = (event.clientX - place.left) / place.width;
      emit(this, "play-song", song);
      player.seek(part * (song.duration ?? 0));
    });
    const title = titleFor(song);
    fill(this, this.cover, h("div", { class: "body" },
      h("div", { class: "headline" },
        h("button", { type: "button", lang: "", onclick: () => emit(this, "show-song", song) }, title),
        takes > 1 && h("span", { class: "tag" }, t("song.takeNumber", { n: take }))),
      h("p", { lang: "" }, song.caption || song.lyrics), facts(song)),
    this.wave,
    h("div", { class: "tools" },
      store.mayMake && tool("again", t("song.take"), () => anotherTake(song)),
      store.mayMake && tool("heart", t(song.favourite ? "song.unlike" : "song.like"), () => like(song),
        { "aria-pressed": Boolean(song.favourite) }),
      tool("more", t("song.more"), event => openMenu(event.currentTarget, songMenu(song)),
        { "aria-haspopup": "menu" })));
    this.follow();
  }

  /** Shows whether the song is the one that plays, and where it is. */
  follow() {
    const song = this.#song;
    if (!song || !this.cover || song.isGone) return;
    const isHere = player.song?.id === song.id;
    const isPlaying = isHere && player.isPlaying;
    if (this.cover.dataset.playing !== String(isPlaying)) {
      this.cover.dataset.playing = isPlaying;
      this.cover.setAttribute("aria-pressed", isPlaying);
      this.cover.setAttribute("aria-label",
        t(isPlaying ? "song.pause" : "song.playTitle", { title: titleFor(song) }));
      this.cover.lastChild.replaceWith(icon(isPlaying ? "pause" : "play"));
    }
    const part = isHere && player.duration ? player.time / player.duration : 0;
    if (this.wave.shownPart !== part) { this.wave.shownPart = part; this.wave.position = part; }
  }

  #showJob(job) {
    this.#song = null;
    const state = ["job", job.id, job.status, job.isStopping, store.mayMake].join();
    if (this.state !== state) {
      this.state = state;
      const isOver = ["failed", "cancelled"].includes(job.status);
      this.className = isOver ? "live failed" : "live";
      if (isOver) this.#showFailure(job);
      else {
        const place = h("div", { class: "place" },
          job.status === "queued" ? String(job.queue_position ?? "·") : icon("note"));
        this.line = h("p");
        this.bar = progress(job);
        fill(this, place, h("div", { class: "body" },
          h("div", { class: "headline" },
            h("span", { class: "serif", lang: "" }, titleFor({ ...job, caption: job.request?.caption })),
            job.request?.batch_size > 1
              && h("span", { class: "tag" }, t("song.takes", { n: job.request.batch_size }))),
          this.line, this.bar),
        h("div", { class: "staff", "aria-hidden": "true" }),
        h("div", { class: "tools" }, store.mayMake && button(t("job.stop"), () => attempt(() => store.cancel(job.id)),
          { icon: "close", class: "bare tight stop", disabled: Boolean(job.isStopping) })));
      }
    }
    this.update(job);
  }

  #showFailure(job) {
    const [what, why] = failure(job);
    const again = () => attempt(async () => {
      const next = { kind: job.kind, request: job.request,
        title: titleFor({ ...job, caption: job.request?.caption }) };
      await store.submit(next);
      store.dismiss(job.id);
    });
    fill(this, h("div", { class: "place bad" }, icon(job.status === "failed" ? "warn" : "close")),
      h("div", { class: "body" },
        h("div", { class: "headline" },
          h("span", { class: "serif", lang: "" }, titleFor({ ...job, caption: job.request?.caption }))),
        h("p", {}, h("span", { class: job.status === "failed" ? "why" : "" }, what), " ", why)),
      h("div"), h("div", { class: "tools" },
        store.mayMake && button(t("fail.again"), again, { icon: "again", class: "tight retry" }),
        tool("close", t("do.dismiss"), () => store.dismiss(job.id), { class: "tight" })));
  }

  /** Shows how far the job is, without anything else drawn anew. */
  update(job) {
    if (!this.line || this.classList.contains("failed")) return;
    const words = sentence(job);
    if (this.line.textContent !== words) this.line.textContent = words;
    if (this.bar) this.bar.job = job;
    const quarter = Math.floor(4 * (job.fraction ?? 0));
    const told = `${job.stage}/${quarter}`;
    if (this.told !== undefined && this.told !== told) emit(this, "job-moved", { job, words });
    this.told = told;
  }
}
customElements.define("vz-song-card", SongCard);

/** How long the songs of a list are in all. */
export const lengthOf = songs => span(songs.reduce((sum, song) => sum + (song.duration ?? 0), 0));
