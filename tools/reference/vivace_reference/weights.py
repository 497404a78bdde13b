"""Seeded random weights at a scale where every input matters and nothing explodes.

Every parameter draws from a generator of its own, seeded by its name, so that one part can change while the others
keep their values.
"""

from __future__ import annotations

import math

import torch
from torch import nn

from .storage import seeded

_QUERY_KEY_NORM_GAIN = 1.4  # sharpens attention, so that single words stand out
_CROSS_NORM_GAIN = 2.0
_CROSS_OUTPUT_GAIN = 3.0  # cross-attention averages many tokens, so one word's share needs amplifying
_GATE = 0.6  # mean of the residual gates; near 0, as at the start of training, the DiT would ignore its input


def randomize(module: nn.Module, name: str, seed: int, vae_gain: float = 1.0) -> None:
    """Fills all parameters of `module`; `name` distinguishes the components of one checkpoint."""
    with torch.no_grad():
        for key, parameter in sorted(module.named_parameters()):
            generator = seeded(f"{name}.{key}", seed)
            values = torch.randn(parameter.shape, generator=generator)
            parameter.copy_(_scaled(module, key, values, vae_gain))


def _scaled(module: nn.Module, key: str, values: torch.Tensor, vae_gain: float) -> torch.Tensor:
    owner_path, _, leaf = key.rpartition(".")
    owner = module.get_submodule(owner_path)
    owner_name = owner_path.rpartition(".")[2]
    if leaf == "scale_shift_table":
        return _scale_shift_table(values)
    if leaf in ("special_token", "special_tokens", "null_condition_emb"):
        return values
    if leaf in ("alpha", "beta"):
        return 0.2 * values
    if leaf == "weight_v":
        return values
    if leaf == "weight_g":
        return (vae_gain * _vae_gain(key, owner)) * (1 + 0.1 * values)
    if leaf == "bias":
        return 0.05 * values
    if isinstance(owner, nn.Embedding):
        return 0.5 * values
    if owner_name in ("norm_q", "norm_k", "q_norm", "k_norm"):
        gain = _CROSS_NORM_GAIN if ".cross_attn." in key else _QUERY_KEY_NORM_GAIN
        return gain * (1 + 0.1 * values)
    if values.dim() == 1:  # every other vector is the weight of a root-mean-square norm
        return 1 + 0.1 * values
    if owner_name == "time_proj":
        return values * (0.3 / math.sqrt(values.shape[1]))
    if owner_name == "proj_out_conv":
        return values * (0.7 / math.sqrt(values.shape[0]))
    if owner_name == "project_in":  # spreads the codes over the levels of the quantizer
        return values * (1.2 / math.sqrt(values.shape[1]))
    gain = _CROSS_OUTPUT_GAIN if ".cross_attn.to_out." in key else 1.0
    fan_in = values[0].numel()
    return values * (gain / math.sqrt(fan_in))


def _scale_shift_table(values: torch.Tensor) -> torch.Tensor:
    """Rows: shift, scale, gate, shift, scale, gate in a block; shift, scale in the output head."""
    table = 0.1 * values
    if table.shape[1] == 6:
        table[:, 2] += _GATE
        table[:, 5] += _GATE
    return table


def _vae_gain(key: str, owner: nn.Module) -> float:
    """The length of a weight-norm direction that keeps the variance, times a factor by the place in the network."""
    if isinstance(owner, nn.ConvTranspose1d):  # normalized over (output, kernel) for each input channel
        stride = owner.stride[0]
        return math.sqrt(owner.out_channels * stride / owner.in_channels)
    if key == "decoder.conv2.weight_g":
        return 0.1  # the waveform should peak near full scale
    return 0.6 if ".res_unit" in key else 0.8
