"""Makes LoRAs with random values for the full-size 2B model, to measure what adapters cost.

    python tools/reference/make_bench_adapters.py FOLDER [--rank 16] [--count 2] [--mlp]

FOLDER/1, FOLDER/2, ... are folders of PEFT on all attention layers, with `--mlp` on the feed-forward layers too.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import torch
from safetensors.torch import save_file

from vivace_reference.storage import seeded

_WIDTH, _KEYS, _INNER, _LAYERS = 2048, 1024, 6144, 24
_ATTENTION = {
    "q_proj": (_WIDTH, _WIDTH), "k_proj": (_KEYS, _WIDTH), "v_proj": (_KEYS, _WIDTH), "o_proj": (_WIDTH, _WIDTH),
}
_MLP = {"gate_proj": (_INNER, _WIDTH), "up_proj": (_INNER, _WIDTH), "down_proj": (_WIDTH, _INNER)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rank", type=int, default=16)
    parser.add_argument("--count", type=int, default=2)
    parser.add_argument("--mlp", action="store_true")
    arguments = parser.parse_args()
    for number in range(1, arguments.count + 1):
        _write(arguments.folder / str(number), arguments.rank, number, arguments.mlp)


def _write(folder: Path, rank: int, seed: int, has_mlp: bool) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    shapes = {f"{part}.{name}": shape for part in ["self_attn", "cross_attn"] for name, shape in _ATTENTION.items()}
    if has_mlp:
        shapes |= {f"mlp.{name}": shape for name, shape in _MLP.items()}
    tensors = {}
    for layer in range(_LAYERS):
        for name, (outputs, inputs) in shapes.items():
            module = f"base_model.model.layers.{layer}.{name}"
            generator = seeded(module, seed)
            tensors[f"{module}.lora_A.weight"] = 0.02 * torch.randn(rank, inputs, generator=generator)
            tensors[f"{module}.lora_B.weight"] = 0.02 * torch.randn(outputs, rank, generator=generator)
    save_file(tensors, str(folder / "adapter_model.safetensors"), {"format": "pt"})
    settings = {"peft_type": "LORA", "r": rank, "lora_alpha": 2 * rank, "target_modules": sorted({
        name.rsplit(".", 1)[1] for name in shapes})}
    (folder / "adapter_config.json").write_text(json.dumps(settings, indent=1) + "\n")


if __name__ == "__main__":
    main()
