"""What the official sampling filters leave of seeded logits."""

import numpy as np
import torch
from transformers.generation.logits_process import RepetitionPenaltyLogitsProcessor

from .planner_automaton import fingerprint, logits


def goldens() -> list[dict]:
    from acestep.llm_inference import LLMHandler

    handler = LLMHandler.__new__(LLMHandler)
    cases = []
    for seed in range(60):
        count = [17, 300, 3000][seed % 3]
        temperature = [0.3, 0.85, 1.0, 1.7][seed % 4]
        top_k = min([0, 1, 5, 40, 200][seed % 5], count)
        top_p = [1.0, 0.05, 0.5, 0.9, 0.99, 0.999][seed % 6]
        penalty = [1.0, 1.3, 0.8][seed % 3]
        values = torch.from_numpy(logits(seed, 0, count))[None]
        if seed % 7 == 0:
            values = torch.round(values * 2) / 2
        came = [3, 5, 3, 16, 8]
        if penalty != 1.0:
            values = RepetitionPenaltyLogitsProcessor(penalty)(torch.tensor([came]), values)
        # Vivace divides by the temperature first.
        scaled = values / temperature
        kept = handler._apply_top_k_filter(scaled.clone(), top_k)
        before = kept.clone()
        kept = handler._apply_top_p_filter(kept, top_p)
        if top_p < 1:
            exact = np.sort(torch.softmax(before.double(), -1).numpy()[0])[::-1].cumsum()
            size = int(torch.isfinite(kept).sum())
            # Leaves out what hangs on rounding, or on the order of equal logits.
            if size > 1 and abs(exact[size - 2] - top_p) < 1e-5 or abs(exact[size - 1] - top_p) < 1e-5:
                continue
            if len(np.unique(before.numpy()[torch.isfinite(before).numpy()])) < int(torch.isfinite(before).sum()):
                continue
        allowed = torch.nonzero(torch.isfinite(kept[0])).flatten().tolist()
        cases.append({
            "seed": seed, "count": count, "temperature": temperature, "topK": top_k, "topP": top_p,
            "penalty": penalty, "came": came, "rounded": seed % 7 == 0, "kept": len(allowed),
            "hash": fingerprint(allowed),
        })
    return cases
