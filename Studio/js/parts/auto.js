/** The switch beside Create that goes on making songs. */
import { autogen } from "../core/autogen.js";
import { drafts } from "../core/draft.js";
import { fill, h } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { t } from "../core/i18n.js";
import { store } from "../core/store.js";

/**
 * @param {"simple" | "custom"} form whose switch it is
 * @param {() => any} make the body of a job of what is written then; `null` where nothing is
 */
export function autoButton(form, make) {
  const press = h("button", { type: "button", class: "btn bare tight", data: { auto: form },
    onclick: () => { if (autogen.form === form) autogen.stop(); else autogen.start(form, make); } });
  const said = h("span", { class: "faint", role: "status" });
  const draw = () => {
    const isOn = autogen.form === form;
    fill(press, icon("loop"), h("span", {}, t(isOn ? "auto.stop" : "auto.start")));
    press.setAttribute("aria-pressed", String(isOn));
    press.title = t("auto.what");
    press.disabled = !isOn && (!store.isOnline || !make());
    said.textContent = isOn ? t("auto.count", { n: autogen.count })
      : autogen.reason ? t("auto.ended", { reason: autogen.reason }) : "";
  };
  const row = h("div", { class: "row auto" }, press, said);
  autogen.on(row, draw);
  for (const topic of ["net", "capabilities"]) store.on(row, topic, draw);
  drafts.on(row, form, draw);
  draw();
  return row;
}
