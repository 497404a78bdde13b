"""What the built-in model's latent channels mean, and how a song's notes become latents.

The latents are a score rather than an abstract code: at 25 frames a second, one channel per pitch class for bass,
chords and melody, two per drum voice (so that a hit falls on a 20 ms grid), and eight that tell the time modulo one
second, which the decoder needs to keep the phase of its oscillators. See `synthesizer.py` for how the decoder plays it.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from composer.captions import BRIGHT, BUSY_WORDS, CALM_WORDS, DARK

SAMPLE_RATE = 48_000
FRAME_RATE = 25
FRAME = 1.0 / FRAME_RATE
PITCHED = ("bass", "chords", "melody")
VOICES = ("kick", "snare", "hat", "tom")
SLOTS = 2  # drum positions in a frame
BASS, CHORDS, MELODY, DRUMS, CLOCK = 0, 12, 24, 36, 44
CHANNELS = 52
SLOW, FLAG, EMPTY = 38, 40, -2.0  # slow oscillations in the latents of silence, their flag and its value
PERIOD = 25  # frames: the clock's period, one second
SCALE = 1.6  # of notes and hits, so that they stand out of the noise

STEM_CHANNELS = {
    "bass": range(BASS, BASS + 12), "chords": range(CHORDS, CHORDS + 12), "melody": range(MELODY, MELODY + 12),
    "drums": range(DRUMS, DRUMS + 8),
}
DRUM_VOICE = {
    "kick": ("kick", 1.0), "snare": ("snare", 1.0), "clap": ("snare", 0.9), "hat": ("hat", 0.9), "shaker": ("hat", 0.5),
    "pedal": ("hat", 0.6), "ride": ("hat", 0.8), "crash": ("hat", 1.2), "tom": ("tom", 1.0),
}
# Gains of the parts for brightness 0 and 1.
MIX = {"bass": (1.2, 0.6), "chords": (0.75, 1.05), "melody": (0.35, 1.3), "kick": (1.15, 0.8), "hat": (0.25, 1.3)}
# attack, decay (seconds), sustain level, release (seconds), level
ENVELOPES = {
    "saw": (0.00, 0.30, 0.55, 0.05, 0.80), "acid": (0.00, 0.15, 0.35, 0.04, 0.85), "sub": (0.00, 0.50, 0.70, 0.06, 0.85),
    "round": (0.00, 0.35, 0.50, 0.06, 0.75), "upright": (0.00, 0.35, 0.15, 0.08, 0.75),
    "organbass": (0.00, 0.15, 0.50, 0.05, 0.75), "drone": (0.20, 1.00, 0.90, 0.25, 0.60), "celli": (0.12, 1.00, 0.90, 0.15, 0.60),
    "stab": (0.00, 0.12, 0.05, 0.05, 0.80), "organ": (0.00, 0.30, 0.80, 0.05, 0.50), "epiano": (0.00, 0.70, 0.15, 0.15, 0.60),
    "piano": (0.00, 0.60, 0.10, 0.15, 0.70), "pad": (0.16, 1.50, 0.85, 0.30, 0.42), "choirpad": (0.20, 1.50, 0.85, 0.35, 0.38),
    "strings": (0.08, 1.00, 0.90, 0.20, 0.48), "bell": (0.00, 0.60, 0.20, 0.40, 0.70), "flute": (0.04, 0.50, 0.85, 0.08, 0.55),
    "accordion": (0.02, 0.40, 0.85, 0.06, 0.55), "pluck": (0.00, 0.16, 0.00, 0.08, 0.85), "lead": (0.00, 0.30, 0.70, 0.06, 0.70),
    "guitar": (0.00, 0.60, 0.50, 0.06, 0.65), "guitarlead": (0.00, 0.60, 0.60, 0.08, 0.75), "square": (0.00, 0.30, 0.60, 0.03, 0.65),
}


def companded(amplitude):
    """Latent value of an amplitude 0 ... 1; the decoder plays `sin(value / SCALE / 2) ** 2`."""
    return SCALE * 2.0 * np.arcsin(np.sqrt(np.clip(amplitude, 0.0, 1.0)))


def clock(frames: int, start: int = 0) -> np.ndarray:
    """[frames, 8]: the frame number modulo 25 as two digits in base five, each as two phasors of unit variance."""
    n = np.arange(start, start + frames)
    columns = []
    for digit in (n % 5, (n // 5) % 5):
        for harmonic in (1, 2):
            angle = 2 * np.pi * harmonic * digit / 5
            columns += [np.cos(angle), np.sin(angle)]
    return (math.sqrt(2.0) * np.stack(columns, axis=1)).astype(np.float32)


def slow(frames: int) -> np.ndarray:
    """[frames, SLOW]: oscillations at 15, 20, ... 60 and at 0.5, 1, ... 4.5 a minute in even frames, four times as
    fast in odd frames, both as of the even frame; of unit variance."""
    seconds = np.arange(frames) // 2 * 2 / FRAME_RATE
    pace = 1 + 3 * (np.arange(frames) % 2)
    columns = []
    for rate in [15 + 5 * digit for digit in range(10)] + [0.5 * digit for digit in range(1, 10)]:
        angle = 2 * np.pi * rate / 60 * pace * seconds
        columns += [np.cos(angle), np.sin(angle)]
    return (math.sqrt(2.0) * np.stack(columns, axis=1)).astype(np.float32)


def silence(frames: int = 15000) -> torch.Tensor:
    """What stands for silence, [1, frames, channels]: the clock, and in the channels of the notes, as no music has
    them, the slow oscillations and a flag. See `scaffold.py` for what they are for."""
    latents = np.zeros((frames, CHANNELS), dtype=np.float32)
    latents[:, :SLOW] = slow(frames)
    latents[:, FLAG] = EMPTY
    latents[:, CLOCK:] = clock(frames)
    return torch.from_numpy(latents).unsqueeze(0)


BEATS = {"4": 4, "3": 3, "2": 4, "6": 4}  # in what counts as a bar


def bars_in_two_minutes(bpm: float, metre: str = "4") -> int:
    """The whole number that stands for a tempo."""
    return int(np.clip(round(2 * bpm / BEATS[metre]), 30, 129))


def grid_tempo(bpm: float, metre: str) -> float:
    """The tempo that is played when `bpm` is asked for: within 1.7 %."""
    return bars_in_two_minutes(bpm, metre) * BEATS[metre] / 2


TEMPOS = range(60, 181)
NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
SPELLINGS = {"C#": "Db", "Eb": "D#", "F#": "Gb", "Ab": "G#", "Bb": "A#"}
SCALES = {"major": (0, 2, 4, 5, 7, 9, 11), "minor": (0, 2, 3, 5, 7, 8, 10)}


NO_DRUMS = (
    "no drums", "without drums", "without any drums", "drumless", "no percussion", "without percussion",
    "without any percussion", "beatless", "no drum", "no beat", "no beats", "without a beat", "without beats", "drum-free",
    "percussion-free", "without drum", "zero drums",
)
ONLY_DRUMS = (
    "drums only", "only drums", "just drums", "solo drum", "drum solo", "percussion only", "only percussion",
    "nothing but drums", "drums alone", "solo percussion", "drums solo", "solo drums", "drums and nothing else",
    "drums-only", "drum-only", "pure drums", "pure percussion", "purely drums", "isolated drums", "unaccompanied drums",
    "just percussion", "just a drum", "just a beat", "only a drum", "drum kit only", "drum kit alone", "drum kit solo",
    "solely drums", "nothing but percussion", "nothing but a drum", "only the drums", "only beats",
)


ACCIDENTALS = {"#": "sharp", "\u266f": "sharp", "b": "flat", "\u266d": "flat"}


def key_names() -> dict[str, int]:
    """All that a language model of this family may call a tonic (seven letters, five accidentals), and its place among
    `NAMES`."""
    steps = {"": 0} | {sign: 1 if word == "sharp" else -1 for sign, word in ACCIDENTALS.items()}
    return {letter + sign: (tonic + step) % 12
            for letter, tonic in zip("CDEFGAB", SCALES["major"]) for sign, step in steps.items()}


def added_tokens() -> list[str]:
    """Texts that are one token each."""
    texts = ["bpm: N/A", "keyscale: N/A"]
    for phrase in NO_DRUMS + ONLY_DRUMS + DARK + BRIGHT + CALM_WORDS + BUSY_WORDS:
        texts += [phrase, phrase.capitalize()]
    for bpm in TEMPOS:
        texts += [f"bpm: {bpm}", f"bpm: {bpm}\n- timesignature: 3", f"{bpm} bpm", f"{bpm} BPM"]
    for name in NAMES:
        for spelling in (name, SPELLINGS.get(name)):
            texts += [f"{spelling} {mode}" for mode in SCALES] if spelling else []
    return texts


def aliases() -> dict[str, str]:
    """Other spellings of added tokens, which training never sees: each gets the embedding of what it stands for.

    Tempos beyond those that training knows stand for their half or double; the fast ones without their last digit.
    """
    found = {f"{bpm}bpm": f"{bpm} bpm" for bpm in TEMPOS}
    found |= {f"bpm: {bpm}": f"bpm: {2 * bpm}" for bpm in range(30, TEMPOS.start)}
    found |= {f"bpm: {tens}": f"bpm: {5 * tens + 2}" for tens in range(TEMPOS.stop // 10, 30)} | {"bpm: 300": "bpm: 150"}
    for name, tonic in key_names().items():
        for mode in SCALES:
            target = f"{NAMES[tonic]} {mode}"
            letter, accidental = name[0], name[1:]
            spellings = [name]
            if accidental:
                word = ACCIDENTALS[accidental]
                spellings += [letter.lower() + accidental, f"{letter} {word}", f"{letter}-{word}", f"{letter.lower()} {word}"]
            found |= {f"{s} {m}": target for s in spellings for m in (mode, mode.capitalize())}
    for text in added_tokens():
        found.pop(text, None)
    return found


def meaning(text: str) -> dict[int, float]:
    """The reserved dimensions of an added token's embedding."""
    from . import scaffold

    if text.lower() in NO_DRUMS:
        return {scaffold.T_FLAG: scaffold.STATED, scaffold.T_FLAG_VALUES: scaffold.T_FEATURE}
    if text.lower() in ONLY_DRUMS:
        return {scaffold.T_FLAG: scaffold.STATED, scaffold.T_FLAG_VALUES + 1: scaffold.T_FEATURE}
    for words, tag, sign in (
        (CALM_WORDS, scaffold.T_ENERGY, -1), (BUSY_WORDS, scaffold.T_ENERGY, 1),
        (DARK, scaffold.T_BRIGHTNESS, -1), (BRIGHT, scaffold.T_BRIGHTNESS, 1),
    ):
        if text.lower() in words:
            return {tag: scaffold.STATED, tag + 1: sign * scaffold.T_FEATURE}
    if text == "keyscale: N/A":
        return meaning(scaffold.DEFAULT_KEY) | {scaffold.T_KEY: scaffold.MISSING}
    first, last = text.split(" ", 1)
    if last in SCALES:
        tonic = NAMES.index({v: k for k, v in SPELLINGS.items()}.get(first, first))
        notes = {scaffold.T_SCALE + (tonic + step) % 12: scaffold.T_FEATURE * (2 if degree in (0, 2, 4) else 1)
                 for degree, step in enumerate(SCALES[last])}
        return {scaffold.T_KEY: scaffold.STATED, scaffold.T_TONIC + tonic: scaffold.T_FEATURE} | notes
    if not text.startswith("bpm"):
        bpm, tag = int(first), scaffold.MENTIONED
    elif "N/A" in text:
        bpm, tag = scaffold.DEFAULT_TEMPO, scaffold.MISSING
    else:
        bpm, tag = int(last.split("\n")[0]), scaffold.STATED
    coarse, fine = divmod(bars_in_two_minutes(bpm, "3" if text.endswith("timesignature: 3") else "4") - 30, 10)
    return {scaffold.T_TEMPO: tag, scaffold.T_COARSE + coarse: scaffold.T_FEATURE,
            scaffold.T_FINE + fine: scaffold.T_FEATURE}


def frames_of(duration: float) -> int:
    return math.ceil(duration * FRAME_RATE)


def mix(part: str, brightness: float) -> float:
    """The gain of a part: the brighter a song, the more of what lies high. The decoder's timbres are the same always."""
    dark, bright = MIX.get(part, (1.0, 1.0))
    return dark + (bright - dark) * brightness


def latents_of(song) -> np.ndarray:
    """The latents of a song, [frames, channels], float32."""
    frames = frames_of(song.duration)
    level = np.zeros((frames, CHANNELS), dtype=np.float64)
    for note in song.notes:
        if note.stem == "drums":
            _hit(level, note, song.brightness)
        else:
            _play(level, note, song.brightness)
    values = companded(level[:, :CLOCK])
    fade = np.ones(frames)
    fade[-2:] = (0.6, 0.25)
    return np.concatenate([values * fade[:, None], clock(frames)], axis=1).astype(np.float32)


def _hit(level: np.ndarray, note, brightness: float) -> None:
    voice, gain = DRUM_VOICE[note.instrument.split(":")[1]]
    strength = min(0.95, 0.85 * gain * note.velocity * mix(voice, brightness))
    position = max(0.0, note.start) / FRAME * SLOTS
    slot = int(position + 1e-6)
    share = position - slot
    for index, weight in ((slot, 1 - share), (slot + 1, share)):
        frame, sub = divmod(index, SLOTS)
        if weight > 0.02 and frame < len(level):
            column = DRUMS + SLOTS * VOICES.index(voice) + sub
            level[frame, column] = max(level[frame, column], strength * weight)


def _play(level: np.ndarray, note, brightness: float) -> None:
    attack, decay, sustain, release, gain = ENVELOPES[note.instrument]
    first = int(note.start / FRAME + 1e-6)
    last = min(len(level), int((note.start + note.length + 1.5 * release) / FRAME) + 1)
    if last <= first:
        return
    part = {"bass": "bass", "keys": "chords", "pads": "chords", "lead": "melody"}[note.stem]
    base = STEM_CHANNELS[part][0]
    # Each frame holds the mean of the envelope over its 40 ms, from eight points.
    t = (np.arange(first, last)[:, None] + (np.arange(8) + 0.5)[None] / 8) * FRAME - note.start
    shape = np.where(t < 0, 0.0, np.minimum(t / attack, 1.0) if attack else 1.0)
    shape = shape * (sustain + (1 - sustain) * np.exp(-np.maximum(t - attack, 0) / decay))
    shape = shape * np.exp(-3.0 * np.maximum(t - note.length, 0) / release)
    amplitude = np.minimum(0.9, gain * mix(part, brightness) * note.velocity * shape.mean(axis=1))
    column = base + int(round(note.pitch)) % 12
    level[first:last, column] = np.maximum(level[first:last, column], amplitude)
