"""Writing golden files so that the same inputs give the same bytes."""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file


def seeded(name: str, seed: int) -> torch.Generator:
    """A CPU generator that depends on both a name and a seed, so that adding a tensor leaves the others unchanged."""
    return torch.Generator("cpu").manual_seed((zlib.crc32(name.encode()) << 16) ^ seed)


def write_tensors(path: Path, tensors: dict[str, torch.Tensor], **metadata: Any) -> None:
    """Writes tensors in the order of their names; metadata values become strings in the file's header."""
    path.parent.mkdir(parents=True, exist_ok=True)
    ordered = {name: tensors[name].detach().cpu().contiguous().clone() for name in sorted(tensors)}
    for name, tensor in ordered.items():
        if tensor.is_floating_point() and not torch.isfinite(tensor.float()).all():
            raise ValueError(f"{path.name}: {name} holds a value that is not finite")
    save_file(ordered, str(path), metadata={key: str(value) for key, value in metadata.items()} or None)


def write_json(path: Path, value: Any) -> None:
    """Writes indented JSON with a final newline and characters as they are."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
