"""Voices: each function returns one mono note at 48 kHz as float32."""

import numpy as np
from scipy.signal import lfilter

from .theory import hertz

RATE = 48_000
TABLE = 4096


def _table(amplitudes) -> np.ndarray:
    """One cycle from the amplitudes of harmonics 1, 2, ... (sine phase), peak 1."""
    spectrum = np.zeros(TABLE // 2 + 1, dtype=complex)
    count = min(len(amplitudes), TABLE // 2 - 1)
    spectrum[1:count + 1] = -0.5j * TABLE * np.asarray(amplitudes[:count])
    wave = np.fft.irfft(spectrum, TABLE)
    return (wave / max(np.abs(wave).max(), 1e-9)).astype(np.float32)


def oscillator(kind: str, frequency, count: int, phase: float = 0.0, tilt: float = 0.0) -> np.ndarray:
    """A band-limited wave. `frequency` in hertz is a number or one per sample; `tilt` darkens: harmonic n is
    scaled by n^-tilt."""
    top = float(np.max(frequency))
    harmonics = np.arange(1, max(2, int(18_000 / top)))
    shape = {
        "saw": 1.0 / harmonics,
        "square": np.where(harmonics % 2, 1.0 / harmonics, 0.0),
        "triangle": np.where(harmonics % 2, (-1.0) ** (harmonics // 2) / harmonics**2, 0.0),
        "sine": np.where(harmonics == 1, 1.0, 0.0),
        "organ": np.isin(harmonics, (1, 2, 3, 4, 6, 8)) * np.select(
            [harmonics == 1, harmonics == 2, harmonics == 3], [1.0, 0.7, 0.45], 0.25),
        "pulse": np.sin(np.pi * harmonics * 0.2) / harmonics,
        "reed": np.exp(-((harmonics - 3.0) ** 2) / 18.0) / harmonics**0.4,
    }[kind]
    table = _table(shape * harmonics ** (-tilt))
    steps = np.broadcast_to(np.asarray(frequency, dtype=np.float64) / RATE, (count,))
    position = (phase + np.cumsum(steps)) % 1.0 * TABLE
    index = position.astype(np.int64)
    fraction = (position - index).astype(np.float32)
    return table[index % TABLE] * (1 - fraction) + table[(index + 1) % TABLE] * fraction


def envelope(count: int, hold: int, attack: float, decay: float, sustain: float, release: float) -> np.ndarray:
    """Attack, decay and release in seconds; the note is held for `hold` samples, then released."""
    t = np.arange(count, dtype=np.float32) / RATE
    rise = np.minimum(t / max(attack, 1e-4), 1.0)
    fall = sustain + (1 - sustain) * np.exp(-np.maximum(t - attack, 0) / max(decay, 1e-3))
    level = rise * fall
    after = np.maximum(t - hold / RATE, 0)
    return (level * np.exp(-after / max(release, 1e-3) * 3.0)).astype(np.float32)


def lowpass(wave: np.ndarray, cutoff: float) -> np.ndarray:
    """Two one-pole filters in a row; cutoff in hertz."""
    a = float(np.exp(-2 * np.pi * min(cutoff, 20_000) / RATE))
    for _ in range(2):
        wave = lfilter([1 - a], [1, -a], wave).astype(np.float32)
    return wave


def highpass(wave: np.ndarray, cutoff: float) -> np.ndarray:
    return wave - lowpass(wave, cutoff)


def _vibrato(frequency: float, count: int, depth: float = 0.006, rate: float = 5.2) -> np.ndarray:
    t = np.arange(count) / RATE
    return frequency * (1 + depth * np.minimum(t / 0.4, 1) * np.sin(2 * np.pi * rate * t))


def pitched(instrument: str, pitch: float, length: float, brightness: float, random) -> np.ndarray:
    """One note of a pitched instrument: MIDI pitch, length in seconds, brightness 0 ... 1."""
    f = hertz(pitch)
    cut = 500.0 * 2 ** (brightness * 4.2)  # 0.5 ... 9 kHz
    tail = {"pad": 0.6, "choirpad": 0.7, "strings": 0.35, "celli": 0.3, "drone": 0.8, "bell": 1.4, "epiano": 0.5,
            "piano": 0.4, "pluck": 0.4, "flute": 0.12}.get(instrument, 0.08)
    hold = int(length * RATE)
    count = hold + int(tail * RATE)

    def adsr(*args):
        return envelope(count, hold, *args, tail)

    if instrument == "saw":
        return lowpass(oscillator("saw", f, count), min(cut, 14 * f + 300)) * adsr(0.004, 0.25, 0.6)
    if instrument == "acid":
        wave = oscillator("saw", f, count)
        sweep = adsr(0.002, 0.12, 0.15)
        return (lowpass(wave, cut * 0.5) * (1 - sweep) + lowpass(wave, cut * 2.5) * sweep) * adsr(0.003, 0.2, 0.5)
    if instrument == "sub":
        return (oscillator("sine", f, count) + 0.25 * oscillator("triangle", 2 * f, count)) * adsr(0.008, 0.4, 0.7) * 0.9
    if instrument == "round":
        return lowpass(oscillator("triangle", f, count) + 0.3 * oscillator("saw", f, count), 900) * adsr(0.006, 0.3, 0.6)
    if instrument == "upright":
        return (oscillator("triangle", f, count, tilt=0.3) + 0.15 * oscillator("sine", 2 * f, count)) * adsr(0.01, 0.35, 0.25)
    if instrument == "organbass":
        return oscillator("organ", f, count, tilt=0.6) * adsr(0.004, 0.12, 0.4)
    if instrument in ("drone", "celli"):
        wave = oscillator("saw", f, count) + oscillator("saw", f * 1.004, count, 0.3) + oscillator("saw", f * 0.5, count, 0.6)
        return lowpass(wave, 250 + cut * 0.25) * adsr(0.35, 1.0, 0.9) * 0.5
    if instrument == "stab":
        wave = sum(oscillator("saw", f * d, count, p) for d, p in ((1, 0), (1.007, 0.4), (0.993, 0.7)))
        return lowpass(wave, cut) * adsr(0.003, 0.14, 0.1) * 0.4
    if instrument == "organ":
        return oscillator("organ", _vibrato(f, count, 0.002, 6.5), count) * adsr(0.006, 0.3, 0.8) * 0.6
    if instrument == "epiano":
        t = np.arange(count) / RATE
        index = (0.6 + 1.8 * brightness) * np.exp(-t * 4)
        phase = 2 * np.pi * f * t
        wave = np.sin(phase + index * np.sin(phase)) + 0.12 * np.sin(14 * phase) * np.exp(-t * 20) * (f < 900)
        return wave.astype(np.float32) * adsr(0.004, 0.9, 0.12)
    if instrument == "piano":
        t = np.arange(count, dtype=np.float32) / RATE
        wave = np.zeros(count, dtype=np.float32)
        for n in range(1, min(9, int(16_000 / f)) + 1):
            stretch = n * np.sqrt(1 + 0.0004 * n * n)
            wave += (np.sin(2 * np.pi * f * stretch * t) * np.exp(-t * (1.2 + 0.7 * n)) * n ** (-1.1 - (1 - brightness))).astype(np.float32)
        return wave * adsr(0.003, 1.2, 0.2) * 0.7
    if instrument in ("pad", "choirpad"):
        wave = sum(oscillator("saw", f * d, count, random.random()) for d in (0.994, 1.0, 1.006))
        return lowpass(wave, 300 + cut * (0.35 if instrument == "pad" else 0.2)) * adsr(0.25, 1.5, 0.85) * 0.35
    if instrument == "strings":
        wave = sum(oscillator("saw", _vibrato(f * d, count, 0.004, 5 + d), count, random.random(), tilt=0.2) for d in (0.997, 1.003))
        return lowpass(wave, 600 + cut * 0.6) * adsr(0.14, 1.0, 0.85) * 0.4
    if instrument == "bell":
        t = np.arange(count) / RATE
        wave = sum(a * np.sin(2 * np.pi * f * r * t) * np.exp(-t * d)
                   for r, a, d in ((1, 1, 1.8), (2.76, 0.4, 4), (5.4, 0.2, 8)) if f * r < 18_000)
        return wave.astype(np.float32) * adsr(0.002, 1.0, 0.5) * 0.6
    if instrument == "flute":
        wave = oscillator("sine", _vibrato(f, count), count) + 0.18 * oscillator("sine", 2 * f, count)
        breath = lowpass(random.standard_normal(count).astype(np.float32), 3_000) * 0.05
        return (wave + breath) * adsr(0.06, 0.5, 0.85) * 0.7
    if instrument == "accordion":
        wave = oscillator("reed", f, count) + oscillator("reed", f * 1.006, count, 0.5)
        return lowpass(wave, cut * 1.2) * adsr(0.03, 0.4, 0.85) * 0.4
    if instrument == "pluck":
        return lowpass(oscillator("pulse", f, count), cut * 1.2) * adsr(0.002, 0.22, 0.0) * 0.9
    if instrument == "lead":
        wave = oscillator("saw", _vibrato(f, count), count) + 0.5 * oscillator("square", f, count, 0.2)
        return lowpass(wave, cut * 1.6) * adsr(0.01, 0.3, 0.7) * 0.45
    if instrument in ("guitar", "guitarlead"):
        power = (1, 1.498) if instrument == "guitar" else (1,)
        wave = sum(oscillator("saw", f * r * (1 if instrument == "guitar" else _vibrato(1, count, 0.008)), count, 0.3 * r)
                   for r in power)
        return lowpass(np.tanh(3.0 * wave), 1_500 + cut * 0.5) * adsr(0.004, 0.8, 0.5) * 0.5
    if instrument == "square":
        return oscillator("square", f, count) * adsr(0.001, 0.3, 0.6) * 0.4
    raise ValueError(f"unknown instrument {instrument!r}")


def drum(kit: str, voice: str, random) -> np.ndarray:
    """One hit of a drum voice in the manner of a kit."""
    def t(seconds):
        return np.arange(int(seconds * RATE)) / RATE

    def noise(seconds):
        return random.standard_normal(int(seconds * RATE)).astype(np.float32)

    chip = kit == "chip"
    if voice == "kick":
        x = t(0.3 if kit != "epic" else 0.6)
        sweep = {"electronic": 180, "acoustic": 90, "dusty": 70, "brush": 40, "chip": 300, "epic": 60}.get(kit, 90)
        phase = 2 * np.pi * (48 * x + sweep / 28 * (1 - np.exp(-28 * x)))
        wave = np.sin(phase) * np.exp(-x * (9 if kit == "electronic" else 13))
        if kit in ("acoustic", "electronic"):
            wave[:240] += 0.25 * noise(0.005)[:240]
        return (wave * (0.5 if kit == "brush" else 1.0)).astype(np.float32)
    if voice in ("snare", "clap"):
        x = t(0.22)
        body = np.sin(2 * np.pi * 190 * x) * np.exp(-x * 30)
        hiss = highpass(noise(0.22), 900) * np.exp(-x * (18 if kit != "brush" else 28))
        if voice == "clap":
            hiss = highpass(noise(0.22), 1_200) * sum(np.exp(-np.maximum(x - d, 0) * 45) * (x >= d) for d in (0, 0.012, 0.026)) * 0.6
            body = 0
        wave = (0.5 * body + 0.5 * hiss) * (0.45 if kit == "brush" else 0.9)
        wave = lowpass(wave.astype(np.float32), 4_500) if kit == "dusty" else wave
        return (np.round(wave * 8) / 8 if chip else wave).astype(np.float32)
    if voice in ("hat", "shaker", "pedal"):
        x = t(0.07)
        wave = highpass(noise(0.07), 6_500) * np.exp(-x * (60 if voice != "shaker" else 80)) * 0.5
        return (lowpass(wave, 8_000) if kit == "dusty" else wave).astype(np.float32)
    if voice in ("ride", "crash"):
        x = t(0.5 if voice == "ride" else 1.2)
        ring = sum(np.sin(2 * np.pi * f * x) for f in (3_170, 4_230, 5_410, 6_870)) * 0.06
        hiss = highpass(noise(len(x) / RATE), 5_000)[: len(x)] * (0.16 if voice == "ride" else 0.4)
        return ((ring + hiss) * np.exp(-x * (9 if voice == "ride" else 4))).astype(np.float32)
    if voice == "tom":
        x = t(0.5)
        wave = np.sin(2 * np.pi * (75 * x + 60 / 16 * (1 - np.exp(-16 * x)))) * np.exp(-x * 6)
        wave[:480] += 0.2 * noise(0.01)[:480]
        return wave.astype(np.float32)
    raise ValueError(f"unknown drum voice {voice!r}")
