"""Words for a song: caption, lyrics and metadata. Part of the wordings is held out for evaluation."""

import re

import numpy as np

from .arrange import Song

# (template, held out). Slots may be empty: {drums} and {tempo} are whole phrases.
TEMPLATES = (
    ("{mood} {style} with {instruments}{drums}{tone}{tempo}{key}", False),
    ("{style}, {mood}, {instruments}{drums}{tone}{tempo}{key}", False),
    ("A {mood} {style} track{drums} featuring {instruments}{tone}{tempo}{key}", False),
    ("{instruments} in a {mood} {style} piece{drums}{tone}{key}{tempo}", False),
    ("Instrumental {style}: {instruments}{drums}, {mood} mood{tone}{tempo}{key}", False),
    ("{mood}, {tonebare} {style} carried by {instruments}{drums}{tempo}{key}", False),
    ("{style} song, {energy} and {mood}, {instruments}{drums}{tone}{key}", False),
    ("Give me {mood} {style} built on {instruments}{drums}{tone}{tempo}{key}", True),
    ("Something {mood}: {style} with {instruments} up front{drums}{tone}{key}{tempo}", True),
    ("{energy} {style} where {instruments} lead the way{drums}{tone}{tempo}", True),
)
INSTRUMENTS = {
    "saw": ("saw bass", "analog bass"), "acid": ("acid bass line", "squelchy bass"), "sub": ("sub bass", "deep bass"),
    "round": ("round bass", "electric bass"), "upright": ("upright bass", "double bass"), "organbass": ("organ bass",),
    "drone": ("low drone", "deep drone"), "celli": ("low celli", "cellos"), "square": ("square wave lead", "8-bit lead"),
    "stab": ("synth stabs", "chord stabs"), "organ": ("organ chords", "organ"), "epiano": ("electric piano", "rhodes keys"),
    "piano": ("piano", "acoustic piano"), "pad": ("warm pads", "synth pads"), "choirpad": ("airy pads", "soft choir pads"),
    "strings": ("strings", "string ensemble"), "bell": ("bells", "soft bells"), "flute": ("flute", "flute melody"),
    "accordion": ("accordion",), "pluck": ("plucked synth", "plucks"), "lead": ("synth lead", "soaring lead"),
    "guitar": ("distorted guitars", "power chords"), "guitarlead": ("lead guitar", "guitar solo"),
    "chiparp": ("fast arpeggios", "chip arpeggios"),
}
NO_DRUMS = (
    ", no drums", " without drums", ", drumless", ", no percussion", ", beatless, no drums", " with no drums at all",
    ", without any percussion",
)
ONLY_DRUMS = (
    "drums only", "solo drum beat", "just drums and percussion", "only drums", "a drum solo", "percussion only",
    "nothing but drums", "drum groove with no other instruments",
)
WITH_DRUMS = (", steady drums", ", drums", " with drums", ", punchy drums", " and a drum beat", ", drum kit")


def describe(song: Song, held_out: bool = False, seed: int | None = None) -> tuple[str, dict]:
    """A caption and its metadata (bpm, keyscale, timesignature, duration).

    `held_out` takes the wordings that training never sees. The same seed gives the same words.
    """
    random = np.random.default_rng(song.seed * 7 + 3 if seed is None else seed)

    def pick(options):
        return str(options[int(random.integers(len(options)))])

    metadata = {"bpm": song.bpm, "keyscale": song.key, "timesignature": song.metre, "duration": int(song.duration)}
    style = pick(song.style.words)
    tone = ("dark" if song.brightness < 0.3 else "bright" if song.brightness > 0.7 else "")
    energy = "calm" if song.energy < 0.3 else "energetic" if song.energy > 0.7 else "steady"
    if song.drums == "only":
        phrase = f"{pick(ONLY_DRUMS)}, {style} groove" if random.random() < 0.5 else f"{style} beat, {pick(ONLY_DRUMS)}"
        if random.random() < 0.25:
            phrase = pick(ONLY_DRUMS)
        return phrase + (f", {song.bpm} bpm" if random.random() < 0.4 else ""), metadata
    played = [stem for stem in ("bass", "keys", "lead") if any(n.stem in (stem, "pads") for n in song.notes)]
    names = [pick(INSTRUMENTS[kind]) for kind in dict.fromkeys(song.instruments[stem] for stem in played)]
    random.shuffle(names)
    names = names[: int(random.integers(1, len(names) + 1))]
    templates = [text for text, held in TEMPLATES if held == held_out]
    text = pick(templates).format(
        mood=pick(song.style.moods), style=style, energy=energy, instruments=" and ".join(names) or style,
        drums=pick(NO_DRUMS) if song.drums == "none" else (pick(WITH_DRUMS) if random.random() < 0.4 else ""),
        tone=f", {tone} sound" if tone and random.random() < 0.7 else "", tonebare=tone or "warm",
        tempo=f", {song.bpm} bpm" if random.random() < 0.4 else "",
        key=f", in {song.key}" if random.random() < 0.3 else "")
    return re.sub(r"\b([Aa]) (?=[aeiou])", r"\1n ", text), metadata


def lyrics_for(song: Song) -> str:
    """The sections as tags, which is all that instrumental music has of lyrics."""
    return "\n".join(f"[{section.name.capitalize()}]" for section in song.sections)
