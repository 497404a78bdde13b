/** The versions of a song, as a tree: what came of what, and what was changed. */
import { player } from "../audio/player.js";
import { fill, h } from "../core/dom.js";
import { api } from "../core/api.js";
import { clock, moment } from "../core/format.js";
import { has, t } from "../core/i18n.js";
import { likelyParent, parentOf } from "../core/requests.js";
import { router } from "../core/router.js";
import { store } from "../core/store.js";
import { titleFor } from "./actions.js";
import { tool } from "./controls.js";
import { seal } from "./picture.js";

/**
 * Songs in a tree around one.
 *
 * Takes of one job are siblings below the first of them.
 *
 * @param {any} song
 * @param {any[]} songs all that are known
 * @returns {{ song: any, what: string, children: any[] }} the root
 */
export function treeAround(song, songs) {
  const byId = new Map(songs.map(item => [item.id, item]));
  const found = new Map();
  const above = item => {
    if (!found.has(item.id)) found.set(item.id, look(item));
    return found.get(item.id);
  };
  const look = item => {
    const parent = parentOf(item);
    if (parent && byId.has(parent.id) && parent.id !== item.id) return parent;
    if (item.index > 0) {
      const first = songs.find(other => other.job === item.job && other.index === 0);
      if (first) return { id: first.id, what: "take" };
    }
    return parent ? null : likelyParent(item, songs);
  };
  let root = song;
  for (const seen = new Set([song.id]); above(root) && !seen.has(above(root).id);) {
    root = byId.get(above(root).id);
    seen.add(root.id);
  }
  const met = new Set([root.id]);
  const node = (item, what) => ({
    song: item, what,
    children: songs.filter(other => !met.has(other.id) && above(other)?.id === item.id)
      .sort((a, b) => a.created_at - b.created_at)
      .map(other => { met.add(other.id); return [other, above(other).what]; })
      .map(([other, change]) => node(other, change)),
  });
  return node(root, "first");
}

const said = what => has(`version.${what}`) ? t(`version.${what}`) : has(`task.${what}`) ? t(`task.${what}`)
  : t("version.changed", { what });

/** Songs that versions() has looked for relatives of. */
const asked = new Set();

/**
 * Has the server tell of a song's relatives that the page doesn't know: those that recipes name, up to the first, and
 * those of the same title.
 */
async function meet(song) {
  if (asked.has(song.id)) return false;
  asked.add(song.id);
  const before = store.known.size;
  for (let parent = parentOf(song); parent && store.known.size < before + 50;) {
    let next;
    try { next = await store.song(parent.id); } catch { break; }
    parent = parentOf(next);
  }
  const title = titleFor(song);
  const page = await api.get(`/v1/songs?${new URLSearchParams({ text: title, limit: 200 })}`).catch(() => null);
  for (const item of page?.songs ?? []) if (!store.known.has(item.id)) store.known.set(item.id, item);
  return store.known.size > before;
}

/** The tree of a song's versions as a list, in which each opens in the workbench. */
export function versions(song, { compare } = {}) {
  const box = h("div", { class: "tree" });
  const draw = () => {
    const songs = [...store.known.values()].filter(item => !item.trashed_at);
    const list = node => [
      h("div", { class: "row" }, h("button", {
        type: "button", class: "grow", "aria-current": node.song.id === song.id ? "true" : null,
        onclick: () => router.go(`/song/${node.song.id}`),
      }, seal(node.song), h("span", { class: "grow" }, h("b", { lang: "" }, titleFor(node.song)),
        h("small", {}, `${said(node.what)} · ${moment(node.song.created_at)}`)),
          h("span", { class: "tag" }, clock(node.song.duration))),
      compare && node.song.id !== song.id && h("button", {
        type: "button", class: "btn bare tight", title: t("bench.compareWith", { title: titleFor(node.song) }),
        "aria-label": t("bench.compareWith", { title: titleFor(node.song) }), onclick: () => compare(node.song) },
          "B"),
      !compare && tool("play", t("song.playTitle", { title: titleFor(node.song) }),
        () => player.toggleSong(node.song), { class: "tight" })),
      node.children.length > 0 && h("ol", {}, node.children.map(child => h("li", {}, list(child)))),
    ];
    fill(box, list(treeAround(song, songs)));
  };
  draw();
  store.on(box, "songs", draw);
  meet(song).then(hasMore => { if (hasMore) draw(); });
  return box;
}
