"""Goldens of what a language model hears in audio codes: the official repository's own scoring on a tiny model.

    python tools/reference/pmi_goldens.py CHECKOUT Tests/Fixtures Tests/Fixtures/aftermath/heard.json

CHECKOUT is a working tree of ACE-Step 1.5, of which `acestep/test_time_scaling.py` is run as it is.
"""

import contextlib
import json
import sys
from pathlib import Path

import torch
from loguru import logger
from transformers import PreTrainedTokenizerFast, Qwen3ForCausalLM

CASES = [
    dict(codes=[3, 149, 0, 17, 17, 88], caption="calm piano with soft strings", lyrics="[Verse]\nla la la",
         metadata=dict(bpm=120, keyscale="C major", language="en", timesignature="4", duration=30), scale=0.5),
    dict(codes=[1, 2], caption="", lyrics="", metadata=dict(bpm=61, language="no"), scale=0.1),
    dict(codes=list(range(60)), caption="driving: synth bass, " * 8, lyrics="one\n\n[Chorus]\ntwo three", scale=0.05,
         metadata=dict(keyscale="F# minor", timesignature="6", genres="pop rock")),
]


def main(checkout, fixtures, output):
    sys.path.insert(0, checkout)
    logger.remove()
    from acestep import test_time_scaling
    from vivace_reference import planner_text, planner_tokenizer

    tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(Path(fixtures) / "planner/tokenizer.json"))
    tokenizer.chat_template = planner_tokenizer.TEMPLATE
    model = Qwen3ForCausalLM.from_pretrained(Path(fixtures) / "language/planner", dtype=torch.float32).eval()
    handler = planner_text.handler()
    handler.llm_tokenizer, handler.llm_initialized, handler.llm_backend, handler.device = tokenizer, True, "pt", "cpu"
    handler.get_hf_model_for_scoring = lambda: model
    handler._load_model_context = contextlib.nullcontext
    made = []
    for case in CASES:
        codes = "".join(f"<|audio_code_{code}|>" for code in case["codes"])
        scores, reward, _ = test_time_scaling.calculate_pmi_score_per_condition(
            handler, codes, caption=case["caption"], lyrics=case["lyrics"], metadata=dict(case["metadata"]),
            score_scale=case["scale"])
        made.append(case | {"scores": {name: round(value, 7) for name, value in scores.items()},
                            "reward": round(reward, 7)})
    text = json.dumps({"cases": made}, ensure_ascii=False, separators=(",", ":"))
    Path(output).write_text(text, encoding="utf-8")


main(*sys.argv[1:])
