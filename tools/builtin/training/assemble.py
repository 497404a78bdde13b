"""Puts the trained parts together as a checkpoint in the Diffusers layout, in half precision.

    python -m training.assemble --runs FOLDER --tokenizer FOLDER [--output Models/builtin]

`--runs` holds `flow.pt`, `encoder.pt`, `codes.pt` and, if there is one, `lm.pt`.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

import torch

from . import codes, encoder, layout, model, runtime

NOTICE = "the built-in model is small and plays simple synthesizer music"
TASKS = ("text2music", "cover", "repaint", "lego", "extract", "complete")
KEPT = ("README.md",)


def vae(path: Path) -> torch.nn.Module:
    built = encoder.make()
    built.load_state_dict(
        {name: value for name, value in runtime.restore(path)["vae"].items() if name.startswith("encoder.")}, strict=False)
    with torch.no_grad():
        for module in built.modules():
            if hasattr(module, "weight_v"):  # only its direction counts: unit length keeps it clear of half's limits
                module.weight_v.div_(module.weight_v.flatten(1).norm(dim=1).reshape(module.weight_g.shape))
    return built


def add_aliases(tokenizer, text_encoder: torch.nn.Module) -> None:
    """Gives the tokenizer other spellings of its added tokens, with the same embeddings."""
    from tokenizers import AddedToken

    aliases = layout.aliases()
    tokenizer.add_tokens([AddedToken(text, normalized=False) for text in aliases])
    numbers = tokenizer.get_added_vocab()
    text_encoder.resize_token_embeddings(len(tokenizer), mean_resizing=False)
    with torch.no_grad():
        table = text_encoder.embed_tokens.weight
        for text, target in aliases.items():
            table[numbers[text]] = table[numbers[target]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=Path, required=True)
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--output", type=Path, default=model.ROOT / "Models" / "builtin")
    arguments = parser.parse_args()
    from diffusers import AceStepPipeline, FlowMatchEulerDiscreteScheduler
    from transformers import AutoTokenizer

    torch.set_num_threads(1)
    tokenizer = AutoTokenizer.from_pretrained(arguments.tokenizer)
    net = model.Generator(tokenizer)
    net.load_state_dict(runtime.restore(arguments.runs / "flow.pt")["average"])
    net.fixed.apply()
    add_aliases(tokenizer, net.text_encoder)
    audio_tokenizer, audio_detokenizer = codes.make()
    state = runtime.restore(arguments.runs / "codes.pt")
    audio_tokenizer.load_state_dict(state["tokenizer"])
    audio_detokenizer.load_state_dict(state["detokenizer"])
    pipeline = AceStepPipeline(
        tokenizer=tokenizer, scheduler=FlowMatchEulerDiscreteScheduler(num_train_timesteps=1, shift=1.0),
        transformer=net.transformer.to(torch.bfloat16), condition_encoder=net.condition_encoder.to(torch.bfloat16),
        text_encoder=net.text_encoder.to(torch.bfloat16), audio_tokenizer=audio_tokenizer.to(torch.bfloat16),
        audio_token_detokenizer=audio_detokenizer.to(torch.bfloat16),
        # Phases and short sounds are written in here: ten bits of a mantissa are heard less than seven.
        vae=vae(arguments.runs / "encoder.pt").to(torch.float16))
    kept = {name: (arguments.output / name).read_bytes() for name in KEPT if (arguments.output / name).exists()}
    shutil.rmtree(arguments.output, ignore_errors=True)
    pipeline.save_pretrained(arguments.output, safe_serialization=True)
    if (arguments.runs / "lm.pt").exists():
        from . import planner

        planner.save(arguments.runs / "lm.pt", arguments.output / planner.FOLDER)
    for name, content in kept.items():
        (arguments.output / name).write_bytes(content)
    (arguments.output / "vivace.json").write_text(json.dumps({"notice": NOTICE, "tasks": TASKS}, indent=2) + "\n", encoding="utf-8")
    config = arguments.output / "transformer" / "config.json"
    # No head of its cross-attention follows the sections (heads.py): an empty map says so.
    config.write_text(json.dumps(json.loads(config.read_text(encoding="utf-8")) | {"lyric_alignment_layers_config": {}},
                                 indent=2) + "\n", encoding="utf-8")
    for path in arguments.output.rglob("tokenizer.json"):
        path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")), ensure_ascii=False,
                                   separators=(",", ":")), encoding="utf-8")
    sizes = {path.parent.name: path.stat().st_size for path in sorted(arguments.output.rglob("*.safetensors"))}
    print(json.dumps(sizes | {"total": sum(p.stat().st_size for p in arguments.output.rglob("*") if p.is_file())}))


if __name__ == "__main__":
    main()
