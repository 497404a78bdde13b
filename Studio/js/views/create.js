/** The home screen: what shall be made at the left, songs in the middle, one song at the right. */
import { player } from "../audio/player.js";
import { fill, h } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { store } from "../core/store.js";
import { Segment, button } from "../parts/controls.js";
import { firstScreen } from "./first.js";
import { simplePanel } from "./simple.js";
import { customPanel } from "./custom.js";
import "../parts/list.js";
import "../parts/details.js";

/** Whether the panel and the songs take turns on the screen. */
const isNarrow = () => matchMedia("(max-width: 640px)").matches;

const modes = part => h("div", { class: "modes", role: "tablist", "aria-label": t("create.how") },
  ["simple", "custom"].map(name => h("a", {
    href: `/create/${name}`, role: "tab", "aria-selected": String(name === part) }, t(`create.${name}`))));

/** Draws the view. @returns {{ go: (place: any) => boolean }} what goes on to another part without drawing all anew */
export function show(view, place) {
  view.classList.add("create");
  let part = place.part === "custom" ? "custom" : "simple";
  const isFirst = () => part === "simple" && store.songs.isLoaded && store.songs.total === 0 && store.jobs.size === 0;
  if (store.isOpen && !store.capabilities) return drawWaiting(view);
  if (isFirst() && store.mayMake) {
    fill(view, firstScreen());
    let hasLeft = false;
    const leave = () => {
      if (hasLeft || isFirst() || !view.isConnected) return;
      hasLeft = true;
      drawAll();
      if (isNarrow()) view.classList.add("listening");
    };
    store.on(view, "jobs", leave);
    store.on(view, "songs", leave);
    return { go: next => {
      part = next.part === "custom" ? "custom" : "simple";
      if (hasLeft) drawPanel();
      else { hasLeft = true; drawAll(); }
      return true;
    } };
  }
  drawAll();
  return { go: next => { part = next.part === "custom" ? "custom" : "simple"; drawPanel(); return true; } };

  function drawPanel() {
    const make = view.querySelector(".make");
    if (!make) return drawAll();
    view.classList.remove("listening");
    fill(make, modes(part), part === "custom" ? customPanel() : simplePanel());
  }

  function drawAll() {
    const list = h("vz-song-list"), details = h("vz-details");
    const count = h("span", { class: "faint grow" });
    const total = () => { count.textContent = store.songs.total ? String(store.songs.total) : ""; };
    store.on(count, "songs", total);
    total();
    const side = h("section", { class: "col side", "aria-label": t("song.details") }, details);
    list.addEventListener("show-song", event => { details.song = event.detail; side.classList.add("open"); });
    details.addEventListener("close", () => side.classList.remove("open"));
    const filter = Segment.of(
      { label: t("songs.filter"), options: [["all", t("songs.all")], ["liked", t("songs.liked")]], value: "all",
      change: value => { list.filter = value; list.draw(); } });
    const make = store.mayMake
      ? h("section", { class: "col make", "aria-label": t("nav.create") }, modes(part),
        part === "custom" ? customPanel() : simplePanel())
      : h("section", { class: "col make" }, h("p", { class: "empty" }, t("key.read")));
    make.addEventListener("made", () => { if (isNarrow()) view.classList.add("listening"); });
    fill(view, make,
      h("section", { class: "col songs", "aria-label": t("songs.title") },
        h("div", { class: "bar" }, h("h1", {}, t("songs.title")), count, filter,
          h("span", { class: "only-narrow" },
            button(t("nav.create"), () => view.classList.remove("listening"),
            { icon: "left", class: "tight bare" }))),
        h("div", { class: "scroll" }, list)),
      side);
    details.song = player.song ?? store.songs.items[0] ?? null;
    const choose = () => { if (!details.song && store.songs.items.length) details.song = store.songs.items[0]; };
    store.on(details, "songs", choose);
  }
}

function drawWaiting(view) {
  fill(view, h("div", { class: "first" },
    h("div", {}, h("p", { class: "faint" }, t(store.isOnline ? "net.first" : "net.away")))));
  return null;
}
