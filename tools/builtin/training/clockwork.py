"""Writes a clock into the language model: two last layers that are calculated, not trained.

    python -m training.clockwork --model Models/builtin

Trained, the model knows which digit SECOND comes next, but a plan is drawn from twice its scores with a prompt less
those without one (guidance), and where it is surer without, that turns them around; and after one wrong digit it no
longer knows where it is. The clock sees digits and distances alone, so guidance leaves it as it is: one layer counts
the codes that follow the end of the chain of thought up to five, the other looks at the same place in the last four
seconds and lets the majority decide. It has dimensions of its own, which the trained weights don't see, and only codes
listen to them: for that the output layer has a table of its own. In this table the scores of words are larger too
(`DECIDED`), so that what is drawn at the usual temperature is mostly what is likeliest.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import torch

from . import codes, planner

WIDTH = 128  # a multiple of 32, as quantization wants it
ONE, DIGIT, BEGIN, VOTE = range(4)  # dimensions of the clock, after the trained ones
QUIET = 0.05  # what it writes into the embeddings: hardly more than nothing beside them
BACK = {4: 0.4, 9: 0.2, 14: 0.2, 19: 0.2}  # how far back each head looks for what comes next, and what that counts
START = {0: 1.0, 1: 1.0, 2: 1.0, 3: -1.0}  # the digits of the first codes by their distance from the beginning
FIFTH = -1.0
PACES = (0.6, 0.25, 0.15)  # shares of the fastest rotary frequencies in a head's aim
SHARPNESS = 40.0  # of that aim: the largest score of attention
LOUDNESS = 30.0  # what a code's score gains or loses by the right time
DECIDED = 1.5


@torch.no_grad()
def extended(lm: torch.nn.Module, first: int, begin: int) -> torch.nn.Module:
    """The model with the clock. `first` is the first code's token, `begin` the one before a song's first code."""
    from transformers import Qwen3Config, Qwen3ForCausalLM

    old = lm.config.hidden_size
    layers = lm.config.num_hidden_layers
    config = lm.config.to_dict()
    config |= {"num_hidden_layers": layers + 2, "layer_types": config["layer_types"] + config["layer_types"][-2:],
               "hidden_size": WIDTH, "tie_word_embeddings": False}
    built = Qwen3ForCausalLM(Qwen3Config(**config)).eval()
    own, state = lm.state_dict(), {}
    for name, value in built.state_dict().items():
        state[name] = torch.zeros_like(value)
        if name in own:
            state[name][tuple(slice(size) for size in own[name].shape)] = own[name]
            if len(value) == WIDTH and value.dim() == 1:  # a norm over more dimensions
                state[name] *= (old / WIDTH) ** 0.5
    built.load_state_dict(state)
    table = built.model.embed_tokens.weight
    signs = (2 * codes.digits(torch.arange(codes.CODEBOOK))[:, codes.SECOND] - 1).float()
    span = slice(first, first + codes.CODEBOOK)
    table[:, old + ONE] = QUIET
    table[span, old + DIGIT] = QUIET * signs
    table[begin, old + BEGIN] = QUIET
    _look(built.model.layers[layers], lm.config, old, {back: {DIGIT: counts} for back, counts in BACK.items()}
          | {4: {DIGIT: BACK[4], BEGIN: FIFTH}})
    _look(built.model.layers[layers + 1], lm.config, old, {back: {BEGIN: sign} for back, sign in START.items()})
    built.model.norm.weight[old + VOTE] = 1.0
    head = built.lm_head.weight
    head *= DECIDED
    head[span] /= DECIDED
    head[span, old + VOTE] = LOUDNESS * signs
    return built


def _look(layer: torch.nn.Module, config, old: int, heads: dict[int, dict[int, float]]) -> None:
    """Heads that look a number of tokens back, and add up what stands in some dimensions there into VOTE."""
    layer.input_layernorm.weight[old:] = 1.0
    attention, width = layer.self_attn, config.head_dim
    for norm in (attention.q_norm, attention.k_norm):
        norm.weight.fill_((SHARPNESS / width**0.5) ** 0.5)
    pace = config.rope_parameters["rope_theta"] ** (-torch.arange(width // 2).double() / (width // 2))
    size = torch.zeros(width // 2).double()
    size[: len(PACES)] = torch.tensor(PACES).double().sqrt()
    for head in range(config.num_key_value_heads):
        attention.k_proj.weight[head * width : head * width + width // 2, old + ONE] = size.float() / QUIET
        for dimension in (DIGIT, BEGIN):
            attention.v_proj.weight[head * width + dimension, old + dimension] = 1 / QUIET
    for head, (back, terms) in enumerate(heads.items()):
        aim = torch.cat([size * torch.cos(pace * back), -size * torch.sin(pace * back)])
        attention.q_proj.weight[head * width : (head + 1) * width, old + ONE] = aim.float() / QUIET
        for dimension, counts in terms.items():
            attention.o_proj.weight[old + VOTE, head * width + dimension] = counts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    arguments = parser.parse_args()
    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder = arguments.model / planner.FOLDER
    if not json.loads((folder / "config.json").read_text(encoding="utf-8"))["tie_word_embeddings"]:
        raise SystemExit(f"{folder} has its clock already")
    tokenizer = AutoTokenizer.from_pretrained(folder)
    lm = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    first = tokenizer.convert_tokens_to_ids("<|audio_code_0|>")
    (begin,) = tokenizer("\n\n", add_special_tokens=False).input_ids
    extended(lm, first, begin).to(torch.bfloat16).save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)


if __name__ == "__main__":
    main()
