"""Words for a song: caption, lyrics and metadata. Part of the wordings is held out for evaluation."""

import re

import numpy as np

from .arrange import BUSY, CALM, Song

# (template, held out). {drums}, {tempo} and {key} are whole phrases or empty, {adjectives} ends in a space if there
# are any.
TEMPLATES = (
    ("{adjectives}{style} with {instruments}{drums}{tempo}{key}", False),
    ("{style}, {list}, {instruments}{drums}{tempo}{key}", False),
    ("A {adjectives}{style} track{drums} featuring {instruments}{tempo}{key}", False),
    ("{instruments} in a {adjectives}{style} piece{drums}{key}{tempo}", False),
    ("Instrumental {style}: {instruments}{drums}, {list} mood{tempo}{key}", False),
    ("{list} sound, {style}{drums}{tempo}{key}", False),
    ("{adjectives}{style}{drums}{tempo}{key}", False),
    ("{adjectives}{style} song carried by {instruments}{drums}{tempo}{key}", False),
    ("{style} music, {list}{drums}{tempo}{key}", False),
    ("{list}, {style}{drums}{key}", False),
    ("Give me {adjectives}{style} built on {instruments}{drums}{tempo}{key}", True),
    ("Something {list}: {style} with {instruments} up front{drums}{key}{tempo}", True),
    ("{style} where {instruments} lead the way and everything is {list}{drums}{tempo}", True),
)
DARK = ("dark", "gloomy", "muted", "shadowy", "murky", "dull", "muffled")
BRIGHT = ("bright", "sparkling", "brilliant", "crisp", "shiny", "glittering", "shimmering")
CALM_WORDS = (
    "calm", "gentle", "soft", "relaxed", "peaceful", "quiet", "sparse", "laid-back", "chill", "slow", "soothing",
)
BUSY_WORDS = (
    "energetic", "lively", "intense", "driving", "powerful", "busy", "upbeat", "high-energy", "fast", "frantic", "wild",
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
    ", without any percussion", ", no beat", " without a beat", ", no beats", ", drum-free", ", no drums or percussion",
)
ONLY_DRUMS = (
    "drums only", "solo drum beat", "just drums and percussion", "only drums", "a drum solo", "percussion only",
    "nothing but drums", "drum groove with no other instruments",
    "drums and nothing else", "pure percussion", "isolated drums", "unaccompanied drums", "drum loop, no other instruments",
    "solo drums", "drums-only", "just a drum beat",
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
    words = []
    if song.brightness < 0.35 or song.brightness > 0.65:
        words += [pick(DARK if song.brightness < 0.5 else BRIGHT)] * (random.random() < 0.7)
    if song.energy < CALM or song.energy > BUSY:
        words += [pick(CALM_WORDS if song.energy < 0.5 else BUSY_WORDS)] * (random.random() < 0.75)
    words += [pick(song.style.moods)] * (not words or random.random() < 0.3)
    random.shuffle(words)
    if song.drums == "only":
        phrase = f"{pick(ONLY_DRUMS)}, {style} groove" if random.random() < 0.5 else f"{style} beat, {pick(ONLY_DRUMS)}"
        if random.random() < 0.25:
            phrase = pick(ONLY_DRUMS)
        if random.random() < 0.5:
            phrase = f"{' '.join(words)} {phrase}"
        return phrase + (f", {song.bpm} bpm" if random.random() < 0.4 else ""), metadata
    played = [stem for stem in ("bass", "keys", "lead") if any(n.stem in (stem, "pads") for n in song.notes)]
    names = [pick(INSTRUMENTS[kind]) for kind in dict.fromkeys(song.instruments[stem] for stem in played)]
    random.shuffle(names)
    names = names[: int(random.integers(1, len(names) + 1))] or [style]
    templates = [text for text, held in TEMPLATES if held == held_out]
    few = random.random() < 0.25
    text = pick(templates).format(
        adjectives="" if few and random.random() < 0.3 else (" " if random.random() < 0.5 else ", ").join(words) + " ",
        list=(" and " if random.random() < 0.5 else ", ").join(words), style=style,
        instruments=names[0] if few else " and ".join(names),
        drums=pick(NO_DRUMS) if song.drums == "none" else (pick(WITH_DRUMS) if random.random() < 0.4 else ""),
        tempo=f", {song.bpm} bpm" if random.random() < 0.4 else "",
        key=f", in {song.key}" if random.random() < 0.3 else "")
    text = text.replace("music music", "music")
    text = text[0].upper() + text[1:] if random.random() < 0.5 else text
    return re.sub(r"\b([Aa]) (?=[aeiou])", r"\1n ", text), metadata


def lyrics_for(song: Song) -> str:
    """The sections as tags, which is all that instrumental music has of lyrics."""
    return "\n".join(f"[{section.name.capitalize()}]" for section in song.sections)
