"""What the networks make in exact arithmetic, and how far PyTorch's own float32 is from it.

Two float32 programs differ by what either loses. Only a more exact run of the same network tells which of them loses
more, and how much is lost by any.
"""

from __future__ import annotations

import math
from pathlib import Path

import torch
from diffusers import AceStepPipeline

from . import requests
from .checkpoint import load
from .double import float64
from .storage import seeded, write_tensors

_SINGLE = torch.float32
Tensors = dict[str, torch.Tensor]

REQUEST = dict(
    caption="slow jazz trio with upright bass", lyrics="[verse]\nThe river runs below the hill", bpm=96,
    keyscale="D minor", timesignature="3", duration=1.3, seeds=[42])
TIMES = (0.9, 0.3)


def write(checkpoint: Path, file: Path) -> None:
    """Writes `file` for the Diffusers-layout `checkpoint`, in float32: `input.*`, `exact.*` and `torch.*`, the root of
    the mean squared error of PyTorch's float32."""
    pipeline = load(checkpoint)
    inputs = _inputs(pipeline)
    with torch.no_grad():
        single = _outputs(pipeline, inputs)
        with float64(pipeline):
            widened = {name: x.double() if x.dtype == _SINGLE else x for name, x in inputs.items()}
            exact = _outputs(pipeline, widened)
    tensors = {f"input.{name}": tensor for name, tensor in inputs.items()}
    for name, tensor in exact.items():
        assert tensor.dtype == torch.float64 and single[name].dtype == _SINGLE, name
        tensors[f"exact.{name}"] = tensor.float()
        tensors[f"torch.{name}"] = (single[name].double() - tensor).square().mean().sqrt().float()
    write_tensors(file, tensors)


def _inputs(pipeline: AceStepPipeline) -> Tensors:
    def noise(name: str, *shape: int, scale: float = 1.0) -> torch.Tensor:
        return scale * torch.randn(*shape, generator=seeded(f"precision {name}", 5))

    frames = 47
    song = math.ceil(REQUEST["duration"] * pipeline.latents_per_second)
    config, encoder = pipeline.transformer.config, pipeline.condition_encoder.config
    channels = config.audio_acoustic_hidden_dim
    text, _ = pipeline._format_prompt(
        prompt=REQUEST["caption"], lyrics=REQUEST["lyrics"], bpm=96, keyscale="D minor", timesignature="3",
        vocal_language="en", audio_duration=30.0)
    return {
        "text_ids": pipeline.tokenizer([text], return_tensors="pt").input_ids,
        "lyrics": noise("lyrics", 1, 61, encoder.text_hidden_dim, scale=0.5),
        "references": noise("references", 1, 250, encoder.timbre_hidden_dim),
        "hidden_states": noise("hidden", 1, frames, channels),
        "context": noise("context", 1, frames, 2 * channels),
        "condition": noise("condition", 1, 37, config.encoder_hidden_size),
        "latents": noise("latents", 1, channels, 5),
        # In half precision, for a smaller file.
        "audio": noise("audio", 1, 2, 14 * pipeline.vae.hop_length, scale=0.3).half(),
        "times": torch.tensor(TIMES),
        "noise": requests.noise(pipeline, song, REQUEST["seeds"]),
    }


def _outputs(pipeline: AceStepPipeline, inputs: Tensors) -> Tensors:
    encoder = pipeline.condition_encoder
    outputs = {
        "text": pipeline.text_encoder(input_ids=inputs["text_ids"]).last_hidden_state,
        "lyrics": encoder.lyric_encoder(
            inputs_embeds=inputs["lyrics"], attention_mask=torch.ones(inputs["lyrics"].shape[:2], dtype=torch.bool)),
        "timbre": encoder.timbre_encoder(inputs["references"], torch.tensor([0]))[0],
        "decoded": pipeline.vae.decode(inputs["latents"]).sample,
        "encoded": pipeline.vae.encode(inputs["audio"].to(inputs["noise"].dtype)).latent_dist.mean,
        "song": requests.run(pipeline, REQUEST, "latent", latents=inputs["noise"]),
    }
    for index in range(len(TIMES)):
        times = inputs["times"][index : index + 1]
        outputs[f"velocity.{index}"] = pipeline.transformer(
            hidden_states=inputs["hidden_states"], context_latents=inputs["context"],
            encoder_hidden_states=inputs["condition"], timestep=times, timestep_r=times, return_dict=False)[0]
    return outputs
