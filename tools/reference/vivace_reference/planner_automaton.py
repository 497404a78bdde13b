"""Runs of the official logits processor on seeded logits, step by step.

Where the processor can leave its own grammar, Vivace departs from it; each departure is undone here, so that all else
can be compared token for token. They are listed at `PlanAutomaton` in the sources.
"""

import random

import numpy as np
import torch

MASK = (1 << 64) - 1


def mix(values: np.ndarray) -> np.ndarray:
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def logits(seed: int, step: int, count: int) -> np.ndarray:
    """Numbers from -6 to before 6 in steps of 2^-20: one per token, the same in every language."""
    start = np.uint64((seed * 0x9E3779B97F4A7C15 + step * 0xD1B54A32D192ED03) & MASK)
    with np.errstate(over="ignore"):
        values = mix(start + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15))
    return ((values >> np.uint64(40)).astype(np.float64) / 2**24 * 12 - 6).astype(np.float32)


def fingerprint(tokens: list[int]) -> int:
    value = 2166136261
    for token in tokens:
        for byte in token.to_bytes(4, "little"):
            value = (value ^ byte) * 16777619 & 0xFFFFFFFF
    return value


class Run:
    """One sequence."""

    def __init__(self, processor, tokenizer, case):
        from acestep.constrained_logits_processor import FSMState

        self.states = FSMState
        self.processor, self.tokenizer, self.case = processor, tokenizer, case
        self.count = len(tokenizer)
        self.steps = []
        self.prompt = tokenizer.encode("</think>" if case["phase"] == "codes" else "x", add_special_tokens=False)
        texts = [tokenizer.decode([token]) for token in range(self.count)]
        added = set(tokenizer.get_added_vocab().values())
        self.indented = {t for t, text in enumerate(texts) if text[:1] in (" ", "\t")}
        self.no_caption = added | {t for t, text in enumerate(texts) if "\n" in text.rstrip("\n")}
        self.no_line = added | {t for t, text in enumerate(texts) if "\n" in text and t != processor.newline_token}
        self.useless = set(range(self.count)) & {
            t for t, text in enumerate(texts) if text.startswith("<|audio_code_") and int(text[13:-2]) > 63999}
        self.after_limit = False
        self.chooser = random.Random(case["seed"])

    def setup(self):
        processor, case = self.processor, self.case
        processor.reset()
        processor.set_target_duration(case["target"])
        processor.set_user_metadata(case["user"] or None)
        processor.set_stop_at_reasoning(case["stop"])
        processor.set_skip_genres("genres" in case["skipped"])
        processor.set_skip_caption("caption" in case["skipped"])
        processor.set_skip_language("language" in case["skipped"])
        processor.set_generation_phase(case["phase"])

    def scores(self):
        values = logits(self.case["seed"], len(self.steps), self.count)
        for token, bias in self.case["bias"]:
            values[token] += np.float32(bias)
        return values

    def record(self, allowed, values):
        allowed = sorted(allowed)
        if self.case["greedy"]:
            token = max(allowed, key=lambda t: (values[t], -t))
        else:
            token = self.chooser.choice(allowed)
        self.steps.append([token, len(allowed), fingerprint(allowed)])
        return token

    def force_name(self):
        """After a caption the official model writes the next name freely; here it is forced."""
        saved, self.processor.position_in_state = self.processor.position_in_state, 0
        while self.processor.position_in_state < len("duration:"):
            token = self.processor._get_allowed_tokens_for_fixed_string("duration:")[0]
            self.steps.append([token, 1, fingerprint([token])])
            self.processor.position_in_state += len(self.tokenizer.decode([token]))
            position, self.processor.position_in_state = self.processor.position_in_state, saved
            self.processor.caption_ending = True
            self.processor.update_state(token)
            if self.processor.state != self.states.CAPTION_VALUE:
                break
            self.processor.position_in_state = position

    def step(self) -> bool:
        """Returns whether the sequence is finished."""
        processor = self.processor
        values = self.scores()
        before = processor.state
        in_caption = before == self.states.CAPTION_VALUE
        was_after_newline = in_caption and processor.caption_after_newline and not processor.user_field_token_queue
        # A prompt that ends with a chain of thought leads past that in the first call.
        output = processor(torch.tensor([self.prompt]), torch.from_numpy(values.copy())[None])
        allowed = set(torch.nonzero(torch.isfinite(output[0])).flatten().tolist())
        if before == self.states.THINK_TAG:
            before = processor.state
        if in_caption and processor.caption_ending:
            self.force_name()
            return False
        free = len(allowed) > 1
        if in_caption and free:
            allowed -= self.no_caption
            if was_after_newline:
                allowed &= self.indented
        if before == self.states.GENRES_VALUE and free:
            allowed -= self.no_line
        if before in (self.states.COMPLETED, self.states.CODES_GENERATION) and free:
            allowed -= self.useless
        token = self.record(allowed, values)
        lost_letter = before == self.states.GENRES_VALUE and processor.state not in (before, self.states.GENRES_NAME)
        processor.update_state(token)
        if lost_letter:
            processor.position_in_state = 0
        if in_caption and processor.state == before and processor.caption_token_count >= 512 \
                and "\n" in self.tokenizer.decode([token]):
            self.force_name()
        return token in (self.tokenizer.eos_token_id, self.tokenizer.pad_token_id) and before in (
            self.states.COMPLETED, self.states.CODES_GENERATION, self.states.THINK_END_TAG)

    def run(self):
        self.setup()
        while not self.step():
            if len(self.steps) >= self.case["limit"]:
                break
        return self.case | {"steps": [number for step in self.steps for number in step]}


def cases(tokenizer, processor):
    generator = random.Random(11)
    newline = processor.newline_token
    spaces = [t for t in range(len(tokenizer)) if tokenizer.decode([t])[:1] == " "]
    captions = ["a calm piece: slow", "it's \"loud\"", "caf\u00e9 \u4e2d\u6587 #1"]
    for index in range(72):
        phase = ["cot", "cot", "understand", "codes"][index % 4]
        bias = [[newline, generator.choice([-20, 1.5, 3, 20])]]
        if index % 3:
            bias += [[token, 1.0] for token in generator.sample(spaces, min(12, len(spaces)))]
        if index % 5 == 0:
            bias += [[tokenizer.eos_token_id, 2.0]]
        user = {}
        for field, values in [("bpm", ["120", "7"]), ("caption", captions), ("duration", ["30", "245"]),
                              ("keyscale", ["C major", "H sharp"]), ("language", ["en", "no"]),
                              ("timesignature", ["4", "6/8"]), ("genres", ["pop rock"])]:
            if generator.random() < 0.3:
                user[field] = generator.choice(values)
        stop = phase == "cot" and index % 8 < 6
        # The official duration digits lack their space if a target is set, so a target goes with no such line.
        target = generator.choice([None, 0.7, 3.0, 7.48]) if phase == "codes" or (not stop and "duration" in user) else None
        skipped = [field for field in ("caption", "genres", "language") if generator.random() < 0.4]
        yield {
            "seed": 1000 + index, "phase": phase, "stop": stop, "target": target, "user": user, "skipped": skipped,
            "bias": bias, "greedy": generator.random() < 0.6, "limit": 2000 if index in (1, 6) else 160,
        }


def goldens(tokenizer) -> list[dict]:
    from acestep.constrained_logits_processor import MetadataConstrainedLogitsProcessor

    processor = MetadataConstrainedLogitsProcessor(tokenizer, genres_vocab_path="no such file")
    runs = []
    for case in cases(tokenizer, processor):
        # A bias of minus 20 on the line feed makes captions and genres endless: for two cases up to their limit.
        case["skipped"] = sorted(set(case["skipped"]) | ({"genres"} if case["bias"][0][1] < 0 else set()))
        runs.append(Run(processor, tokenizer, case).run())
    return runs
