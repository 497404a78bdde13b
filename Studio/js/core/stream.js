/** Server-sent events in the answer to a POST, which EventSource doesn't do. */
import { Refusal, line } from "./api.js";

/**
 * Posts JSON and hands over the events of the answer as they come.
 *
 * @param {string} address
 * @param {any} body
 * @param {(name: string, data: any) => void} hear
 * @param {AbortSignal} signal ends it; then the promise is rejected with an `AbortError`
 * @throws {Refusal} where the server refuses, or the stream breaks off
 */
export async function postEvents(address, body, hear, signal) {
  let answer;
  try {
    answer = await fetch(address, { method: "POST", credentials: "same-origin", signal,
      headers: { "Content-Type": "application/json", Accept: "text/event-stream" }, body: JSON.stringify(body) });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    line.dispatchEvent(new Event("away"));
    throw new Refusal(0, "");
  }
  if (!answer.ok) {
    const fault = await answer.json().catch(() => null);
    throw new Refusal(answer.status, fault?.error?.message ?? `HTTP ${answer.status}`, fault?.error?.field);
  }
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split(/\r?\n\r?\n/);
    rest = blocks.pop();
    for (const block of blocks) {
      let name = "message";
      const data = [];
      for (const row of block.split(/\r?\n/)) {
        if (row.startsWith("event:")) name = row.slice(6).trim();
        else if (row.startsWith("data:")) data.push(row.slice(5).trimStart());
      }
      if (data.length) hear(name, JSON.parse(data.join("\n")));
    }
  }
}
