"""Trains the 5Hz language model: from a caption to a chain of thought and audio codes, and from codes to words.

    python -m training.planner --store FOLDER --played FOLDER --output FOLDER [--steps 12000]

A tiny sibling of the published ones, with the same prompts (`lessons.py`). What a code stands for has parts (its
digits), and so has its embedding while it is trained: one vector a digit and one of its own. Resumes from the output
folder's checkpoint.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import nn

from . import codes, dataset, lessons, runtime
from .words import ROOT

FOLDER = "acestep-5Hz-lm-builtin"
ENTRIES = 1200  # of the byte-level BPE
SIZES = dict(
    hidden_size=96, intermediate_size=288, num_hidden_layers=5, num_attention_heads=4, num_key_value_heads=2,
    head_dim=32, rms_norm_eps=1e-6, tie_word_embeddings=True,
    rope_parameters={"rope_type": "default", "rope_theta": 100000.0}, max_position_embeddings=8192,
    attention_bias=False)


def vocabulary():
    """The tokenizer: a smaller byte-level BPE and one token for each code."""
    sys.path.insert(0, str(ROOT / "tools" / "reference"))
    import corpus
    from tokenizers import AddedToken
    from vivace_reference import bpe

    tokenizer = bpe.wrap(bpe.train(corpus.lines(6000, seed=20260101), ENTRIES), True)
    _spell_alike(tokenizer)
    tokenizer.add_tokens([AddedToken(f"<|audio_code_{n}|>", normalized=False) for n in range(codes.CODEBOOK)])
    tokenizer.eos_token = "<|im_end|>"
    return tokenizer


def _spell_alike(tokenizer) -> None:
    """Leaves out the merges that would make a field's name other tokens than the longest one at each place.

    Those are what constrained decoding writes, and the model has to know them from its training.
    """
    from tokenizers import Tokenizer

    content = json.loads(tokenizer.backend_tokenizer.to_str())
    for name in lessons.FIELDS:
        while (wanted := tokenizer.tokenize(f"{name}:")) != (found := _longest(tokenizer, f"{name}:")):
            odd = next(token for token in found if token not in wanted)
            content["model"]["merges"] = [pair for pair in content["model"]["merges"] if "".join(pair) != odd]
            tokenizer._tokenizer = Tokenizer.from_str(json.dumps(content))


def _longest(tokenizer, text: str) -> list[str]:
    found = []
    while text:
        length = next(n for n in range(len(text), 0, -1) if len(tokenizer.tokenize(text[:n])) == 1)
        found.append(text[:length])
        text = text[length:]
    return found


class Writer(nn.Module):
    """The language model, with what the embeddings of codes have in common."""

    def __init__(self, tokenizer) -> None:
        super().__init__()
        from transformers import Qwen3Config, Qwen3ForCausalLM

        self.lm = Qwen3ForCausalLM(Qwen3Config(
            **SIZES, vocab_size=len(tokenizer), eos_token_id=tokenizer.convert_tokens_to_ids("<|im_end|>"),
            pad_token_id=tokenizer.pad_token_id, bos_token_id=None))
        self.first = tokenizer.convert_tokens_to_ids("<|audio_code_0|>")
        width = SIZES["hidden_size"]
        chords = codes.LEVELS[2] * codes.LEVELS[3]
        self.parts = nn.ParameterList(
            nn.Parameter(0.02 * torch.randn(count, width)) for count in (codes.LEVELS[0], codes.LEVELS[1], chords))
        digits = codes.digits(torch.arange(codes.CODEBOOK))
        places = torch.stack([digits[:, 0], digits[:, 1], digits[:, 2] + codes.LEVELS[2] * digits[:, 3]])
        self.register_buffer("places", places, persistent=False)

    def table(self) -> torch.Tensor:
        """The embeddings of all tokens."""
        table = self.lm.model.embed_tokens.weight
        common = sum(part[place] for part, place in zip(self.parts, self.places))
        return torch.cat([table[: self.first], table[self.first : self.first + codes.CODEBOOK] + common,
                          table[self.first + codes.CODEBOOK :]])

    def forward(self, ids: torch.Tensor, table: torch.Tensor) -> torch.Tensor:
        """States [rows, tokens, width]."""
        return self.lm.model(inputs_embeds=nn.functional.embedding(ids, table)).last_hidden_state

    def plain(self) -> nn.Module:
        """The language model alone, its table filled in."""
        with torch.no_grad():
            self.lm.model.embed_tokens.weight.copy_(self.table())
            for part in self.parts:
                part.zero_()
        return self.lm


def save(checkpoint: Path, output: Path) -> None:
    """Writes the ordinary folder of a causal language model in bfloat16."""
    tokenizer = vocabulary()
    writer = Writer(tokenizer)
    writer.load_state_dict(runtime.restore(checkpoint)["average"])
    writer.plain().to(torch.bfloat16).save_pretrained(output)
    tokenizer.save_pretrained(output)
    (output / "generation_config.json").unlink(missing_ok=True)


def lessons_of(shelves: list[lessons.Shelf], tokens: int, sounds: bool, seed: int) -> lessons.Lessons:
    """Batches of a seed: all that a process needs to make them."""
    return lessons.Lessons(shelves, vocabulary(), tokens, sounds, seed)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--played", type=Path, required=True, help="songs as the generator plays them")
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=12000)
    parser.add_argument("--words", type=float, default=0.1, help="share of the steps that have no codes")
    parser.add_argument("--tokens", type=int, default=24000, help="in a batch")
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default=runtime.device())
    parser.add_argument("--workers", type=int, default=0, help="processes that make batches")
    parser.add_argument("--minutes", type=float, default=1e9, help="be done after this long, with fewer steps")
    parser.add_argument("--seed", type=int, default=51)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    device = arguments.device
    tokenizer = vocabulary()
    model = Writer(tokenizer).to(device)
    average = runtime.Average(model, decay=0.998)
    optimizer = torch.optim.AdamW(model.parameters(), lr=arguments.rate, betas=(0.9, 0.98), weight_decay=0.01)
    path = arguments.output / "lm.pt"
    step = 0
    state = runtime.restore(path)
    if state:
        model.load_state_dict(state["model"])
        average.module.load_state_dict(state["average"])
        optimizer.load_state_dict(state["optimizer"])
        step = state["step"]
    shelves = [lessons.Shelf(dataset.Store(folder), arguments.output / "codes.pt", device)
               for folder in (arguments.store, arguments.played)]
    log = runtime.Log(arguments.output / "lm.jsonl")
    begin = saved = time.time()
    sums, sounds, source = [], None, None
    share = 0.0
    while step < arguments.steps:
        runtime.pause_while_asked()
        share = max(step / arguments.steps, (time.time() - begin) / 60 / arguments.minutes)
        if (share >= arguments.words) != sounds:
            sounds = share >= arguments.words
            source = dataset.stream(partial(lessons_of, shelves, arguments.tokens, sounds),
                                    arguments.seed + 1000 * step, arguments.workers)
        for group in optimizer.param_groups:
            group["lr"] = runtime.learning_rate(
                int(share * arguments.steps), arguments.steps, arguments.rate, warm_up=100)
        ids, labels, weights = (part.to(device, non_blocking=True) for part in next(source))
        table = model.table()
        states = model(ids, table)[:, :-1]
        wanted = labels[:, 1:]
        answered = wanted >= 0
        wanted, weights = wanted[answered], weights[:, 1:][answered]
        each = nn.functional.cross_entropy(states[answered] @ table.T, wanted, reduction="none")
        loss = (each * weights).sum() / weights.sum()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        average.update(model, step)
        step += 1
        if step % 10 == 0:
            with torch.no_grad():
                is_code, heavy = wanted >= model.first, weights > 1
                kinds = (is_code, ~is_code & ~heavy, heavy & ~is_code)
                sums.append([value for kind in kinds for value in ((each * kind).sum().item(), kind.sum().item())])
        if step % 200 == 0:
            total = np.sum(sums, axis=0)
            log.write(step=step, codes=total[0] / max(1, total[1]), text=total[2] / max(1, total[3]),
                      stated=total[4] / max(1, total[5]), minutes=(time.time() - begin) / 60)
            sums = []
        done = step >= arguments.steps or time.time() - begin > 60 * arguments.minutes
        if done or time.time() - saved > 120:
            saved = time.time()
            runtime.save({"model": model.state_dict(), "average": average.module.state_dict(),
                          "optimizer": optimizer.state_dict(), "step": step}, path)
        if done:
            break


if __name__ == "__main__":
    main()
