/** The set as one continuous song: made of the songs in their order, with its cues. */
import { player } from "../audio/player.js";
import { api } from "../core/api.js";
import { fill, h, saveFrom } from "../core/dom.js";
import { clock, fileName, keyName } from "../core/format.js";
import { t } from "../core/i18n.js";
import { store } from "../core/store.js";
import { attempt, download } from "../parts/actions.js";
import { button, notice } from "../parts/controls.js";
import { wave } from "../parts/picture.js";
import { progress, sentence } from "../parts/progress.js";
import { djSet } from "./set.js";

export function mix() {
  const box = h("div", { class: "stack mix" });
  let live = null;
  const draw = async () => {
    live = null;
    const { mix: now } = djSet.state, ready = djSet.mixable.length;
    const job = store.jobs.get(now?.job), isGoing = now && djSet.isGoing(now);
    const go = button(t(now?.song ? "dj.mixAgain" : "dj.mix"), () => attempt(() => djSet.mixDown()),
      { icon: "disc", class: "wide", disabled: ready < 2 || isGoing || !store.isOnline });
    go.dataset.mix = "";
    const head = [store.mayMake && go, ready < 2 && h("p", { class: "faint" }, t("dj.mixNeeds"))];
    if (isGoing) {
      live = { bar: progress(job), words: h("p", { class: "soft" }, sentence(job)), id: job.id };
      fill(box, head, live.words, live.bar,
        button(t("job.stop"), () => attempt(() => store.cancel(job.id)), { icon: "close", class: "bare tight" }));
      return;
    }
    fill(box, head, now?.error && notice("bad", "warn", now.error));
    if (!now?.song) return;
    const song = await api.get(`/v1/songs/${now.song}`).catch(() => null);
    if (song && box.isConnected && djSet.state.mix?.song === song.id) box.append(...result(song));
  };
  djSet.on(box, "mix", draw);
  djSet.on(box, "tracks", draw);
  store.on(box, "job", job => {
    if (job.id !== live?.id) return;
    live.bar.job = job;
    live.words.textContent = sentence(job);
  });
  const follow = () => { if (box.isConnected) mark(box); else player.removeEventListener("time", follow); };
  queueMicrotask(() => player.addEventListener("time", follow));
  queueMicrotask(draw);
  return box;
}

/** The mix with its player and cues. */
function result(song) {
  const { cues = [], transitions: joins = [] } = song.mix ?? song.parameters?.mix ?? {};
  const seek = async time => {
    if (player.song?.id !== song.id) await player.play(song, [song]);
    player.seek(time);
    player.resume();
  };
  const picture = wave(song);
  picture.addEventListener("click", event => {
    const place = picture.getBoundingClientRect();
    seek((event.clientX - place.left) / place.width * (song.duration ?? 0));
  });
  const list = h("ol", { class: "cues", data: { song: song.id } }, cues.map((cue, at) => h("li", {},
    h("button", { type: "button", data: { cue: cue.start }, title: t("words.seek", { time: clock(cue.start) }),
      onclick: () => seek(cue.start) }, h("time", {}, clock(cue.start)), h("b", { class: "grow", lang: "" }, cue.title),
    h("small", { class: "faint" }, [cue.bpm && t("song.bpm", { n: Math.round(cue.bpm) }), cue.key && keyName(cue.key)]
      .filter(Boolean).join(" · "))),
    joins[at] && h("small", { class: "faint" }, told(joins[at])))));
  return [h("div", { class: "row" },
    button(t("player.play"), () => player.toggleSong(song, [song]), { icon: "play", class: "tight" }),
    h("b", { class: "serif grow", lang: "" }, song.title), h("span", { class: "tag" }, clock(song.duration))),
  picture, list, h("div", { class: "row" },
    button(t("dj.download"), () => download(song), { icon: "down", class: "tight" }),
    button(t("dj.cueSheet"), () => saveFrom(`/v1/songs/${song.id}/cue`, `${fileName(song.title)}.cue`),
      { icon: "list", class: "tight" }))];
}

/** A transition in words: what was done, how far a song was stretched, and what is to be said. */
function told({ style, seconds, stretch, notice: words }) {
  const percent = Number.isFinite(stretch) && Math.abs(stretch - 1) > 0.0005
    ? t("dj.stretched", { percent: `${stretch > 1 ? "+" : "−"}${Math.abs(100 * (stretch - 1)).toFixed(1)}` }) : "";
  return [t(`dj.join.${style}`), Number.isFinite(seconds) && t("time.s", { s: seconds.toFixed(1) }), percent, words]
    .filter(Boolean).join(" · ");
}

function mark(box) {
  const list = box.querySelector(".cues");
  if (!list) return;
  const rows = [...list.querySelectorAll("[data-cue]")];
  const isHere = player.song?.id === list.dataset.song;
  const at = isHere ? rows.findLastIndex(row => Number(row.dataset.cue) <= player.time + 0.05) : -1;
  rows.forEach((row, index) => {
    if (index === at) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  });
}
