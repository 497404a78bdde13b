/** The player at the bottom of every view. */
import { player } from "../audio/player.js";
import { fill, h } from "../core/dom.js";
import { clock } from "../core/format.js";
import { icon } from "../core/icons.js";
import { t } from "../core/i18n.js";
import { isBuiltIn } from "../core/requests.js";
import { router } from "../core/router.js";
import { store } from "../core/store.js";
import { like, titleFor } from "./actions.js";
import { openMenu, tool } from "./controls.js";
import { seal, wave } from "./picture.js";

class PlayerBar extends HTMLElement {
  connectedCallback() {
    this.setAttribute("role", "contentinfo");
    this.setAttribute("aria-label", t("player.name"));
    this.draw ??= () => this.#draw();
    this.follow ??= () => this.#follow();
    player.addEventListener("song", this.draw);
    player.addEventListener("change", this.follow);
    player.addEventListener("time", this.follow);
    store.on(this, "song", song => {
      if (player.song?.id === song.id) { player.queue[player.index] = song; this.#draw(); }
    });
    this.#draw();
  }
  disconnectedCallback() {
    player.removeEventListener("song", this.draw);
    player.removeEventListener("change", this.follow);
    player.removeEventListener("time", this.follow);
  }

  #draw() {
    const song = player.song;
    this.classList.toggle("idle", !song);
    if (!song) { fill(this, h("p", { class: "faint" }, t("player.empty"))); this.time = null; return; }
    this.name = h("b", { class: "serif", lang: "" });
    this.under = h("span", { class: "faint" });
    this.seal = seal(song);
    this.heart = store.mayMake && tool("heart", t("song.like"), () => like(player.song));
    this.playing = tool("play", t("player.play"), () => player.toggle(), { class: "round" });
    this.time = h("time");
    this.length = h("time");
    this.wave = wave(song);
    this.scrub = h("div", {
      class: "scrub", role: "slider", tabindex: 0, "aria-label": t("player.position"), "aria-valuemin": 0,
      onpointerdown: event => this.#drag(event), onkeydown: event => this.#keys(event),
    }, this.wave);
    this.loop = tool("loop", t("player.loop"), () => player.setLooping(!player.isLooping),
      { "aria-pressed": player.isLooping });
    this.volume = h("input", {
      type: "range", min: 0, max: 1, step: 0.01, value: player.volume, "aria-label": t("player.volume"),
      oninput: () => player.setVolume(Number(this.volume.value)),
    });
    this.ab = h("button", { type: "button", class: "btn bare tight", title: t("player.abHelp"),
      onclick: event => this.#compare(event.currentTarget) });
    fill(this,
      h("div", { class: "now" }, this.seal, h("div", {}, this.name, this.under), this.heart),
      h("div", { class: "transport" }, tool("back", t("player.previous"), () => player.step(-1)), this.playing,
        tool("next", t("player.next"), () => player.step(1))),
      this.time, this.scrub, this.length,
      h("div", { class: "tail" }, this.loop, h("label", { class: "volume" }, icon("sound"), this.volume), this.ab));
    this.#follow();
  }

  #follow() {
    const song = player.heard;
    if (!song || !this.time) return;
    const part = player.duration ? player.time / player.duration : 0;
    this.wave.position = part;
    const time = clock(player.time);
    if (this.time.textContent !== time) {
      this.time.textContent = time;
      this.scrub.setAttribute("aria-valuenow", Math.round(player.time));
      this.scrub.setAttribute("aria-valuemax", Math.round(player.duration));
      this.scrub.setAttribute("aria-valuetext", t("player.of", { time, length: clock(player.duration) }));
    }
    const state = [song.id, song.title, song.favourite, player.isPlaying, player.isLooping, player.other?.id,
      player.side,
      player.duration, player.lowered.a, player.lowered.b].join();
    if (this.state === state) return;
    this.state = state;
    this.name.textContent = titleFor(song);
    this.under.textContent = player.other ? t("player.hearing", { side: player.side.toUpperCase() })
      : isBuiltIn(song.model) ? t("model.builtin") : song.model;
    this.length.textContent = clock(player.duration);
    this.seal.song = song;
    this.wave.song = song;
    this.heart && this.heart.setAttribute("aria-pressed", Boolean(song.favourite));
    this.loop.setAttribute("aria-pressed", player.isLooping);
    const words = t(player.isPlaying ? "player.pause" : "player.play");
    this.playing.setAttribute("aria-label", words);
    this.playing.title = words;
    fill(this.playing, icon(player.isPlaying ? "pause" : "play"));
    this.ab.setAttribute("aria-pressed", Boolean(player.other));
    const side = player.lowered.a > player.lowered.b ? "A" : "B",
      amount = Math.max(player.lowered.a, player.lowered.b);
    this.ab.textContent = player.other && amount >= 0.05 ? t("player.matched", { side, db: amount.toFixed(1) })
      : "A / B";
  }

  #compare(opener) {
    const others = player.queue.filter(song => song.id !== player.song.id).slice(0, 12);
    if (player.other) {
      return openMenu(opener, [["again", t("player.swap"), () => player.swap()],
        ["close", t("player.endAB"), () => player.compare(null)]]);
    }
    openMenu(opener, others.length
      ? others.map(song => ["note", t("player.against", { title: titleFor(song) }), () => player.compare(song)])
      : [["info", t("player.noOther"), () => router.go("/library")]]);
  }

  #drag(event) {
    if (event.button) return;
    const move = at => {
      const place = this.scrub.getBoundingClientRect();
      player.seek((at.clientX - place.left) / place.width * player.duration);
    };
    this.scrub.setPointerCapture(event.pointerId);
    this.scrub.addEventListener("pointermove", move);
    this.scrub.addEventListener("lostpointercapture", () => this.scrub.removeEventListener("pointermove", move),
      { once: true });
    move(event);
  }

  #keys(event) {
    const step = { ArrowLeft: -5, ArrowRight: 5, ArrowDown: -5, ArrowUp: 5, PageUp: 30, PageDown: -30 }[event.key];
    if (event.key === "Home") player.seek(0);
    else if (event.key === "End") player.seek(player.duration);
    else if (step) player.seek(player.time + step);
    else if (event.key === " ") player.toggle();
    else return;
    event.preventDefault();
  }
}
customElements.define("vz-player", PlayerBar);
