"""Tiny causal Qwen3 checkpoints, and the tokens that Transformers writes with them."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import Qwen3Config, Qwen3ForCausalLM

CONFIGURATIONS = {
    "tied": dict(
        vocab_size=331, hidden_size=40, intermediate_size=88, num_hidden_layers=3, num_attention_heads=6,
        num_key_value_heads=2, head_dim=14, tie_word_embeddings=True, rms_norm_eps=1e-6,
        rope_parameters={"rope_type": "default", "rope_theta": 1_000_000.0}, max_position_embeddings=512),
    "untied": dict(
        vocab_size=203, hidden_size=56, intermediate_size=72, num_hidden_layers=2, num_attention_heads=5,
        num_key_value_heads=5, head_dim=10, tie_word_embeddings=False, rms_norm_eps=1e-5,
        rope_parameters={"rope_type": "default", "rope_theta": 8_000.0}, max_position_embeddings=512),
    # Has a score for each token of `Tests/Fixtures/planner/tokenizer.json`, and some more, as the published ones do.
    "planner": dict(
        vocab_size=736, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, head_dim=8, tie_word_embeddings=True, rms_norm_eps=1e-6,
        rope_parameters={"rope_type": "default", "rope_theta": 1_000_000.0}, max_position_embeddings=4096),
}
LENGTHS = (11, 3, 7)
STEPS = 24
GUIDANCE = 2.5


def write(output: Path) -> None:
    """One folder per configuration: a checkpoint, and `goldens.json` with greedy tokens and their logits."""
    for index, (name, values) in enumerate(CONFIGURATIONS.items()):
        torch.manual_seed(700 + index)
        model = Qwen3ForCausalLM(Qwen3Config(**values)).eval()
        with torch.no_grad():
            for parameter in model.parameters():
                # Wide enough that contexts change what is likeliest.
                if parameter.dim() > 1:
                    parameter.normal_(0, 2.2 / parameter.shape[-1] ** 0.5)
                else:
                    parameter.normal_(1, 0.2)
        folder = output / name
        model.save_pretrained(folder, safe_serialization=True)
        if values["tie_word_embeddings"]:
            # As some published folders have it: names without the prefix.
            tensors = {k.removeprefix("model."): v.contiguous() for k, v in model.state_dict().items()
                       if k != "lm_head.weight"}
            save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
        (folder / "generation_config.json").unlink(missing_ok=True)
        generator = torch.Generator().manual_seed(70 + index)
        prompts = [torch.randint(0, values["vocab_size"], (n,), generator=generator).tolist() for n in LENGTHS]
        single = [greedy(model, prompt) for prompt in prompts]
        guided = greedy_guided(model, prompts[0], prompts[1])
        text = json.dumps({
            "prompts": prompts, "tokens": [tokens for tokens, _ in single], "logits": [row for _, row in single],
            "guidance": GUIDANCE, "guided": guided})
        (folder / "goldens.json").write_text(text, encoding="utf-8")


@torch.no_grad()
def greedy(model, prompt: list[int]) -> tuple[list[int], list[float]]:
    """Greedy tokens without a cache, and the logits of the last step."""
    tokens, logits = list(prompt), None
    for _ in range(STEPS):
        logits = model(torch.tensor([tokens]), use_cache=False).logits[0, -1]
        tokens.append(int(logits.argmax()))
    return tokens[len(prompt):], [round(float(v), 6) for v in logits]


@torch.no_grad()
def greedy_guided(model, prompt: list[int], negative: list[int]) -> list[int]:
    """Greedy tokens of `u + scale (c - u)`, each token added to both sequences."""
    written: list[int] = []
    for _ in range(STEPS):
        c, u = (model(torch.tensor([p + written]), use_cache=False).logits[0, -1] for p in (prompt, negative))
        written.append(int((u + GUIDANCE * (c - u)).argmax()))
    return written
