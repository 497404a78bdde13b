"""Tokenizers and what the packages tokenizers and transformers make of the corpus with them.

    python tools/reference/tokenizer_fixtures.py

writes Tests/TokenizersTests/Fixtures. The tokenizers are trained here, on other lines of the generated corpus.
"""

import base64
import json
import pathlib
import random
import shutil

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import AutoTokenizer, PreTrainedTokenizerFast, Qwen2Tokenizer

import tokenizer_corpus

HERE = pathlib.Path(__file__).resolve().parent
FIXTURES = HERE.parent.parent / "Tests" / "TokenizersTests" / "Fixtures"
QWEN2 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
CL100K = QWEN2.replace(r"\p{N}| ?", r"\p{N}{1,3}| ?")
QWEN35 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+"
    r"|\s+(?!\S)|\s+"
)
O200K = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
TIKTOKEN = (
    r"(?i:'(?:[sdmt]|ll|ve|re))|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+"
    r"|\s*[\r\n]|\s+(?!\S)|\s"
)
DEEPSEEK = (
    "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+"
    "| ?[\\p{P}\\p{S}]+[\r\n]*|\\s*[\r\n]+|\\s+(?!\\S)|\\s+"
)
GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"


def split(pattern, behavior="isolated", invert=False):
    return pre_tokenizers.Split(Regex(pattern), behavior, invert)


def byte_level(**options):
    return pre_tokenizers.ByteLevel(**({"add_prefix_space": False, "use_regex": False} | options))


def trained(size, normalizer, pre_tokenizer, special=(), alphabet=True, decoder=None, **model):
    tokenizer = Tokenizer(models.BPE(**model))
    if normalizer:
        tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.decoder = decoder or decoders.ByteLevel()
    # Of the characters, those of the first words: which of the rare ones were kept would differ from run to run.
    letters = sorted(set("".join(tokenizer_corpus.WORDS.values())))[:400]
    initial = sorted(pre_tokenizers.ByteLevel.alphabet()) if alphabet else letters
    trainer = trainers.BpeTrainer(
        vocab_size=size, initial_alphabet=initial, special_tokens=list(special), show_progress=False,
        limit_alphabet=len(initial),
    )
    tokenizer.train_from_iterator(tokenizer_corpus.lines(12_000, seed=1), trainer)
    return tokenizer


def appended(tokenizer, token):
    """A post-processor that appends a token, as that of Qwen3-Embedding does."""
    template = processors.TemplateProcessing(
        single=f"$A:0 {token}:0", pair=f"$A:0 {token}:0 $B:1 {token}:1",
        special_tokens=[(token, tokenizer.token_to_id(token))],
    )
    return processors.Sequence([processors.ByteLevel(add_prefix_space=False, trim_offsets=False), template])


QWEN_SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
QWEN_PRE = lambda pattern=QWEN2: pre_tokenizers.Sequence([split(pattern), byte_level(trim_offsets=False)])


def qwen_embedding():
    """Like Qwen3-Embedding: special tokens behind the vocabulary, one appended to each text, merges as pairs."""
    tokenizer = trained(4000, normalizers.NFC(), QWEN_PRE())
    tokenizer.add_special_tokens([AddedToken(token, normalized=False, special=True) for token in QWEN_SPECIAL])
    tokenizer.add_tokens([AddedToken(token, normalized=False) for token in ("<think>", "</think>", "<tool_call>")])
    tokenizer.add_tokens([AddedToken(f"<|audio_code_{index}|>", normalized=False) for index in range(40)])
    tokenizer.post_processor = appended(tokenizer, "<|endoftext|>")
    return tokenizer


def small():
    """Special tokens at the start of the vocabulary, nothing around a text."""
    return trained(1000, normalizers.NFC(), QWEN_PRE(), special=QWEN_SPECIAL)


def llama():
    """Groups of up to three digits, whole pieces before merges, a token in front."""
    tokenizer = trained(9000, None, QWEN_PRE(CL100K), ignore_merges=True)
    tokenizer.add_special_tokens([AddedToken("<|begin|>", special=True), AddedToken("<|endoftext|>", special=True)])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<|begin|> $A", pair="<|begin|> $A <|begin|> $B",
        special_tokens=[("<|begin|>", tokenizer.token_to_id("<|begin|>"))]
    )
    return tokenizer


def gpt2():
    """The pattern that byte-level splitting brings along, a space in front, added tokens with all flags."""
    pre = byte_level(add_prefix_space=True, use_regex=True)
    tokenizer = trained(2000, normalizers.NFC(), pre, special=["<|endoftext|>"])
    tokenizer.add_tokens([
        AddedToken("<mask>", lstrip=True, rstrip=True, normalized=False, special=True),
        AddedToken("chorus", single_word=True, normalized=False),
        AddedToken("Chorus", single_word=True, lstrip=True, normalized=True),
        AddedToken("[Cafe\u0301]", normalized=True), AddedToken("e\u0301toile", normalized=True, rstrip=True),
        AddedToken("<|im_start|>", rstrip=True, special=True), AddedToken("<|im_end|>", lstrip=True, normalized=True),
        AddedToken("ﬀ", normalized=True, single_word=True), AddedToken("\n\n", normalized=False),
        AddedToken("  ", normalized=True),
    ])
    end = ("<|endoftext|>", tokenizer.token_to_id("<|endoftext|>"))
    tokenizer.post_processor = processors.RobertaProcessing(end, end, trim_offsets=False, add_prefix_space=True)
    return tokenizer


def characters():
    """No bytes: characters, bytes in their place where the vocabulary lacks one, canonical decomposition."""
    pre = pre_tokenizers.Sequence([split(" ", "merged_with_next"), pre_tokenizers.Digits(individual_digits=True)])
    tokenizer = trained(
        1500, normalizers.NFD(), pre, special=["<unk>", "<|endoftext|>"] + [f"<0x{byte:02X}>" for byte in range(0xD0)],
        alphabet=False, decoder=decoders.Sequence([decoders.ByteFallback(), decoders.Fuse()]),
        byte_fallback=True, unk_token="<unk>", fuse_unk=True,
    )
    # The bytes are ordinary entries of the vocabulary.
    content = json.loads(tokenizer.to_str())
    content["added_tokens"] = [token for token in content["added_tokens"] if not token["content"].startswith("<0x")]
    return Tokenizer.from_str(json.dumps(content))


def unknowns():
    """Characters without bytes in their place, unknown ones one by one; several steps of splitting."""
    pre = pre_tokenizers.Sequence([
        split(r"\p{N}{1,3}"), split("[一-龥぀-ゟ゠-ヿ]+"), split(DEEPSEEK, "merged_with_previous"), pre_tokenizers.Digits(),
        split(r"\s", "removed"),
    ])
    return trained(
        1200, normalizers.NFC(), pre, special=["<unk>"], alphabet=False, decoder=decoders.Fuse(), unk_token="<unk>"
    )


TOKENIZERS = [qwen_embedding, small, llama, gpt2, characters, unknowns]


def varint(value):
    digits = []
    while True:
        digits.append(value & 0x7F | (0x80 if value > 0x7F else 0))
        value >>= 7
        if not value:
            return bytes(digits)


def compact(tokenizer, string_merges):
    """The text of tokenizer.json, with merges in one of its two forms."""
    content = json.loads(tokenizer.to_str())
    if string_merges:
        content["model"]["merges"] = [" ".join(pair) for pair in content["model"]["merges"]]
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def decoded(tokenizer, rng):
    """Tokens at random, which make broken UTF-8, and their text with and without special tokens."""
    size = tokenizer.get_vocab_size()
    cases = []
    for _ in range(60):
        tokens = [rng.randrange(size + 3) for _ in range(rng.randint(1, 12))]
        cases.append({"tokens": tokens, "text": tokenizer.decode(tokens, skip_special_tokens=False),
                      "plain": tokenizer.decode(tokens, skip_special_tokens=True)})
    return cases


def write_tokenizers(lines):
    rng = random.Random(7)
    for make in TOKENIZERS:
        tokenizer = make()
        name = make.__name__.replace("_", "-")
        folder = FIXTURES / name
        folder.mkdir()
        (folder / "tokenizer.json").write_text(compact(tokenizer, string_merges=make in (small, gpt2, unknowns)))
        reread = Tokenizer.from_file(str(folder / "tokenizer.json"))
        packed = bytearray()
        for encoding in reread.encode_batch(lines):
            packed += varint(len(encoding.ids)) + b"".join(varint(token) for token in encoding.ids)
        (folder / "tokens.bin").write_bytes(packed)
        (folder / "decoded.json").write_text(json.dumps(decoded(reread, rng), ensure_ascii=False) + "\n")


def called(tokenizer, texts, **options):
    """What a tokenizer of transformers returns for a batch."""
    batch = tokenizer(texts, **options)
    return {"texts": texts, "tokens": batch["input_ids"], "mask": batch["attention_mask"]}


def write_transformers(lines):
    """Directories that transformers saved, and its batches."""
    texts = [lines[60], "<|im_start|>" + lines[70], "", lines[80] + "\n" + lines[81]]
    goldens = {}

    embedding = PreTrainedTokenizerFast(
        tokenizer_file=str(FIXTURES / "qwen-embedding" / "tokenizer.json"), pad_token="<|endoftext|>",
        eos_token="<|im_end|>", model_max_length=2048,
        chat_template="{% for m in messages %}{{ m.content }}{% endfor %}",
    )
    goldens["saved-embedding"] = saved(embedding, "saved-embedding", texts)

    # A class of its own that is made of a vocabulary and merges; named tokens that the vocabulary lacks.
    content = json.loads((FIXTURES / "small" / "tokenizer.json").read_text())["model"]
    qwen = Qwen2Tokenizer(
        vocab=content["vocab"], merges=[tuple(pair.split(" ")) for pair in content["merges"]], eos_token="<|im_end|>",
        pad_token="<|pad|>", extra_special_tokens=["<think>", AddedToken("<tool_call>", lstrip=True, special=True)],
        padding_side="left", truncation_side="left",
    )
    goldens["saved-qwen2"] = saved(qwen, "saved-qwen2", texts)
    (FIXTURES / "batches.json").write_text(json.dumps(goldens, ensure_ascii=False) + "\n")

    # The same vocabulary in the older pair of files.
    folder = FIXTURES / "older-files"
    folder.mkdir()
    (folder / "vocab.json").write_text(json.dumps(content["vocab"], ensure_ascii=False))
    (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(content["merges"]) + "\n")
    (folder / "tokenizer_config.json").write_text(json.dumps({
        "tokenizer_class": "Qwen2Tokenizer", "add_eos_token": True, "eos_token": "<|endoftext|>",
        "pad_token": "<|endoftext|>",
        "model_max_length": int(1e30), "chat_template": [{"name": "default", "template": "{{ text }}"}],
    }))
    further = {"additional_special_tokens": ["<|im_start|>", "<|im_end|>"]}
    (folder / "special_tokens_map.json").write_text(json.dumps(further))
    (folder / "added_tokens.json").write_text(json.dumps({"<think>": 1000, "<|im_start|>": 1}))
    older = AutoTokenizer.from_pretrained(folder)
    short = [text for text in lines[100:] if len(text) < 30][:100]
    goldens["older-files"] = {"vocabularySize": len(older), "padTokenID": older.pad_token_id,
                              "longest": called(older, texts[1:3] + short, padding=True)}
    (FIXTURES / "batches.json").write_text(json.dumps(goldens, ensure_ascii=False) + "\n")


def saved(tokenizer, name, texts):
    folder = FIXTURES / name
    tokenizer.save_pretrained(folder)
    content = json.loads((folder / "tokenizer.json").read_text())
    (folder / "tokenizer.json").write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")))
    tokenizer = AutoTokenizer.from_pretrained(folder)
    return {
        "vocabularySize": len(tokenizer),
        "padTokenID": tokenizer.pad_token_id,
        "eosTokenID": tokenizer.eos_token_id,
        "longest": called(tokenizer, texts, padding="longest"),
        "truncated": called(tokenizer, texts, padding="longest", truncation=True, max_length=9),
        "full": called(tokenizer, texts, padding="max_length", truncation=True, max_length=24),
        "left": called(tokenizer, texts, padding="longest", padding_side="left", truncation=True, max_length=11),
        "right": called(tokenizer, texts, padding="longest", padding_side="right"),
        "plain": called(tokenizer, texts, padding="longest", add_special_tokens=False, truncation=True, max_length=7),
        "decoded": [tokenizer.decode(tokens, skip_special_tokens=True) for tokens in tokenizer(texts)["input_ids"]],
    }


def write_splits(lines):
    """The pieces of texts by patterns and behaviours, as lengths in scalars; a piece that was removed is left out."""
    rng = random.Random(5)
    behaviors = ["isolated", "removed", "merged_with_previous", "merged_with_next", "contiguous"]
    texts = [text for text in rng.sample(lines, 160) if 0 < len(text) < 200]
    patterns = [
        QWEN2, CL100K, QWEN35, O200K, TIKTOKEN, DEEPSEEK, GPT2, r"\s+", r"\S+", r"\p{L}+?\p{N}??", r"[^\S\r\n]+",
        r"(?:ab|a)(?=b)",
        r"\d{2,4}?|\D{2}", r"(?>\p{L}+)\p{L}|\p{M}+", r"(?:\p{L}\p{M}*){2,3}", r"(?!\s)[^\p{L}]|[\]\-\\^a-f]+",
        r"\p{Lu}|\p{^L}{2}|\P{Ll}",
        r"[\x41-\x{5A}\u0430-\u044f]+", r"(\p{L}|\p{N}|')*['’](?i:[sdmt]|ll)",
        r"[\p{Han}]".replace("{Han}", "{So}") + "+|[^ -~]+",
        r"\p{Letter}+|\p{Decimal_Number}|\p{punctuation}", r"(?:(?:a|e|i)+|o{1,2}){2}",
    ]
    cases = []
    for pattern in patterns:
        tries_all = pattern in (QWEN2, r"\s+", r"\p{Lu}|\p{^L}{2}|\P{Ll}")
        tried = behaviors if tries_all else ["isolated", "merged_with_next"]
        for behavior in tried:
            for invert in (False, True) if behavior != "isolated" else (False,):
                splitter = split(pattern, behavior, invert)
                pieces = [[len(piece) for piece, _ in splitter.pre_tokenize_str(text)] for text in texts]
                cases.append({"pattern": pattern, "behavior": "".join(part.title() for part in behavior.split("_")),
                              "invert": invert, "pieces": pieces})
    content = json.dumps({"texts": texts, "cases": cases}, ensure_ascii=False, separators=(",", ":"))
    (FIXTURES / "splits.json").write_text(content + "\n")


def write_normalization():
    """Sequences at random of scalars that decompose, compose or reorder, in both forms."""
    rng = random.Random(9)
    composed, decomposed = normalizers.NFC(), normalizers.NFD()
    scalars = [value for value in range(0xC0, 0x30000) if not 0xD800 <= value < 0xE000]
    pool = [value for value in scalars if decomposed.normalize_str(chr(value)) != chr(value)]
    pool += tokenizer_corpus.MARKS * 6 + list(range(0x1100, 0x1200)) * 3 + list(range(0xAC00, 0xAC40))
    pool += list(range(0x41, 0x7B)) * 4
    texts = ["".join(chr(rng.choice(pool)) for _ in range(rng.randint(1, 8))) for _ in range(1600)]
    for start in range(0, len(pool), 8):
        texts.append(("x" if start % 16 else "").join(map(chr, pool[start : start + 8])))
    rows = [[text, composed.normalize_str(text), decomposed.normalize_str(text)] for text in texts]
    # Texts are written as they are: a reader must not normalize them.
    (FIXTURES / "normalization.json").write_text(json.dumps(rows, separators=(",", ":"), ensure_ascii=False) + "\n")


if __name__ == "__main__":
    shutil.rmtree(FIXTURES, ignore_errors=True)
    FIXTURES.mkdir(parents=True)
    corpus = tokenizer_corpus.lines()
    (FIXTURES / "corpus.json").write_text(json.dumps(corpus, ensure_ascii=False, indent=0) + "\n")
    write_tokenizers(corpus)
    write_transformers(corpus)
    write_splits(corpus)
    write_normalization()
