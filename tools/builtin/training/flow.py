"""Trains text encoder, condition encoder and DiT by flow matching, on composed latents.

    python -m training.flow --store FOLDER --output FOLDER [--steps 9000] [--tasks all]

Resumes from the output folder's checkpoint. Half of the timesteps are those that the 8-step schedule at shift 3
visits; the others follow the same shifted distribution continuously.
"""

from __future__ import annotations

import argparse
import time
from functools import partial
from pathlib import Path

import numpy as np
import torch

from . import dataset, layout, model, runtime

TURBO = torch.tensor([3 * u / (1 + 2 * u) for u in (1, 7 / 8, 6 / 8, 5 / 8, 4 / 8, 3 / 8, 2 / 8, 1 / 8)])
TASKS = {
    "turbo": {"text2music": 0.8, "repaint": 0.08, "cover": 0.12},  # the tasks of distilled checkpoints
    "text": {"text2music": 1.0},
    "most": {"text2music": 0.76, "repaint": 0.08, "extract": 0.05, "lego": 0.06, "complete": 0.05},
    "all": {"text2music": 0.52, "repaint": 0.05, "extract": 0.06, "lego": 0.05, "complete": 0.05, "cover": 0.27},
}
SHORT = {10: 1.0, 15: 0.5, 20: 0.3}
LONG = {10: 0.5, 15: 0.7, 20: 1.0, 30: 1.5}


def timesteps(count: int, device) -> torch.Tensor:
    u = torch.rand(count, device=device)
    continuous = (3 * u / (1 + 2 * u)).clamp(0.05, 1.0)
    visited = TURBO.to(device)[torch.randint(8, (count,), device=device)]
    return torch.where(torch.rand(count, device=device) < 0.5, visited, continuous)


def loss_of(net, batch) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """The mean squared error of the velocity, and per item for the log."""
    target = batch["target"]
    t = timesteps(len(target), target.device)
    noise = torch.randn_like(target)
    x = t[:, None, None] * noise + (1 - t[:, None, None]) * target
    reference = net.condition_encoder.silence_latent[:, :750]
    states, mask = net.condition(batch["text"], batch["text_mask"], batch["lyrics"], batch["lyric_mask"], reference)
    v = net.velocity(x, t, states, mask, batch["context"])
    errors = (v - (noise - target)).square().mean(dim=(1, 2))
    # Late steps would count most, because the prediction is divided by t: weigh them as errors of the prediction.
    return (errors * (t / 0.6).clamp(max=1.0).square()).mean(), errors.detach(), t


def batches_of(store: Path, codes_path: Path, tokenizer: Path, frames: int, tasks: str, durations: dict,
               seed: int) -> dataset.Batches:
    """Batches of a seed: all that a process needs to make them."""
    from transformers import AutoTokenizer

    from .codes import Hints

    hints = Hints(codes_path) if "cover" in TASKS[tasks] else None
    return dataset.Batches(dataset.Store(store), AutoTokenizer.from_pretrained(tokenizer), seed, frames,
                           TASKS[tasks], durations, hints)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--tokenizer", type=Path, default=Path("tokenizer"))
    parser.add_argument("--steps", type=int, default=9000)
    parser.add_argument("--frames", type=int, default=1500, help="latent frames in a batch")
    parser.add_argument("--rate", type=float, default=8e-4)
    parser.add_argument("--tasks", choices=TASKS, default="all")
    parser.add_argument("--threads", type=int, default=1, help="one is best on a busy machine: no waiting at barriers")
    parser.add_argument("--device", default=runtime.device())
    parser.add_argument("--workers", type=int, default=0, help="processes that make batches")
    parser.add_argument("--long", type=float, default=0.55, help="share of the training after which songs get longer")
    parser.add_argument("--compile", action=argparse.BooleanOptionalAction, default=True, help="of the DiT's layers")
    parser.add_argument("--minutes", type=float, default=1e9, help="be done after this long, with fewer steps")
    parser.add_argument("--seed", type=int, default=5)
    arguments = parser.parse_args()
    from transformers import AutoTokenizer

    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    tokenizer = AutoTokenizer.from_pretrained(arguments.tokenizer)
    net = model.Generator(tokenizer).to(arguments.device)
    net.fixed.to(arguments.device)
    average = runtime.Average(net)
    decayed = [p for p in net.parameters() if p.dim() >= 2]
    others = [p for p in net.parameters() if p.dim() < 2]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": 0.01}, {"params": others, "weight_decay": 0.0}], lr=arguments.rate,
        betas=(0.9, 0.98))
    path = arguments.output / "flow.pt"
    state = runtime.restore(path)
    step = 0
    if state:
        net.load_state_dict(state["net"])
        average.module.load_state_dict(state["average"])
        net.fixed.apply()
        average.module.fixed.apply()
        if state["optimizer"]:
            optimizer.load_state_dict(state["optimizer"])
        step = state["step"]
        torch.manual_seed(arguments.seed + step)
    if arguments.compile:
        for layer in net.transformer.layers:
            layer.compile(dynamic=True)
    log = runtime.Log(arguments.output / "flow.jsonl")

    def batches(long: bool):
        make = partial(batches_of, arguments.store, arguments.output / "codes.pt", arguments.tokenizer,
                       arguments.frames, arguments.tasks, LONG if long else SHORT)
        return dataset.stream(make, arguments.seed + 100 * step + 1, arguments.workers)

    long, source = None, None
    begin = saved = time.time()
    sums, by_time = [], []
    share = 0.0  # of the training that is over
    while step < arguments.steps:
        if (share >= arguments.long) != long:
            long = share >= arguments.long
            source = batches(long)
        runtime.pause_while_asked()
        share = max(step / arguments.steps, (time.time() - begin) / 60 / arguments.minutes)
        for group in optimizer.param_groups:
            group["lr"] = runtime.learning_rate(int(share * arguments.steps), arguments.steps, arguments.rate)
        batch = {name: value.to(arguments.device, non_blocking=True) for name, value in next(source).items()}
        loss, errors, t = loss_of(net, batch)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        net.fixed.silence_gradients()
        norm = torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        net.fixed.apply()
        average.update(net, step)
        step += 1
        sums.append(loss.detach())
        by_time.append(torch.stack([t, errors], -1))
        if step % 50 == 0:
            by_time = torch.cat(by_time).tolist()
            bins = {f"t{low:.2f}": float(np.mean([e for s, e in by_time if low <= s < high] or [0]))
                    for low, high in ((0.0, 0.35), (0.35, 0.7), (0.7, 0.92), (0.92, 1.01))}
            log.write(step=step, loss=torch.stack(sums).mean().item(), norm=float(norm),
                      minutes=(time.time() - begin) / 60, **bins)
            sums, by_time = [], []
        done = step >= arguments.steps or time.time() - begin > 60 * arguments.minutes
        if done or time.time() - saved > 180:
            saved = time.time()
            runtime.save({"net": net.state_dict(), "average": average.module.state_dict(),
                          "optimizer": optimizer.state_dict(), "step": step}, path)
        if done:
            break


if __name__ == "__main__":
    main()
