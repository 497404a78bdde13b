"""Songs for training: plans from the composer at tempos the frame clock can hold, with their words."""

from __future__ import annotations

import numpy as np
from composer import compose, describe
from composer.arrange import Song
from composer.captions import lyrics_for
from composer.styles import STYLES
from composer.theory import NOTE_NAMES

from . import layout, scaffold

def make(seed: int, duration: float, **wanted) -> Song:
    """A song whose label says a whole tempo and whose notes keep the nearest grid tempo."""
    random = np.random.default_rng((seed, 77))
    style = wanted.get("style") or str(random.choice(list(STYLES)))
    wanted["style"] = style
    if "bpm" not in wanted:
        low, high = (60, 180) if random.random() < 0.6 else STYLES[style].tempo
        wanted["bpm"] = int(random.integers(low, high + 1))
        if random.random() < 0.1:
            wanted["bpm"] = scaffold.DEFAULT_TEMPO
    if "mode" not in wanted and random.random() < 0.3:
        wanted["mode"] = str(random.choice(["major", "minor"]))
    if "drums" not in wanted:
        wanted["drums"] = str(random.choice(["full", "none", "only"], p=[0.62, 0.25, 0.13]))
    label = wanted["bpm"]
    metre = wanted.get("metre") or str(random.choice(STYLES[style].metres))
    wanted["metre"] = metre
    song = compose(seed, duration, tempo=layout.grid_tempo(label, metre), **wanted)
    song.bpm = label
    return song


def words(song: Song, random: np.random.Generator, held_out: bool = False) -> dict:
    """Caption, lyrics and metadata as a user may give them: each piece of metadata is missing now and then."""
    caption, metadata = describe(song, held_out=held_out, seed=int(random.integers(2**31)))
    told = song.bpm == scaffold.DEFAULT_TEMPO or (f"{song.bpm} bpm" in caption and song.metre != "3")
    lyrics = {0: "", 1: "[Instrumental]"}.get(int(random.integers(4)), lyrics_for(song))
    return {
        "caption": caption, "lyrics": lyrics,
        "bpm": song.bpm if random.random() < 0.8 or not told else None,
        "keyscale": song.key if random.random() < 0.85 else None,
        "timesignature": song.metre if random.random() < 0.7 or song.metre == "3" else None,
        "duration": metadata["duration"],
        "language": str(random.choice(["en", "en", "unknown"])),
    }


def spelled(tonic: int, mode: str, random: np.random.Generator) -> str:
    """A key's name; where there are two spellings, either."""
    name = NOTE_NAMES[tonic % 12]
    return f"{layout.SPELLINGS[name] if name in layout.SPELLINGS and random.random() < 0.4 else name} {mode}"
