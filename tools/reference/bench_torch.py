"""Times the stages of a generation in PyTorch, to compare with `vivace bench`.

    python tools/reference/bench_torch.py --duration 30 --dtype bfloat16 --threads 2 --json

Without `--checkpoint` it times random weights of the released turbo model's size (1.6 B DiT, 0.6 B text encoder): about
6 GiB of memory in bfloat16, twice that in float32. The stages `lm_prefill`, `lm_step` and `lm_cfg_step` are those of the
5 Hz language model, with random weights of the size that `--lm` names; a step computes the scores of the 64,000 audio
codes alone, after the prompt and half of the song's codes, with Transformers' dynamic cache.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from diffusers import AceStepTransformer1DModel, AutoencoderOobleck
from diffusers.pipelines.ace_step import AceStepConditionEncoder
from torch import nn
from transformers import Qwen3Config, Qwen3ForCausalLM, Qwen3Model
from transformers.models.qwen3.modeling_qwen3 import Qwen3RotaryEmbedding

from vivace_reference import checkpoint, language_bench
from vivace_reference.quiet import quiet

STAGES = ("text_encoder", "condition_encoder", "dit_step", "vae_encode", "vae_decode", "end_to_end")
TEXT_ENCODER = dict(
    vocab_size=151669, hidden_size=1024, intermediate_size=3072, num_hidden_layers=28, num_attention_heads=16,
    num_key_value_heads=8, head_dim=128, rope_parameters={"rope_type": "default", "rope_theta": 1000000.0},
    tie_word_embeddings=True, use_cache=False)
VAE = dict(
    encoder_hidden_size=128, downsampling_ratios=[2, 4, 4, 6, 10], channel_multiples=[1, 2, 4, 8, 16],
    decoder_channels=128, decoder_input_channels=64, audio_channels=2, sampling_rate=48000)


@dataclass
class Models:
    """The networks that a text-to-music generation runs."""

    text_encoder: nn.Module
    condition_encoder: nn.Module
    dit: nn.Module
    vae: nn.Module

    @property
    def parameters(self) -> int:
        networks = (self.text_encoder, self.condition_encoder, self.dit, self.vae)
        return sum(parameter.numel() for network in networks for parameter in network.parameters())


def full_size(dtype: torch.dtype) -> Models:
    """Random networks of the released 2 B turbo model's dimensions, which are the classes' defaults."""
    text_encoder = _random(lambda: Qwen3Model(Qwen3Config(**TEXT_ENCODER)), dtype)
    text_encoder.rotary_emb = Qwen3RotaryEmbedding(text_encoder.config)
    return Models(
        text_encoder, _random(AceStepConditionEncoder, dtype),
        _random(lambda: AceStepTransformer1DModel(is_turbo=True), dtype),
        AutoencoderOobleck(**VAE).to(dtype).eval())


def _random(make: Callable[[], nn.Module], dtype: torch.dtype) -> nn.Module:
    """Builds without PyTorch's slow initialization, in the final dtype from the start."""
    with torch.device("meta"):
        module = make()
    module = module.to(dtype).to_empty(device="cpu").eval()
    generator = torch.Generator().manual_seed(1)
    for tensor in [*module.parameters(), *module.buffers()]:
        if tensor.is_floating_point():
            bound = 1 / math.sqrt(tensor.shape[-1])
            tensor.data.uniform_(-bound, bound, generator=generator)
    return module


def language_model(size: str, dtype: torch.dtype) -> nn.Module:
    """A random language model of a published size."""
    return language_bench.restore(_random(lambda: Qwen3ForCausalLM(language_bench.configuration(size)), dtype))


def from_checkpoint(folder: Path, dtype: torch.dtype) -> Models:
    pipeline = checkpoint.load(folder, dtype)
    return Models(pipeline.text_encoder, pipeline.condition_encoder, pipeline.transformer, pipeline.vae)


class Workload:
    """Inputs for one song, and the stages as functions without arguments."""

    def __init__(
        self, models: Models, dtype: torch.dtype, duration: float, steps: int, text_tokens: int, lyric_tokens: int
    ):
        self.models, self.steps = models, steps
        config = models.dit.config
        channels = config.audio_acoustic_hidden_dim
        rate = models.vae.config.sampling_rate / models.vae.hop_length
        self.frames = math.ceil(duration * rate)
        ids = torch.arange(text_tokens + lyric_tokens) % models.text_encoder.config.vocab_size
        self.text_ids, self.lyric_ids = ids[None, :text_tokens], ids[None, text_tokens:]
        silence = models.condition_encoder.silence_latent
        self.reference = silence[:, : math.ceil(30 * rate)].to(dtype)
        source = torch.zeros(1, self.frames, channels, dtype=dtype)
        self.context = torch.cat([source, torch.ones_like(source)], dim=-1)
        self.noise = torch.randn(1, self.frames, channels, dtype=dtype)
        encoder_width = models.condition_encoder.config.hidden_size
        self.condition = torch.randn(1, lyric_tokens + 1 + text_tokens, encoder_width, dtype=dtype)
        self.audio = 0.1 * torch.randn(1, 2, self.frames * models.vae.hop_length, dtype=dtype)
        self.text_states = self.text_encoder()

    def text_encoder(self) -> torch.Tensor:
        return self.models.text_encoder(input_ids=self.text_ids).last_hidden_state

    def condition_encoder(self, text_states: torch.Tensor | None = None) -> torch.Tensor:
        text_states = self.text_states if text_states is None else text_states
        lyric_states = self.models.text_encoder.get_input_embeddings()(self.lyric_ids)
        return self.models.condition_encoder(
            text_hidden_states=text_states, text_attention_mask=torch.ones_like(self.text_ids).bool(),
            lyric_hidden_states=lyric_states, lyric_attention_mask=torch.ones_like(self.lyric_ids).bool(),
            refer_audio_acoustic_hidden_states_packed=self.reference, refer_audio_order_mask=torch.tensor([0]))[0]

    def dit_step(
        self, latents: torch.Tensor | None = None, time: float = 0.5, condition: torch.Tensor | None = None
    ) -> torch.Tensor:
        times = torch.full((1,), time, dtype=self.noise.dtype)
        return self.models.dit(
            hidden_states=self.noise if latents is None else latents, timestep=times, timestep_r=times,
            encoder_hidden_states=self.condition if condition is None else condition, context_latents=self.context,
            return_dict=False)[0]

    def vae_encode(self) -> torch.Tensor:
        return self.models.vae.encode(self.audio).latent_dist.mean

    def vae_decode(self, latents: torch.Tensor | None = None) -> torch.Tensor:
        return self.models.vae.decode((self.noise if latents is None else latents).transpose(1, 2)).sample

    def end_to_end(self) -> torch.Tensor:
        condition = self.condition_encoder(self.text_encoder())
        latents = self.noise
        for step in range(self.steps):
            time = 1 - step / self.steps
            latents = latents - self.dit_step(latents, time, condition) / self.steps
        return self.vae_decode(latents)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, help="a folder in the Diffusers layout, instead of random weights")
    parser.add_argument("--duration", type=float, default=30.0, help="seconds of audio")
    parser.add_argument("--steps", type=int, default=8, help="DiT steps in end_to_end")
    parser.add_argument("--text-tokens", type=int, default=96)
    parser.add_argument("--lyric-tokens", type=int, default=256)
    parser.add_argument("--dtype", choices=["float32", "bfloat16"], default="bfloat16")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--repeats", type=int, default=3, help="timed runs of each stage, after one to warm up")
    parser.add_argument("--batch", type=int, default=1, help="songs that the language model plans at once")
    parser.add_argument("--lm", choices=language_bench.SIZES, default="0.6B", help="size of the language model")
    parser.add_argument("--stages", nargs="+", choices=STAGES + language_bench.STAGES, default=STAGES)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    arguments = parser.parse_args()

    quiet()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    torch.manual_seed(1)
    dtype = getattr(torch, arguments.dtype)
    ours = [stage for stage in arguments.stages if stage in STAGES]
    planned = [stage for stage in arguments.stages if stage not in STAGES]
    results: dict[str, dict[str, float]] = {}
    parameters, frames = 0, None
    with torch.inference_mode():
        if ours:
            models = from_checkpoint(arguments.checkpoint, dtype) if arguments.checkpoint else full_size(dtype)
            workload = Workload(
                models, dtype, arguments.duration, arguments.steps, arguments.text_tokens, arguments.lyric_tokens)
            parameters, frames = parameters + models.parameters, workload.frames
            for stage in ours:
                results[stage] = _measure(getattr(workload, stage), arguments.repeats)
        if planned:
            model = language_model(arguments.lm, dtype)
            parameters += sum(parameter.numel() for parameter in model.parameters())
            songs = language_bench.LanguageWorkload(
                model, arguments.duration, arguments.batch, arguments.text_tokens + arguments.lyric_tokens)
            for stage in planned:
                result = _measure(getattr(songs, stage), arguments.repeats, songs.units[stage])
                results[stage] = result | {"tokens_per_second": round(songs.tokens(stage) / result["min"], 2)}
    if not arguments.json:
        for stage, result in results.items():
            rate = f" {result['tokens_per_second']:8.2f} tokens/s" if "tokens_per_second" in result else ""
            print(f"{stage:18} {result['min']:9.4f} s minimum {result['median']:9.4f} s median{rate}")
        return
    print(json.dumps({
        "engine": f"torch {torch.__version__}", "checkpoint": str(arguments.checkpoint or "full size, random"),
        "parameters": parameters, "duration": arguments.duration, "latent_frames": frames,
        "steps": arguments.steps, "text_tokens": arguments.text_tokens, "lyric_tokens": arguments.lyric_tokens,
        "dtype": arguments.dtype, "threads": torch.get_num_threads(), "repeats": arguments.repeats,
        "stages": results,
    }, indent=2))


def _measure(stage: Callable[[], torch.Tensor], repeats: int, units: int = 1) -> dict[str, float]:
    """Seconds of one of the units that a call makes."""
    stage()
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        stage()
        seconds.append((time.perf_counter() - start) / units)
    return {"min": round(min(seconds), 5), "median": round(statistics.median(seconds), 5)}


if __name__ == "__main__":
    main()
