"""Goldens that need no checkpoint: schedules, noise, guidance and prompt texts."""

from __future__ import annotations

from pathlib import Path

import torch
from diffusers import AceStepPipeline, FlowMatchEulerDiscreteScheduler
from diffusers.guiders.adaptive_projected_guidance import MomentumBuffer, normalized_guidance

from .storage import seeded, write_json, write_tensors

STEPS = (1, 2, 3, 5, 8, 13, 20, 27, 50, 100)
SHIFTS = (0.5, 1.0, 1.5, 2.0, 3.0, 4.7, 6.0)
CUSTOM_TIMESTEPS = [
    [1.0], [0.9, 0.5, 0.1], [0.97, 0.76, 0.615, 0.5, 0.395, 0.28, 0.18, 0.085],
    [1.0, 0.9545454545454546, 0.3], [0.999999, 0.3333333333333333, 1e-4],
]
# The generator keeps the low 32 bits of a seed's Mersenne Twister state, so 42 and 2^32 + 42 give the same noise.
SEEDS = (0, 1, 42, 1234567890123, 4294967338, 2**63 + 5, 2**64 - 1)
SHAPES = ((1, 1, 5), (1, 3, 5), (1, 4, 4), (1, 7, 5), (1, 58, 6), (1, 50, 64))


def write(folder: Path) -> None:
    """Writes every table below `folder`."""
    write_tensors(folder / "schedules.safetensors", _schedules(), tolerance=1e-6)
    write_json(folder / "custom_timesteps.json", CUSTOM_TIMESTEPS)
    write_tensors(folder / "noise.safetensors", _noise(), tolerance=1e-5)
    write_tensors(folder / "guidance.safetensors", _guidance(), tolerance=1e-5)
    write_json(folder / "prompts.json", _prompts())


def _sigmas(timesteps: torch.Tensor) -> torch.Tensor:
    """What the sampler steps through: the schedule with the final 0."""
    scheduler = FlowMatchEulerDiscreteScheduler(num_train_timesteps=1, shift=1.0)
    scheduler.set_timesteps(sigmas=timesteps.tolist())
    return scheduler.sigmas


def _schedules() -> dict[str, torch.Tensor]:
    schedule = AceStepPipeline._get_timestep_schedule
    tensors = {}
    for steps in STEPS:
        for shift in SHIFTS:
            tensors[f"steps.{steps}.shift.{shift}"] = _sigmas(schedule(None, steps, shift, dtype=torch.float32))
    for index, timesteps in enumerate(CUSTOM_TIMESTEPS):
        tensors[f"custom.{index}"] = _sigmas(schedule(None, timesteps=timesteps, dtype=torch.float32))
    return tensors


def _noise() -> dict[str, torch.Tensor]:
    tensors = {}
    for seed in SEEDS:
        for shape in SHAPES if seed == 42 else SHAPES[:5]:
            generator = torch.Generator("cpu").manual_seed(seed)
            tensors[f"seed.{seed}.shape.{'x'.join(map(str, shape))}"] = torch.randn(shape, generator=generator)
    # Two draws from one generator: the second continues the stream of the first.
    generator = torch.Generator("cpu").manual_seed(7)
    tensors["stream.7.first.1x50x6"] = torch.randn(1, 50, 6, generator=generator)
    tensors["stream.7.second.1x3x3"] = torch.randn(1, 3, 3, generator=generator)
    tensors["stream.7.third.1x20x5"] = torch.randn(1, 20, 5, generator=generator)
    return tensors


def _guidance() -> dict[str, torch.Tensor]:
    """Adaptive projected guidance over five steps with momentum; the fourth step's difference is exactly zero."""
    tensors = {}
    momentum = MomentumBuffer(momentum=-0.75)
    for step in range(5):
        conditional = torch.randn(2, 13, 6, generator=seeded(f"guidance conditional {step}", 3))
        unconditional = torch.randn(2, 13, 6, generator=seeded(f"guidance unconditional {step}", 3))
        distance = (0.1, 1.0, 3.0, 0.0, 0.5)[step]
        unconditional = conditional + distance * unconditional
        tensors[f"input.{step}.conditional"] = conditional
        tensors[f"input.{step}.unconditional"] = unconditional
        tensors[f"output.{step}"] = normalized_guidance(
            pred_cond=conditional, pred_uncond=unconditional, guidance_scale=7.0 - 1.0, momentum_buffer=momentum,
            eta=0.0, norm_threshold=2.5, use_original_formulation=True, norm_dim=(1,))
    return tensors


def _prompts() -> list[dict[str, object]]:
    """Formatted prompt and lyric texts for combinations of metadata."""
    cases = [
        dict(prompt="soft piano", lyrics="", vocal_language="unknown", audio_duration=30.0),
        dict(prompt="soft piano", lyrics="la la", vocal_language="en", audio_duration=2.3, bpm=120,
             keyscale="F# minor", timesignature="4"),
        dict(prompt="", lyrics="[verse]\nuno\n\n[chorus]\ndos ", vocal_language="es", audio_duration=59.999, bpm=0,
             keyscale=" ", timesignature=""),
        dict(prompt="a {b} %s \n\n# Caption\nc", lyrics="<|endoftext|>\n", vocal_language="zh", audio_duration=600.0,
             bpm=-3, timesignature="6"),
        dict(prompt="drums", lyrics="x", vocal_language="en", audio_duration=0.4,
             instruction="Extract the DRUMS track from the audio"),
    ]
    results = []
    for case in cases:
        formatter = AceStepPipeline.__new__(AceStepPipeline)
        text, lyrics = formatter._format_prompt(**case)
        results.append({"arguments": case, "text": text, "lyrics": lyrics})
    return results
