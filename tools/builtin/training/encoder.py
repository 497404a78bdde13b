"""Trains the VAE's encoder: from sound back to the latents that made it.

    python -m training.encoder --store FOLDER --output FOLDER [--steps 2500]

The encoder's first two thirds are written down: they are the lapped transforms whose inverses end the decoder
(`synthesizer.py`), so 60 subbands of the mid signal arrive at 300 Hz. The last third (three residual units, the strided
convolution to 25 Hz, the readout) is trained by supervision: the decoder plays known latents, the encoder must find
them. A share of the clips is rendered by the composer's own voices instead, so that other sounds are understood too.
Resumes from the output folder's checkpoint.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn

from . import dataset, layout, runtime, synthesizer

CROP = 200  # frames
LEVEL = 12.0  # brings the subbands to about unit variance
QUIET = -6.0  # the posterior's scale channels: softplus(-6) = 0.0025


def make() -> nn.Module:
    """The VAE with its decoder and the fixed part of its encoder written down, and the rest ready for training."""
    from diffusers import AutoencoderOobleck

    vae = AutoencoderOobleck(**synthesizer.CONFIG)
    synthesizer.construct(vae)
    with torch.no_grad():
        _write_transforms(vae.encoder)
        _start(vae)
    return vae


def _write_transforms(encoder: nn.Module) -> None:
    outer, inner = synthesizer.lapped(synthesizer.BANDS), synthesizer.lapped(synthesizer.SUBBANDS)
    store = synthesizer._store
    first = torch.zeros_like(encoder.conv1.weight_v)
    first[0, :, 3] = 0.5  # mid
    store(encoder.conv1, first)
    for block in encoder.block[:2]:
        for unit in (block.res_unit1, block.res_unit2, block.res_unit3):
            store(unit.conv1, torch.zeros_like(unit.conv1.weight_v))
            store(unit.conv2, torch.zeros_like(unit.conv2.weight_v))
        for module in block.modules():
            if type(module).__name__ == "Snake1d":
                module.alpha.fill_(synthesizer.LINEAR)
                module.beta.zero_()
    bands = torch.zeros_like(encoder.block[0].conv1.weight_v)
    bands[: synthesizer.BANDS, 0] = outer
    store(encoder.block[0].conv1, bands)
    parts = torch.zeros_like(encoder.block[1].conv1.weight_v)
    for band in range(synthesizer.USED_BANDS):
        for part in range(synthesizer.SUBBANDS):
            parts[band * synthesizer.SUBBANDS + part, band] = LEVEL * inner[part]
    store(encoder.block[1].conv1, parts)


def _start(vae: nn.Module) -> None:
    """Initial weights of the trained part: the decoder's own grains as matched filters, small residual units."""
    encoder, block = vae.encoder, vae.encoder.block[2]
    random = torch.Generator().manual_seed(3)
    for unit in (block.res_unit1, block.res_unit2, block.res_unit3):
        shape = unit.conv1.weight_v.shape
        synthesizer._store(unit.conv1, torch.randn(shape, generator=random) / (shape[1] * shape[2]) ** 0.5)
        synthesizer._store(unit.conv2, 0.1 * torch.randn(unit.conv2.weight_v.shape, generator=random) / shape[1] ** 0.5)
    filters = torch.randn(block.conv1.weight_v.shape, generator=random)
    grains = vae.decoder.block[0].conv_t1.weight.detach()
    count = min(len(grains), len(filters))
    played = grains[:count].flatten(1).norm(dim=1) > 0
    filters[:count][played] = 0.3 * filters[:count][played]
    filters[:count, : grains.shape[1]][played] += 40 * (grains / (grains.flatten(1).norm(dim=1)[:, None, None] + 1e-9))[:count][played]
    filters = filters / filters.flatten(1).norm(dim=1)[:, None, None]
    synthesizer._store(block.conv1, filters)
    readout = 0.3 * torch.randn(encoder.conv2.weight_v.shape, generator=random) / encoder.conv2.weight_v[0].numel() ** 0.5
    readout[layout.CHANNELS:] = 0
    synthesizer._store(encoder.conv2, readout)
    encoder.conv2.bias[layout.CHANNELS:] = QUIET


def trained(vae: nn.Module) -> list[nn.Module]:
    return [vae.encoder.block[2], vae.encoder.snake1, vae.encoder.conv2]


def subbands(vae: nn.Module, latents: torch.Tensor) -> torch.Tensor:
    """What the fixed part of the encoder makes of the decoder's sound, [batch, channels, 12 * frames]: because the
    transforms invert each other, it is the decoder's inner signal."""
    decoder = vae.decoder
    block = decoder.block[0]
    inner = block.conv_t1(block.snake1(decoder.conv1(latents.transpose(1, 2))))
    count = synthesizer.USED_BANDS * synthesizer.SUBBANDS
    width = vae.encoder.block[1].conv1.weight_v.shape[0]
    return LEVEL * nn.functional.pad(inner[:, :count], (0, 0, 0, width - count))


def analysed(vae: nn.Module, sound: torch.Tensor) -> torch.Tensor:
    """The same from sound, [batch, 2, samples]: the fixed layers without their idle parts."""
    outer, inner = synthesizer.lapped(synthesizer.BANDS), synthesizer.lapped(synthesizer.SUBBANDS)
    mid = sound.mean(dim=1, keepdim=True)
    bands = nn.functional.conv1d(mid, outer.unsqueeze(1), stride=synthesizer.BANDS, padding=synthesizer.BANDS // 2)
    bands = bands[:, : synthesizer.USED_BANDS]
    parts = nn.functional.conv1d(
        bands.flatten(0, 1).unsqueeze(1), inner.unsqueeze(1), stride=synthesizer.SUBBANDS,
        padding=synthesizer.SUBBANDS // 2)
    parts = parts.reshape(len(sound), synthesizer.USED_BANDS * synthesizer.SUBBANDS, -1)
    width = vae.encoder.block[1].conv1.weight_v.shape[0]
    return LEVEL * nn.functional.pad(parts, (0, 0, 0, width - parts.shape[1]))


def read(vae: nn.Module, signal: torch.Tensor) -> torch.Tensor:
    """Mean latents [batch, frames, channels] of subbands."""
    encoder = vae.encoder
    values = encoder.conv2(encoder.snake1(encoder.block[2](signal)))
    return values[:, : layout.CHANNELS].transpose(1, 2)


def rendered(vae: nn.Module, count: int, seed: int, path: Path) -> tuple[torch.Tensor, torch.Tensor]:
    """Clips by the composer's own voices as subbands, and their latents; made once and kept."""
    from composer import mix, render

    from . import songs

    state = runtime.restore(path)
    if state and len(state["latents"]) == count:
        return state["signals"].float(), state["latents"].float()
    signals, latents = [], []
    for index in range(count):
        song = songs.make(seed + index, CROP / layout.FRAME_RATE)
        sound, _ = mix(render(song))
        with torch.no_grad():
            signals.append(analysed(vae, torch.from_numpy(sound).unsqueeze(0))[0].half())
        latents.append(torch.from_numpy(layout.latents_of(song)).half())
    runtime.save({"signals": torch.stack(signals), "latents": torch.stack(latents)}, path)
    return torch.stack(signals).float(), torch.stack(latents).float()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=2500)
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--rate", type=float, default=1.5e-3)
    parser.add_argument("--clips", type=int, default=96, help="clips rendered by the composer's voices")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=21)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    vae = make()
    parameters = [p for module in trained(vae) for p in module.parameters()]
    vae.requires_grad_(False)
    for parameter in parameters:
        parameter.requires_grad_(True)
    optimizer = torch.optim.AdamW(parameters, lr=arguments.rate, betas=(0.9, 0.98), weight_decay=0.0)
    path = arguments.output / "encoder.pt"
    state = runtime.restore(path)
    step = 0
    if state:
        vae.load_state_dict(state["vae"])
        optimizer.load_state_dict(state["optimizer"])
        step = state["step"]
    torch.manual_seed(arguments.seed + step)
    random = np.random.default_rng((arguments.seed, step))
    log = runtime.Log(arguments.output / "encoder.jsonl")
    store = dataset.Store(arguments.store)
    foreign = rendered(vae, arguments.clips, 7_700_000, arguments.output / "clips.pt") if arguments.clips else None
    begin = saved = time.time()
    sums = []
    while step < arguments.steps:
        runtime.pause_while_asked()
        for group in optimizer.param_groups:
            group["lr"] = runtime.learning_rate(step, arguments.steps, arguments.rate, warm_up=50)
        other = foreign is not None and step % 5 == 4
        if other:
            index = torch.from_numpy(random.integers(0, len(foreign[0]), arguments.batch))
            signal, target = foreign[0][index], foreign[1][index]
        else:
            target = torch.from_numpy(np.stack([_crop(store, random) for _ in range(arguments.batch)]))
            with torch.no_grad():
                signal = subbands(vae, target)
        gain = torch.exp(0.25 * torch.randn(arguments.batch, 1, 1))
        signal = signal * gain
        signal[:, : synthesizer.USED_BANDS * synthesizer.SUBBANDS] += 0.002 * torch.randn(
            arguments.batch, synthesizer.USED_BANDS * synthesizer.SUBBANDS, signal.shape[2])
        errors = (read(vae, signal) - target).square().mean(dim=(0, 1))
        notes, clock = errors[: layout.CLOCK].mean(), errors[layout.CLOCK:].mean()
        loss = notes if other else notes + 0.1 * clock
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 0.5)
        optimizer.step()
        step += 1
        sums.append((other, notes.item(), clock.item(), errors[layout.DRUMS:layout.CLOCK].mean().item(),
                     target[..., : layout.CLOCK].square().mean().item()))
        if step % 50 == 0:
            own = np.mean([s[1:] for s in sums if not s[0]], axis=0)
            rest = np.mean([s[1:] for s in sums if s[0]] or [[0] * 4], axis=0)
            log.write(step=step, notes=own[0], clock=own[1], drums=own[2], power=own[3], rendered=rest[0],
                      minutes=(time.time() - begin) / 60)
            sums = []
        if step >= arguments.steps or time.time() - saved > 120:
            saved = time.time()
            runtime.save({"vae": vae.state_dict(), "optimizer": optimizer.state_dict(), "step": step}, path)


def _crop(store, random) -> np.ndarray:
    duration = int(random.choice(dataset.DURATIONS[:3]))
    notes, _, _ = store.item(duration, random)
    start = int(random.integers(0, len(notes) - CROP + 1))
    begin = 0 if random.random() < 0.5 else int(random.integers(0, layout.PERIOD))
    notes = notes[start : start + CROP]
    if random.random() < 0.3:  # single stems, as extracting and layering leave them
        kept = [s for s in layout.STEM_CHANNELS if random.random() < 0.5]
        for stem, columns in layout.STEM_CHANNELS.items():
            if stem not in kept:
                notes[:, list(columns)] = 0
    return np.concatenate([notes, layout.clock(CROP, begin)], axis=1)


if __name__ == "__main__":
    main()
