"""Trains the audio tokenizer and the detokenizer: latents at 25 Hz to codes at 5 Hz and back.

    python -m training.codes --store FOLDER --output FOLDER [--steps 2500]

A code stands for five frames. Rounding is passed straight through in training. Resumes from the output folder's
checkpoint.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn

from . import dataset, layout, runtime

LEVELS = [4, 4, 4, 4, 4]
CODEBOOK = 1024
WINDOW = 5
SIZES = dict(
    hidden_size=64, intermediate_size=160, num_attention_heads=2, num_key_value_heads=2, head_dim=32,
    rope_theta=10000.0, rms_norm_eps=1e-6, sliding_window=128, pool_window_size=WINDOW,
    num_attention_pooler_hidden_layers=2, audio_acoustic_hidden_dim=layout.CHANNELS)


def make() -> tuple[nn.Module, nn.Module]:
    from diffusers.pipelines.ace_step import AceStepAudioTokenDetokenizer, AceStepAudioTokenizer

    tokenizer = AceStepAudioTokenizer(**SIZES, fsq_dim=SIZES["hidden_size"], fsq_input_levels=LEVELS)
    detokenizer = AceStepAudioTokenDetokenizer(**SIZES)
    with torch.no_grad():
        for module in (tokenizer, detokenizer):
            for name, parameter in module.named_parameters():
                if parameter.dim() >= 2:
                    parameter.normal_(0.0, (1.0 / parameter[0].numel()) ** 0.5)
                elif "norm" not in name:
                    parameter.zero_()
        detokenizer.special_tokens.normal_(0.0, 1.0)
        tokenizer.attention_pooler.special_token.normal_(0.0, 1.0)
    return tokenizer, detokenizer


def quantized(quantizer: nn.Module, pooled: torch.Tensor) -> torch.Tensor:
    """The reference's rounding with a gradient."""
    levels = quantizer._levels.float()
    bound = 1 + 1 / (levels - 1)
    x = torch.tanh(quantizer.project_in(pooled) / bound) * bound
    return quantizer.project_out(x + (quantizer._quantize(x) - x).detach())


class Hints:
    """What the DiT is given for a cover: latents through codes and back."""

    def __init__(self, path: Path) -> None:
        self.tokenizer, self.detokenizer = make()
        state = runtime.restore(path)
        self.tokenizer.load_state_dict(state["tokenizer"])
        self.detokenizer.load_state_dict(state["detokenizer"])
        self.silence = layout.silence(100)

    @torch.no_grad()
    def codes(self, latents: np.ndarray) -> np.ndarray:
        """Code numbers [codes] of latents [frames, channels]."""
        return self.tokenizer.tokenize(torch.from_numpy(latents).unsqueeze(0), self.silence)[1][0, :, 0].numpy()

    @torch.no_grad()
    def __call__(self, latents: np.ndarray) -> np.ndarray:
        states, _ = self.tokenizer.tokenize(torch.from_numpy(latents).unsqueeze(0), self.silence)
        return self.detokenizer(states)[0, : len(latents)].numpy()


def _windows(store, random, count: int) -> torch.Tensor:
    """[count, WINDOW, channels], from several songs."""
    parts = []
    songs = 24
    for _ in range(songs):
        notes, _, _ = store.item(int(random.choice(dataset.DURATIONS)), random)
        if random.random() < 0.2:
            kept = [s for s in layout.STEM_CHANNELS if random.random() < 0.6]
            for stem, columns in layout.STEM_CHANNELS.items():
                if stem not in kept:
                    notes[:, list(columns)] = 0
        latents = np.concatenate([notes, layout.clock(len(notes))], axis=1)
        windows = latents[: len(latents) // WINDOW * WINDOW].reshape(-1, WINDOW, layout.CHANNELS)
        parts.append(windows[random.integers(0, len(windows), count // songs)])
    return torch.from_numpy(np.concatenate(parts))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=2500)
    parser.add_argument("--windows", type=int, default=480)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=31)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    tokenizer, detokenizer = make()
    parameters = [*tokenizer.parameters(), *detokenizer.parameters()]
    optimizer = torch.optim.AdamW(parameters, lr=arguments.rate, betas=(0.9, 0.98), weight_decay=0.0)
    path = arguments.output / "codes.pt"
    step = 0
    state = runtime.restore(path)
    if state:
        tokenizer.load_state_dict(state["tokenizer"])
        detokenizer.load_state_dict(state["detokenizer"])
        optimizer.load_state_dict(state["optimizer"])
        step = state["step"]
    random = np.random.default_rng((arguments.seed, step))
    store = dataset.Store(arguments.store)
    log = runtime.Log(arguments.output / "codes.jsonl")
    begin = saved = time.time()
    sums = []
    while step < arguments.steps:
        runtime.pause_while_asked()
        for group in optimizer.param_groups:
            group["lr"] = runtime.learning_rate(step, arguments.steps, arguments.rate, warm_up=100)
        target = _windows(store, random, arguments.windows)
        pooled = tokenizer.attention_pooler(tokenizer.audio_acoustic_proj(target).unsqueeze(0))
        found = detokenizer(quantized(tokenizer.quantizer, pooled)).reshape(target.shape)
        errors = (found - target).square().mean(dim=(0, 1))
        notes, clock = errors[: layout.CLOCK].mean(), errors[layout.CLOCK:].mean()
        loss = notes + 0.15 * clock
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        step += 1
        sums.append((notes.item(), clock.item(), errors[layout.DRUMS:layout.CLOCK].mean().item(),
                     target[..., : layout.CLOCK].square().mean().item()))
        if step % 50 == 0:
            mean = np.mean(sums, axis=0)
            with torch.no_grad():
                used = len(tokenizer(target.unsqueeze(0))[1].unique())
            log.write(step=step, notes=mean[0], clock=mean[1], drums=mean[2], power=mean[3], used=used,
                      minutes=(time.time() - begin) / 60)
            sums = []
        if step >= arguments.steps or time.time() - saved > 120:
            saved = time.time()
            runtime.save({"tokenizer": tokenizer.state_dict(), "detokenizer": detokenizer.state_dict(),
                          "optimizer": optimizer.state_dict(), "step": step}, path)


if __name__ == "__main__":
    main()
