"""What the language model learns from: pairs of what it is asked and what it is to answer.

Generation (caption and lyrics to metadata, then codes), understanding (codes to metadata and lyrics), creation (a few
words to a caption, metadata and lyrics) and formatting. What a caption states, a plan has to repeat, and what is heard
counts: these answers weigh more. Some values are given, as users give them (a language, another key or length); the
rest of the answer follows them, and they themselves aren't learned.
"""

from __future__ import annotations

import re
from pathlib import Path

import corpus
import numpy as np
import torch
import yaml

from . import codes, dataset, layout, songs

GENERATE = "Generate audio semantic tokens based on the given conditions:"
UNDERSTAND = "Understand the given musical conditions and describe the audio semantics accordingly:"
EXPAND = "Expand the user's input into a more detailed and specific musical description:"
REWRITE = "Format the user's input into a more detailed and specific musical description:"
NOTHING = "NO USER INPUT"
TASKS = {"generate": 0.5, "understand": 0.28, "create": 0.12, "format": 0.1}
STATED_WEIGHT = 3.0  # of the tokens of a tempo or key that the question states
HEARD_WEIGHTS = {"bpm": 8.0, "keyscale": 4.0, "duration": 2.0, "genres": 2.0}  # where codes are to be understood
FIELDS = ("bpm", "caption", "duration", "genres", "keyscale", "language", "timesignature")
FIELD = re.compile(rf"^({'|'.join(set(FIELDS) - {'caption'})}): (.+)$", re.MULTILINE)
LANGUAGES = (
    "ar az bg bn ca cs da de el en es fa fi fr he hi hr ht hu id is it ja ko la lt ms ne nl no pa pl pt ro ru sa sk sr "
    "sv sw ta te th tl tr uk ur vi yue zh").split()
GENRES = {
    "techno": "techno", "house": "house", "lo-fi": "lo-fi hip hop", "ambient": "ambient", "rock": "rock",
    "jazz trio": "jazz", "waltz": "waltz", "synthwave": "synthwave", "chiptune": "chiptune",
    "cinematic strings": "cinematic", "folk march": "folk", "downtempo": "downtempo",
}
POOL = 192  # lessons that are sorted by length at a time
SLIPS = 0.1  # most codes of a song that are shown with the wrong digit SECOND: it has to be counted, not copied


def prompt(instruction: str, user: str) -> str:
    return (f"<|im_start|>system\n# Instruction\n{instruction}\n\n<|im_end|>\n"
            f"<|im_start|>user\n{user}<|im_end|>\n<|im_start|>assistant\n")


def thought(fields: dict) -> str:
    dumper = getattr(yaml, "CDumper", yaml.Dumper)
    text = yaml.dump({k: v for k, v in fields.items() if v is not None}, Dumper=dumper, allow_unicode=True,
                     sort_keys=True).strip()
    return f"<think>\n{text if fields else ''}\n</think>\n\n"


class Shelf:
    """A store's words, and the codes of its songs in all twelve transpositions."""

    def __init__(self, store: dataset.Store, path: Path, device: str) -> None:
        self.store = store
        store.latents, latents = {}, store.latents
        hints = codes.Hints(path)
        net = hints.tokenizer.to(device)
        self.codes = {}
        for duration in store.durations:
            clock = layout.clock(duration * layout.FRAME_RATE)
            rows = []
            for first in range(0, len(latents[duration]), 64):
                notes = latents[duration][first : first + 64].astype(np.float32)
                clocks = np.broadcast_to(clock, (*notes.shape[:2], clock.shape[1]))
                rows.append(np.stack([
                    _tokenized(net, np.concatenate([dataset.transposed(notes, shift), clocks], -1), device)
                    for shift in range(12)], 1))
            self.codes[duration] = np.concatenate(rows)  # [songs, transpositions, codes]


@torch.no_grad()
def _tokenized(net, latents: np.ndarray, device: str) -> np.ndarray:
    return net.tokenize(torch.from_numpy(latents).to(device))[1][..., 0].cpu().numpy().astype(np.int16)


class Lessons:
    """Batches of lessons about songs that were composed, and about songs that the generator played."""

    def __init__(self, shelves: list[Shelf], tokenizer, tokens: int, sounds: bool, seed: int) -> None:
        self.composed, self.played = shelves
        self.tokenizer, self.tokens, self.sounds = tokenizer, tokens, sounds
        self.random = np.random.default_rng(seed)
        self.first = tokenizer.convert_tokens_to_ids("<|audio_code_0|>")
        self.ready: list = []

    def next(self) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Ids, labels (-100 where the question stands) and their weights, padded: about `tokens` of similar lengths."""
        if not self.ready:
            pool = sorted((self.lesson() for _ in range(POOL)), key=lambda lesson: len(lesson[0]) + len(lesson[1]))
            rows: list = []
            for lesson in pool:
                if rows and (len(rows) + 1) * (len(lesson[0]) + len(lesson[1])) > self.tokens:
                    self.ready.append(rows)
                    rows = []
                rows.append(lesson)
            self.ready.append(rows)
            self.random.shuffle(self.ready)
        return self._padded(self.ready.pop())

    def _padded(self, rows: list) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        width = max(len(q) + len(a) for q, a, _ in rows)
        ids = torch.full((len(rows), width), self.tokenizer.pad_token_id)
        labels = torch.full((len(rows), width), -100)
        weights = torch.ones(len(rows), width)
        for index, (question, answer, counts) in enumerate(rows):
            span = slice(len(question), len(question) + len(answer))
            ids[index, : span.stop] = torch.tensor(question + self._slipped(answer))
            labels[index, span] = torch.tensor(answer)
            weights[index, span] = torch.tensor(counts)
        return ids, labels, weights

    def _slipped(self, answer: list[int]) -> list[int]:
        """An answer as the model has to be able to go on from it."""
        share = SLIPS * self.random.random() if self.random.random() < 0.7 else 0.0
        slips = self.random.random(len(answer)) < share
        return [self.first + (token - self.first ^ 1) if slip and token >= self.first else token
                for token, slip in zip(answer, slips)]

    def lesson(self) -> tuple[list[int], list[int], list[float]]:
        """Ids of a question and of its answer, and how much each of the answer's counts."""
        random = self.random
        task = str(random.choice(list(TASKS), p=list(TASKS.values())))
        if task == "understand" and not self.sounds:
            task = "create"
        played = random.random() < (0.65 if task == "understand" else 0.2)
        shelf = self.played if played else self.composed
        lengths = [d for d in shelf.store.durations if d != dataset.LONGEST or random.random() < 0.4]
        duration = int(random.choice(lengths))
        index, shift = int(random.integers(len(shelf.codes[duration]))), int(random.integers(12))
        wording, label = shelf.store.words(duration, index, shift, random)
        seconds = duration if random.random() < 0.4 else int(random.integers(10, duration + 1))
        if task == "understand" and random.random() < 0.1:
            seconds = int(random.integers(5, 10))
        numbers = [self.first + int(n) for n in shelf.codes[duration][index, shift, : 5 * seconds]]
        key = f"{layout.NAMES[label['tonic']]} {label['mode']}"
        caption = self._with_facts(wording["caption"], label, key)
        # A plan's caption comes before its key: where nobody has named one, it leaves the key to the field.
        tells = task == "understand" or key in caption
        wordings = [w["caption"] for w in label["wordings"] if tells or "{KEY}" not in w["caption"]] or [caption]
        other = str(random.choice(wordings)).replace("{KEY}", key)
        lyrics = wording["lyrics"] or "[Instrumental]"
        if task == "generate" and random.random() < 0.3:
            lyrics = ""  # nobody wrote any
        fields = {"bpm": int(label["bpm"]), "caption": other, "duration": max(10, seconds), "keyscale": key,
                  "language": "unknown", "timesignature": int(label["metre"])}
        if task == "generate":
            return self._generation(caption, lyrics, fields, label, numbers)
        full = fields | {"genres": GENRES[label["style"]]}
        if task == "understand":
            head, tail = prompt(UNDERSTAND, "\0").split("\0")
            _, answer, weights = self._pair("", thought(full) + f"# Lyric\n{lyrics}<|im_end|>", HEARD_WEIGHTS)
            return self._ids(head) + numbers + self._ids(tail), answer, weights
        given = self._given(full)
        answer = thought(full | given) + f"# Lyric\n{lyrics}<|im_end|>"
        if task == "create":
            query = NOTHING if random.random() < 0.1 else caption
            sung = "true" if random.random() < 0.6 else "false"
            return self._pair(prompt(EXPAND, f"{query}\n\ninstrumental: {sung}"), answer, given=given)
        return self._pair(prompt(REWRITE, f"# Caption\n{caption}\n\n# Lyric\n{lyrics}"), answer, given=given)

    def _generation(self, caption: str, lyrics: str, fields: dict, label: dict, numbers: list[int]):
        """A chain of thought after a caption and lyrics, and codes after it."""
        random = self.random
        if random.random() < 0.12:
            question, answer, weights = self._pair(prompt(GENERATE, NOTHING), "<think>\n\n</think>\n\n")
        else:
            fields, given = dict(fields), {}
            if random.random() < 0.2:
                fields["language"] = language = str(random.choice(sorted(corpus.LYRICS)))
                lyrics = self._sung(language)
            if self.sounds:
                if random.random() < 0.3:
                    given["language"] = str(random.choice(LANGUAGES))
                if random.random() < 0.3:
                    given["keyscale"] = self._spelled(label)
                dropped = [name for name in fields if random.random() < (0.4 if name == "caption" else 0.08)]
            else:
                given, dropped = self._given(fields), []
            fields = {name: value for name, value in (fields | given).items() if name not in dropped}
            question, answer, weights = self._pair(
                prompt(GENERATE, f"# Caption\n{caption}\n\n# Lyric\n{lyrics}\n"), thought(fields), given=given)
        if self.sounds:
            answer, weights = answer + numbers + self._ids("<|im_end|>"), weights + [1.0] * (len(numbers) + 1)
        return question, answer, weights

    def _given(self, fields: dict) -> dict:
        """Values that a user gives, whatever the song is."""
        random = self.random
        choices = {
            "language": lambda: str(random.choice(LANGUAGES)), "duration": lambda: int(random.integers(10, 241)),
            "bpm": lambda: int(random.integers(40, 221)), "timesignature": lambda: int(random.choice([2, 3, 4, 6])),
            "keyscale": lambda: songs.spelled(
                int(random.integers(12)), str(random.choice(list(layout.SCALES))), random)}
        return {name: choices[name]() for name in choices
                if name in fields and random.random() < (0.35 if name == "language" else 0.08)}

    def _spelled(self, label: dict) -> str:
        """One of the names of a song's key."""
        names = [name for name, tonic in layout.key_names().items() if tonic == label["tonic"]]
        return f"{self.random.choice(names)} {label['mode']}"

    def _sung(self, language: str) -> str:
        """Lyrics with words."""
        random = self.random
        words = corpus.LYRICS[language].split()
        lines = [str(random.choice(["[Verse]", "[Chorus]", "[Intro]", "[Bridge]"]))]
        lines += [" ".join(random.choice(words, int(random.integers(2, 7)))) for _ in range(random.integers(1, 5))]
        return "\n".join(lines)

    def _with_facts(self, caption: str, label: dict, key: str) -> str:
        """The caption, in most cases with tempo and key added if it has none."""
        random = self.random
        if "bpm" not in caption and random.random() < 0.6:
            caption += str(random.choice([", {} bpm", " at {} bpm", ", {} BPM", ", tempo {} bpm"])).format(label["bpm"])
        if not re.search(r" (?:major|minor)\b", caption) and random.random() < 0.6:
            caption += str(random.choice([", in {}", ", {}", ", key of {}"])).format(key)
        return caption

    def _pair(self, question: str, answer: str, heard: dict | None = None, given: dict | None = None):
        tokens = self.tokenizer(answer, add_special_tokens=False, return_offsets_mapping=True)
        weights = [1.0] * len(tokens.input_ids)
        for match in FIELD.finditer(answer):
            name, (start, end) = match.group(1), match.span(2)
            if name in (given or {}):
                weight = 0.0
            elif heard:
                weight = heard.get(name, 1.0)
            else:
                is_stated = name in ("bpm", "keyscale") and match.group(2).lower() in question.lower()
                weight = STATED_WEIGHT if is_stated else 1.0
            for index, (a, b) in enumerate(tokens.offset_mapping):
                if a < end and b > start and weight != 1:
                    weights[index] = weight
        return self._ids(question), tokens.input_ids, weights

    def _ids(self, text: str) -> list[int]:
        return self.tokenizer(text, add_special_tokens=False).input_ids
