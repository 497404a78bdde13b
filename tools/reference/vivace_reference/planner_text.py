"""Chains of thought, outputs, prompts and budgets as the official software writes and reads them."""

import random
import types

import yaml

NASTY = [
    "", " ", "no", "No", "yes", "on", "null", "~", "true", "1.5", ".5", "1e3", "1.0e+3", "0x1F", "0b11", "0o7", "012",
    "1_000", "12:30", "12:30:45", "-12", "+7", "2020-01-02", "2020-1-2 3:04:05", "2020-01-02T03:04:05Z", "<<", "=",
    "a: b", "a:b", "a :b", "ends:", "a #b", "a#b", "#b", "- a", "-a", "--- a", "---", "...", "? a", "?a", ": a", ":a",
    ", a", "[a]", "{a}", "&a", "*a", "!a", "|a", ">a", "'a'", "\"a\"", "%a", "@a", "`a`", "it's", "it's: it's",
    "say \"hi\"", "say: \"hi\"", " leading", "trailing ", "tab\there", "line\nbreak", "two\n\nbreaks", "end\n",
    "\nstart", "space \nbreak", "break\n space", "back\\slash", "bell\x07", "nbsp\xa0x", "nel\x85x", "ls\u2028x",
    "ps\u2029x", "bom\ufeffx", "caf\u00e9", "\u4e2d\u6587", "\U0001f3b9 piano", "del\x7f", "\u00b2", "\uff11\uff12", "007", "4/4",
    "4/4: x", "F# minor", "B\u266d major", "unknown", ".inf", "-.INF", ".nan", "a\u0301", "\u00e4" * 90, "x" * 100, "\r\n", "a\rb",
    "1:60", "09", "0", "00", "a, b", "<b>", "key: 'v'", "''", "\"\"", "'", "\"",
]


def handler():
    from acestep.llm_inference import LLMHandler

    instance = LLMHandler.__new__(LLMHandler)
    instance.max_model_len = 4096
    return instance


def sentence(generator: random.Random, length: int) -> str:
    words = ["calm", "piano", "it's", "bass:", "strings,", "#1", "a", "\u4e2d\u6587\u97f3\u4e50", "caf\u00e9", "\"warm\"", "-", "soft  pads",
             "\U0001f3b9", "x" * 30, "vocals.", "tab\tbed", "line\nfeed", "n\xb0", "back\\", ":", "? !", "<b>"]
    common = words[:2] + ["slow", "driving", "melody", "with", "the", "guitar"]
    pool = words if generator.random() < 0.6 else common
    return " ".join(generator.choice(pool) for _ in range(length))


def chains() -> list[dict]:
    """Metadata, its chain of thought, and what YAML reads back."""
    instance, generator, cases = handler(), random.Random(3), []
    captions = NASTY + [sentence(generator, generator.randint(1, 60)) for _ in range(260)]
    for index, caption in enumerate(captions):
        metadata = {"caption": caption}
        if index % 2:
            metadata["bpm"] = generator.randint(30, 300)
        if index % 3:
            metadata["duration"] = generator.randint(10, 600)
        if index % 4:
            metadata["keyscale"] = generator.choice(["C major", "F# minor", "B\u266d major"])
        if index % 5:
            metadata["language"] = generator.choice(["no", "en", "yue", "unknown"])
        if index % 6:
            metadata["timesignature"] = generator.choice(["4", "4/4", "6/8", "3", "2/4"])
        try:
            text = instance._format_metadata_as_cot(metadata)
        except ValueError:
            continue  # superscript digits count as digits there, and are no number
        read = yaml.safe_load(text[len("<think>\n"):-len("</think>")])["caption"]
        cases.append({"metadata": metadata, "text": text, "read": str(read)})
    return cases


def outputs() -> list[dict]:
    instance, generator, cases = handler(), random.Random(4), []
    values = ["120", " 120 ", "12x", "", "-5", "a calm\n  piece", "a\n\tb\n  c", "x: y", "en", "C major", "'half", "it's",
              "<b>", "a\n<b>\n  c", "a\n  <b> d", "4", "6/8", "a\nb: c", "\u4e2d\u6587", " \t", "caf\u00e9\r", "a\n\n  b", "n\u00a0"]
    keys = ["bpm", "caption", "duration", "genres", "keyscale", "language", "timesignature", "BPM", " Caption",
            "mood", "", "keyscale ", "Duration"]
    lyrics = ["", "\n\n# Lyric\n[Verse]\nla la", "# lyric \n\nx<|im_end|>", "\nhello\n<|im_end|>\n", "# Lyri\nx", "## Lyric\nx",
              "no heading", "<|im_end|>", "# Lyric", "a </think> b", "  # LYRIC\n\n\n  y  "]
    for index in range(420):
        lines = []
        for _ in range(generator.randint(0, 8)):
            lines.append(f"{generator.choice(keys)}:{generator.choice([' ', '', '  '])}{generator.choice(values)}")
            if generator.random() < 0.1:
                lines.append(generator.choice(["junk", "", "  more", "\tmore", "</b>", "\u00a0odd: 1"]))
        body = "\n".join(lines)
        shape = index % 6
        codes = "".join(f"<|audio_code_{generator.randint(0, 70000)}|>" for _ in range(generator.randint(0, 4)))
        lyric = generator.choice(lyrics)
        text = [
            f"<think>\n{body}\n", f"<think>\n{body}\n</think>{lyric}", f"<think>\n{body}\n</think>\n\n{codes}",
            f"<reasoning>{body}</reasoning>{codes}", f"{body}\n{codes}tail: 3\n", f"<think>{body}</think>{lyric}{codes}",
        ][shape]
        metadata, found = instance.parse_lm_output(text)
        cases.append({
            "text": text, "metadata": {key: str(value) for key, value in metadata.items()}, "codes": found,
            "lyrics": instance._extract_lyrics_from_output(text),
        })
    return cases


def prompts(tokenizer) -> list[dict]:
    instance, cases = handler(), []
    instance.llm_tokenizer = tokenizer
    texts = [("calm piano", "[Verse]\nla la"), ("", ""), ("a: b\n\n", "\n\nx\n"), (" \u4e2d\u6587 caf\u00e9", "e\u0301 2"), ("x", "[Instrumental]")]

    def add(mode, text, **inputs):
        cases.append({
            "mode": mode, "inputs": inputs, "text": text,
            "tokens": tokenizer(text, add_special_tokens=False)["input_ids"]})

    for caption, lyrics in texts:
        add("generation", instance.build_formatted_prompt(caption, lyrics), caption=caption, lyrics=lyrics)
        for negative in ["NO USER INPUT", "", "noise"]:
            text = instance.build_formatted_prompt(
                caption, lyrics, is_negative_prompt=True, generation_phase="cot", negative_prompt=negative)
            add("negative", text, lyrics=lyrics, caption=negative)
        if caption:
            add("format", instance.build_formatted_prompt_for_format(caption, lyrics or "[Instrumental]"),
                caption=caption, lyrics=lyrics)
            for instrumental in (True, False):
                add("instrumental" if instrumental else "vocal",
                    instance.build_formatted_prompt_for_inspiration(caption, instrumental), caption=caption)
    codes = "<|audio_code_3|><|audio_code_149|><|audio_code_0|>"
    add("understand", instance.build_formatted_prompt_for_understanding(codes), codes=[3, 149, 0])
    add("understand", instance.build_formatted_prompt_for_understanding("NO USER INPUT"), codes=[])
    return cases


def budgets() -> list[list]:
    from acestep import llm_inference

    instance = handler()
    # The longest duration depends on the machine otherwise.
    llm_inference.get_global_gpu_config = lambda: types.SimpleNamespace(max_duration_with_lm=600)
    rows = []
    for duration in [None, -1.0, 0.0, 0.1, 5.0, 9.99, 10.0, 37.4, 37.5, 30.1, 59.99, 61.3, 120.2, 240.7, 599.9, 600.0, 700.0]:
        codes = int(duration * 5) if duration and duration > 0 else None
        rows.append([duration, codes, instance._compute_max_new_tokens(duration, "codes"),
                     instance._compute_max_new_tokens(duration, "cot")])
    return rows
