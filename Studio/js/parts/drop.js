/** Files that come to the page: songs made here bring their settings back, others become sources. */
import { recipeOf, requestOf } from "../audio/recipe.js";
import { api } from "../core/api.js";
import { loadDraft } from "../core/draft.js";
import { h } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { fields } from "../core/requests.js";
import { router } from "../core/router.js";
import { attempt } from "./actions.js";
import { offer } from "./controls.js";

/** Asks for a file. @param {string} accept kinds of files @returns {Promise<File | null>} */
export function chooseFile(accept = "audio/*,.flac,.json") {
  return new Promise(resolve => {
    const input = h("input", { type: "file", accept });
    input.addEventListener("change", () => resolve(input.files[0] ?? null));
    input.addEventListener("cancel", () => resolve(null));
    input.click();
  });
}

/** Takes files in that were dropped or chosen. */
export async function takeFiles(files) {
  for (const file of files.slice(0, 1)) await takeFile(file);
}

async function takeFile(file) {
  const names = new Set(fields().keys());
  if (/\.json$/i.test(file.name) || file.type === "application/json") {
    let document;
    try { document = JSON.parse(await file.text()); } catch { offer(t("drop.noJSON", { name: file.name })); return; }
    loadDraft(requestOf(document, names), { model: document.model ?? null });
    router.go("/create/custom");
    offer(t("drop.restored", { name: file.name }));
    return;
  }
  const recipe = await recipeOf(file);
  if (recipe) {
    loadDraft(requestOf(recipe, names), { model: recipe.model ?? null });
    router.go("/create/custom");
    offer(t("drop.restored", { name: file.name }), t("drop.asSource"), () => useAsSource(file));
    return;
  }
  await useAsSource(file);
}

/** Uploads a file as the source of a cover. */
async function useAsSource(file) {
  await attempt(async () => {
    offer(t("drop.uploading", { name: file.name }));
    const upload = await api.upload(file);
    loadDraft({ task_type: "cover", src_audio: upload.id }, { sources: { [upload.id]: file.name } });
    router.go("/create/custom");
    offer(t("drop.source", { name: file.name }));
  });
}
