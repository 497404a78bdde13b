"""A store of songs as the generator plays them, with their words: what the language model learns to understand.

    python -m training.played --store FOLDER --runs FOLDER --tokenizer FOLDER [--songs 1600]

Songs are sampled as the pipeline does it (eight steps at shift 3) and quietly disturbed, as the VAE would.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import torch

from . import dataset, layout, probe, runtime, songs

DURATIONS = (10, 20, 30)
BATCH = 32
STRAY = 0.1  # of the latents, once through the VAE


@torch.no_grad()
def play(net, tokenizer, made: list, duration: int, seed: int, device: str) -> np.ndarray:
    """[songs, frames, CLOCK]: what the generator plays when asked for these songs' facts and captions."""
    texts, lyrics = [], []
    for index, song in enumerate(made):
        wording = songs.words(song, np.random.default_rng((seed, index)))
        facts = dataset.metadata_text(song.bpm, song.metre, song.key, duration)
        texts.append(dataset.TEXT_PROMPT.format(dataset.INSTRUCTIONS["text2music"], wording["caption"], facts))
        lyrics.append(dataset.LYRIC_PROMPT.format(wording["language"], wording["lyrics"]))
    text, lyric = (tokenizer(t, padding="longest", return_tensors="pt").to(device) for t in (texts, lyrics))
    silence = net.condition_encoder.silence_latent
    states, visible = net.condition(text.input_ids, text.attention_mask.bool(), lyric.input_ids,
                                    lyric.attention_mask.bool(), silence[:, :750])
    frames = layout.frames_of(duration)
    context = torch.cat([silence[:, :frames], torch.ones_like(silence[:, :frames])], -1).expand(len(made), -1, -1)
    x = torch.randn(len(made), frames, layout.CHANNELS, generator=torch.Generator().manual_seed(seed)).to(device)
    t = probe.schedule(8)
    for now, after in zip(t[:-1], t[1:]):
        x = x - net.velocity(x, torch.full((len(made),), now, device=device), states, visible, context) * (now - after)
    x = x + STRAY * torch.rand(len(made), 1, 1, device=device) * torch.randn_like(x)
    return x[..., : layout.CLOCK].cpu().numpy().astype(np.float16)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--runs", type=Path, required=True)
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--songs", type=int, default=1600, help="of each duration")
    parser.add_argument("--device", default=runtime.device())
    parser.add_argument("--seed", type=int, default=6)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    net, tokenizer = probe.load(arguments.runs / "flow.pt", arguments.tokenizer)
    net.to(arguments.device)
    arguments.store.mkdir(parents=True, exist_ok=True)
    for duration in DURATIONS:
        values, labels = [], []
        for first in range(0, arguments.songs, BATCH):
            numbers = range(first, min(first + BATCH, arguments.songs))
            made = [songs.make(arguments.seed * 1_000_000 + duration * 10_000 + n, float(duration)) for n in numbers]
            values.append(play(net, tokenizer, made, duration, arguments.seed * 1_000_000 + duration * 10_000 + first,
                               arguments.device))
            labels += [dataset.label_of(song, np.random.default_rng((arguments.seed, duration, n)), 3)
                       for song, n in zip(made, numbers)]
        np.save(arguments.store / f"latents-{duration}.npy", np.concatenate(values))
        (arguments.store / f"labels-{duration}.json").write_text(json.dumps(labels), encoding="utf-8")


if __name__ == "__main__":
    main()
