"""Whole runs of the reference pipeline on the tiny checkpoints."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import torch
from diffusers import AceStepPipeline

from . import requests
from .checkpoint import load
from .storage import seeded, write_json, write_tensors

_STRIDE = 61  # a prime, so that no periodic error hides between the kept samples
_EDGE = 256

_SONG = dict(
    caption="slow jazz trio with upright bass", lyrics="[verse]\nThe river runs below the hill\n[chorus]\nGolden light",
    vocal_language="en", bpm=96, keyscale="D minor", timesignature="3", duration=2.0, seeds=[42])
_PLAIN = dict(caption="fast electronic dance music", lyrics="", vocal_language="unknown", duration=2.0, seeds=[0])

# `full` keeps every sample. Durations avoid those at which the reference itself fails (see SCHEMA.md).
CASES: dict[str, dict[str, dict[str, Any]]] = {
    "turbo-f32": {
        "song": dict(_SONG),
        "plain": dict(_PLAIN),
        "short_full": _SONG | dict(duration=0.4, seeds=[7]),
        "metadata_only": _PLAIN | dict(bpm=128, keyscale="F# minor", timesignature="4", duration=2.3, seeds=[3]),
        "five_steps": _SONG | dict(inference_steps=5, duration=3.77, seeds=[2**32 + 42]),
        "one_step": _SONG | dict(inference_steps=1, duration=2.02),
        "shift_one": _PLAIN | dict(shift=1.0, inference_steps=12, duration=2.5),
        "shift_fraction": _SONG | dict(shift=2.4, inference_steps=7, duration=2.05),
        "timesteps": _SONG | dict(timesteps=[0.97, 0.76, 0.615, 0.395, 0.18, 0.085], duration=3.1),
        "japanese": _SONG | dict(
            caption="静かなピアノの曲", lyrics="[verse]\n春の夜に歌う声\n星が静かに落ちていく", vocal_language="ja",
            duration=4.9, seeds=[1234567890123]),
        "batch": _SONG | dict(seeds=[5, 2**63 + 6], duration=2.1),
        # Texts of a list have as many tokens as each other: the reference's transformer attends to padding, ours has none.
        "lists": _SONG | dict(
            caption=["slow jazz trio with upright bass", "slow bass trio with upright jazz"],
            lyrics=["[verse]\nThe river runs below the hill", "[verse]\nThe hill runs below the river"],
            vocal_language=["en", "es"], seeds=[21, 22]),
        "noise_given": _SONG | dict(seeds=[31, 32], duration=2.1),
        "cut_texts": _SONG | dict(max_text_length=40, max_lyric_length=12),
        "long_prompt": _SONG | dict(caption="warm strings and choir, " * 60, lyrics="[verse]\nla la la\n" * 40),
    },
    "base-xl-bf16": {
        "song": _SONG | dict(inference_steps=10),
        "plain_no_guidance": _PLAIN | dict(guidance_scale=1.0, inference_steps=6, shift=1.0, duration=2.3),
        "interval": _SONG | dict(cfg_interval_start=0.2, cfg_interval_end=0.75, inference_steps=9, duration=2.7),
        "strong_guidance": _PLAIN | dict(guidance_scale=15.0, inference_steps=7, duration=2.06),
        "short_full": _SONG | dict(duration=0.24, inference_steps=4, seeds=[9]),
        "batch": _SONG | dict(seeds=[1, 2], inference_steps=5, duration=3.3),
        "timesteps": _PLAIN | dict(timesteps=[1.0, 0.7, 0.4, 0.1], duration=2.9),
        "lists": _SONG | dict(
            caption=["slow jazz trio with upright bass", "slow bass trio with upright jazz"], seeds=[3, 4],
            inference_steps=4),
        "noise_given": _SONG | dict(seeds=[33], inference_steps=5),
    },
    "turbo-shift-f16": {
        "song": _SONG | dict(duration=2.3),
        "plain": _PLAIN | dict(duration=2.06),
        "german": _SONG | dict(
            caption="ruhiges Klavier", lyrics="[verse]\nDas Lied vom Fluss, schöne Mädchen", vocal_language="de",
            duration=3.77, inference_steps=6, seeds=[99]),
        "short_full": _SONG | dict(duration=0.31, inference_steps=3),
    },
}


def write(checkpoint: Path, folder: Path) -> None:
    """Writes `NAME.json` (request and what to expect) and `NAME.safetensors` for every case of a checkpoint."""
    pipeline = load(checkpoint)
    for name, request in CASES[folder.name].items():
        write_case(pipeline, folder, name, request)
    write_json(folder / "sensitivity.json", sensitivity(pipeline))


def write_case(
    pipeline: AceStepPipeline, folder: Path, name: str, request: dict[str, Any], clips: Path | None = None
) -> None:
    """Writes one run; paths of audio are relative to `clips`."""
    request = requests.complete(request)
    given = {}
    if name == "noise_given":
        frames = requests.run(pipeline, request, "latent", clips=clips).shape[1]
        shape = (len(request["seeds"]), frames, pipeline.transformer.config.audio_acoustic_hidden_dim)
        given["latents"] = torch.randn(shape, generator=seeded("noise", 7))
    latents = requests.run(pipeline, request, "latent", clips=clips, **given)
    audio = requests.run(pipeline, request, clips=clips, **given)
    with torch.no_grad():
        decoded = pipeline.vae.decode(latents.transpose(1, 2)).sample
    tensors = {
        "noise": given.get("latents", requests.noise(pipeline, latents.shape[1], request["seeds"])), "latents": latents,
        "decoded_peak": decoded.abs().amax(dim=[1, 2]),
    }
    full = name.endswith("_full")
    if full:
        tensors["audio"] = audio
    else:
        tensors |= {
            "audio_strided": audio[..., ::_STRIDE], "audio_head": audio[..., :_EDGE], "audio_tail": audio[..., -_EDGE:],
        }
    write_tensors(folder / f"{name}.safetensors", tensors)
    write_json(folder / f"{name}.json", {
        "request": request, "sample_rate": pipeline.sample_rate, "latent_frames": latents.shape[1],
        "samples": audio.shape[-1], "stride": 1 if full else _STRIDE, "audio_tolerance": 1e-3,
        "latents_tolerance": 1e-3, "noise_is_given": bool(given),
    })


def sensitivity(pipeline: AceStepPipeline) -> dict[str, float]:
    """How far the final latents move, relative to their size, when one part of the request changes; and the largest
    change of a sample when the noise moves by 1e-6, which bounds what two correct implementations may differ by."""
    request = requests.complete(_SONG | dict(duration=2.3))
    reference = requests.run(pipeline, request, "latent")
    changes = {
        "caption_word": dict(caption=request["caption"].replace("jazz", "rock")),
        "caption_last_word": dict(caption=request["caption"].replace("bass", "drum")),
        "lyric_word": dict(lyrics=request["lyrics"].replace("hill", "sea")),
        "no_lyrics": dict(lyrics=""),
        "bpm": dict(bpm=97),
        "key": dict(keyscale="E minor"),
        "language": dict(vocal_language="de"),
        "steps": dict(inference_steps=5),
        "shift": dict(shift=1.0),
        "seed": dict(seeds=[43]),
    }
    result = {}
    for name, change in changes.items():
        changed = requests.run(pipeline, request | change, "latent")
        result[name] = _rounded(((changed - reference).norm() / reference.norm()).item())
    noise = requests.noise(pipeline, reference.shape[1], request["seeds"])
    nudge = 1e-6 * torch.randn(noise.shape, generator=seeded("nudge", 1))
    audio = requests.run(pipeline, request, latents=noise)
    nudged = requests.run(pipeline, request, latents=noise + nudge)
    result["audio_change_for_noise_1e-6"] = _rounded((audio - nudged).abs().max().item())
    result["audio_root_mean_square"] = _rounded(audio.square().mean().sqrt().item())
    return result


def _rounded(value: float) -> float:
    """Three significant digits: the rest would change with the processor."""
    return 0.0 if value == 0 else round(value, 2 - math.floor(math.log10(abs(value))))
