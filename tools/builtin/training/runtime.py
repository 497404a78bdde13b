"""What every training loop needs: pausing, a log of losses, atomic checkpoints, moving averages, a learning-rate plan."""

from __future__ import annotations

import copy
import json
import math
import os
import time
from pathlib import Path

import torch

PAUSE_VARIABLE = "VIVACE_PAUSE_FILE"


def pause_while_asked() -> None:
    """Sleeps while the file named by VIVACE_PAUSE_FILE exists, so that others can measure on the same machine."""
    path = os.environ.get(PAUSE_VARIABLE)
    while path and os.path.exists(path):
        time.sleep(1)


class Log:
    """One JSON object a line."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path

    def write(self, **values) -> None:
        line = json.dumps({k: round(v, 6) if isinstance(v, float) else v for k, v in values.items()})
        with self.path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
        print(line, flush=True)


def device() -> str:
    """Where to train unless told otherwise."""
    return "cuda" if torch.cuda.is_available() else "cpu"


def save(state: dict, path: Path) -> None:
    """Writes a checkpoint whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    torch.save(state, partial)
    os.replace(partial, path)


def restore(path: Path) -> dict | None:
    return torch.load(path, map_location="cpu", weights_only=True) if path.exists() else None


def learning_rate(step: int, total: int, peak: float, warm_up: int = 200, floor: float = 0.02) -> float:
    """Linear warm-up, then a cosine to `floor` of the peak."""
    if step < warm_up:
        return peak * (step + 1) / warm_up
    share = min(1.0, (step - warm_up) / max(1, total - warm_up))
    return peak * (floor + (1 - floor) * 0.5 * (1 + math.cos(math.pi * share)))


class Average:
    """An exponential moving average of a module's parameters, with a short memory at the start."""

    def __init__(self, module: torch.nn.Module, decay: float = 0.999) -> None:
        self.module = copy.deepcopy(module).requires_grad_(False).eval()
        self.decay = decay

    @torch.no_grad()
    def update(self, module: torch.nn.Module, step: int) -> None:
        decay = min(self.decay, (1 + step) / (10 + step))
        ours = [p for p in self.module.parameters()]
        torch._foreach_lerp_(ours, [p.detach() for p in module.parameters()], 1 - decay)
