"""Procedural music with labels: a seed gives a song, its stems, and the words that describe it.

`compose(seed)` plans a song (`Song`); `render(song)` makes stereo 48 kHz stems from it; `describe` makes captions and
metadata. Nothing is sampled from recordings.
"""

from .arrange import Note, Section, Song, compose
from .captions import describe, lyrics_for
from .render import SAMPLE_RATE, STEMS, mix, render

__all__ = ["Note", "SAMPLE_RATE", "STEMS", "Section", "Song", "compose", "describe", "lyrics_for", "mix", "render"]
