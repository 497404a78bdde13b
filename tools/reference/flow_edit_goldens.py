"""Goldens of flow edits: the rules of the reference's loop on Diffusers' transformer and guidance.

    python tools/reference/flow_edit_goldens.py Tests/Fixtures Tests/Fixtures/aftermath/flow_edit.json
"""

import json
import sys
from pathlib import Path

import torch
from diffusers.pipelines.ace_step.pipeline_ace_step import MomentumBuffer, normalized_guidance
from vivace_reference import checkpoint, requests
from vivace_reference.quiet import quiet

CASES = [
    dict(n_min=0.0, n_max=1.0, n_avg=1, seed=1, steps=4, guidance=3.0, shift=1.0, threshold=0.0, factor=0.0),
    dict(n_min=0.25, n_max=0.75, n_avg=2, seed=9, steps=8, guidance=4.0, shift=2.0, threshold=0.9, factor=0.1),
    dict(n_min=0.0, n_max=0.5, n_avg=1, seed=5, steps=6, guidance=1.0, shift=1.0, threshold=0.0, factor=0.2),
]
TARGET = dict(caption="slow jazz", lyrics="la la", vocal_language="en")
SOURCE = TARGET | dict(caption="fast rock", lyrics="na na na")


class Side:
    """One text's way: its condition, and what is remembered of it."""

    def __init__(self, pipeline, request, frames, guidance):
        kept = {}
        hook = pipeline.transformer.register_forward_pre_hook(lambda _, __, given: kept.update(given), with_kwargs=True)
        duration = frames * 1920 / 48000
        requests.run(pipeline, requests.complete(request | dict(duration=duration, inference_steps=1, guidance_scale=1.0)), "latent")
        hook.remove()
        self.pipeline, self.guidance = pipeline, guidance
        self.states, self.context = kept["encoder_hidden_states"][:1], kept["context_latents"][:1]
        self.null = pipeline.condition_encoder.null_condition_emb.expand_as(self.states)
        self.momentum, self.previous = MomentumBuffer(momentum=-0.75), None

    def velocity(self, latents, time, momentum):
        times = torch.tensor([time] * 2)
        made = self.pipeline.transformer(
            hidden_states=latents.repeat(2, 1, 1), timestep=times, timestep_r=times,
            encoder_hidden_states=torch.cat([self.states, self.null]), context_latents=self.context.repeat(2, 1, 1),
            return_dict=False)[0]
        with_text, without = made.chunk(2)
        if self.guidance <= 1:
            return with_text, None
        guided = normalized_guidance(
            pred_cond=with_text, pred_uncond=without, guidance_scale=self.guidance - 1.0, momentum_buffer=momentum,
            eta=0.0, norm_threshold=2.5, use_original_formulation=True, norm_dim=(1,))
        return guided, with_text - without

    def averaged(self, velocity, factor):
        if factor > 0 and self.previous is not None:
            velocity = (1 - factor) * velocity + factor * self.previous
        self.previous = velocity
        return velocity


def limited(velocity, latents, threshold):
    if threshold <= 0:
        return velocity
    norm = lambda x: torch.sqrt((x * x).sum()) + 1e-10
    return velocity * torch.clamp(threshold * norm(latents) / norm(velocity), max=1.0)


@torch.no_grad()
def edit(pipeline, x, case):
    generator = torch.Generator().manual_seed(case["seed"])
    draw = lambda: torch.randn(x.shape, generator=generator)
    source = Side(pipeline, SOURCE, x.shape[1], case["guidance"])
    target = Side(pipeline, TARGET, x.shape[1], case["guidance"])
    times = torch.linspace(1, 0, case["steps"] + 1)
    times = (case["shift"] * times / (1 + (case["shift"] - 1) * times)).tolist()
    first, last = int(case["steps"] * case["n_min"]), int(case["steps"] * case["n_max"])
    z, noisy = x.clone(), None
    for step, (time, after) in enumerate(zip(times[:-1], times[1:])):
        if step < first:
            continue
        if step < last:
            sums, pushes = [0, 0], [0, 0]
            before = [side.momentum.running_average for side in (source, target)]
            for _ in range(case["n_avg"]):
                at_source = (1 - time) * x + time * draw()
                places = (at_source, z + at_source - x)
                for index, side in enumerate((source, target)):
                    momentum = MomentumBuffer(momentum=-0.75)
                    momentum.running_average = before[index]
                    velocity, push = side.velocity(places[index], time, momentum)
                    sums[index] = sums[index] + limited(velocity, places[index], case["threshold"]) / case["n_avg"]
                    if push is not None:
                        pushes[index] = pushes[index] + push / case["n_avg"]
            if case["guidance"] > 1:
                for side, push in zip((source, target), pushes):
                    side.momentum.update(push)
            change = target.averaged(sums[1], case["factor"]) - source.averaged(sums[0], case["factor"])
            z = z + (after - time) * change
        else:
            if noisy is None:
                noisy = z + (1 - time) * x + time * draw() - x
            velocity, _ = target.velocity(noisy, time, target.momentum)
            velocity = target.averaged(limited(velocity, noisy, case["threshold"]), case["factor"])
            noisy = noisy + (after - time) * velocity
    return z if noisy is None else noisy


def main(fixtures, output):
    quiet()
    fixtures = Path(fixtures)
    pipeline = checkpoint.load(fixtures / "checkpoints/base-xl-bf16/diffusers")
    audio = requests.clip("source-48000.wav", 48000, fixtures / "tasks")
    with torch.no_grad():
        x = pipeline.vae.encode(audio[None]).latent_dist.mean.transpose(1, 2)
    cases = [case | {"latents": [float(f"{v:.6g}") for v in edit(pipeline, x, case).flatten().tolist()]} for case in CASES]
    document = {"target": TARGET, "source": SOURCE, "shape": list(x.shape[1:]), "cases": cases}
    Path(output).write_text(json.dumps(document, separators=(",", ":")), encoding="utf-8")


main(*sys.argv[1:])
