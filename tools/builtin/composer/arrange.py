"""From a seed to a plan: style, tempo, key, metre, sections, and the notes of every stem."""

from dataclasses import dataclass, field

import numpy as np

from .styles import STYLES, Style
from .theory import PROGRESSIONS, TWO_FIVE_ONE, chord, key_name, scale_pitch

SECTIONS = ("intro", "verse", "chorus", "bridge", "outro")
# How full each section is: which layers play, and how hard.
LAYERS = {
    "intro": ({"drums", "keys", "pads", "bass"}, 0.8),
    "verse": ({"drums", "bass", "keys", "pads"}, 0.85),
    "chorus": ({"drums", "bass", "keys", "pads", "lead"}, 1.0),
    "bridge": ({"drums", "bass", "pads", "lead"}, 0.85),
    "outro": ({"drums", "pads", "keys", "bass"}, 0.8),
}
CALM, BUSY = 0.3, 0.7  # energies below and above which songs are thinned out and filled
STEPS_PER_BAR = {"4": 16, "3": 12, "2": 8, "6": 12}
PULSES = {"4": 4, "3": 4, "2": 4, "6": 6}  # steps in a beat
PAUSES = {"4": 8, "3": 4, "2": 8, "6": 6}  # steps between the notes of calm songs


@dataclass
class Note:
    stem: str
    instrument: str
    start: float  # seconds
    length: float  # seconds
    pitch: float  # MIDI number; for drums the voice is in `instrument`
    velocity: float  # 0 ... 1
    pan: float = 0.0  # -1 left ... 1 right


@dataclass
class Section:
    name: str
    start: float
    bars: int


@dataclass
class Song:
    seed: int
    style: Style
    bpm: int
    tonic: int
    mode: str
    metre: str
    duration: float
    sections: list[Section]
    notes: list[Note]
    drums: str  # "full", "none" or "only"
    brightness: float
    energy: float
    instruments: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return key_name(self.tonic, self.mode)


def compose(seed: int, duration: float | None = None, tempo: float | None = None, **wanted) -> Song:
    """Plans a song. `wanted` fixes any of style, bpm, tonic, mode, metre, drums, brightness, energy, sections;
    `tempo` is the tempo that is played, where it isn't exactly `bpm`."""
    random = np.random.default_rng(seed)
    style = STYLES[wanted.get("style") or random.choice(list(STYLES))]
    bpm = int(wanted.get("bpm") or random.integers(style.tempo[0], style.tempo[1] + 1))
    metre = wanted.get("metre") or str(random.choice(style.metres))
    mode = wanted.get("mode") or str(random.choice(style.modes))
    tonic = int(wanted["tonic"] if wanted.get("tonic") is not None else random.integers(12))
    duration = float(duration or random.uniform(20, 40))
    drums = wanted.get("drums") or ("none" if not style.drums else str(random.choice(["full"] * 6 + ["none"] * 2 + ["only"])))
    if not style.drums:
        drums = "none"
    brightness = wanted.get("brightness")
    brightness = _character(random, style.brightness) if brightness is None else brightness
    energy = wanted.get("energy")
    energy = _character(random, style.energy) if energy is None else energy

    beat = 60.0 / (tempo or bpm)  # 6/8 counts the dotted quarter: two beats a bar
    bar = beat * (2 if metre == "6" else int(metre))
    sections = _sections(random, duration, bar, wanted.get("sections"))
    progression = _progression(random, style, mode)
    chorus_progression = _progression(random, style, mode)
    instruments = {
        "bass": str(random.choice(style.bass)),
        "keys": str(random.choice(style.chords)),
        "lead": str(random.choice(style.melody)),
    }
    song = Song(seed, style, bpm, tonic, mode, metre, duration, sections, [], drums, brightness, energy, instruments)
    motifs = {name: _motif(random, metre, energy) for name in ("verse", "chorus", "bridge")}
    for section in sections:
        chords = chorus_progression if section.name == "chorus" else progression
        _fill(random, song, section, bar, chords, motifs.get(section.name, motifs["verse"]))
    song.notes = [n for n in song.notes if n.start < duration]
    return song


def _character(random, usual: float) -> float:
    """Near what is usual for the style, or, for every second song, anything: no style means an energy."""
    near = usual + random.uniform(-0.25, 0.25)
    return float(np.clip(near if random.random() < 0.5 else random.random(), 0, 1))


def _sections(random, duration, bar, names) -> list[Section]:
    bars = max(1, int(np.ceil(duration / bar)))
    if names is None:
        if bars < 8:
            names = [str(random.choice(["verse", "chorus"]))]
        elif bars < 14:
            names = [str(random.choice(["intro", "verse"])), "chorus"]
        else:
            names = ["intro", "verse", "chorus"] + (["bridge", "chorus"] if bars >= 24 else []) + ["outro"]
    weights = np.array([0.5 if n in ("intro", "outro") else 1.0 for n in names])
    ends = np.round(np.cumsum(weights) / weights.sum() * bars / 2) * 2
    ends = np.maximum.accumulate(np.maximum(ends, 1))
    ends[-1] = bars
    sections, start = [], 0
    for name, end in zip(names, ends.astype(int)):
        if end > start:
            sections.append(Section(name, start * bar, int(end - start)))
            start = end
    return sections


def _progression(random, style, mode):
    table = TWO_FIVE_ONE if style.name == "jazz trio" else PROGRESSIONS
    options = table[mode]
    return options[int(random.integers(len(options)))]


def _motif(random, metre, energy):
    """Two bars of (step, length in steps, scale step) over the chord."""
    steps = STEPS_PER_BAR[metre] * 2
    grid = 2 if energy > BUSY else PAUSES[metre] if energy < CALM else 4
    notes, position, degree = [], 0, int(random.choice([0, 2, 4]))
    while position < steps:
        length = int(random.choice([grid, grid, 2 * grid, 3 * grid]))
        length = min(length, steps - position)
        if random.random() < 0.82:
            notes.append((position, length, degree))
        degree = int(np.clip(degree + random.choice([-2, -1, -1, 0, 1, 1, 2]), -2, 9))
        position += length
    return notes


def _pattern(text, steps, energy=0.5, pause=8):
    """The pattern's first `steps`; for energetic songs every eighth note is filled, for calm ones most are left out."""
    if not text:
        return ""
    text = text if len(text) >= steps else (text * (steps // len(text) + 1))
    marks = list(text[:steps])
    for position, mark in enumerate(marks):
        if energy > BUSY and position % 2 == 0 and mark == ".":
            marks[position] = "x"
        elif energy < CALM and position % pause:
            marks[position] = "."
    if energy < CALM:
        marks[0] = "X"
    return "".join(marks)


def _fill(random, song, section, bar, progression, motif):
    style, steps = song.style, STEPS_PER_BAR[song.metre]
    step = bar / steps
    layers, level = LAYERS[section.name]
    level *= 0.75 + 0.35 * song.energy
    seventh = 4 if style.seventh else 3

    def at(bar_index, position):
        swing = style.swing * step if style.swing and position % 4 == 2 else 0.0
        return section.start + bar_index * bar + position * step + swing

    for index in range(section.bars):
        degree = progression[index % len(progression)]
        pitches = chord(song.tonic, song.mode, degree, seventh)
        root = pitches[0] % 12
        if song.drums != "none" and style.drums and ({"drums", "drums_light"} & layers or song.drums == "only"):
            _drums(random, song, at, index, steps, "drums" in layers or song.drums == "only", level)
        if song.drums == "only":
            continue
        if "bass" in layers:
            base = 36 + root if root < 8 else 24 + root
            for position, mark in enumerate(_pattern(style.bass_pattern, steps, song.energy, PAUSES[song.metre])):
                if mark == ".":
                    continue
                octave = 12 if song.energy > BUSY and position % 4 == 2 and random.random() < 0.4 else 0
                length = bar if style.bass_pattern.count(".") == len(style.bass_pattern) - 1 else step * (
                    6 if song.energy < CALM else 3.5 if song.energy < 0.6 else 1.7)
                song.notes.append(Note("bass", song.instruments["bass"], at(index, position), length,
                                       base + octave, (0.95 if mark == "X" else 0.8) * level))
        if "keys" in layers or "pads" in layers:
            marks = _pattern(style.chord_pattern, steps, min(song.energy, 0.5), PAUSES[song.metre])
            sustained = marks.count(".") >= len(marks) - 1
            stem = "keys" if not sustained and "keys" in layers else "pads"
            voicing = sorted(52 + (p - 52) % 12 + (12 if i == 2 and random.random() < 0.3 else 0)
                             for i, p in enumerate(pitches))
            for position, mark in enumerate(marks):
                if mark == ".":
                    continue
                if song.instruments["keys"] == "chiparp":
                    pitch = voicing[position % len(voicing)] + 12
                    song.notes.append(Note("keys", "square", at(index, position), step * 0.9, pitch, 0.45 * level, 0.2))
                    continue
                length = bar * 1.02 if sustained else step * (7.5 if song.energy < CALM else 2.6 if song.energy > 0.6 else 5.5)
                for i, pitch in enumerate(voicing):
                    song.notes.append(Note(stem, song.instruments["keys"], at(index, position), length, pitch,
                                           (0.8 if mark == "X" else 0.62) * level, (i - 1) * 0.35))
        if "pads" in layers and "keys" in layers and song.energy < 0.75 and style.name in ("synthwave", "house", "rock"):
            for i, pitch in enumerate(pitches):
                song.notes.append(Note("pads", "pad", at(index, 0), bar * 1.02, 60 + (pitch - 60) % 12, 0.4 * level,
                                       (i - 1) * 0.6))
        if "lead" in layers or (section.name == "verse" and song.energy < 0.5):
            half = index % 2
            for position, length, offset in motif:
                if position // steps != half:
                    continue
                pitch = 60 + scale_pitch(song.tonic, song.mode, offset + degree) % 24
                if pitch < 64:
                    pitch += 12
                song.notes.append(Note("lead", song.instruments["lead"], at(index, position % steps), length * step * 0.95,
                                       pitch, 0.75 * level, -0.15))


def _drums(random, song, at, index, steps, full, level):
    fill = full and index % 4 == 3
    for voice, text in song.style.drums.items():
        if not full and voice not in ("hat", "ride", "shaker", "kick"):
            continue
        if voice == "crash" and index % 4:
            continue
        for position, mark in enumerate(_pattern(text, steps)):
            if fill and voice in ("snare", "tom") and position >= steps - 4 and song.energy >= CALM:
                mark = "x" if mark == "." else mark
            if song.energy > BUSY and voice in ("hat", "shaker", "ride"):
                mark = "x" if mark == "." and (position % 2 == 0 or random.random() < 0.4) else mark
            if song.energy < CALM and (voice in ("hat", "shaker", "pedal") or position % PULSES[song.metre]):
                mark = "."
            if mark == ".":
                continue
            velocity = (1.0 if mark == "X" else 0.55) * (0.9 + 0.1 * random.random()) * (level if full else 0.6)
            pan = {"hat": 0.3, "ride": -0.3, "shaker": -0.45, "crash": -0.2, "tom": 0.15}.get(voice, 0.0)
            song.notes.append(Note("drums", f"{song.style.kit}:{voice}", at(index, position), 0.0, 0, velocity, pan))
