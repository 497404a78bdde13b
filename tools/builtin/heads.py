"""Looks which heads of the DiT's cross-attention follow the sections of composed songs, whose times are known.

    python heads.py ../../Models/builtin [--songs 40]

For each head, and for the best ones together: the mean error of the sections' beginnings in seconds, found as lyric
times are found (consensus of the heads, dynamic time warping), and the part within 0.3 s. Beside it, what evenly spaced
sections would have.
"""

from __future__ import annotations

import argparse

import numpy as np
import torch
from diffusers import AceStepPipeline
from composer.captions import lyrics_for
from training import dataset, layout, songs

HEADS = 6


def consensus(weights: torch.Tensor) -> np.ndarray:
    """[heads, tokens, frames] to [tokens, frames]."""
    shares = weights.softmax(-1) * weights.softmax(-2)
    shares = (shares - 2 * shares.quantile(0.5, dim=-1, keepdim=True)).relu()
    shares = (shares - 2 * shares.quantile(0.5, dim=-2, keepdim=True)).relu() ** 2
    return ((shares - shares.mean()) / (shares.std(unbiased=False) + 1e-9)).mean(0).numpy()


def starts(matrix: np.ndarray) -> np.ndarray:
    """The first frame of each token on the cheapest way."""
    tokens, frames = matrix.shape
    cost = np.full((tokens + 1, frames + 1), np.inf, dtype=np.float32)
    cost[0, 0] = 0
    move = np.full((tokens + 1, frames + 1), 2, dtype=np.int8)
    move[:, 0] = 1
    for token in range(1, tokens + 1):
        for frame in range(1, frames + 1):
            diagonal, up, left = cost[token - 1, frame - 1], cost[token - 1, frame], cost[token, frame - 1]
            least, way = left, 2
            if diagonal < up and diagonal < left:
                least, way = diagonal, 0
            elif up < diagonal and up < left:
                least, way = up, 1
            cost[token, frame] = least - matrix[token - 1, frame - 1]
            move[token, frame] = way
    first = np.zeros(tokens, dtype=int)
    token, frame = tokens, frames
    while token > 0 or frame > 0:
        if token > 0:
            first[token - 1] = max(0, frame - 1)
        way = move[token, frame]
        token, frame = token - (way != 2), frame - (way != 1)
    return first


@torch.no_grad()
def attention(pipeline, latents, states, context, time):
    """[layers * heads, positions, patches]."""
    seen = []

    def look(module, _, kwargs):
        query = module.norm_q(module.to_q(kwargs["hidden_states"]).unflatten(-1, (module.heads, -1))).transpose(1, 2)
        key = module.norm_k(
            module.to_k(kwargs["encoder_hidden_states"]).unflatten(-1, (module.kv_heads, -1))).transpose(1, 2)
        key = key.repeat_interleave(module.heads // module.kv_heads, dim=1)
        seen.append((query @ key.transpose(-1, -2) * module.scaling).softmax(-1)[0].transpose(-1, -2))

    hooks = [block.cross_attn.register_forward_pre_hook(look, with_kwargs=True)
             for block in pipeline.transformer.layers]
    noise = torch.randn(latents.shape, generator=torch.Generator().manual_seed(42))
    now = torch.tensor([time])
    pipeline.transformer(hidden_states=time * noise + (1 - time) * latents, timestep=now, timestep_r=now,
                         encoder_hidden_states=states, context_latents=context)
    for hook in hooks:
        hook.remove()
    return torch.cat(seen)


def example(pipeline, number, time):
    """Attention to the lyrics of a composed song, and which tokens begin sections when."""
    duration = 30.0
    song = songs.make(9_000_000 + number, duration, sections=None)
    notes = torch.from_numpy(layout.latents_of(song)[None].astype(np.float32))
    if len(song.sections) < 3:
        return None
    caption = songs.words(song, np.random.default_rng(number))["caption"]
    text = f"{caption}"
    lyrics = lyrics_for(song)
    inputs = {}

    def keep(_, __, kwargs):
        inputs.update(kwargs)

    hook = pipeline.transformer.register_forward_pre_hook(keep, with_kwargs=True)
    pipeline(prompt=text, lyrics=lyrics, vocal_language="en", audio_duration=duration, bpm=song.bpm,
             keyscale=song.key, num_inference_steps=1, generator=torch.Generator().manual_seed(1),
             output_type="latent")
    hook.remove()
    frames = inputs["context_latents"].shape[1]
    latents = notes[:, :frames]
    if latents.shape[1] < frames:
        latents = torch.nn.functional.pad(latents, (0, 0, 0, frames - latents.shape[1]))
    weights = attention(pipeline, latents, inputs["encoder_hidden_states"][:1], inputs["context_latents"][:1], time)
    tokenizer = pipeline.tokenizer
    header = len(tokenizer.encode("# Languages\nen\n\n# Lyric\n", add_special_tokens=False))
    ids = tokenizer.encode(lyrics, add_special_tokens=False)
    begins, open_line = [], True
    for index, token in enumerate(ids):
        if open_line:
            begins.append(index)
            open_line = False
        if "\n" in tokenizer.decode([token]):
            open_line = True
    truth = np.array([section.start for section in song.sections])
    return weights[:, header:header + len(ids)], begins[: len(truth)], truth, duration


def errors(stack, begins, truth, duration):
    first = starts(consensus(stack))
    return np.abs(first[begins] * duration / stack.shape[-1] - truth[: len(begins)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model")
    parser.add_argument("--songs", type=int, default=40)
    parser.add_argument("--time", type=float, default=0.125)
    arguments = parser.parse_args()
    pipeline = AceStepPipeline.from_pretrained(arguments.model, torch_dtype=torch.float32)
    pipeline.set_progress_bar_config(disable=True)
    examples = [e for e in (example(pipeline, n, arguments.time) for n in range(arguments.songs)) if e]
    print(f"{len(examples)} songs, {sum(len(e[1]) for e in examples)} sections")
    even = np.concatenate([np.abs(np.arange(len(b)) * d / len(b) - t[: len(b)]) for _, b, t, d in examples])
    print(f"evenly spaced: {even.mean():.2f} s, {np.mean(even <= 0.3):.2f} within 0.3 s")
    found = []
    for head in range(examples[0][0].shape[0]):
        own = np.concatenate([errors(w[head:head + 1], b, t, d) for w, b, t, d in examples])
        found.append((own.mean(), np.mean(own <= 0.3), head))
    for mean, part, head in sorted(found):
        print(f"layer {head // HEADS} head {head % HEADS}: {mean:.2f} s, {part:.2f} within 0.3 s")
    for count in (2, 3, 5, 8):
        best = [head for _, _, head in sorted(found)[:count]]
        own = np.concatenate([errors(w[best], b, t, d) for w, b, t, d in examples])
        print(f"best {count}: {own.mean():.2f} s, {np.mean(own <= 0.3):.2f} within 0.3 s")


main()
