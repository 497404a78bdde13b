/** Pages of the library by a query, kept as long as they are shown. */
import { api } from "./api.js";

export const PAGE = 60;

export class SongPager extends EventTarget {
  /** @param {Record<string, string>} query of `/v1/songs` */
  constructor(query = {}) {
    super();
    this.query = query;
    this.items = [];
    this.total = 0;
    this.isLoaded = false;
    
  }
  #turn = 0;

  async #page(offset, limit) {
    const query = new URLSearchParams({ ...this.query, offset, limit });
    return api.get(`/v1/songs?${query}`);
  }

  /** Asks anew for what is shown. */
  async refresh() {
    const turn = ++this.#turn;
    const page = await this.#page(0, Math.min(1000, Math.max(PAGE, this.items.length)));
    if (turn !== this.#turn) return;
    this.#take(page, []);
  }

  /** Asks for the next page. */
  async more() {
    if (!this.isLoaded || this.items.length >= this.total) return;
    const turn = ++this.#turn;
    const page = await this.#page(this.items.length, PAGE);
    if (turn === this.#turn) this.#take(page, this.items);
  }

  #take(page, before) {
    const known = new Set(before.map(song => song.id));
    this.items = [...before, ...page.songs.filter(song => !known.has(song.id))];
    this.total = page.total;
    this.isLoaded = true;
    this.dispatchEvent(new Event("change"));
  }

  /** Puts a song's new state in the place of its old one. */
  replace(song) {
    const at = this.items.findIndex(item => item.id === song.id);
    if (at < 0) return;
    if (song.trashed_at && this.query.trashed !== "true") this.items[at] = { ...song, isGone: true };
    else this.items[at] = song;
    this.dispatchEvent(new Event("change"));
  }

  /** Shows what fits another query. */
  async ask(query) {
    this.query = query;
    this.items = [];
    await this.refresh();
  }
}
