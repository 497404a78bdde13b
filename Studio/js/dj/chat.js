/** The talk with the DJ: a message plans, and never begins work. */
import { fill, h } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { t } from "../core/i18n.js";
import { store } from "../core/store.js";
import { button, notice } from "../parts/controls.js";
import { djSet } from "./set.js";

/** A message, with what belongs to it. */
function bubble(message, isLast) {
  const again = label => isLast && button(t(label), () => djSet.again(), { icon: "again", class: "tight" });
  return h("div", { class: `said ${message.role}`, lang: "" }, message.content && h("p", {}, message.content),
    (message.notices ?? []).map(text => h("small", { class: "faint" }, text)),
    message.isStopped && h("small", { class: "faint" }, t("dj.stopped")),
    message.isCut && notice("", "info", t("dj.cut"), again("dj.askAgain")),
    message.error && notice("bad", "warn", message.error, again("fail.again")));
}

export function chat() {
  const list = h("div", { class: "talk scroll", role: "log", "aria-label": t("dj.talk"), data: { scrolls: "" } });
  const live = h("div", { class: "said assistant", lang: "" });
  const field = h("textarea", { rows: 3, placeholder: t("dj.hint"), "aria-label": t("dj.tell"), lang: "",
    onkeydown: event => {
      if (event.key !== "Enter" || event.shiftKey || event.ctrlKey || event.metaKey || event.isComposing) return;
      event.preventDefault();
      send();
    }, oninput: () => draw() });
  const send = () => {
    if (djSet.speaking || !field.value.trim()) return;
    djSet.send(field.value);
    field.value = "";
    draw();
    field.focus();
  };
  const go = button(t("dj.send"), () => djSet.speaking ? djSet.stopSpeaking() : send(), { class: "tight" });
  go.dataset.send = "";
  const ideas = h("div", { class: "ideas" }, [1, 2, 3].map(number => h("button", { type: "button", class: "chip",
    onclick: () => { field.value = t(`dj.idea${number}`); field.focus(); draw(); } }, t(`dj.idea${number}`))));
  const end = () => { list.scrollTop = list.scrollHeight; };
  const draw = () => {
    const isSpeaking = Boolean(djSet.speaking);
    fill(go, icon(isSpeaking ? "close" : "right"), h("span", {}, t(isSpeaking ? "job.stop" : "dj.send")));
    go.disabled = !isSpeaking && (!field.value.trim() || !store.isOnline || !store.mayMake);
  };
  const drawTalk = () => {
    const { messages } = djSet.state;
    fill(list, !messages.length && [h("p", { class: "soft" }, t("dj.welcome")), ideas],
      messages.map((message, at) => bubble(message, at === messages.length - 1 && !djSet.speaking)),
      djSet.speaking && live);
    live.textContent = djSet.said || "…";
    draw();
    end();
  };
  djSet.on(list, "chat", drawTalk);
  djSet.on(list, "delta", () => { live.textContent = djSet.said; end(); });
  store.on(go, "net", draw);
  drawTalk();
  return [list, h("div", { class: "paper tell" }, field, h("div", { class: "paperbar" },
    h("small", { class: "faint grow" }, t("dj.noWork")), go))];
}
