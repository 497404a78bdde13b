"""Runs the reference pipeline on a request document, which has the field names of the program's own requests."""

from __future__ import annotations

from typing import Any

import torch
from diffusers import AceStepPipeline

_DEFAULTS: dict[str, Any] = {
    "caption": "", "lyrics": "", "vocal_language": "en", "duration": 60.0, "bpm": None, "keyscale": None,
    "timesignature": None, "inference_steps": 8, "shift": 3.0, "guidance_scale": 7.0, "timesteps": None, "seeds": [0],
    "cfg_interval_start": 0.0, "cfg_interval_end": 1.0,
}


def complete(request: dict[str, Any]) -> dict[str, Any]:
    """The request with the reference's defaults in the fields it leaves out."""
    unknown = set(request) - set(_DEFAULTS)
    if unknown:
        raise ValueError(f"unknown request fields: {sorted(unknown)}; known: {sorted(_DEFAULTS)}")
    return _DEFAULTS | request


def noise(pipeline: AceStepPipeline, frames: int, seeds: list[int]) -> torch.Tensor:
    """The initial noise, [songs, frames, channels]: one CPU generator per song."""
    channels = pipeline.transformer.config.audio_acoustic_hidden_dim
    rows = [torch.randn(1, frames, channels, generator=torch.Generator("cpu").manual_seed(seed)) for seed in seeds]
    return torch.cat(rows)


def run(pipeline: AceStepPipeline, request: dict[str, Any], output: str = "pt", **overrides: Any) -> torch.Tensor:
    """Audio [songs, channels, samples], or latents [songs, frames, channels] with `output="latent"`."""
    values = complete(request)
    songs = len(values["seeds"])
    generators = [torch.Generator("cpu").manual_seed(seed) for seed in values["seeds"]]
    arguments = dict(
        prompt=[values["caption"]] * songs, lyrics=[values["lyrics"]] * songs,
        vocal_language=values["vocal_language"], audio_duration=values["duration"], bpm=values["bpm"],
        keyscale=values["keyscale"], timesignature=values["timesignature"],
        num_inference_steps=values["inference_steps"], shift=values["shift"],
        guidance_scale=values["guidance_scale"], timesteps=values["timesteps"],
        generator=generators, cfg_interval_start=values["cfg_interval_start"],
        cfg_interval_end=values["cfg_interval_end"], output_type=output)
    return pipeline(**(arguments | overrides)).audios
