/** The DJ: a talk that plans a set, the set as cards, and its songs and mix. */
import { fill, h } from "../core/dom.js";
import { span } from "../core/format.js";
import { icon } from "../core/icons.js";
import { addWords, t } from "../core/i18n.js";
import { store } from "../core/store.js";
import { attempt } from "../parts/actions.js";
import { button, offer, openDialog } from "../parts/controls.js";
import { cards } from "../dj/cards.js";
import { chat } from "../dj/chat.js";
import { energyCurve } from "../dj/energy.js";
import { mix } from "../dj/mix.js";
import { options } from "../dj/options.js";
import { djSet } from "../dj/set.js";

let styles = null;

/** Loads what the view alone needs: its words and its styles. */
export async function prepare() {
  styles ??= new Promise(resolve => {
    document.head.append(h("link", { rel: "stylesheet", href: "/studio/css/dj.css", onload: resolve,
      onerror: resolve }));
  });
  await Promise.all([addWords("dj-"), styles]);
}

export function show(view) {
  view.classList.add("dj");
  if (!store.isOpen || !store.capabilities) {
    fill(view, h("p", { class: "empty faint" }, t("net.first")));
    return null;
  }
  const fold = (name, content) => h("details", { class: "fold", open: name === "mix" },
    h("summary", {}, icon("right"), h("b", {}, t(`dj.${name}`))), content);
  fill(view,
    h("section", { class: "col left", "aria-label": t("dj.talk") },
      h("div", { class: "bar" }, h("h1", { class: "grow" }, t("nav.dj")),
        button(t("dj.clear"), clear, { icon: "trash", class: "bare tight" })), chat()),
    h("div", { class: "rest" },
      h("section", { class: "col middle", "aria-label": t("dj.set") }, head(),
        h("div", { class: "scroll" }, h("div", { class: "setlist" }, said(), energyCurve(), cards(), adding()))),
      h("section", { class: "col side", "aria-label": t("dj.settings") },
        h("div", { class: "scroll" }, fold("mix", mix()), fold("settings", options())))));
  attempt(() => djSet.catchUp());
  return { go: () => true };
}

/** The title of the set with what there is to do. */
function head() {
  const bar = h("div", { class: "bar" });
  const draw = () => {
    const { tracks } = djSet.state, made = djSet.mixable.length, open = djSet.open.length;
    const seconds = tracks.reduce((sum, track) => sum + (track.duration ?? 0), 0);
    const isMaking = djSet.isMaking;
    const go = h("button", { type: "button", class: "btn primary", "data-go": !isMaking, "data-make": "",
      disabled: !open || !store.isOnline, onclick: make }, t(made || isMaking ? "dj.makeRest" : "dj.make"));
    fill(bar, h("h2", { class: "grow", lang: "" }, djSet.title), tracks.length > 0
      && h("span", { class: "faint" }, `${t("queue.count", { n: tracks.length })} · ${span(seconds)}`
        + (made ? ` · ${t("dj.madeOf", { n: made, of: tracks.length })}` : "")),
    isMaking && button(t("job.stop"), () => attempt(() => djSet.stop()), { icon: "close", data: { stop: "" } }),
    store.mayMake && open > 0 && go);
  };
  for (const topic of ["tracks", "chat"]) djSet.on(bar, topic, draw);
  for (const topic of ["jobs", "net"]) store.on(bar, topic, draw);
  draw();
  return bar;
}

async function make(event) {
  event.currentTarget.disabled = true;
  await attempt(() => djSet.make());
  const count = djSet.problems.length;
  if (count) offer(t("dj.mend", { n: count }));
  djSet.tell("tracks");
}

/** What the plan says of itself, and what was noticed. */
function said() {
  const box = h("div", { class: "stack" });
  const draw = () => {
    const { tracks, narrative, notices } = djSet.state;
    fill(box, !tracks.length && h("p", { class: "empty faint" }, t("dj.empty")),
      narrative && h("p", { class: "soft", lang: "" }, narrative),
      (notices ?? []).map(text => h("small", { class: "faint" }, text)));
  };
  djSet.on(box, "tracks", draw);
  draw();
  return box;
}

const adding = () => store.mayMake ? h("div", { class: "row" }, button(t("dj.add"), () => djSet.add(),
  { icon: "plus", class: "tight", data: { add: "" } })) : null;

function clear() {
  openDialog(t("dj.clear"), [h("p", { class: "soft" }, t("dj.clearWhat"))],
    { go: t("dj.clear"), act: () => djSet.clear() });
}
