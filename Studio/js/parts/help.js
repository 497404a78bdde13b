/** The list of shortcuts, and the question for a key. */
import { h } from "../core/dom.js";
import { SHORTCUTS } from "../core/keys.js";
import { t } from "../core/i18n.js";
import { store } from "../core/store.js";
import { openDialog } from "./controls.js";

/** Lists of the shortcuts, a group each. */
export const shortcutLists = () => SHORTCUTS.map(([group, rows]) => [h("h3", {}, t(group)),
  h("dl", { class: "shortcuts" },
    rows.map(([keys, words]) => [h("dt", {}, keys.map(key => h("kbd", {}, key))), h("dd", {}, t(words))]))]);

/** Shows the shortcuts. */
export function help() {
  if (document.querySelector("dialog")) return;
  openDialog(t("keys.title"), shortcutLists().flat());
}

/** Asks for the key of the server, which a cookie stands for from then on. */
export function askForKey() {
  if (document.querySelector("dialog[data-key]")) return;
  const input = h("input",
    { type: "password", autocomplete: "current-password", autofocus: true, "aria-describedby": "key-said" });
  const said = h("p", { id: "key-said", class: "soft", role: "alert" });
  const dialog = openDialog(t("key.title"), [
    h("p", { class: "soft" }, t("key.why")), h("label", { class: "field" }, h("span", {}, t("key.field")), input),
      said], {
    go: t("key.go"), isForced: true,
    act: async () => {
      try { await store.login(input.value.trim()); } catch (error) {
        said.textContent = error.status === 0 ? t("net.away") : t("key.other");
        input.select();
        return false;
      }
      return true;
    },
  });
  dialog.dataset.key = "";
}
