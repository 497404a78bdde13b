"""Trains the audio tokenizer and the detokenizer: latents at 25 Hz to codes at 5 Hz and back.

    python -m training.codes --store FOLDER --output FOLDER [--steps 4000]

A code stands for five frames, and its four digits have a meaning each:

* SECOND: whether the code is one of the first three of a second. With its neighbours', that is the time modulo one
  second, which the decoder's clock needs.
* BEAT: where in the code a beat begins (0 for nowhere, 1 to 7 for sevenths of the code's time). A small listener is
  trained first to find the beats of the composer's grid in what is to be heard within the code; its answers are what
  this digit is taught, so that tempo is in the codes whatever the harmony does.
* HARMONY, two digits: one of 64 chords, which a self-organizing map finds, so that neighbours on its 8 by 8 grid sound
  alike and a digit that is one off is a small mistake.

All four are taught (learned end to end, loud chords take every digit, and beats and time none), and the detokenizer
learns what the codes mean on the average. Resumes from the output folder's checkpoint.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn

from . import dataset, layout, runtime

LEVELS = [2, 8, 8, 8]
SECOND, BEAT, HARMONY = 0, 1, slice(2, 4)  # digits of a code
GRID = 8
CODEBOOK = 1024
WINDOW = 5
SIZES = dict(
    hidden_size=64, intermediate_size=160, num_attention_heads=2, num_key_value_heads=2, head_dim=32,
    rope_theta=10000.0, rms_norm_eps=1e-6, sliding_window=128, pool_window_size=WINDOW,
    num_attention_pooler_hidden_layers=2, audio_acoustic_hidden_dim=layout.CHANNELS)
WEIGHTS = {"bass": 1.0, "chords": 1.0, "melody": 1.5, "drums": 2.0}
NOISE = 0.25  # most of it that the tokenizer hears: the encoder's and the generator's latents are not exact


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


def digits(codes):
    """The digits of codes (a tensor or an array), along a new last axis."""
    found, rest = [], codes
    for level in LEVELS:
        found.append(rest % level)
        rest = rest // level
    return torch.stack(found, -1) if isinstance(codes, torch.Tensor) else np.stack(found, -1)


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
    def played(self, codes: np.ndarray) -> np.ndarray:
        """Latents [frames, channels] of code numbers."""
        states = self.tokenizer.quantizer.get_output_from_indices(torch.from_numpy(codes).reshape(1, -1, 1))
        return self.detokenizer(states)[0].numpy()


class Windows:
    """All windows of a store, what they are in their songs, and batches of them."""

    def __init__(self, store: dataset.Store, device: str) -> None:
        notes, places, beats = [], [], []
        for duration in dataset.DURATIONS:
            count = duration * layout.FRAME_RATE // WINDOW
            notes.append(torch.from_numpy(np.array(store.latents[duration][:, : count * WINDOW])).reshape(
                -1, WINDOW, layout.CLOCK))
            places.append(torch.arange(count).repeat(len(store.labels[duration])))
            beats.append(torch.cat([beat_digits(label, count) for label in store.labels[duration]]))
        self.notes, self.beats = torch.cat(notes).to(device), torch.cat(beats).to(device)
        self.places = (torch.cat(places) % 5).to(device)
        self.clock = torch.from_numpy(layout.clock(layout.PERIOD)).reshape(5, WINDOW, -1).to(device)

    def batch(self, count: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Latents [count, WINDOW, channels], transposed, places in the second and beat digits."""
        index = torch.randint(len(self.notes), (count,), device=self.notes.device)
        notes, places = self.notes[index].float(), self.places[index]
        shift = int(torch.randint(12, (1,)))
        pitched = [notes[..., b : b + 12].roll(shift, -1) for b in (layout.BASS, layout.CHORDS, layout.MELODY)]
        notes = torch.cat([*pitched, notes[..., layout.DRUMS:]], -1)
        for columns in layout.STEM_CHANNELS.values():  # single stems, as extracting leaves them
            silent = torch.rand(count, 1, 1, device=notes.device) < 0.08
            notes[..., list(columns)] = notes[..., list(columns)] * ~silent
        return torch.cat([notes, self.clock[places]], -1), places, self.beats[index]


def beat_digits(label: dict, count: int) -> torch.Tensor:
    """[count]: the digit BEAT of each code of a song, by the grid that it was composed on."""
    seconds = WINDOW / layout.FRAME_RATE
    beat = 60 / layout.grid_tempo(label["bpm"], label["metre"])
    begin = torch.arange(count, dtype=torch.float64) * seconds
    position = torch.ceil(begin / beat - 1e-6) * beat - begin
    share = (position.clamp(min=0) / seconds * 7).floor().long()
    return torch.where(position < seconds - 1e-6, share.clamp(max=6) + 1, 0)


def listener(windows: Windows, device: str, steps: int) -> nn.Module:
    """Finds beats in the notes of a window: [count, WINDOW * CLOCK] to scores of the digit BEAT."""
    net = nn.Sequential(nn.Linear(WINDOW * layout.CLOCK, 192), nn.SiLU(), nn.Linear(192, 96), nn.SiLU(),
                        nn.Linear(96, LEVELS[BEAT])).to(device)
    optimizer = torch.optim.AdamW(net.parameters(), lr=2e-3)
    for step in range(steps):
        optimizer.param_groups[0]["lr"] = runtime.learning_rate(step, steps, 2e-3, warm_up=20)
        latents, _, beats = windows.batch(1024)
        loss = nn.functional.cross_entropy(net(latents[..., : layout.CLOCK].flatten(1)), beats)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
    print(f"listener: loss {loss.item():.3f}", flush=True)
    return net.requires_grad_(False)


def chords(notes: torch.Tensor) -> torch.Tensor:
    """[count, WINDOW, channels] to [count, DRUMS]: the notes' means."""
    return notes[..., : layout.DRUMS].mean(1)


def grid(windows: Windows, device: str, steps: int) -> torch.Tensor:
    """[GRID * GRID, DRUMS]: the chords of a self-organizing map."""
    number = torch.arange(GRID * GRID, device=device)
    places = torch.stack([number // GRID, number % GRID], -1).float()
    apart = torch.cdist(places, places).square()
    units = chords(windows.batch(GRID * GRID)[0])
    for step in range(steps):
        reach = 2.5 * (0.25 / 2.5) ** (step / steps)
        heard = chords(windows.batch(4096)[0])
        nearest = torch.cdist(heard, units).argmin(1)
        near = torch.exp(-apart[nearest] / (2 * reach**2))
        total = near.sum(0).unsqueeze(1)
        means = near.T @ heard / total.clamp(min=1e-6)
        units = torch.lerp(units, means, (total / (total + 20)) * 0.5)
        if step % 20 == 19 and step < 0.8 * steps:  # what nobody is near to goes where many are
            count = torch.bincount(nearest, minlength=len(units))
            units[count == 0] = heard[torch.randint(len(heard), (int((count == 0).sum()),), device=device)]
    print(f"grid: error {(units[nearest] - heard).square().mean():.3f} of {heard.square().mean():.3f}", flush=True)
    return units


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--windows", type=int, default=1024)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default=runtime.device())
    parser.add_argument("--seed", type=int, default=31)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    device = arguments.device
    windows = Windows(dataset.Store(arguments.store), device)
    ears = listener(windows, device, max(100, arguments.steps // 4))
    units = grid(windows, device, max(100, arguments.steps // 8))
    tokenizer, detokenizer = (module.to(device) for module in make())
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
    torch.manual_seed(arguments.seed + step)
    weights = torch.zeros(layout.CLOCK, device=device)
    for stem, columns in layout.STEM_CHANNELS.items():
        weights[list(columns)] = WEIGHTS[stem]
    levels = tokenizer.quantizer._levels.to(device).float()
    log = runtime.Log(arguments.output / "codes.jsonl")
    begin = saved = time.time()
    sums = []
    while step < arguments.steps:
        runtime.pause_while_asked()
        for group in optimizer.param_groups:
            group["lr"] = runtime.learning_rate(step, arguments.steps, arguments.rate, warm_up=100)
        target, places, _ = windows.batch(arguments.windows)
        beats = ears(target[..., : layout.CLOCK].flatten(1)).argmax(-1)
        nearest = torch.cdist(chords(target), units).argmin(1)
        wanted = torch.stack([(places < 3).long(), beats, nearest // GRID, nearest % GRID], -1)
        wanted = 2 * wanted / (levels - 1) - 1
        heard = target + NOISE * torch.rand(len(target), 1, 1, device=device) * torch.randn_like(target)
        pooled = tokenizer.attention_pooler(tokenizer.audio_acoustic_proj(heard).unsqueeze(0))
        bound = 1 + 1 / (levels - 1)
        values = torch.tanh(tokenizer.quantizer.project_in(pooled) / bound) * bound
        taught = ((values.reshape(wanted.shape) - wanted) * (levels - 1) / 2).square()  # in steps of a digit
        rounded = tokenizer.quantizer._quantize(values).detach()
        found = detokenizer(tokenizer.quantizer.project_out(rounded)).reshape(target.shape)
        errors = (found - target).square().mean(dim=(0, 1))
        loss = (errors[: layout.CLOCK] * weights).mean() + 0.15 * errors[layout.CLOCK:].mean() + taught.mean()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        step += 1
        if step % 10 == 0:
            with torch.no_grad():
                right = (rounded.reshape(wanted.shape) - wanted).abs() < 0.01
                sums.append([*(errors[list(c)].mean().item() for c in layout.STEM_CHANNELS.values()),
                             errors[layout.CLOCK:].mean().item(), *right.float().mean(0).tolist()])
        if step % 200 == 0:
            mean = np.mean(sums, axis=0).tolist()
            log.write(step=step, **dict(zip((*layout.STEM_CHANNELS, "clock", "second", "beat", "row", "column"), mean)),
                      minutes=(time.time() - begin) / 60)
            sums = []
        if step >= arguments.steps or time.time() - saved > 120:
            saved = time.time()
            runtime.save({"tokenizer": tokenizer.state_dict(), "detokenizer": detokenizer.state_dict(),
                          "optimizer": optimizer.state_dict(), "step": step}, path)


if __name__ == "__main__":
    main()
