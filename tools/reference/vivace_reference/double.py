"""Runs the reference in float64 throughout, so that it can judge float32 results, its own among them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from diffusers import AceStepPipeline


@contextmanager
def float64(pipeline: AceStepPipeline) -> Iterator[None]:
    """Turns all modules of `pipeline` to float64 for good, and, while it lasts, what the code calls float32 as well.

    The reference computes some things (norms, rotary angles, embeddings of times, the scheduler's steps) in float32
    whatever the weights are; these names mean float64 within the context. Numbers that come from NumPy, such as the
    schedule's times, stay as they are, since both runs begin from them.
    """
    for module in pipeline.components.values():
        if isinstance(module, torch.nn.Module):
            module.double()
    names = (torch.float32, torch.float, torch.Tensor.float, torch.get_default_dtype())

    def widened(tensor: torch.Tensor, *arguments: Any, **options: Any) -> torch.Tensor:
        return tensor.to(torch.float64, *arguments, **options)

    torch.float32 = torch.float = torch.float64
    torch.Tensor.float = widened
    torch.set_default_dtype(torch.float64)
    try:
        yield
    finally:
        torch.float32, torch.float, torch.Tensor.float = names[:3]
        torch.set_default_dtype(names[3])
