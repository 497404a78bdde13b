"""Listens to what the built-in model makes, through the `vivace` program and with independent judges.

    python tools/builtin/evaluate.py --vivace PROGRAM [--model Models/builtin] [--runs 30] [--dtype f32 bf16]
        [--card Models/builtin/README.md]

Prompts are worded as training never was, but for the phrases about drums and for `dark sound` and the like. `--seed`
draws other tempos, keys and songs: whoever changes the model for the sake of some prompts has to measure with another
one. librosa measures tempo, key (chroma against the key profiles of Krumhansl and Kessler), shares of percussion,
brightness and onsets; mistakes of the judges count against the model. Prints a Markdown table; `--card` puts it between
the marks of the model card.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import librosa
import numpy as np
import soundfile

sys.path.insert(0, str(Path(__file__).resolve().parent))

from composer.theory import NOTE_NAMES  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
RATE = 22_050
BEGIN, END = "<!-- measured -->", "<!-- /measured -->"
PROFILES = {
    "major": (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88),
    "minor": (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17),
}
# Wordings of people who never saw the composer's templates.
SCENES = (
    "I want some techno for a dark basement", "sunny house music to dance to", "lo-fi hip hop for studying late",
    "a rock song with loud guitars", "small jazz trio in a bar", "an 80s synthwave night drive",
    "chiptune for a platform game", "sweeping cinematic strings", "downtempo and trip hop for the lounge",
    "cheerful folk dance in the village", "an elegant waltz for the ballroom", "hypnotic club techno",
    "deep house, late at night", "retro 8-bit video game music", "indie rock anthem",
)


# For what they are asked for, these have no words of their own.
METRE_SCENES = ("small jazz trio in a bar", "sweeping cinematic strings", "a piano and strings at court")
WORD_SCENES = (
    "house music to dance to", "a rock song with guitars", "small jazz trio in a bar", "an 80s synthwave drive",
    "chiptune for a platform game",
)


class Studio:
    """Runs the program and reads its files."""

    def __init__(self, program: Path, model: Path, folder: Path, dtype: str) -> None:
        self.program, self.model, self.folder, self.dtype = program, model, folder, dtype
        self.count = 0

    def make(self, prompt: str, *arguments: object, planned: bool = False) -> np.ndarray:
        """Mono sound at `RATE` of a new song; the stereo file is `self.path`.

        `planned`: the song follows the language model's codes.
        """
        self.count += 1
        self.path = self.folder / f"{self.count}.wav"
        command = [self.program, "generate", prompt, "--model", self.model, "--output", self.path,
                   "--dtype", self.dtype, "--thinking" if planned else "--no-thinking", *arguments]
        subprocess.run([str(part) for part in command], check=True, capture_output=True)
        self.sound, rate = soundfile.read(self.path, dtype="float32", always_2d=True)
        return librosa.resample(self.sound.mean(axis=1), orig_sr=rate, target_sr=RATE)

    def understood(self, seed: int) -> dict:
        """What the language model says of the latest song."""
        command = [self.program, "understand", self.path, "--model", self.model, "--dtype", self.dtype, "--seed", seed]
        outcome = subprocess.run(
            [*(str(part) for part in command), "--json"], check=True, capture_output=True, text=True)
        return json.loads(outcome.stdout)

    def flaws(self) -> tuple[bool, bool]:
        """Whether the latest song is silent (or has a silent second), and whether it clips."""
        seconds = self.sound[: len(self.sound) // 48_000 * 48_000].reshape(-1, 48_000 * 2)
        return bool((np.sqrt((seconds**2).mean(axis=1)) < 1e-3).any()), bool((np.abs(self.sound) >= 0.9999).mean() > 1e-5)


def tempo(sound: np.ndarray) -> float:
    strength = librosa.onset.onset_strength(y=sound, sr=RATE, hop_length=256)
    return float(librosa.feature.tempo(onset_envelope=strength, sr=RATE, hop_length=256, ac_size=12.0)[0])


def matches(found: float, wanted: float) -> tuple[bool, bool]:
    """Within 4 %, at the tempo itself and with octaves."""
    errors = [abs(found * ratio / wanted - 1) < 0.04 for ratio in (1, 2, 0.5)]
    return errors[0], any(errors)


def key(sound: np.ndarray) -> str:
    harmonic = librosa.effects.harmonic(sound, margin=2.0)
    chroma = librosa.feature.chroma_cqt(y=harmonic, sr=RATE).mean(axis=1)
    scores = {(tonic, mode): np.corrcoef(np.roll(profile, tonic), chroma)[0, 1]
              for mode, profile in PROFILES.items() for tonic in range(12)}
    tonic, mode = max(scores, key=scores.get)
    return f"{NOTE_NAMES[tonic]} {mode}"


def percussion(sound: np.ndarray) -> float:
    """Share of the energy that is percussive."""
    harmonic, percussive = librosa.effects.hpss(sound, margin=1.0)
    return float((percussive**2).sum() / ((percussive**2).sum() + (harmonic**2).sum() + 1e-12))


def brightness(sound: np.ndarray) -> float:
    return float(librosa.feature.spectral_centroid(y=sound, sr=RATE).mean())


def onsets(sound: np.ndarray) -> float:
    return len(librosa.onset.onset_detect(y=sound, sr=RATE)) / (len(sound) / RATE)


def metre(sound: np.ndarray, bpm: float) -> str:
    """`3` or `4`: whether onsets repeat after three beats of the asked tempo more than after four, or less."""
    strength = librosa.onset.onset_strength(y=sound, sr=RATE, hop_length=256)
    strength = strength - strength.mean()
    correlation = librosa.autocorrelate(strength)
    correlation = correlation / np.arange(len(correlation), 0, -1)  # the mean, not the sum
    beat = 60 / bpm * RATE / 256

    def after(beats: int) -> float:
        lag = beats * beat
        return float(correlation[int(0.98 * lag) : int(1.02 * lag) + 2].max())

    return "3" if after(3) + after(6) + after(9) > after(4) + after(8) + after(12) else "4"


def holds(sound: np.ndarray, bpm: float) -> bool:
    """Whether the first and the last third of a song have the asked tempo and their beats lie on one grid."""
    third = len(sound) // 3
    return all(matches(tempo(part), bpm)[1] for part in (sound[:third], sound[-third:]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vivace", type=Path, required=True)
    parser.add_argument("--model", type=Path, default=ROOT / "Models" / "builtin")
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--pairs", type=int, default=10)
    parser.add_argument("--seed", type=int, default=2026, help="of tempos, keys and songs; those of the tasks stay")
    parser.add_argument("--dtype", nargs="*", default=["f32"], help="number formats, each a column of the table")
    parser.add_argument("--card", type=Path)
    parser.add_argument("--keep", type=Path, help="folder for the songs")
    parser.add_argument("--only", nargs="*", default=["tempo", "planned", "drums", "metre", "words", "tasks"])
    arguments = parser.parse_args()
    columns = [dict(table(arguments, dtype)) for dtype in arguments.dtype]
    rows = "\n".join(f"| {what} | " + " | ".join(column[what] for column in columns) + " |" for what in columns[0])
    text = f"| what | {' | '.join(arguments.dtype)} |\n|---|{'---|' * len(columns)}\n{rows}"
    print(text)
    if arguments.card:
        card = arguments.card.read_text(encoding="utf-8")
        before, rest = card.split(BEGIN)
        arguments.card.write_text(f"{before}{BEGIN}\n{text}\n{END}{rest.split(END)[1]}", encoding="utf-8")


def table(arguments, dtype: str) -> list[tuple[str, str]]:
    """What was measured, and the results, in a number format."""
    first_song = 1000 * ((arguments.seed - 2026) % 1_000_000)
    rows: list[tuple[str, str]] = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = (arguments.keep / dtype) if arguments.keep else Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        studio = Studio(arguments.vivace, arguments.model, folder, dtype)
        silent, clipped, songs = 0, 0, 0

        def listen(prompt: str, *options: object, planned: bool = False) -> np.ndarray:
            nonlocal silent, clipped, songs
            sound = studio.make(prompt, *options, planned=planned)
            quiet, loud = studio.flaws()
            silent, clipped, songs = silent + quiet, clipped + loud, songs + 1
            return sound

        for planned in (False, True):
            if ("planned" if planned else "tempo") in arguments.only:
                rows += tempos(studio, listen, arguments, first_song, planned)
        if "drums" in arguments.only:
            told = 0
            shares = []
            for run in range(arguments.pairs):
                scene = SCENES[run % len(SCENES)]
                options = ("--bpm", 90 + 7 * run, "--duration", 12, "--seed", first_song + 100 + run)
                only = percussion(listen(f"{scene}, nothing but drums", *options))
                none = percussion(listen(f"{scene}, no drums", *options))
                shares.append((only, none))
                told += (only > 0.5) + (none < 0.5)
                print(f"{scene}: percussive share {only:.2f} drums only, {none:.2f} no drums", flush=True)
            mean = np.mean(shares, axis=0)
            rows += [
                ("\"nothing but drums\" and \"no drums\" told apart by the percussive share (threshold 0.5)",
                 f"{told} of {2 * arguments.pairs}"),
                ("mean percussive share: drums only, no drums", f"{mean[0]:.2f}, {mean[1]:.2f}"),
            ]
        if "metre" in arguments.only:
            rights = {"3": 0, "4": 0}
            for run in range(arguments.pairs):
                bpm = 84 + 9 * run
                for wanted in rights:
                    sound = listen(METRE_SCENES[run % len(METRE_SCENES)], "--bpm", bpm, "--time-signature", wanted,
                                   "--duration", 20, "--seed", first_song + 400 + run)
                    rights[wanted] += metre(sound, bpm) == wanted
            rows.append(("metre told: three beats a bar, four beats a bar",
                         ", ".join(f"{right} of {arguments.pairs}" for right in rights.values())))
        if "words" in arguments.only:
            for first, second, measure, unit in (
                ("dark", "bright", brightness, "spectral centroid"), ("calm", "energetic", onsets, "onsets a second"),
            ):
                wins, values = 0, []
                for run in range(arguments.pairs // 2):
                    options = ("--bpm", 100, "--duration", 12, "--seed", first_song + 200 + run)
                    scene = WORD_SCENES[run % len(WORD_SCENES)]
                    pair = [measure(listen(f"{word} sound, {scene}", *options)) for word in (first, second)]
                    wins += pair[1] > pair[0]
                    values.append(pair)
                mean = np.mean(values, axis=0)
                rows.append((f"{unit}: \"{first}\" below \"{second}\"",
                             f"{wins} of {arguments.pairs // 2} (mean {mean[0]:.4g}, {mean[1]:.4g})"))
        if "tasks" in arguments.only:
            rows += tasks(studio, arguments)
        if songs:
            rows += [("silent songs, or songs with a silent second", f"{silent} of {songs}"),
                     ("songs that clip", f"{clipped} of {songs}")]
    return rows


def tempos(studio: Studio, listen, arguments, first_song: int, planned: bool) -> list[tuple[str, str]]:
    """Tempos and keys of songs, and what the language model understands of them."""
    random = np.random.default_rng(arguments.seed)
    exact = octave = right = tonic = held = 0
    told = {"tempo": 0, "length": 0, "key": 0}
    genres = set()
    for run in range(arguments.runs):
        bpm = int(random.integers(60, 181))
        name = f"{NOTE_NAMES[int(random.integers(12))]} {('major', 'minor')[int(random.integers(2))]}"
        sound = listen(SCENES[run % len(SCENES)], "--bpm", bpm, "--key", name, "--duration", 30,
                       "--seed", first_song + run, planned=planned)
        found, heard = tempo(sound), key(sound)
        first, second = matches(found, bpm)
        exact, octave = exact + first, octave + second
        right, tonic = right + (heard == name), tonic + (heard.split()[0] == name.split()[0])
        steady = holds(sound, bpm)
        held += steady
        line = (f"{SCENES[run % len(SCENES)]}: {bpm} bpm, heard {found:.1f}; {name}, heard {heard}; "
                f"{'steady' if steady else 'unsteady'}")
        if not planned:
            said = studio.understood(run)
            told["tempo"] += abs((said.get("bpm") or 0) / bpm - 1) < 0.04
            told["length"] += abs((said.get("duration") or 0) - 30) <= 1
            told["key"] += said.get("keyscale") == name
            genres.add(said.get("genres"))
            line += "; understood as " + ", ".join(str(said.get(f)) for f in ("bpm", "keyscale", "duration", "genres"))
        print(line, flush=True)
    runs = arguments.runs
    with_codes = ", planned by the language model" if planned else ""
    rows = [
        (f"tempo within 4 % of the asked bpm, octaves allowed{with_codes}", f"{octave} of {runs}"),
        (f"tempo within 4 %, octave errors counted as errors{with_codes}", f"{exact} of {runs}"),
        (f"beat at that tempo in the first and in the last ten of 30 seconds{with_codes}", f"{held} of {runs}"),
        (f"key right{with_codes}", f"{right} of {runs}"), (f"tonic right{with_codes}", f"{tonic} of {runs}"),
    ]
    if not planned:
        rows += [
            ("`understand` of these songs: tempo within 4 % (no octaves), length within 1 s, key",
             ", ".join(str(told[what]) for what in ("tempo", "length", "key")) + f" of {runs}"),
            ("different genres that `understand` names", str(len(genres))),
        ]
    return rows


def tasks(studio: Studio, arguments) -> list[tuple[str, str]]:
    """Repaint and cover of the model's own songs, its planner, and a round trip through its codes' audio."""
    kept, similar, others = [], [], []
    for run in range(4):
        options = ("--bpm", 96 + 8 * run, "--key", f"{NOTE_NAMES[5 * run % 12]} minor", "--duration", 12, "--seed", run)
        first = studio.make(SCENES[run], *options)
        source, original = studio.path, studio.sound
        studio.make(SCENES[run + 5], *options[:4], "--task", "repaint", "--source", source, "--region", "4-8", "--seed", 77)
        outside = np.r_[0 : 3 * 48_000, 9 * 48_000 : 12 * 48_000]
        count = min(len(studio.sound), len(original))
        outside = outside[outside < count]
        kept.append(scale_invariant(original[outside].ravel(), studio.sound[outside].ravel()))
        cover = studio.make(SCENES[run + 5], *options[:4], "--task", "cover", "--source", source, "--seed", 78)
        similar.append(likeness(first, cover))
        elsewhere = studio.make(SCENES[run + 5], "--bpm", 96 + 8 * run, "--key",
                                f"{NOTE_NAMES[(5 * run + 6) % 12]} minor", "--duration", 12, "--seed", 79)
        others.append(likeness(first, elsewhere))
    rows = [
        ("repaint of 4 of 12 seconds: the rest against the source (SI-SDR, median)", f"{np.median(kept):.1f} dB"),
        ("cover: chroma against the source's, correlation (beside it, of a song in another key)",
         f"{np.mean(similar):.2f} ({np.mean(others):.2f})"),
    ]
    return rows + extraction(studio, arguments.model) + autoencoder(studio, arguments.model) + planner(studio)


def scale_invariant(reference: np.ndarray, estimate: np.ndarray) -> float:
    """Scale-invariant signal-to-distortion ratio in decibels."""
    target = (reference @ estimate) / (reference @ reference + 1e-12) * reference
    return float(10 * np.log10((target @ target + 1e-12) / (((estimate - target) ** 2).sum() + 1e-12)))


def likeness(first: np.ndarray, second: np.ndarray) -> float:
    """Correlation of two songs' chroma over time, in quarters of a second."""
    count = min(len(first), len(second))
    chroma = [librosa.feature.chroma_cqt(y=x[:count], sr=RATE, hop_length=512) for x in (first, second)]
    pooled = [c[:, : c.shape[1] // 11 * 11].reshape(12, -1, 11).mean(axis=2).ravel() for c in chroma]
    return float(np.corrcoef(*pooled)[0, 1])


def extraction(studio: Studio, model: Path) -> list[tuple[str, str]]:
    """Songs of the composer, played by the checkpoint's decoder: what `extract` finds against the stem itself."""
    try:
        import torch
        from diffusers import AutoencoderOobleck

        from training import layout, songs
    except ImportError:
        print("extract is not measured: torch and diffusers are not installed")
        return []
    vae = AutoencoderOobleck.from_pretrained(model / "vae").float().eval()

    def play(notes: np.ndarray) -> np.ndarray:
        latents = np.concatenate([notes, layout.clock(len(notes))], axis=1).astype(np.float32)
        with torch.no_grad():
            return 0.5 * vae.decode(torch.from_numpy(latents.T).unsqueeze(0)).sample[0].T.numpy()

    rows = []
    for stem, track in (("drums", "drums"), ("bass", "bass")):
        gains = []
        for run in range(4):
            song = songs.make(31_000_000 + run, 12.0, drums="full", style=("rock", "house", "synthwave", "lo-fi")[run])
            notes = layout.latents_of(song)[:, : layout.CLOCK]
            alone = np.zeros_like(notes)
            alone[:, list(layout.STEM_CHANNELS[stem])] = notes[:, list(layout.STEM_CHANNELS[stem])]
            mixture, wanted = play(notes), play(alone)
            source = studio.folder / "mixture.wav"
            soundfile.write(source, mixture, 48_000, subtype="FLOAT")
            studio.make("", "--task", "extract", "--track", track, "--source", source, "--bpm", song.bpm, "--seed", run)
            count = min(len(mixture), len(studio.sound))
            found, before = (scale_invariant(wanted[:count].ravel(), x[:count].ravel()) for x in (studio.sound, mixture))
            gains.append((before, found))
            print(f"extract {track}: SI-SDR {before:.1f} dB in the mixture, {found:.1f} dB extracted", flush=True)
        before, found = np.mean(gains, axis=0)
        rows.append((f"extract {track}: SI-SDR against the stem, in the mixture and extracted (improvement)",
                     f"{before:.1f} dB, {found:.1f} dB ({found - before:+.1f} dB)"))
    return rows


def autoencoder(studio: Studio, model: Path) -> list[tuple[str, str]]:
    """Songs of the model through the encoder and the decoder, by Diffusers."""
    try:
        import torch
        from diffusers import AutoencoderOobleck
    except ImportError:
        print("the autoencoder is not measured: torch and diffusers are not installed")
        return []
    vae = AutoencoderOobleck.from_pretrained(model / "vae").float().eval()
    ratios, distances = [], []
    for run in range(3):
        studio.make(SCENES[run], "--duration", 6, "--seed", 300 + run, "--normalize", "none")
        sound = torch.from_numpy(studio.sound.T.copy()).unsqueeze(0)
        with torch.no_grad():
            again = vae.decode(vae.encode(sound).latent_dist.mean).sample[..., : sound.shape[-1]]
        sound = sound[..., : again.shape[-1]]
        ratios.append(scale_invariant(sound.flatten().numpy(), again.flatten().numpy()))
        total = 0.0
        for size in (512, 1024, 2048):
            window = torch.hann_window(size)
            a, b = (torch.stft(x[0], size, size // 4, window=window, return_complex=True).abs() for x in (sound, again))
            total += ((a - b).norm() / a.norm()).item() / 3
        distances.append(total)
    return [("autoencoder round trip: SI-SDR, spectral convergence over three STFT sizes",
             f"{np.mean(ratios):.1f} dB, {np.mean(distances):.2f}")]


def planner(studio: Studio) -> list[tuple[str, str]]:
    """Whether the language model's plans are complete and agree with captions that name tempo and key."""
    valid = tempo_right = key_right = 0
    runs = 8
    for run in range(runs):
        bpm, name = 70 + 13 * run, f"{NOTE_NAMES[7 * run % 12]} {('major', 'minor')[run % 2]}"
        caption = f"{('house', 'lo-fi hip hop', 'rock', 'synthwave')[run % 4]}, {bpm} bpm, in {name}"
        outcome = subprocess.run(
            [str(studio.program), "create", caption, "--instrumental", "--model", str(studio.model), "--json", "--seed", str(run)],
            capture_output=True, text=True)
        if outcome.returncode:
            continue
        plan = json.loads(outcome.stdout)
        fields = {**plan, **plan.get("metadata", {}), **plan.get("metas", {})}
        found = fields.get("bpm"), fields.get("keyscale") or fields.get("key_scale")
        valid += all(value not in (None, "") for value in found)
        tempo_right += found[0] is not None and abs(int(found[0]) / bpm - 1) < 0.04
        key_right += found[1] == name
    return [("language model (`create`): plans that are complete; with the caption's tempo; with its key",
             f"{valid}, {tempo_right}, {key_right} of {runs}")]


if __name__ == "__main__":
    main()
