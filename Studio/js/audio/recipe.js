/** Recipes in files that were made here: what is in their tags, and documents of parameters. */

const NAME = "VIVACE_RECIPE";
/** Bytes looked through from either end of a file. */
const REACH = 4 << 20;

/**
 * The recipe in an audio file's tags: Vorbis comments of FLAC, Ogg and Opus, ID3 of MP3 and WAV.
 *
 * @param {Blob} file
 * @returns {Promise<{ request: any, model?: string } | null>} `null` where there is none
 */
export async function recipeOf(file) {
  const parts = [file.slice(0, REACH)];
  if (file.size > REACH) parts.push(file.slice(Math.max(REACH, file.size - REACH)));
  for (const part of parts) {
    const found = search(new Uint8Array(await part.arrayBuffer()));
    if (found) return found;
  }
  return null;
}

function search(data) {
  for (const wide of [false, true]) {
    const name = encode(NAME, wide);
    for (let at = find(data, name, 0); at >= 0; at = find(data, name, at + 1)) {
      const text = object(data, at + name.length, wide);
      if (!text) continue;
      try {
        const recipe = JSON.parse(text);
        if (recipe?.request && typeof recipe.request === "object") return recipe;
      } catch { /* What looks like a recipe and is none is passed over. */ }
    }
  }
  return null;
}

const encode = (text, wide) =>
  Uint8Array.from([...text].flatMap(c => wide ? [c.charCodeAt(0), 0] : [c.charCodeAt(0)]));

function find(data, name, from) {
  for (let at = data.indexOf(name[0], from); at >= 0; at = data.indexOf(name[0], at + 1)) {
    if (name.every((byte, index) => data[at + index] === byte)) return at;
  }
  return -1;
}

/** The JSON object that begins within 8 characters, as text. */
function object(data, from, wide) {
  const text = new TextDecoder(wide ? "utf-16le" : "utf-8").decode(data.subarray(from, from + (1 << 20)));
  const begin = text.indexOf("{");
  if (begin < 0 || begin > 8) return null;
  let depth = 0, isText = false;
  for (let at = begin; at < text.length; at += 1) {
    const letter = text[at];
    if (isText) {
      if (letter === "\\") at += 1;
      else if (letter === "\"") isText = false;
    } else if (letter === "\"") isText = true;
    else if (letter === "{") depth += 1;
    else if (letter === "}" && --depth === 0) return text.slice(begin, at + 1);
  }
  return null;
}

/** Other names of fields, as the reference and forms of the time call them. */
const ALIASES = {
  prompt: "caption", tags: "genres", task: "task_type", audio_duration: "duration", seconds: "duration",
  target_duration: "duration", key: "keyscale", key_scale: "keyscale", time_signature: "timesignature",
  language: "vocal_language", seed: "seeds", infer_steps: "inference_steps", infer_step: "inference_steps",
  steps: "inference_steps", cfg_scale: "guidance_scale", think: "thinking", audio_code_string: "audio_codes",
  cover_strength: "audio_cover_strength", complete_track_classes: "track_classes",
};

/**
 * The request in a document: flat, with `params` and `config`, with `request`, or what results print as `parameters`.
 *
 * @param {any} document
 * @param {Set<string>} names fields that the model's family knows
 * @returns {Record<string, any>} by field, without what says nothing
 */
export function requestOf(document, names) {
  const from = document.request ?? document.parameters ?? { ...document, ...document.params, ...document.config };
  const request = {};
  for (const [key, value] of Object.entries(from)) {
    const name = names.has(key) ? key : ALIASES[key];
    if (!name || value === null || value === "" || (Array.isArray(value) && !value.length)) continue;
    request[name] = value;
  }
  return request;
}
