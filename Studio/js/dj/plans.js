/** Plans of sets: what the page keeps beside them, and how a new one takes the place of an old one. */

/** Members of a track that are the page's own, and no part of a plan. */
const OWN = new Set(["uid", "isLocked", "job", "song", "take", "join", "request", "problems"]);
/** A transition where nothing was chosen. */
export const USUAL_JOIN = { style: "crossfade", seconds: 3, beats: 16 };
/** A set before anything is said. */
export const EMPTY = {
  title: "", messages: [], narrative: "", planSettings: {}, tracks: [], notices: [], mix: null, reference: null,
  settings: { provider: null, model: null, tracks: 3, duration: 60, instrumental: false, takes: 1, format: "flac",
    mood: "", bpm_min: null, bpm_max: null },
};
const newId = () => crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
export const copy = value => JSON.parse(JSON.stringify(value));

/** A track as plans have it. */
export const plain = track => Object.fromEntries(
  Object.entries(track).filter(([name, value]) => !OWN.has(name) && value !== null && value !== ""));

/** A new track of a plan, or of nobody's. */
export const fresh = track => ({ ...track, uid: newId(), join: { ...USUAL_JOIN } });

/** Tracks of a new plan, among which the locked ones of the old plan keep their places. */
export function planned(tracks, open) {
  const next = tracks.map(fresh);
  open.forEach((track, at) => {
    if (!track.isLocked) return;
    if (at < next.length) next[at] = track;
    else next.push(track);
  });
  return next;
}

/** Tracks with what the server made of them, in the order that it gave them. */
export function completed(before, after) {
  const left = [...before];
  const sorted = after.map(next => {
    const at = left.findIndex(track => track.title === next.title && (track.caption ?? "") === (next.caption ?? ""));
    const [track] = left.splice(Math.max(0, at), 1);
    return Object.assign(track ?? fresh({}), next);
  });
  return [...sorted, ...left];
}
