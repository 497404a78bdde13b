/** How the energy of a set runs: a curve over its tracks, whose points can be moved. */
import { drawing, fill, h } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { djSet } from "./set.js";

const WIDTH = 1000, HEIGHT = 200;

/** Where a track lies in the picture, 0...1 from left and from top. */
const place = (track, at, of) => ({ x: (at + 0.5) / of, y: 1 - level(track) });
const level = track => Math.max(0, Math.min(1, track.energy ?? 0.5));

/** A smooth line through points, as the path of an SVG. */
function curve(points) {
  const [first, ...rest] = points.map(({ x, y }) => [x * WIDTH, 20 + y * (HEIGHT - 40)]);
  let path = `M${first[0]} ${first[1]}`, before = first;
  for (const point of rest) {
    const middle = (before[0] + point[0]) / 2;
    path += `C${middle} ${before[1]} ${middle} ${point[1]} ${point[0]} ${point[1]}`;
    before = point;
  }
  return path;
}

export function energyCurve() {
  const picture = h("div", { class: "curve" });
  const box = h("section", { class: "panel energy", "aria-label": t("dj.energy") },
    h("div", { class: "head" }, h("b", {}, t("dj.energy")), h("small", { class: "faint" }, t("dj.energyHint"))),
    picture);
  const draw = () => {
    const { tracks } = djSet.state;
    box.hidden = !tracks.length;
    if (!tracks.length) return;
    const focused = picture.contains(document.activeElement) ? document.activeElement.dataset.uid : null;
    const points = tracks.map((track, at) => place(track, at, tracks.length)), line = curve(points);
    const svg = drawing(`0 0 ${WIDTH} ${HEIGHT}`, "line",
      `${line}L${points.at(-1).x * WIDTH} ${HEIGHT}L${points[0].x * WIDTH} ${HEIGHT}Z`, line);
    svg.setAttribute("preserveAspectRatio", "none");
    fill(picture, svg, tracks.map((track, at) => handle(track, at, points[at], picture)));
    if (focused) picture.querySelector(`[data-uid="${CSS.escape(focused)}"]`)?.focus();
  };
  djSet.on(box, "tracks", draw);
  draw();
  return box;
}

function handle(track, at, point, picture) {
  const set = value => djSet.edit(track.uid, { energy: Math.round(100 * Math.max(0, Math.min(1, value))) / 100 });
  const percent = Math.round(100 * level(track));
  return h("div", {
    class: "point", role: "slider", tabindex: 0, data: { uid: track.uid }, "aria-orientation": "vertical",
    "aria-label": t("dj.energyOf", { n: at + 1, title: track.title }), "aria-valuemin": 0, "aria-valuemax": 100,
    "aria-valuenow": percent, "aria-valuetext": `${percent} %`,
    style: { "--x": `${100 * point.x}%`, "--y": `${10 + 80 * point.y}%` },
    onkeydown: event => {
      const step = { ArrowUp: 0.05, ArrowRight: 0.05, ArrowDown: -0.05, ArrowLeft: -0.05 }[event.key];
      if (!step) return;
      event.preventDefault();
      set(level(track) + step);
    },
    onpointerdown: event => {
      if (event.button) return;
      const box = picture.getBoundingClientRect();
      picture.setPointerCapture(event.pointerId);
      const move = next => set(1 - ((next.clientY - box.top) / box.height - 0.1) / 0.8);
      picture.addEventListener("pointermove", move);
      picture.addEventListener("lostpointercapture", () => picture.removeEventListener("pointermove", move),
        { once: true });
    },
  }, String(at + 1));
}
