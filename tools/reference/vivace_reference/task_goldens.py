"""Whole runs of the reference pipeline on source audio, reference audio and audio codes."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy
import soundfile

from . import requests
from .checkpoint import load
from .pipeline_goldens import write_case

_RATES = {"turbo-f32": 48000, "base-xl-bf16": 48000, "turbo-shift-f16": 44100}
_SONG = dict(
    caption="slow jazz trio with upright bass", lyrics="[verse]\nThe river runs below the hill", vocal_language="en",
    bpm=96, keyscale="D minor", timesignature="3", duration=-1, inference_steps=4, seeds=[42])
_CODES = "".join(f"<|audio_code_{code}|>" for code in (0, 17, 401, 83, 260, 5, 63, 99999999))

_OTHER_CODES = "".join(f"<|audio_code_{code}|>" for code in (301, 17, 2, 90, 111, 5, 340, 1))

_COVER = dict(task_type="cover", src_audio="source")
_REPAINT = dict(task_type="repaint", src_audio="source")

# `source` and `reference` stand for the clips at the checkpoint's own rate.
CASES: dict[str, dict[str, dict[str, Any]]] = {
    "turbo-f32": {
        "cover": _COVER,
        "cover_blend": _COVER | dict(audio_cover_strength=0.6, seeds=[1, 2]),
        "cover_timbre": _COVER | dict(reference_audio="reference"),
        "repaint": _REPAINT | dict(repainting_start=0.37, repainting_end=0.91),
        "repaint_to_end": _REPAINT | dict(repainting_start=0.6, repainting_end=-1, seeds=[3]),
        "timbre": dict(duration=1.4, reference_audio="reference"),
        "codes": dict(audio_codes=_CODES),
        "codes_lists": dict(audio_codes=[_CODES, _OTHER_CODES], seeds=[5, 6]),
        "told_duration": _COVER | dict(duration=25.0, seeds=[4]),
    },
    "base-xl-bf16": {
        "cover": _COVER | dict(cfg_interval_start=0.1, cfg_interval_end=0.6),
        "cover_blend": _COVER | dict(audio_cover_strength=0.3),
        "repaint": _REPAINT | dict(repainting_start=0.37, repainting_end=0.91, guidance_scale=4.0),
        "lego": dict(
            task_type="lego", src_audio="source", track_classes=["backing_vocals"], repainting_start=0.3,
            repainting_end=0.8),
        "lego_all": dict(task_type="lego", src_audio="source"),
        "extract": dict(task_type="extract", src_audio="source", track_classes=["vocals"]),
        "complete": dict(task_type="complete", src_audio="source", track_classes=["drums", "bass", "guitar"]),
        "complete_any": dict(task_type="complete", src_audio="source", guidance_scale=1.0),
        "timbre": dict(duration=1.4, reference_audio="reference"),
        "codes": dict(audio_codes=_CODES, seeds=[8]),
    },
    "turbo-shift-f16": {
        "cover": _COVER,
        "repaint": _REPAINT | dict(repainting_start=0.37, repainting_end=0.91),
        "timbre": dict(duration=1.4, reference_audio="reference"),
        "codes": dict(audio_codes=_CODES),
    },
}


def write_clips(folder: Path) -> None:
    """Writes the clips: chords with vibrato and a little noise, as 16-bit stereo."""
    for rate in sorted(set(_RATES.values())):
        for name, seconds, root in (("source", 1.3, 110.0), ("reference", 0.7, 196.0)):
            time = numpy.arange(int(seconds * rate)) / rate
            channels = []
            for side in (0, 1):
                phase = 2 * math.pi * root * time + 2 * numpy.sin(2 * math.pi * (3 + side) * time)
                sound = sum(numpy.sin(part * phase + side) / part for part in (1, 2.5, 3, 5, 9))
                noise = numpy.random.default_rng(side).normal(size=len(time))
                channels.append(0.25 * sound * (0.6 + 0.4 * numpy.sin(9 * time)) + 0.02 * noise)
            folder.mkdir(parents=True, exist_ok=True)
            soundfile.write(folder / f"{name}-{rate}.wav", numpy.stack(channels, axis=1), rate, subtype="PCM_16")


def write(checkpoint: Path, folder: Path) -> None:
    """Writes `NAME.json` and `NAME.safetensors` for every case of a checkpoint; clips lie in the folder above."""
    pipeline = load(checkpoint)
    requests.take_means(pipeline)
    for name, case in CASES[folder.name].items():
        request = _SONG | case
        for field in ("src_audio", "reference_audio"):
            if field in request:
                request[field] = f"{request[field]}-{_RATES[folder.name]}.wav"
        write_case(pipeline, folder, name, request, clips=folder.parent)

