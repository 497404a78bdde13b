"""Looks at what the generator has learned so far, without decoding: tempo, key, drums and clock from sampled latents.

    python -m training.probe --checkpoint FOLDER/flow.pt [--count 12] [--steps 8] [--duration 20]
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import torch

from . import dataset, layout, model, runtime, songs

KRUMHANSL = {
    "major": (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88),
    "minor": (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17),
}


def load(path: Path, tokenizer_folder: Path, which: str = "average"):
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(tokenizer_folder)
    net = model.Generator(tokenizer)
    net.load_state_dict(runtime.restore(path)[which])
    net.fixed.apply()
    return net.eval(), tokenizer


def schedule(steps: int, shift: float = 3.0) -> list[float]:
    """The times of Euler steps, from 1 to 0."""
    u = torch.linspace(1, 0, steps + 1)
    return (shift * u / (1 + (shift - 1) * u)).tolist()


@torch.no_grad()
def sample(net, tokenizer, text: str, lyrics: str, frames: int, seed: int, steps: int = 8, shift: float = 3.0,
           context=None, mask=None, count: int = 1):
    """[count, frames, channels]: Euler steps at a shifted schedule, as the pipeline takes them."""
    text_ids = tokenizer([text] * count, return_tensors="pt")
    lyric_ids = tokenizer([lyrics] * count, return_tensors="pt")
    silence = net.condition_encoder.silence_latent
    states, visible = net.condition(text_ids.input_ids, text_ids.attention_mask.bool(), lyric_ids.input_ids,
                                    lyric_ids.attention_mask.bool(), silence[:, :750])
    context = silence[:, :frames] if context is None else context
    mask = torch.ones_like(context) if mask is None else mask
    context = torch.cat([context, mask], dim=-1).expand(count, -1, -1)
    x = torch.randn(count, frames, layout.CHANNELS, generator=torch.Generator().manual_seed(seed))
    t = schedule(steps, shift)
    for now, after in zip(t[:-1], t[1:]):
        v = net.velocity(x, torch.full((count,), now), states, visible, context)
        x = x - v * (now - after)
    return x


def amplitude(latents: np.ndarray) -> np.ndarray:
    return np.sin(np.clip(latents / layout.SCALE / 2, -np.pi / 2, np.pi / 2)) ** 2


def onsets(level: np.ndarray) -> np.ndarray:
    """Onset strength at 50 Hz."""
    drums = level[:, layout.DRUMS:layout.CLOCK].reshape(len(level), 4, 2).sum(axis=1).reshape(-1)
    pitched = np.maximum(np.diff(level[:, : layout.DRUMS], axis=0, prepend=level[:1, : layout.DRUMS]), 0).sum(axis=1)
    return drums + 0.5 * np.repeat(pitched, 2)


def tempo_match(strength: np.ndarray, bpm: float) -> tuple[float, bool, bool]:
    """The strongest beat period from 40 to 240 bpm, and whether it is within 4 % of bpm, exactly or by octaves."""
    x = strength - strength.mean()
    spectrum = np.abs(np.fft.rfft(x, 16 * len(x))) ** 2
    correlation = np.fft.irfft(spectrum)[: len(x) // 2]
    lags = np.arange(12.5, 75, 0.25)  # 20 ms units
    values = np.interp(lags, np.arange(len(correlation)), correlation) + 0.5 * np.interp(
        2 * lags, np.arange(len(correlation)), correlation)
    found = 3000 / lags[int(values.argmax())]
    ratios = [found / bpm * r for r in (1, 0.5, 2, 1 / 3, 3, 2 / 3, 1.5)]
    return found, abs(ratios[0] - 1) < 0.04, any(abs(r - 1) < 0.04 for r in ratios[:3])


def key_of(level: np.ndarray) -> str:
    chroma = sum(w * level[:, b:b + 12].mean(axis=0) for b, w in ((layout.BASS, 1.0), (layout.CHORDS, 1.0), (layout.MELODY, 1.0)))
    scores = {(t, m): np.corrcoef(np.roll(profile, t), chroma)[0, 1]
              for m, profile in KRUMHANSL.items() for t in range(12)}
    return songs.NOTE_NAMES[max(scores, key=scores.get)[0]] + " " + max(scores, key=scores.get)[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--tokenizer", type=Path, default=Path("tokenizer"))
    parser.add_argument("--count", type=int, default=12)
    parser.add_argument("--steps", type=int, default=8)
    parser.add_argument("--duration", type=float, default=20)
    parser.add_argument("--seed", type=int, default=9_000_000)
    parser.add_argument("--which", default="average")
    parser.add_argument("--save", type=Path)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    net, tokenizer = load(arguments.checkpoint, arguments.tokenizer, arguments.which)
    rows = []
    for index in range(arguments.count):
        random = np.random.default_rng((arguments.seed, index))
        song = songs.make(arguments.seed + index, arguments.duration)
        wording = songs.words(song, random, held_out=True)
        text = dataset.TEXT_PROMPT.format(dataset.INSTRUCTIONS["text2music"], wording["caption"], dataset.metadata_text(
            song.bpm, song.metre, song.key, arguments.duration))
        lyrics = dataset.LYRIC_PROMPT.format("en", wording["lyrics"])
        x = sample(net, tokenizer, text, lyrics, layout.frames_of(arguments.duration), index, arguments.steps)[0].numpy()
        level = amplitude(x[:, : layout.CLOCK])
        found, exact, octave = tempo_match(onsets(level), song.bpm)
        truth = amplitude(layout.latents_of(song)[:, : layout.CLOCK])
        shares = [v[:, layout.DRUMS:].sum() / (v.sum() + 1e-9) for v in (level, truth)]
        error = x[:, layout.CLOCK:] - layout.clock(len(x))
        quiet = np.abs(x[:, : layout.CLOCK])
        key = key_of(level)
        rows.append({"exact": exact, "octave": octave, "key": key == song.key, "tonic": key.split()[0] == song.key.split()[0],
                     "clock": float(np.sqrt((error**2).mean())), "floor": float(np.median(quiet)),
                     "drums": (level[:, layout.DRUMS:].sum() / len(level) > 0.05) == (song.drums != "none")})
        print(f"{song.style.name:18s} {song.bpm:3d} -> {found:6.1f} {'*' if octave else ' '}  {song.key:9s} -> {key:9s} "
              f"drums {song.drums:4s} {shares[0]:.2f} (true {shares[1]:.2f}) clock {rows[-1]['clock']:.3f} floor {rows[-1]['floor']:.3f}",
              flush=True)
        if arguments.save:
            arguments.save.mkdir(parents=True, exist_ok=True)
            np.save(arguments.save / f"{index}.npy", x)
    print(json.dumps({k: round(float(np.mean([r[k] for r in rows])), 3) for k in rows[0]}))


if __name__ == "__main__":
    main()
