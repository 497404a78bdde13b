"""What songs become with adapters: the final latents by the reference pipeline."""

from __future__ import annotations

import shutil
from pathlib import Path

import torch
from diffusers import AceStepPipeline

from . import adapter_files, requests
from .adapter_kinds import kinds
from .storage import write_json, write_tensors

REQUEST = {
    "caption": "brass band in the rain", "lyrics": "[Verse]\nwet feet", "duration": 1.5, "inference_steps": 3,
    "seeds": [17], "bpm": 96, "shift": 3.0, "guidance_scale": 1.0,
}


# Spreads of random values, of which the first is taken with which the song is still one of its kind.
_STRENGTHS = [0.5, 0.35, 0.25, 0.18, 0.12, 0.08, 0.05, 0.03]
# How far adapters may and must move the latents, as a share of their norm.
_LEAST, _MOST = 0.01, 0.6


def write(pipeline: AceStepPipeline, folder: Path, seed: int, whole: bool = False) -> None:
    """Writes adapters of all kinds, each in a folder of its name, and the latents that a song has with each."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    latents = {"none": requests.run(pipeline, REQUEST, "latent").float()}
    table = []
    for kind in kinds(whole):
        for strength in _STRENGTHS:
            kind.strength = strength
            active = adapter_files.make(pipeline.transformer, kind, seed, folder / kind.name)
            with torch.no_grad():
                latents[kind.name] = requests.run(pipeline, REQUEST, "latent").float()
            active.remove()
            change = float((latents[kind.name] - latents["none"]).norm() / latents["none"].norm())
            if change < _MOST:
                break
        if not _LEAST < change < _MOST:
            raise ValueError(f"the adapter {kind.name} moves the song by {change}: a golden that tests little")
        table.append({"name": kind.name, "scale": kind.scale, "change": round(change, 4)})
    again = requests.run(pipeline, REQUEST, "latent").float()
    if not torch.equal(again, latents["none"]):
        raise ValueError("an adapter was left in the transformer")
    write_tensors(folder / "latents.safetensors", latents)
    write_json(folder / "adapters.json", {"request": REQUEST, "seed": seed, "adapters": table})
