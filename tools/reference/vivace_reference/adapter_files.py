"""Adapters with random values, made by PEFT and LyCORIS on a transformer, and written as the programs write them."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from lycoris import LycorisNetwork, create_lycoris
from peft import LoHaConfig, LoKrConfig, LoraConfig, get_peft_model
from safetensors.torch import load_file, save_file

from .storage import seeded

logging.getLogger("LyCORIS").setLevel(logging.WARNING)

# Diffusers name -> official name, within the paths of modules.
_OFFICIAL = [
    (".to_q", ".q_proj"), (".to_k", ".k_proj"), (".to_v", ".v_proj"), (".to_out.0", ".o_proj"),
    ("proj_in_conv", "proj_in.1"),
]
_PEFT = "base_model.model."


@dataclass
class Kind:
    """A kind of adapters: how it is made, at what strength it is used, and in whose spelling it is written."""

    name: str
    library: str
    options: dict[str, Any]
    # Regular expression of the modules' Diffusers paths.
    targets: str
    spelling: str = "peft"
    scale: float = 1.0
    strength: float = 0.35
    groups: dict[str, float] = field(default_factory=dict)


class Active:
    """A transformer with an adapter in it, until it is taken out again."""

    def __init__(self, transformer: torch.nn.Module, wrapped: torch.nn.Module, remove: Callable[[], Any]) -> None:
        self.transformer = transformer
        self.wrapped = wrapped
        self.remove = remove


def official(name: str) -> str:
    """The official name of a module or a tensor."""
    for theirs, ours in _OFFICIAL:
        name = re.sub(re.escape(theirs) + r"(?=\.|$)", ours, name)
    return name


def matching(transformer: torch.nn.Module, pattern: str) -> list[str]:
    """Paths of the linear layers and convolutions that a pattern names."""
    kinds = (torch.nn.Linear, torch.nn.Conv1d)
    return [name for name, module in transformer.named_modules()
            if isinstance(module, kinds) and re.fullmatch(pattern, name)]


def make(transformer: torch.nn.Module, kind: Kind, seed: int, path: Path) -> Active:
    """Puts an adapter into the transformer, with random values that bfloat16 can hold, and writes it to a path."""
    make_one = _make_peft if kind.library == "peft" else _make_lycoris
    return make_one(transformer, kind, seed, path)


def _fill(parameters: dict[str, torch.nn.Parameter], kind: Kind, seed: int) -> None:
    for name, parameter in parameters.items():
        values = torch.randn(parameter.shape, generator=seeded(f"{kind.name} {name}", seed))
        if "magnitude" in name or "dora_scale" in name:
            # Norms near those of the weights.
            values = parameter.detach() * (1 + 0.2 * values)
        else:
            values = values * kind.strength
        parameter.data.copy_(values.bfloat16().float())


def _make_peft(transformer: torch.nn.Module, kind: Kind, seed: int, path: Path) -> Active:
    configurations = {"lora": LoraConfig, "lokr": LoKrConfig, "loha": LoHaConfig}
    options = dict(kind.options)
    configuration = configurations[options.pop("kind")](
        target_modules=matching(transformer, kind.targets), **options)
    model = get_peft_model(transformer, configuration)
    _fill({name: parameter for name, parameter in model.named_parameters() if parameter.requires_grad}, kind, seed)
    model.eval()
    model.save_pretrained(path)
    (path / "README.md").unlink(missing_ok=True)
    _respell_peft(path, kind.spelling, transformer)
    scaled = [module for module in model.modules() if hasattr(module, "scaling") and isinstance(module.scaling, dict)]
    if kind.scale != 1:
        for module in scaled:
            module.scaling = {name: value * kind.scale for name, value in module.scaling.items()}
    return Active(transformer, model, model.unload)


def _respell_peft(folder: Path, spelling: str, transformer: torch.nn.Module) -> None:
    """Rewrites what PEFT has written into another spelling: `peft` is its own folder with official names."""
    file, settings = folder / "adapter_model.safetensors", folder / "adapter_config.json"
    tensors = load_file(file)
    configuration = json.loads(settings.read_text())
    configuration["target_modules"] = sorted(official(name) for name in configuration["target_modules"])
    for pattern in ["rank_pattern", "alpha_pattern"]:
        if configuration.get(pattern):
            configuration[pattern] = {official(key): value for key, value in configuration[pattern].items()}
    own = dict(tensors)
    names = {name: official(name) for name in tensors}
    tensors = {names[name]: value for name, value in tensors.items()}
    metadata = {"format": "pt"}
    if spelling == "peft":
        settings.write_text(json.dumps(configuration, indent=1))
    elif spelling == "peft-named":
        tensors = {re.sub(r"(lora_[AB])\.weight", r"\1.default.weight", name): value for name, value in tensors.items()}
        settings.write_text(json.dumps(configuration, indent=1))
    elif spelling == "diffusers":
        tensors = {"transformer." + name.removeprefix(_PEFT): value for name, value in own.items()}
        fields = {"r": configuration["r"], "lora_alpha": configuration["lora_alpha"]}
        metadata["lora_adapter_metadata"] = json.dumps({f"transformer.{key}": value for key, value in fields.items()})
        settings.unlink()
    else:
        tensors = _comfy(tensors, configuration, spelling)
        settings.unlink()
    save_file({
        name: value if name.endswith(".alpha") else value.bfloat16().contiguous() for name, value in tensors.items()
    }, str(file), metadata)


def _comfy(
    tensors: dict[str, torch.Tensor], configuration: dict[str, Any], spelling: str
) -> dict[str, torch.Tensor]:
    """A single file with `lora_up`, `lora_down` and an alpha for each module."""
    result: dict[str, torch.Tensor] = {}
    for name, value in tensors.items():
        path, part = re.match(re.escape(_PEFT) + r"(.*)\.(lora_.*)$", name).groups()
        module = {
            "native": f"{_PEFT}{path}", "generic": f"diffusion_model.decoder.{path}",
            "kohya": "lora_unet_decoder_" + path.replace(".", "_"), "bare": path,
            "lycoris": "lycoris_" + path.replace(".", "_"),
        }[spelling]
        part = {"lora_A.weight": "lora_down.weight", "lora_B.weight": "lora_up.weight"}.get(part, "dora_scale")
        result[f"{module}.{part}"] = value[:, None] if part == "dora_scale" else value
        if part == "lora_down.weight":
            rank = value.shape[0]
            alpha = configuration["lora_alpha"]
            # These files know no other rule than alpha / rank.
            result[f"{module}.alpha"] = torch.tensor(alpha * rank**0.5 if configuration["use_rslora"] else float(alpha))
    return result


def _make_lycoris(transformer: torch.nn.Module, kind: Kind, seed: int, path: Path) -> Active:
    LycorisNetwork.apply_preset({
        "enable_conv": True, "target_module": [], "target_name": matching(transformer, kind.targets)})
    network = create_lycoris(transformer, 1.0, **kind.options)
    # Its modules have parameters only then.
    network.apply_to()
    network.eval()
    _fill(dict(network.named_parameters()), kind, seed)
    for lora in network.loras:
        lora.multiplier = kind.scale
    tensors = {}
    for name, value in network.state_dict().items():
        head, part = name.split(".", 1)
        if kind.spelling == "official":
            for theirs, ours in _OFFICIAL:
                theirs, ours = theirs.replace(".", "_"), ours.replace(".", "_")
                head = re.sub(theirs + "(?=$)", ours, head)
        # A scalar is multiplied into what is written, which bfloat16 may not hold.
        exact = value.is_floating_point() and part != "alpha" and not kind.options.get("use_scalar")
        tensors[f"{head}.{part}"] = value.bfloat16().contiguous() if exact else value.clone()
    path.mkdir(parents=True, exist_ok=True)
    save_file(tensors, str(path / "lokr_weights.safetensors"), {"format": "lycoris"})
    return Active(transformer, network, network.restore)
