"""Trains the 5Hz language model: from a caption to a chain of thought and audio codes, and from codes to words.

    python -m training.planner --store FOLDER --output FOLDER [--steps 8000]

A tiny sibling of the published ones, with the same prompts: generation (caption and lyrics to metadata, then codes),
understanding (codes to metadata and lyrics), creation (a few words to a caption, metadata and
lyrics) and formatting. What a caption states, a plan has to repeat: most captions here state tempo and key, these
answers count more, and training begins without codes. Resumes from the output folder's checkpoint.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from pathlib import Path

import numpy as np
import torch
import yaml
from torch import nn

from . import codes, dataset, layout, runtime
from .words import ROOT

FOLDER = "acestep-5Hz-lm-builtin"
ENTRIES = 1200  # of the byte-level BPE
SIZES = dict(
    hidden_size=80, intermediate_size=240, num_hidden_layers=4, num_attention_heads=2, num_key_value_heads=2,
    head_dim=32, rms_norm_eps=1e-6, tie_word_embeddings=True,
    rope_parameters={"rope_type": "default", "rope_theta": 100000.0}, max_position_embeddings=8192,
    attention_bias=False)
GENERATE = "Generate audio semantic tokens based on the given conditions:"
UNDERSTAND = "Understand the given musical conditions and describe the audio semantics accordingly:"
EXPAND = "Expand the user's input into a more detailed and specific musical description:"
REWRITE = "Format the user's input into a more detailed and specific musical description:"
NOTHING = "NO USER INPUT"
STATED_WEIGHT = 3.0  # of the tokens of a tempo or key that the question states
STATED = re.compile(r"^(?:bpm|keyscale): (.+)$", re.MULTILINE)
TASKS = {"generate": 0.55, "understand": 0.2, "create": 0.13, "format": 0.12}
GENRES = {
    "techno": "techno", "house": "house", "lo-fi": "lo-fi hip hop", "ambient": "ambient", "rock": "rock",
    "jazz trio": "jazz", "waltz": "waltz", "synthwave": "synthwave", "chiptune": "chiptune",
    "cinematic strings": "cinematic", "folk march": "folk", "downtempo": "downtempo",
}


def vocabulary():
    """The tokenizer: a smaller byte-level BPE and one token for each code."""
    sys.path.insert(0, str(ROOT / "tools" / "reference"))
    import corpus
    from tokenizers import AddedToken
    from vivace_reference import bpe

    tokenizer = bpe.wrap(bpe.train(corpus.lines(6000, seed=20260101), ENTRIES), True)
    tokenizer.add_tokens([AddedToken(f"<|audio_code_{n}|>", normalized=False) for n in range(codes.CODEBOOK)])
    tokenizer.eos_token = "<|im_end|>"
    return tokenizer


def make(tokenizer) -> nn.Module:
    from transformers import Qwen3Config, Qwen3ForCausalLM

    model = Qwen3ForCausalLM(Qwen3Config(
        **SIZES, vocab_size=len(tokenizer), eos_token_id=tokenizer.convert_tokens_to_ids("<|im_end|>"),
        pad_token_id=tokenizer.pad_token_id, bos_token_id=None))
    return model


def prompt(instruction: str, user: str) -> str:
    return (f"<|im_start|>system\n# Instruction\n{instruction}\n\n<|im_end|>\n"
            f"<|im_start|>user\n{user}<|im_end|>\n<|im_start|>assistant\n")


def thought(fields: dict) -> str:
    text = yaml.dump({k: v for k, v in fields.items() if v is not None}, allow_unicode=True, sort_keys=True).strip()
    return f"<think>\n{text if fields else ''}\n</think>\n\n"


class Lessons:
    """Pairs of what is asked and what is to be answered."""

    def __init__(self, store: dataset.Store, hints: codes.Hints, tokenizer, seed) -> None:
        self.store, self.hints, self.tokenizer = store, hints, tokenizer
        self.random = np.random.default_rng(seed)
        self.first = tokenizer.convert_tokens_to_ids("<|audio_code_0|>")

    def next(self, sounds: bool = True) -> tuple[list[int], list[int], list[float]]:
        """Ids of a question and of its answer, and how much each of the answer's counts. `sounds`: with codes."""
        random = self.random
        duration = int(random.choice(dataset.DURATIONS, p=(0.35, 0.25, 0.2, 0.2)))
        notes, wording, label = self.store.item(duration, random)
        key = next(k for k in (f"{name} {label['mode']}" for name in layout.NAMES)
                   if layout.NAMES.index(k.split()[0]) == label["tonic"])
        caption = self._with_facts(wording["caption"], label, key)
        other = str(random.choice([w["caption"] for w in label["wordings"]])).replace("{KEY}", key)
        lyrics = wording["lyrics"] or "[Instrumental]"
        fields = {"bpm": int(label["bpm"]), "caption": other, "duration": duration, "keyscale": key,
                  "language": "unknown", "timesignature": int(label["metre"])}
        latents = np.concatenate([notes, layout.clock(len(notes))], axis=1)
        task = str(random.choice(list(TASKS), p=list(TASKS.values())))
        if task == "understand" and not sounds:
            task = "create"
        if sounds and task in ("generate", "understand"):
            numbers = [self.first + int(n) for n in self.hints.codes(latents)]
        if task == "generate":
            if random.random() < 0.12:
                question, answer = prompt(GENERATE, NOTHING), "<think>\n\n</think>\n\n"
            else:
                if random.random() < 0.3:
                    del fields["caption"]
                question = prompt(GENERATE, f"# Caption\n{caption}\n\n# Lyric\n{lyrics}\n")
                answer = thought(fields)
            if not sounds:
                return self._pair(question, answer)
            question, answer, weights = self._pair(question, answer)
            return question, answer + numbers + self._ids("<|im_end|>"), weights + [1.0] * (len(numbers) + 1)
        full = fields | {"genres": GENRES[label["style"]]}
        answer = thought(full) + f"# Lyric\n{lyrics}<|im_end|>"
        if task == "understand":
            head, tail = prompt(UNDERSTAND, "\0").split("\0")
            answer = self._ids(answer)
            return self._ids(head) + numbers + self._ids(tail), answer, [1.0] * len(answer)
        if task == "create":
            query = NOTHING if random.random() < 0.1 else caption
            return self._pair(prompt(EXPAND, f"{query}\n\ninstrumental: true"), answer)
        return self._pair(prompt(REWRITE, f"# Caption\n{caption}\n\n# Lyric\n{lyrics}"), answer)

    def _with_facts(self, caption: str, label: dict, key: str) -> str:
        """The caption, in most cases with tempo and key added if it has none."""
        random = self.random
        if "bpm" not in caption and random.random() < 0.6:
            caption += str(random.choice([", {} bpm", " at {} bpm", ", {} BPM", ", tempo {} bpm"])).format(label["bpm"])
        if not re.search(r" (?:major|minor)\b", caption) and random.random() < 0.6:
            caption += str(random.choice([", in {}", ", {}", ", key of {}"])).format(key)
        return caption

    def _pair(self, question: str, answer: str) -> tuple[list[int], list[int], list[float]]:
        tokens = self.tokenizer(answer, add_special_tokens=False, return_offsets_mapping=True)
        weights = [1.0] * len(tokens.input_ids)
        spans = [match.span(1) for match in STATED.finditer(answer) if match.group(1).lower() in question.lower()]
        for index, (start, end) in enumerate(tokens.offset_mapping):
            if any(start < b and end > a for a, b in spans):
                weights[index] = STATED_WEIGHT
        return self._ids(question), tokens.input_ids, weights

    def _ids(self, text: str) -> list[int]:
        return self.tokenizer(text, add_special_tokens=False).input_ids

    def batch(self, tokens: int, sounds: bool) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Ids, labels (-100 where the question stands) and their weights, padded; about `tokens` tokens of similar
        lengths."""
        triples = sorted((self.next(sounds) for _ in range(24)), key=lambda triple: len(triple[0]) + len(triple[1]))
        start = int(self.random.integers(0, len(triples)))
        rows, width = [], 0
        for triple in triples[start:] + triples[:start][::-1]:
            width = max(width, len(triple[0]) + len(triple[1]))
            if rows and (len(rows) + 1) * width > tokens:
                break
            rows.append(triple)
        width = max(len(q) + len(a) for q, a, _ in rows)
        ids = torch.full((len(rows), width), self.tokenizer.pad_token_id)
        labels = torch.full((len(rows), width), -100)
        weights = torch.ones(len(rows), width)
        for index, (question, answer, counts) in enumerate(rows):
            span = slice(len(question), len(question) + len(answer))
            ids[index, : span.stop] = torch.tensor(question + answer)
            labels[index, span] = torch.tensor(answer)
            weights[index, span] = torch.tensor(counts)
        return ids, labels, weights


def save(checkpoint: Path, output: Path) -> None:
    """Writes the ordinary folder of a causal language model in bfloat16."""
    tokenizer = vocabulary()
    model = make(tokenizer)
    model.load_state_dict(runtime.restore(checkpoint)["average"])
    model.to(torch.bfloat16).save_pretrained(output)
    tokenizer.save_pretrained(output)
    (output / "generation_config.json").unlink(missing_ok=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=8000)
    parser.add_argument("--words", type=float, default=0.3, help="share of the steps that have no codes")
    parser.add_argument("--tokens", type=int, default=2400, help="in a batch")
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=51)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    tokenizer = vocabulary()
    model = make(tokenizer)
    average = runtime.Average(model, decay=0.995)
    optimizer = torch.optim.AdamW(model.parameters(), lr=arguments.rate, betas=(0.9, 0.98), weight_decay=0.01)
    path = arguments.output / "lm.pt"
    step = 0
    state = runtime.restore(path)
    if state:
        model.load_state_dict(state["model"])
        average.module.load_state_dict(state["average"])
        optimizer.load_state_dict(state["optimizer"])
        step = state["step"]
    lessons = Lessons(dataset.Store(arguments.store), codes.Hints(arguments.output / "codes.pt"), tokenizer,
                      (arguments.seed, step))
    log = runtime.Log(arguments.output / "lm.jsonl")
    begin = saved = time.time()
    sums = []
    while step < arguments.steps:
        runtime.pause_while_asked()
        for group in optimizer.param_groups:
            group["lr"] = runtime.learning_rate(step, arguments.steps, arguments.rate, warm_up=100)
        sounds = step >= arguments.words * arguments.steps
        ids, labels, weights = lessons.batch(arguments.tokens, sounds)
        states = model.model(input_ids=ids).last_hidden_state[:, :-1]
        wanted = labels[:, 1:]
        answered = wanted != -100
        wanted, weights = wanted[answered], weights[:, 1:][answered]
        each = nn.functional.cross_entropy(model.lm_head(states[answered]), wanted, reduction="none")
        is_code = wanted >= lessons.first
        loss = (each * weights).sum() / weights.sum()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        average.update(model, step)
        step += 1
        each = each.detach()
        stated = weights > 1
        sums.append([value for chosen in (is_code, ~is_code, stated) for value in (each[chosen].sum().item(), int(chosen.sum()))])
        if step % 50 == 0:
            total = np.sum(sums, axis=0)
            log.write(step=step, codes=float(total[0] / max(1, total[1])), text=float(total[2] / max(1, total[3])),
                      stated=float(total[4] / max(1, total[5])), minutes=(time.time() - begin) / 60)
            sums = []
        if step >= arguments.steps or time.time() - saved > 120:
            saved = time.time()
            runtime.save({"model": model.state_dict(), "average": average.module.state_dict(),
                          "optimizer": optimizer.state_dict(), "step": step}, path)


if __name__ == "__main__":
    main()
