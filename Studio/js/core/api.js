/** The one place that asks the server. */

/** What the server refused, or that it didn't answer. */
export class Refusal extends Error {
  /**
   * @param {number} status of HTTP; 0 where there was no answer
   * @param {string} message for people
   * @param {string} [field] at fault
   */
  constructor(status, message, field) {
    super(message);
    this.status = status;
    this.field = field;
  }
}

/** Hears of every answer: `away` and `back`, and `locked` where a key is needed. */
export const line = new EventTarget();

async function send(method, address, body, headers = {}) {
  let answer;
  try {
    const isJSON = body !== undefined && !(body instanceof Blob);
    answer = await fetch(address, {
      method, credentials: "same-origin",
      headers: isJSON ? { "Content-Type": "application/json", ...headers } : headers,
      body: isJSON ? JSON.stringify(body) : body,
    });
  } catch {
    line.dispatchEvent(new Event("away"));
    throw new Refusal(0, "");
  }
  line.dispatchEvent(new Event("back"));
  const text = await answer.text();
  let content = null;
  try { content = text ? JSON.parse(text) : null; } catch { content = null; }
  if (answer.ok) return content;
  if (answer.status === 401 && address !== "/v1/session") line.dispatchEvent(new Event("locked"));
  const fault = content?.error;
  throw new Refusal(
    answer.status, fault?.message ?? (typeof fault === "string" ? fault : content?.detail?.toString()) ??
      `HTTP ${answer.status}`, fault?.field);
}

export const api = {
  get: address => send("GET", address),
  post: (address, body = {}, headers) => send("POST", address, body, headers),
  patch: (address, body) => send("PATCH", address, body),
  delete: address => send("DELETE", address),
  /** What is plain text. */
  async text(address) {
    const answer = await fetch(address, { credentials: "same-origin" });
    if (!answer.ok) throw new Refusal(answer.status, `HTTP ${answer.status}`);
    return answer.text();
  },
  /** Takes a file on. @returns {Promise<{id: string, duration: number, name: string}>} */
  upload: file => send("POST", `/v1/uploads?name=${encodeURIComponent(file.name ?? "audio")}`, file,
    { "Content-Type": "application/octet-stream" }),
  /** The bytes of a song. */
  async audio(handle) {
    const answer = await fetch(`/v1/audio/${handle}`);
    if (!answer.ok) throw new Refusal(answer.status, `HTTP ${answer.status}`);
    return answer.arrayBuffer();
  },
};
