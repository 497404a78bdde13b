"""Keys, scales and chord progressions."""

NOTE_NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
SCALES = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
}

# Degrees counted from 0. Each begins and dwells on the tonic, so that the key can be heard.
PROGRESSIONS = {
    "major": ((0, 3, 0, 4), (0, 0, 3, 4), (0, 5, 0, 4), (0, 4, 0, 3), (0, 3, 4, 0), (0, 4, 3, 0)),
    "minor": ((0, 3, 0, 4), (0, 0, 3, 4), (0, 5, 0, 4), (0, 6, 0, 3), (0, 3, 4, 0), (0, 6, 5, 0)),
}
TWO_FIVE_ONE = {"major": ((0, 1, 4, 0), (0, 3, 4, 0)), "minor": ((0, 3, 4, 0), (0, 1, 4, 0))}


def key_name(tonic: int, mode: str) -> str:
    """`F# minor` for tonic 6."""
    return f"{NOTE_NAMES[tonic % 12]} {mode}"


def scale_pitch(tonic: int, mode: str, degree: int) -> int:
    """Semitones above C of a scale degree; degrees beyond 6 are in the next octave."""
    octave, step = divmod(degree, 7)
    return tonic + 12 * octave + SCALES[mode][step]


def chord(tonic: int, mode: str, degree: int, size: int = 3) -> list[int]:
    """Semitones above C of a chord of stacked thirds on a scale degree."""
    return [scale_pitch(tonic, mode, degree + 2 * i) for i in range(size)]


def hertz(midi: float) -> float:
    """Equal temperament, A4 (69) at 440 Hz."""
    return 440.0 * 2.0 ** ((midi - 69) / 12)
