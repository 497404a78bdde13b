"""The styles: tempo, metre, instruments and patterns of each, and the words that name them.

A drum pattern is one string per voice and bar, sixteenth notes in 4/4 (12 steps in 3/4 and 6/8, 8 in 2/4): `X` loud,
`x` soft, `.` nothing. Patterns for other metres than the style's own are made by cutting.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Style:
    name: str
    tempo: tuple[int, int]
    metres: tuple[str, ...]
    modes: tuple[str, ...]
    drums: dict[str, str]
    kit: str
    bass: tuple[str, ...]
    chords: tuple[str, ...]
    melody: tuple[str, ...]
    bass_pattern: str
    chord_pattern: str
    energy: float  # 0 calm ... 1 energetic
    brightness: float  # 0 dark ... 1 bright
    swing: float = 0.0
    seventh: bool = False
    moods: tuple[str, ...] = ()
    words: tuple[str, ...] = field(default=())


STYLES = {
    style.name: style
    for style in (
        Style("techno", (122, 138), ("4",), ("minor",),
              {"kick": "X...X...X...X...", "hat": "..X...X...X...X.", "clap": "....X.......X..."}, "electronic",
              ("saw", "acid"), ("stab",), ("pluck", "lead"), "x.xxx.xxx.xxx.xx", "..x...x...x...x.", 0.9, 0.55,
              moods=("hypnotic", "relentless", "pulsing"),
              words=("techno", "warehouse techno", "club techno", "minimal techno", "trance")),
        Style("house", (116, 128), ("4",), ("minor", "major"),
              {"kick": "X...X...X...X...", "hat": "..x...x...x...xx", "clap": "....X.......X...", "shaker": "x.xxx.xxx.xxx.xx"},
              "electronic", ("sub", "organbass"), ("organ", "epiano"), ("pluck", "lead"), "X.x.X.x.X.x.X.x.",
              "..x...x...x...x.", 0.8, 0.6, moods=("groovy", "uplifting", "warm"),
              words=("house", "deep house", "piano house", "disco", "EDM", "dance music")),
        Style("lo-fi", (68, 90), ("4",), ("major", "minor"),
              {"kick": "X.......X.x.....", "snare": "....X.......X...", "hat": "x.x.x.x.x.x.x.x."}, "dusty",
              ("sub", "round"), ("epiano",), ("pluck", "bell"), "X...x...X...x...", "X.......x.......", 0.3, 0.25,
              swing=0.2, seventh=True, moods=("mellow", "cozy", "nostalgic"),
              words=("lo-fi hip hop", "lofi beats", "chillhop", "hip hop", "boom bap")),
        Style("ambient", (60, 80), ("4",), ("major", "minor"), {}, "none",
              ("drone",), ("pad", "choirpad"), ("bell", "flute"), "X...x...x...x...", "X...x...x...x...", 0.05, 0.3,
              moods=("spacious", "floating", "meditative"),
              words=("ambient", "atmospheric ambient", "drone ambient", "new age", "meditation music")),
        Style("rock", (96, 152), ("4",), ("minor", "major"),
              {"kick": "X...x...X...x...", "snare": "....X.......X...", "hat": "x.x.x.x.x.x.x.x.", "crash": "X..............."},
              "acoustic", ("round", "saw"), ("guitar",), ("guitarlead",), "X.X.X.X.X.X.X.X.", "X.x.X.x.X.x.X.x.", 0.85, 0.7,
              moods=("gritty", "raw", "anthemic"), words=("rock", "guitar rock", "indie rock", "hard rock", "punk rock", "metal")),
        Style("jazz trio", (90, 170), ("4", "3"), ("major", "minor"),
              {"ride": "X...X.x.X...X.x.", "kick": "x.......x.......", "snare": "......x.......x.", "pedal": "....x.......x..."},
              "brush", ("upright",), ("piano",), ("piano",), "X...X...X...X...", "x...x...x...x...", 0.5, 0.45,
              swing=0.33, seventh=True, moods=("smoky", "elegant", "playful"),
              words=("jazz trio", "piano jazz", "swing jazz", "jazz", "bebop")),
        Style("waltz", (84, 168), ("3",), ("major", "minor"),
              {"kick": "X...........", "snare": "....x...x..."}, "brush",
              ("upright", "round"), ("piano", "strings"), ("strings", "flute"), "X...........", "....x...x...", 0.35, 0.5,
              moods=("graceful", "romantic", "dreamy"), words=("waltz", "ballroom waltz", "orchestral waltz", "Viennese waltz")),
        Style("synthwave", (84, 118), ("4",), ("minor",),
              {"kick": "X...X...X...X...", "snare": "....X.......X...", "hat": "x.x.x.x.x.x.x.x."}, "electronic",
              ("saw",), ("pad", "stab"), ("lead", "pluck"), "x.x.x.x.x.x.x.x.", "X...............", 0.7, 0.6,
              moods=("nostalgic", "neon", "cinematic"), words=("synthwave", "retrowave", "80s synth pop", "synth pop", "electropop", "pop")),
        Style("chiptune", (110, 180), ("4", "2"), ("major", "minor"),
              {"kick": "X...X...X...X...", "snare": "....X.......X...", "hat": "x.x.x.x.x.x.x.x."}, "chip",
              ("square",), ("chiparp",), ("square",), "X.x.X.x.X.x.X.x.", "xxxxxxxxxxxxxxxx", 0.85, 0.9,
              moods=("playful", "retro", "quirky"), words=("chiptune", "8-bit", "video game music", "arcade music")),
        Style("cinematic strings", (60, 110), ("4", "3", "6"), ("minor", "major"),
              {"tom": "X...x...X...x.x."}, "epic",
              ("drone", "celli"), ("strings",), ("strings", "flute"), "X...x...X...x...", "X.......X.......", 0.4, 0.4,
              moods=("epic", "emotional", "solemn"), words=("cinematic strings", "film score", "orchestral", "classical", "movie soundtrack")),
        Style("folk march", (96, 132), ("2", "6"), ("major", "minor"),
              {"kick": "X.......X.......", "snare": "....x.x.....x.x."}, "acoustic",
              ("round",), ("pluck",), ("flute", "accordion"), "X...x...X...x...", "..x...x...x...x.", 0.55, 0.6,
              moods=("cheerful", "earthy", "rustic"), words=("folk", "folk dance", "acoustic folk", "country")),
        Style("downtempo", (76, 100), ("4",), ("minor", "major"),
              {"kick": "X.......X.x.....", "snare": "....X.......X...", "hat": "..x...x...x...xx"}, "dusty",
              ("sub", "round"), ("pad", "epiano"), ("bell", "lead"), "X...x...X...x...", "X.......X.......", 0.4, 0.35,
              moods=("smooth", "late-night", "moody"), words=("downtempo", "trip hop", "chillout", "R&B", "lounge")),
    )
}
