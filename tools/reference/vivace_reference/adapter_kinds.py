"""The kinds of adapters that goldens are made of."""

from __future__ import annotations

from .adapter_files import Kind

_SELF = r"layers\.1\.self_attn\.(to_[qkv]|to_out\.0)"
_ATTENTION = r"layers\.[01]\.(self|cross)_attn\.(to_q|to_v)"
_MLP = r"layers\.[12]\.mlp\.(gate|up|down)_proj"
_ENDS = r"condition_embedder|time_embed\.(linear_[12]|time_proj)|time_embed_r\.linear_2"
_CONVOLUTION = r"proj_in_conv"
ALL = (r"layers\.\d+\.(self_attn|cross_attn)\.(to_[qkv]|to_out\.0)|layers\.\d+\.mlp\.(gate|up|down)_proj"
       r"|condition_embedder|time_embed(_r)?\.(linear_[12]|time_proj)")


def kinds(whole: bool = False) -> list[Kind]:
    """Small ones for the stored goldens; with `whole`, those that change every module."""
    def part(pattern: str) -> str:
        return ALL if whole else pattern

    def peft(name: str, targets: str, spelling: str = "peft", scale: float = 1.0, **options) -> Kind:
        return Kind(name, "peft", {"kind": "lora"} | options, part(targets), spelling, scale)

    def lycoris(name: str, targets: str, spelling: str = "diffusers", scale: float = 1.0, **options) -> Kind:
        return Kind(name, "lycoris", options, part(targets), spelling, scale)

    convolution = f"{ALL}|{_CONVOLUTION}" if whole else _CONVOLUTION
    made = [
        peft("lora", _SELF, r=3, lora_alpha=5),
        peft("lora-half", _MLP, r=2, lora_alpha=4, scale=0.5),
        peft("lora-negative", _ATTENTION, r=2, lora_alpha=2, scale=-0.7),
        peft("lora-ends", _ENDS, r=2, lora_alpha=3),
        peft("lora-named", _ATTENTION, "peft-named", r=2, lora_alpha=3),
        peft("lora-wide", r"layers\.0\.self_attn\.to_q", r=32, lora_alpha=4),
        peft("lora-convolution", convolution, r=3, lora_alpha=4),
        peft("rslora", _SELF, r=4, lora_alpha=3, use_rslora=True),
        peft("patterns", f"{_SELF}|{_MLP}", r=3, lora_alpha=4, use_rslora=True,
             rank_pattern={"layers.1.mlp.down_proj": 2, "to_v": 5},
             alpha_pattern={"down_proj": 3, "layers.1.self_attn.to_q": 7}),
        peft("bias", _ENDS, r=2, lora_alpha=3, lora_bias=True),
        peft("dora", f"{_SELF}|condition_embedder", r=3, lora_alpha=4, use_dora=True),
        peft("dora-rslora", _MLP, r=2, lora_alpha=3, use_dora=True, use_rslora=True),
        peft("native", _SELF, "native", r=3, lora_alpha=5),
        peft("generic", _MLP, "generic", r=2, lora_alpha=5),
        peft("kohya", _ATTENTION, "kohya", r=2, lora_alpha=3),
        peft("kohya-dora", _SELF, "kohya", r=2, lora_alpha=3, use_dora=True),
        peft("lycoris-lora", _ENDS, "lycoris", r=2, lora_alpha=3),
        peft("bare-rslora", _MLP, "bare", r=3, lora_alpha=2, use_rslora=True),
        peft("diffusers", f"{_SELF}|{_ENDS}", "diffusers", r=2, lora_alpha=5),
        peft("peft-loha", _SELF, kind="loha", r=2, alpha=3),
        peft("peft-lokr", _SELF, kind="lokr", r=2, alpha=3, decompose_factor=-1),
        peft("peft-lokr-whole", _MLP, kind="lokr", r=16, alpha=6, decompose_factor=-1),
        peft("peft-lokr-both", _ATTENTION, kind="lokr", r=1, alpha=3, decompose_both=True, decompose_factor=4),
        lycoris("loha", _SELF, algo="loha", linear_dim=2, linear_alpha=3),
        lycoris("loha-wide", _MLP, algo="loha", linear_dim=7, linear_alpha=3),
        lycoris("loha-dora", _ATTENTION, algo="loha", linear_dim=2, linear_alpha=2, dora_wd=True),
        lycoris("lokr", _SELF, "official", algo="lokr", linear_dim=2, linear_alpha=3, factor=-1),
        lycoris("lokr-half", _SELF, algo="lokr", linear_dim=2, linear_alpha=2, factor=4, scale=0.5),
        lycoris("lokr-whole", _MLP, algo="lokr", linear_dim=64, linear_alpha=128, factor=-1),
        lycoris("lokr-dora", f"{_SELF}|{_ENDS}", "official", algo="lokr", linear_dim=3, linear_alpha=2, factor=-1,
                dora_wd=True),
        lycoris("lokr-both", _ATTENTION, algo="lokr", linear_dim=1, linear_alpha=2, factor=4, decompose_both=True),
        lycoris("lokr-convolution", convolution, "official", algo="lokr", linear_dim=2, linear_alpha=2, factor=-1,
                conv_dim=2, conv_alpha=2),
        lycoris("lokr-tucker", convolution, algo="lokr", linear_dim=1, linear_alpha=1, factor=2, conv_dim=1,
                conv_alpha=1, use_tucker=True),
        lycoris("locon", f"{_SELF}|{_CONVOLUTION}" if not whole else convolution, algo="lora", linear_dim=2,
                linear_alpha=3, conv_dim=2, conv_alpha=3),
        lycoris("locon-dora", _MLP, "official", algo="lora", linear_dim=2, linear_alpha=3, dora_wd=True),
        lycoris("scalar", _SELF, algo="lokr", linear_dim=2, linear_alpha=3, factor=-1, use_scalar=True),
    ]
    return made
