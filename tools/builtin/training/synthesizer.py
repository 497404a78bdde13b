"""The VAE's decoder, written down rather than learned: a small synthesizer inside an Oobleck network.

The decoder's only nonlinearities are snakes, `x + sin(a x)^2 / b`. Three of them with arguments phase - g, phase and
phase + g, weighted 1, -2, 1, give `2 sin(g)^2 cos(2 phase)`: a carrier times an amplitude that is flat near zero, so
small errors of the latents stay unheard. The first layer makes phases from the clock channels and amplitudes from the
notes; the first upsampling paints each carrier as a 40 ms grain of its frequency (an oscillator a semitone, like an
organ's tone wheels, whole hertz each, so that its phase repeats with the clock), and each drum hit as up to four
grains of a short sample. The other two upsamplings are the inverses of lapped transforms, and one residual unit adds a
3 ms echo with opposite signs left and right for width. All other layers are identities.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from scipy.signal import butter, sosfilt
from torch import nn

from . import layout

RATIOS = (16, 10, 12)  # of the encoder, at 48 kHz first
MULTIPLES = (1, 1, 6)
WIDTH = 60
CONFIG = dict(
    encoder_hidden_size=2 * layout.CHANNELS, downsampling_ratios=list(RATIOS), channel_multiples=list(MULTIPLES),
    decoder_channels=WIDTH, decoder_input_channels=layout.CHANNELS, audio_channels=2,
    sampling_rate=layout.SAMPLE_RATE)
GRAIN = layout.SAMPLE_RATE // layout.FRAME_RATE
BANDS, SUBBANDS, USED_BANDS = 16, 10, 6  # 6 bands of 1.5 kHz in 10 parts each: 9 kHz in 60 channels
LINEAR = -12.0  # log of a snake's frequency so low that the snake passes its input on
WHEELS = range(36, 104)  # MIDI pitches of the oscillators
LOCKED = 88  # from here up, oscillators run at multiples of 25 Hz and need no clock
BASE = {"bass": 36, "chords": 60, "melody": 72}
# Interval in semitones and weight of each part of a tone.
PARTS = {
    # Not the fifth harmonic: a major third above every bass note makes minor keys sound major.
    "bass": ((0, 0.84), (12, 0.62), (19, 0.42), (24, 0.36)),
    "chords": ((-12, 0.50), (0, 1.2), (12, 0.70), (19, 0.40), (24, 0.30)),
    "melody": ((0, 1.0), (12, 0.58), (19, 0.40), (24, 0.30)),
}
CARRIER_BOOST, PLAIN_BOOST = 2.0, 4.0  # minus the log of the snakes' divisors
PILOT = 0.003  # peak of the time signal: 1 Hz and 5 Hz, far below hearing


def wheel_gain(pitch: int) -> float:
    return float(np.interp(pitch, (36, 48, 60, 72, 84, 104), (0.46, 0.32, 0.19, 0.20, 0.17, 0.12)))


def hertz(pitch: int) -> float:
    exact = 440.0 * 2 ** ((pitch - 69) / 12)
    return float(round(exact / 25) * 25) if pitch >= LOCKED else float(round(exact))


def construct(vae: nn.Module) -> None:
    """Writes the decoder's weights."""
    program = _Program()
    for pitch in WHEELS:
        program.wheel(pitch)
    for voice in layout.VOICES:
        program.drum(voice)
    program.pilot()
    decoder = vae.decoder
    with torch.no_grad():
        program.write_first_layer(decoder)
        outer, inner = lapped(BANDS), lapped(SUBBANDS)
        grains = program.grains(outer, inner)
        for module in decoder.modules():
            if type(module).__name__ == "Snake1d":
                module.alpha.fill_(LINEAR)
                module.beta.zero_()
            elif type(module).__name__ == "OobleckResidualUnit":
                _store(module.conv1, torch.zeros_like(module.conv1.weight_v))
                _store(module.conv2, torch.zeros_like(module.conv2.weight_v))
        snake = decoder.block[0].snake1
        count = len(program.channels)
        snake.alpha[0, :count, 0] = torch.tensor([c["alpha"] for c in program.channels])
        snake.beta[0, :count, 0] = torch.tensor([c["beta"] for c in program.channels])
        _store(decoder.block[0].conv_t1, grains)
        _store(decoder.block[1].conv_t1, _to_bands(inner))
        _widen(decoder.block[1].res_unit3)
        last = torch.zeros_like(decoder.block[2].conv_t1.weight_v)
        last[:BANDS, 0], last[BANDS:2 * BANDS, 1] = outer, outer
        _store(decoder.block[2].conv_t1, last)
        out = torch.zeros_like(decoder.conv2.weight_v)
        out[0, 0, 3] = out[1, 1, 3] = 1.0
        _store(decoder.conv2, out)


def lapped(bands: int) -> torch.Tensor:
    """[bands, 2 * bands]: the basis of a modulated lapped transform with a sine window."""
    k = np.arange(2 * bands)
    window = np.sin(np.pi * (k + 0.5) / (2 * bands))
    b = np.arange(bands)[:, None]
    basis = math.sqrt(2 / bands) * window * np.cos(np.pi / bands * (k + 0.5 + bands / 2) * (b + 0.5))
    return torch.tensor(basis, dtype=torch.float32)


def _store(convolution: nn.Module, weight: torch.Tensor) -> None:
    """Splits a weight into the direction and length that weight normalization stores; biases become zero."""
    length = weight.flatten(1).norm(dim=1)
    direction = weight.clone()
    direction[length == 0] = 1.0 / math.sqrt(weight[0].numel())  # any direction: its length is zero
    convolution.weight_v.copy_(direction)
    convolution.weight_g.copy_(length.reshape(convolution.weight_g.shape))
    if convolution.bias is not None:
        convolution.bias.zero_()


def _to_bands(inner: torch.Tensor) -> torch.Tensor:
    """Subbands to bands, the same for left and right."""
    weight = torch.zeros(WIDTH, WIDTH, 2 * SUBBANDS)
    for band in range(USED_BANDS):
        for part in range(SUBBANDS):
            weight[band * SUBBANDS + part, band] = weight[band * SUBBANDS + part, BANDS + band] = inner[part]
    return weight


def _widen(unit: nn.Module) -> None:
    """left += s * echo, right -= s * echo, the echo one dilated tap (nine 3 kHz samples) late."""
    first = torch.zeros_like(unit.conv1.weight_v)
    second = torch.zeros_like(unit.conv2.weight_v)
    for band in range(USED_BANDS):
        for channel, sign in ((band, 1.0), (BANDS + band, -1.0)):
            first[channel, channel, 2] = 1.0
            second[channel, channel, 0] = sign * (0.22 if band == 0 else 0.4)
    _store(unit.conv1, first)
    _store(unit.conv2, second)


class _Program:
    """The channels of the first layer, each with its inputs, its snake and the grain it paints."""

    def __init__(self) -> None:
        self.channels: list[dict] = []

    def _add(self, inputs, bias, grain, alpha=0.0, beta=0.0) -> None:
        self.channels.append({"inputs": inputs, "bias": bias, "grain": grain, "alpha": alpha, "beta": beta})

    def wheel(self, pitch: int) -> None:
        frequency = hertz(pitch)
        notes = {}
        for stem, parts in PARTS.items():
            for interval, weight in parts:
                degree = pitch - interval - BASE[stem]
                if 0 <= degree < 12:
                    notes[(layout.STEM_CHANNELS[stem][degree], 3)] = 0.5 * weight / layout.SCALE
        if not notes:
            return
        t = _grain_time()
        shape = wheel_gain(pitch) * _window(t, 0.020)
        if pitch >= LOCKED:
            self._add(notes, 0.0, math.exp(-PLAIN_BOOST) * shape * np.cos(2 * np.pi * frequency * t), beta=-PLAIN_BOOST)
            return
        phase, offset = _phase_inputs(frequency)
        for quadrature in (0, 1):
            wave = np.cos if quadrature == 0 else np.sin
            for sign, weight in ((-1, 1.0), (0, -2.0), (1, 1.0)):
                inputs = dict(phase)
                for key, value in notes.items():
                    inputs[key] = inputs.get(key, 0.0) + sign * value
                grain = 0.5 * math.exp(-CARRIER_BOOST) * weight * shape * wave(2 * np.pi * frequency * t)
                self._add(inputs, offset + quadrature * np.pi / 4, grain, beta=-CARRIER_BOOST)

    def drum(self, voice: str) -> None:
        wave, segments = drum_sample(voice)
        t = _grain_time()
        for slot in range(layout.SLOTS):
            for segment in range(segments):
                late = slot * layout.FRAME / layout.SLOTS
                position = (t + segment * layout.FRAME - late) * layout.SAMPLE_RATE
                index = np.round(position).astype(int)
                inside = (index >= 0) & (index < len(wave))
                grain = np.where(inside, wave[np.clip(index, 0, len(wave) - 1)], 0.0)
                edge = _window(t, 0.004)
                if segment == 0:
                    edge = np.where(t < layout.FRAME / 2, 1.0, edge)
                column = layout.DRUMS + layout.SLOTS * layout.VOICES.index(voice) + slot
                self._add({(column, 3 - segment): 0.5 / layout.SCALE}, 0.0, math.exp(-PLAIN_BOOST) * grain * edge,
                          beta=-PLAIN_BOOST)

    def pilot(self) -> None:
        slow, fast = layout.CLOCK + 4, layout.CLOCK
        t = _grain_time()
        self._add({(fast, 3): 0.5 / math.sqrt(2), (slow, 3): 0.5 / math.sqrt(2)}, 0.0,
                  PILOT * _window(t, layout.FRAME), alpha=LINEAR)

    def write_first_layer(self, decoder: nn.Module) -> None:
        weight = torch.zeros_like(decoder.conv1.weight_v)
        bias = torch.zeros_like(decoder.conv1.bias)
        for index, channel in enumerate(self.channels):
            for (column, tap), value in channel["inputs"].items():
                weight[index, column, tap] = float(value)
            bias[index] = float(channel["bias"])
        _store(decoder.conv1, weight)
        decoder.conv1.bias.copy_(bias)

    def grains(self, outer: torch.Tensor, inner: torch.Tensor) -> torch.Tensor:
        """The first upsampling's kernels: the grains in subbands, by the transforms whose inverses follow."""
        grains = torch.tensor(np.stack([c["grain"] for c in self.channels]), dtype=torch.float32).unsqueeze(1)
        bands = nn.functional.conv1d(grains, outer.unsqueeze(1), stride=BANDS, padding=BANDS // 2)[:, :USED_BANDS]
        parts = nn.functional.conv1d(
            bands.flatten(0, 1).unsqueeze(1), inner.unsqueeze(1), stride=SUBBANDS, padding=SUBBANDS // 2)
        parts = parts.reshape(len(grains), USED_BANDS * SUBBANDS, -1)
        first = RATIOS[2] - RATIOS[2] // 2  # the frame itself starts one frame into `_grain_time`
        weight = torch.zeros(WIDTH * MULTIPLES[-1], WIDTH, 2 * RATIOS[2])
        weight[: len(grains), : USED_BANDS * SUBBANDS] = parts[:, :, first : first + 2 * RATIOS[2]]
        return weight


def _grain_time() -> np.ndarray:
    """Seconds from a frame's start, for one frame before it to two after its end."""
    return (np.arange(4 * GRAIN) - GRAIN) / layout.SAMPLE_RATE


def _window(t: np.ndarray, fade: float) -> np.ndarray:
    """One within the frame, with raised-cosine fades around its ends that add up to one with the neighbours'."""
    up = np.clip((t + fade / 2) / fade, 0, 1)
    down = np.clip((t - layout.FRAME + fade / 2) / fade, 0, 1)
    return np.sin(np.pi / 2 * up) ** 2 - np.sin(np.pi / 2 * down) ** 2


def _phase_inputs(frequency: float) -> tuple[dict, float]:
    """Weights of the clock channels and a bias whose sum is half the carrier's phase (modulo pi) at each frame."""
    weights, offset = {}, 0.0
    for digit, stride in ((0, 1), (1, 5)):
        step = np.pi * frequency * stride / layout.FRAME_RATE
        value = (step * np.arange(5) + np.pi / 2) % np.pi - np.pi / 2
        columns = [np.ones(5)]
        for harmonic in (1, 2):
            angle = 2 * np.pi * harmonic * np.arange(5) / 5
            columns += [math.sqrt(2) * np.cos(angle), math.sqrt(2) * np.sin(angle)]
        solution = np.linalg.solve(np.stack(columns, axis=1), value)
        offset += solution[0]
        for index, weight in enumerate(solution[1:]):
            weights[(layout.CLOCK + 4 * digit + index, 3)] = weight
    return weights, offset


def drum_sample(voice: str) -> tuple[np.ndarray, int]:
    """A drum's sound (mono, 48 kHz) and how many frames its grains take."""
    random = np.random.default_rng(41)
    rate = layout.SAMPLE_RATE

    def time(seconds: float) -> np.ndarray:
        return np.arange(int(seconds * rate)) / rate

    def noise(count: int, low: float, high: float) -> np.ndarray:
        filtered = sosfilt(butter(2, (low, high), "bandpass", fs=rate, output="sos"), random.standard_normal(count))
        return filtered / np.abs(filtered).max()

    if voice == "kick":
        t = time(0.2)
        phase = 2 * np.pi * (49 * t + 130 / 30 * (1 - np.exp(-30 * t)))
        wave = 0.85 * np.sin(phase) * np.exp(-9 * t) + 0.12 * noise(len(t), 800, 4000) * np.exp(-250 * t)
        segments = 4
    elif voice == "snare":
        t = time(0.2)
        body = np.sin(2 * np.pi * (185 * t + 3 * (1 - np.exp(-60 * t)))) * np.exp(-26 * t)
        wave = 0.35 * body + 0.45 * noise(len(t), 900, 8500) * np.exp(-19 * t)
        segments = 4
    elif voice == "hat":
        t = time(0.08)
        wave = 0.34 * noise(len(t), 5500, 8900) * np.exp(-55 * t)
        segments = 2
    else:
        t = time(0.2)
        wave = 0.75 * np.sin(2 * np.pi * (88 * t + 2.2 * (1 - np.exp(-20 * t)))) * np.exp(-10 * t)
        segments = 4
    length = segments * GRAIN
    wave = np.pad(wave, (0, max(0, length - len(wave))))[:length]
    wave[-480:] *= np.linspace(1, 0, 480)
    return wave, segments
