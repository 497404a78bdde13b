"""From a plan to sound: stereo stems at 48 kHz."""

import numpy as np

from .arrange import Song
from .synth import RATE as SAMPLE_RATE
from .synth import drum, lowpass, pitched

STEMS = ("drums", "bass", "keys", "pads", "lead")
LEVELS = {"drums": 0.55, "bass": 0.27, "keys": 0.26, "pads": 0.24, "lead": 0.38}
SPACE = {"drums": 0.06, "bass": 0.0, "keys": 0.22, "pads": 0.4, "lead": 0.3}


def render(song: Song) -> dict[str, np.ndarray]:
    """Stems of shape (2, samples), float32; their sum is the song before `mix` sets its level."""
    random = np.random.default_rng(song.seed + 1)
    count = int(round(song.duration * SAMPLE_RATE))
    stems = {name: np.zeros((2, count), dtype=np.float32) for name in STEMS}
    cache: dict[tuple, np.ndarray] = {}
    for note in song.notes:
        if note.stem == "drums":
            kit, voice = note.instrument.split(":")
            key = (note.instrument,)
            wave = cache.get(key)
            if wave is None:
                wave = cache[key] = drum(kit, voice, random)
        else:
            key = (note.instrument, note.pitch, round(note.length, 3))
            wave = cache.get(key)
            if wave is None:
                wave = cache[key] = pitched(note.instrument, note.pitch, note.length, song.brightness, random)
        start = int(note.start * SAMPLE_RATE)
        end = min(start + len(wave), count)
        if end <= start:
            continue
        angle = (note.pan + 1) * np.pi / 4
        gain = note.velocity * LEVELS[note.stem] * 1.41
        stems[note.stem][0, start:end] += wave[: end - start] * np.float32(gain * np.cos(angle))
        stems[note.stem][1, start:end] += wave[: end - start] * np.float32(gain * np.sin(angle))
    for name, wave in stems.items():
        if SPACE[name] > 0 and np.any(wave):
            stems[name] = _space(wave, SPACE[name])
    if song.brightness < 0.35:
        stems["drums"] = lowpass(stems["drums"], 2_500 + 16_000 * song.brightness)
    _fade(stems, song, count)
    return stems


def _space(wave: np.ndarray, amount: float) -> np.ndarray:
    """A short stereo room: four echoes a side, each darker than the last."""
    wet = np.zeros_like(wave)
    for channel, delays in ((0, (1_433, 3_571, 6_203, 9_811)), (1, (1_697, 3_229, 6_701, 10_337))):
        source = lowpass(wave[1 - channel], 5_000)
        for i, delay in enumerate(delays):
            wet[channel, delay:] += source[:-delay] * np.float32(0.6 ** (i + 1))
    return wave + np.float32(amount) * wet


def _fade(stems, song, count) -> None:
    tail = min(count, int(0.03 * SAMPLE_RATE))
    ramp = np.linspace(1, 0, tail, dtype=np.float32)
    for wave in stems.values():
        wave[:, count - tail:] *= ramp


def mix(stems: dict[str, np.ndarray], peak: float = 0.89) -> tuple[np.ndarray, float]:
    """The sum of the stems, softly limited and brought to a peak; and the gain, to level single stems alike."""
    total = sum(stems.values())
    top = float(np.abs(total).max())
    gain = peak / top if top > 0 else 1.0
    return (total * np.float32(gain)), gain
