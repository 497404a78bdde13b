"""Runs the reference pipeline on a request document, which has the field names of the program's own requests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy
import soundfile
import torch
from diffusers import AceStepPipeline

_DEFAULTS: dict[str, Any] = {
    "caption": "", "lyrics": "", "vocal_language": "en", "duration": 60.0, "bpm": None, "keyscale": None,
    "timesignature": None, "inference_steps": 8, "shift": 3.0, "guidance_scale": 7.0, "timesteps": None, "seeds": [0],
    "cfg_interval_start": 0.0, "cfg_interval_end": 1.0, "task_type": "text2music", "src_audio": None,
    "reference_audio": None, "audio_codes": None, "track_classes": [], "repainting_start": None,
    "repainting_end": None, "audio_cover_strength": 1.0, "max_text_length": 256, "max_lyric_length": 2048,
}


class _Mean:
    """Stands for the autoencoder's distribution: its sample is its mean, so that runs can be repeated."""

    def __init__(self, distribution: Any) -> None:
        self._distribution = distribution

    def sample(self, generator: Any = None) -> torch.Tensor:
        return self._distribution.mean


def _each(value: Any, songs: int) -> list[Any]:
    """One value for each song: those of a list, or the same for all."""
    return list(value) if isinstance(value, list) else [value] * songs


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


def clip(path: str | None, rate: int, folder: Path | None) -> torch.Tensor | None:
    """A stereo file at the model's rate, [channels, samples]."""
    if path is None:
        return None
    samples, actual = soundfile.read((folder or Path()) / path, dtype="float32", always_2d=True)
    if actual != rate or samples.shape[1] != 2:
        raise ValueError(f"{path} has {samples.shape[1]} channels at {actual} Hz; the reference takes 2 at {rate}")
    return torch.from_numpy(numpy.ascontiguousarray(samples.T))


def take_means(pipeline: AceStepPipeline) -> None:
    """Makes the pipeline encode audio to the mean of its latents, where it would draw them at random."""
    encode = pipeline.vae.encode

    def encode_to_mean(*arguments: Any, **options: Any) -> Any:
        output = encode(*arguments, **options)
        output.latent_dist = _Mean(output.latent_dist)
        return output

    pipeline.vae.encode = encode_to_mean


def run(
    pipeline: AceStepPipeline, request: dict[str, Any], output: str = "pt", clips: Path | None = None,
    **overrides: Any,
) -> torch.Tensor:
    """Paths of audio are relative to `clips`, or to the current folder. Audio [songs, channels, samples], or latents [songs, frames, channels] with `output="latent"`."""
    values = complete(request)
    songs = len(values["seeds"])
    generators = [torch.Generator("cpu").manual_seed(seed) for seed in values["seeds"]]
    tracks = values["track_classes"]
    arguments = dict(
        task_type=values["task_type"], src_audio=clip(values["src_audio"], pipeline.sample_rate, clips),
        reference_audio=clip(values["reference_audio"], pipeline.sample_rate, clips), audio_codes=values["audio_codes"],
        track_name=tracks[0] if tracks else None, complete_track_classes=tracks,
        repainting_start=values["repainting_start"], repainting_end=values["repainting_end"],
        audio_cover_strength=values["audio_cover_strength"],
        prompt=_each(values["caption"], songs), lyrics=_each(values["lyrics"], songs),
        vocal_language=_each(values["vocal_language"], songs), audio_duration=values["duration"], bpm=values["bpm"],
        keyscale=values["keyscale"], timesignature=values["timesignature"],
        num_inference_steps=values["inference_steps"], shift=values["shift"],
        guidance_scale=values["guidance_scale"], timesteps=values["timesteps"],
        generator=generators, cfg_interval_start=values["cfg_interval_start"],
        cfg_interval_end=values["cfg_interval_end"], output_type=output,
        max_text_length=values["max_text_length"], max_lyric_length=values["max_lyric_length"])
    return pipeline(**(arguments | overrides)).audios
