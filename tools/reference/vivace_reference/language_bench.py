"""What `vivace bench --stage lm` measures, in PyTorch: a 5 Hz language model's prompt, and its steps."""

from __future__ import annotations

import torch
from torch import nn
from transformers import DynamicCache, Qwen3Config, Qwen3ForCausalLM
from transformers.models.qwen3.modeling_qwen3 import Qwen3RotaryEmbedding

STAGES = ("lm_prefill", "lm_step", "lm_cfg_step")
SIZES = {
    "0.6B": dict(hidden_size=1024, intermediate_size=3072, num_hidden_layers=28, num_attention_heads=16),
    "1.7B": dict(hidden_size=2048, intermediate_size=6144, num_hidden_layers=28, num_attention_heads=16),
    "4B": dict(hidden_size=2560, intermediate_size=9728, num_hidden_layers=36, num_attention_heads=32),
}
VOCABULARY = 217_204
# Token ids of the audio codes: their scores alone are computed for a step.
CODES = slice(151_669, 151_669 + 64_000)
STEPS_PER_RUN = 16
CODES_PER_SECOND = 5


def configuration(size: str) -> Qwen3Config:
    return Qwen3Config(
        vocab_size=VOCABULARY, num_key_value_heads=8, head_dim=128, tie_word_embeddings=True,
        rope_parameters={"rope_type": "default", "rope_theta": 1_000_000.0}, max_position_embeddings=40_960,
        **SIZES[size])


def restore(model: Qwen3ForCausalLM) -> Qwen3ForCausalLM:
    """Ties the weights and makes the rotation table again after random weights were filled in."""
    model.model.rotary_emb = Qwen3RotaryEmbedding(model.config)
    model.lm_head.weight = model.model.embed_tokens.weight
    return model


class LanguageWorkload:
    """One song's codes: prompt and half of the codes lie behind a step, as in `vivace bench`."""

    def __init__(self, model: nn.Module, duration: float, batch: int, prompt_tokens: int):
        self.model, self.batch = model, batch
        self.prompt = torch.arange(prompt_tokens)[None] % VOCABULARY
        self.behind = torch.arange(int(duration * CODES_PER_SECOND / 2))[None] % VOCABULARY
        self.codes = model.lm_head.weight[CODES]
        self.caches: dict[int, DynamicCache] = {}

    # The stage's name, and how many of its units one call makes.
    units = {"lm_prefill": 1, "lm_step": STEPS_PER_RUN, "lm_cfg_step": STEPS_PER_RUN}

    def tokens(self, stage: str) -> int:
        """Tokens that one unit makes."""
        return self.prompt.shape[1] if stage == "lm_prefill" else self.batch

    def lm_prefill(self) -> torch.Tensor:
        return self.model.model(self.prompt, past_key_values=DynamicCache(config=self.model.config)).last_hidden_state

    def lm_step(self) -> torch.Tensor:
        return self._steps(self.batch)

    def lm_cfg_step(self) -> torch.Tensor:
        return self._steps(2 * self.batch)

    def _steps(self, rows: int) -> torch.Tensor:
        if rows not in self.caches:
            cache = DynamicCache(config=self.model.config)
            self.model.model(torch.cat([self.prompt, self.behind], dim=1), past_key_values=cache)
            cache.batch_repeat_interleave(rows)
            self.caches[rows] = cache
        cache, scores = self.caches[rows], None
        for step in range(STEPS_PER_RUN):
            tokens = torch.full((rows, 1), CODES.start + step)
            hidden = self.model.model(tokens, past_key_values=cache).last_hidden_state[:, -1]
            scores = (hidden @ self.codes.T).float()
        return scores
