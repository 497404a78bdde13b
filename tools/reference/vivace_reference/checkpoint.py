"""Builds a pipeline from a specification and writes it in both layouts."""

from __future__ import annotations

import math
import shutil
from collections.abc import Sequence
from pathlib import Path

import torch
from diffusers import (
    AceStepPipeline, AceStepTransformer1DModel, AutoencoderOobleck, FlowMatchEulerDiscreteScheduler,
)
from diffusers.pipelines.ace_step import AceStepAudioTokenDetokenizer, AceStepAudioTokenizer, AceStepConditionEncoder
from safetensors.torch import save_file
from transformers import Qwen3Config, Qwen3Model

from . import bpe
from .specification import Specification
from .storage import seeded, write_json
from .text import SENTENCES
from .weights import randomize

OFFICIAL_DIT = "acestep-v15-turbo"
OFFICIAL_TEXT_ENCODER = "Qwen3-Embedding-0.6B"

# Diffusers name -> official name inside attention modules.
_ATTENTION_NAMES = [
    (".to_q.", ".q_proj."), (".to_k.", ".k_proj."), (".to_v.", ".v_proj."), (".to_out.0.", ".o_proj."),
    (".norm_q.", ".q_norm."), (".norm_k.", ".k_norm."),
]
_PREFIXES = {
    "transformer": "decoder.", "condition_encoder": "encoder.", "audio_tokenizer": "tokenizer.",
    "audio_token_detokenizer": "detokenizer.",
}
_DIT_NAMES = [("proj_in_conv.", "proj_in.1."), ("proj_out_conv.", "proj_out.1.")]


def build(specification: Specification, texts: Sequence[str] = SENTENCES) -> AceStepPipeline:
    """The pipeline with seeded random weights, already rounded to the specification's dtype, and a tokenizer trained on
    `texts`."""
    tokenizer = bpe.wrap(bpe.train(texts, specification.vocabulary_size), specification.qwen_tokenizer_class)
    components = {
        "transformer": AceStepTransformer1DModel(**specification.transformer_config()),
        "condition_encoder": AceStepConditionEncoder(**specification.condition_encoder_config()),
        "audio_tokenizer": AceStepAudioTokenizer(**specification.audio_tokenizer_config()),
        "audio_token_detokenizer": AceStepAudioTokenDetokenizer(**specification.audio_detokenizer_config()),
        "text_encoder": Qwen3Model(Qwen3Config(
            **specification.text_encoder_config(len(tokenizer)), eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id)),
        "vae": AutoencoderOobleck(**specification.vae_config()),
    }
    for name, module in components.items():
        randomize(module, name, specification.seed, vae_gain=specification.vae_gain)
    components["condition_encoder"].silence_latent.copy_(silence_latent(specification))
    dtype = getattr(torch, specification.dtype)
    for module in components.values():
        module.to(dtype).eval()
    return AceStepPipeline(
        tokenizer=tokenizer, scheduler=FlowMatchEulerDiscreteScheduler(num_train_timesteps=1, shift=1.0), **components)


def silence_latent(specification: Specification) -> torch.Tensor:
    """A stand-in for encoded silence, [1, 15000, channels]: not constant in time, so that a wrong slice shows, and
    periodic, so that it compresses."""
    period = 83
    pattern = torch.randn(period, specification.acoustic_dim, generator=seeded("silence", specification.seed))
    level = torch.randn(specification.acoustic_dim, generator=seeded("silence level", specification.seed))
    frames = (0.25 * pattern + 0.5 * level).repeat(math.ceil(15000 / period), 1)[:15000]
    return frames.unsqueeze(0)


def write_diffusers(pipeline: AceStepPipeline, folder: Path, shard_bytes: int | None) -> None:
    """Writes `model_index.json` and one folder per component."""
    shutil.rmtree(folder, ignore_errors=True)
    pipeline.save_pretrained(folder, safe_serialization=True, max_shard_size=shard_bytes or "5GB")


def write_official(pipeline: AceStepPipeline, specification: Specification, folder: Path) -> None:
    """Writes the same weights as the official repositories lay them out."""
    shutil.rmtree(folder, ignore_errors=True)
    dit = folder / OFFICIAL_DIT
    dit.mkdir(parents=True)
    write_json(dit / "config.json", specification.official_config())
    _write_weights(official_state(pipeline), dit, "model", specification.shard_bytes)
    silence = pipeline.condition_encoder.silence_latent[:, : specification.official_silence_frames]
    torch.save(silence.float().transpose(1, 2).contiguous(), dit / "silence_latent.pt")

    pipeline.vae.save_pretrained(folder / "vae", safe_serialization=True)
    text = folder / OFFICIAL_TEXT_ENCODER
    pipeline.text_encoder.save_pretrained(text, safe_serialization=True)
    pipeline.tokenizer.save_pretrained(text)
    bpe.write_vocabulary_files(text)


def official_state(pipeline: AceStepPipeline) -> dict[str, torch.Tensor]:
    """All tensors of the official `model.safetensors`, by their official names."""
    state: dict[str, torch.Tensor] = {}
    for component, prefix in _PREFIXES.items():
        for name, tensor in getattr(pipeline, component).state_dict().items():
            if name == "silence_latent":
                continue  # a file of its own in the official layout
            renames = _ATTENTION_NAMES + (_DIT_NAMES if component == "transformer" else [])
            for ours, official in renames:
                name = name.replace(ours, official)
            state[name if name == "null_condition_emb" else prefix + name] = tensor.contiguous()
    return state


def _write_weights(state: dict[str, torch.Tensor], folder: Path, stem: str, shard_bytes: int | None) -> None:
    """One file, or shards with an index when `shard_bytes` asks for them."""
    metadata = {"format": "pt"}
    if shard_bytes is None:
        save_file(state, str(folder / f"{stem}.safetensors"), metadata)
        return
    shards: list[dict[str, torch.Tensor]] = [{}]
    size = 0
    for name, tensor in state.items():
        if shards[-1] and size + tensor.nbytes > shard_bytes:
            shards.append({})
            size = 0
        shards[-1][name] = tensor
        size += tensor.nbytes
    weight_map = {}
    for number, shard in enumerate(shards, start=1):
        file = f"{stem}-{number:05d}-of-{len(shards):05d}.safetensors"
        save_file(shard, str(folder / file), metadata)
        weight_map |= {name: file for name in shard}
    total = sum(tensor.nbytes for tensor in state.values())
    write_json(
        folder / f"{stem}.safetensors.index.json",
        {"metadata": {"total_size": total}, "weight_map": dict(sorted(weight_map.items()))})


def write_both(specification: Specification, folder: Path) -> None:
    """Writes `folder/diffusers` and `folder/official`."""
    pipeline = build(specification)
    write_diffusers(pipeline, folder / "diffusers", specification.shard_bytes)
    write_official(pipeline, specification, folder / "official")


def load(folder: Path, dtype: torch.dtype = torch.float32) -> AceStepPipeline:
    """Loads a Diffusers-layout folder with every component in one dtype, ready for inference on the CPU."""
    pipeline = AceStepPipeline.from_pretrained(folder, torch_dtype=dtype)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline
