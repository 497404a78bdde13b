/** Work on samples beside the page: loudness and spectrograms. */
import { integrated } from "./loudness.js";
import { spectrum } from "./spectrum.js";

/** The samples that spectrograms are asked of, the last song's alone. */
let kept = { name: null, samples: new Float32Array(0), rate: 1 };

addEventListener("message", event => {
  const { number, work, ...data } = event.data;
  if (work === "loudness") postMessage({ number, value: integrated(data.channels) });
  else if (work === "keep") {
    kept = data;
    postMessage({ number, value: true });
  } else {
    const value = kept.name === data.name ? spectrum(kept.samples, kept.rate, data.view) : null;
    postMessage({ number, value }, value ? [value.buffer] : []);
  }
});
