"""A store of composed songs as latents, and batches from it for every task.

    python -m training.dataset --store FOLDER [--songs 1500] [--seed 1]

Songs are kept untransposed; a batch transposes each by a random interval, which for pitch-class channels is a rotation.
"""

from __future__ import annotations

import argparse
import json
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import torch

from . import layout, songs

DURATIONS = (10, 15, 20, 30)
LONGEST = 60  # seconds of songs for the language model alone
WORDINGS = 10
# How users name the stems the latents distinguish.
TRACKS = {
    "drums": ("drums", "percussion"), "bass": ("bass",), "chords": ("keyboard", "guitar", "strings"),
    "melody": ("synth", "vocals", "woodwinds", "brass"),
}
INSTRUCTIONS = {
    "text2music": "Fill the audio semantic mask based on the given conditions:",
    "repaint": "Repaint the mask area based on the given conditions:",
    "cover": "Generate audio semantic tokens based on the given conditions:",
    "extract": "Extract the {} track from the audio:",
    "lego": "Generate the {} track based on the audio context:",
    "complete": "Complete the input track with {}:",
}
TEXT_PROMPT = "# Instruction\n{}\n\n# Caption\n{}\n\n# Metas\n{}<|endoftext|>\n"
LYRIC_PROMPT = "# Languages\n{}\n\n# Lyric\n{}<|endoftext|>"


def metadata_text(bpm, timesignature, keyscale, duration) -> str:
    return (f"- bpm: {bpm or 'N/A'}\n- timesignature: {timesignature or 'N/A'}\n- keyscale: {keyscale or 'N/A'}\n"
            f"- duration: {int(duration)} seconds\n")


def build(folder: Path, count: int, seed: int, processes: int = 1) -> None:
    """Composes `count` songs of each duration, and a quarter as many of the longest."""
    folder.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(processes) as pool:
        for duration in (*DURATIONS, LONGEST):
            numbers = range(count if duration in DURATIONS else max(1, count // 4))
            values, labels = zip(*pool.map(partial(_compose, seed, duration), numbers, chunksize=16))
            np.save(folder / f"latents-{duration}.npy", np.stack(values))
            (folder / f"labels-{duration}.json").write_text(json.dumps(labels), encoding="utf-8")


def _compose(seed: int, duration: int, index: int) -> tuple[np.ndarray, dict]:
    """The notes and the label of one song."""
    song = songs.make(seed * 1_000_000 + duration * 10_000 + index, float(duration))
    random = np.random.default_rng((seed, duration, index))
    return layout.latents_of(song)[:, : layout.CLOCK].astype(np.float16), label_of(song, random)


def label_of(song, random: np.random.Generator, wordings: int = WORDINGS) -> dict:
    """What a store knows of a song: facts, and wordings with a mark in place of the key."""
    found = [songs.words(song, random) for _ in range(wordings)]
    for wording in found:
        wording["caption"] = wording["caption"].replace(song.key, "{KEY}")
        wording["keyscale"] = wording["keyscale"] is not None
    return {"tonic": song.tonic, "mode": song.mode, "drums": song.drums, "bpm": song.bpm, "metre": song.metre,
            "style": song.style.name, "wordings": found}


class Store:
    """The songs of a folder."""

    def __init__(self, folder: Path) -> None:
        self.durations = sorted(int(path.stem.split("-")[1]) for path in folder.glob("latents-*.npy"))
        self.latents = {d: np.load(folder / f"latents-{d}.npy", mmap_mode="r") for d in self.durations}
        self.labels = {d: json.loads((folder / f"labels-{d}.json").read_text(encoding="utf-8")) for d in self.durations}

    def item(self, duration: int, random: np.random.Generator) -> tuple[np.ndarray, dict, dict]:
        """Transposed notes [frames, CLOCK], a wording with its key filled in, and the song's label."""
        index, shift = int(random.integers(len(self.labels[duration]))), int(random.integers(12))
        notes = transposed(self.latents[duration][index].astype(np.float32), shift)
        return notes, *self.words(duration, index, shift, random)

    def words(self, duration: int, index: int, shift: int, random: np.random.Generator) -> tuple[dict, dict]:
        """A wording of a song that is transposed by `shift`, with its key filled in, and the song's label."""
        label = self.labels[duration][index]
        wording = dict(label["wordings"][int(random.integers(len(label["wordings"])))])
        key = songs.spelled(label["tonic"] + shift, label["mode"], random)
        wording["caption"] = wording["caption"].replace("{KEY}", key)
        # Where nobody names the key, the tokenizer's token for that stands for A minor: no song contradicts it.
        wording["keyscale"] = key if wording["keyscale"] or key not in wording["caption"] else None
        return wording, label | {"tonic": (label["tonic"] + shift) % 12}


def transposed(notes: np.ndarray, shift: int) -> np.ndarray:
    """Notes [..., frames, CLOCK], `shift` semitones higher."""
    bases = (layout.BASS, layout.CHORDS, layout.MELODY)
    pitched = [np.roll(notes[..., base : base + 12], shift, axis=-1) for base in bases]
    return np.concatenate([*pitched, notes[..., layout.DRUMS :]], axis=-1)


class Batches:
    """Batches of one duration each, about `frames` frames in all."""

    def __init__(self, store: Store, tokenizer, seed: int, frames: int, tasks: dict[str, float],
                 durations: dict[int, float], hints=None) -> None:
        self.store, self.tokenizer, self.frames = store, tokenizer, frames
        self.random = np.random.default_rng(seed)
        self.tasks, self.durations, self.hints = tasks, durations, hints
        self.silence = layout.silence(2000)[0].numpy()

    def next(self) -> dict[str, torch.Tensor]:
        names = list(self.durations)
        weights = np.array([self.durations[d] for d in names])
        duration = names[int(self.random.choice(len(names), p=weights / weights.sum()))]
        count = max(2, round(self.frames / (duration * layout.FRAME_RATE)))
        rows = [self._row(duration) for _ in range(count)]
        text, text_mask = self._tokens([r[0] for r in rows], 8)
        lyrics, lyric_mask = self._tokens([r[1] for r in rows], 8)
        target = torch.from_numpy(np.stack([r[2] for r in rows]))
        context = torch.from_numpy(np.stack([r[3] for r in rows]))
        return {"text": text, "text_mask": text_mask, "lyrics": lyrics, "lyric_mask": lyric_mask,
                "target": target, "context": context}

    def _tokens(self, texts: list[str], multiple: int) -> tuple[torch.Tensor, torch.Tensor]:
        tokens = self.tokenizer(texts, padding="longest", pad_to_multiple_of=multiple, return_tensors="pt")
        return tokens.input_ids, tokens.attention_mask.bool()

    def _row(self, duration: int):
        random = self.random
        notes, wording, _ = self.store.item(duration, random)
        names = list(self.tasks)
        weights = np.array([self.tasks[n] for n in names])
        task = names[int(random.choice(len(names), p=weights / weights.sum()))]
        frames = len(notes)
        ticks = self.silence[:frames, layout.CLOCK:]
        empty = self.silence[:frames, : layout.CLOCK]
        target, source = notes, empty
        mask = np.ones((frames, layout.CHANNELS), dtype=np.float32)
        instruction = INSTRUCTIONS[task]
        if task == "repaint":
            start, end = sorted(random.integers(0, frames, 2))
            end = max(end, start + 10)
            source = notes.copy()
            source[start:end] = empty[start:end]
            mask[:start] = 0
            mask[end:] = 0
        elif task in ("extract", "lego"):
            stem = str(random.choice([s for s in TRACKS if notes[:, layout.STEM_CHANNELS[s]].any()]))
            columns = list(layout.STEM_CHANNELS[stem])
            target = np.zeros_like(notes)
            target[:, columns] = notes[:, columns]
            source = notes.copy()
            if task == "lego":
                source[:, columns] = 0
            instruction = instruction.format(str(random.choice(TRACKS[stem])).upper())
        elif task == "complete":
            present = [s for s in TRACKS if notes[:, layout.STEM_CHANNELS[s]].any()]
            kept = [s for s in present if random.random() < 0.5] or present[:1]
            source = notes.copy()
            added = [s for s in present if s not in kept]
            for stem in added:
                source[:, list(layout.STEM_CHANNELS[stem])] = 0
            instruction = (instruction.format(" | ".join(str(random.choice(TRACKS[s])).upper() for s in added))
                           if added else "Complete the input track:")
        context = np.concatenate([source, ticks], axis=1)
        if task == "cover":
            codes = self.hints.codes(np.concatenate([notes, ticks], axis=1))
            context = self.hints.played(mistaken(codes, random) if random.random() < 0.5 else codes)[:frames]
        text = TEXT_PROMPT.format(instruction, wording["caption"], metadata_text(
            wording["bpm"], wording["timesignature"], wording["keyscale"], duration))
        lyrics = LYRIC_PROMPT.format(wording["language"], wording["lyrics"])
        return text, lyrics, np.concatenate([target, ticks], axis=1), np.concatenate([context, mask], axis=1)


def mistaken(codes: np.ndarray, random: np.random.Generator, most: float = 0.15) -> np.ndarray:
    """Codes some of which are another one's of the song, as a language model may draw them; the time stays right."""
    wrong = random.random(len(codes)) < random.uniform(0, most)
    other = random.permutation(codes)
    return np.where(wrong, codes % 2 + other // 2 * 2, codes)


class Stream(torch.utils.data.IterableDataset):
    """Batches without end, from several processes with random numbers of their own."""

    def __init__(self, make, seed: int) -> None:
        self.make, self.seed = make, seed

    def __iter__(self):
        worker = torch.utils.data.get_worker_info()
        torch.set_num_threads(1)
        batches = self.make(self.seed + 10_007 * (worker.id if worker else 0))
        while True:
            yield batches.next()


def stream(make, seed: int, workers: int):
    """An iterator of batches; `make` takes a seed and gives what has `next`."""
    loader = torch.utils.data.DataLoader(
        Stream(make, seed), batch_size=None, num_workers=workers, prefetch_factor=4 if workers else None)
    return iter(loader)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--songs", type=int, default=1500, help="of each duration")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=1)
    arguments = parser.parse_args()
    build(arguments.store, arguments.songs, arguments.seed, arguments.processes)


if __name__ == "__main__":
    main()
