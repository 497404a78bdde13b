"""Takes a finished model apart again, into the checkpoints from which training goes on.

    python -m training.reopen --model Models/builtin --runs FOLDER

Writes `flow.pt` and `encoder.pt` where there are none. Codes and language model are quick to train anew.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from . import layout, model, runtime


def weights(folder: Path) -> dict[str, torch.Tensor]:
    """The tensors of a component, in single precision."""
    from safetensors.torch import load_file

    (path,) = folder.glob("*.safetensors")
    return {name: value.float() for name, value in load_file(path).items()}


def generator(folder: Path, tokenizer) -> dict[str, torch.Tensor]:
    """The state of a `Generator` whose tokenizer has no other spellings yet (`assemble.add_aliases`)."""
    parts = {name: weights(folder / name) for name in ("text_encoder", "condition_encoder", "transformer")}
    table = parts["text_encoder"]["embed_tokens.weight"]
    parts["text_encoder"]["embed_tokens.weight"] = table[: len(tokenizer)].clone()
    state = {f"{part}.{name}": value for part, tensors in parts.items() for name, value in tensors.items()}
    return state | {"condition_encoder.silence_latent": layout.silence()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=model.ROOT / "Models" / "builtin")
    parser.add_argument("--runs", type=Path, required=True)
    parser.add_argument("--tokenizer", type=Path, required=True)
    arguments = parser.parse_args()
    from transformers import AutoTokenizer

    flow, encoder = arguments.runs / "flow.pt", arguments.runs / "encoder.pt"
    if not flow.exists():
        net = generator(arguments.model, AutoTokenizer.from_pretrained(arguments.tokenizer))
        runtime.save({"net": net, "average": net, "optimizer": None, "step": 0}, flow)
    if not encoder.exists():
        runtime.save({"vae": weights(arguments.model / "vae")}, encoder)


if __name__ == "__main__":
    main()
