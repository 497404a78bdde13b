"""A small tokenizer with the shape of the planner's."""

import itertools
import random

from tokenizers import AddedToken, processors, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from . import bpe

CODES = 150
# Codes that no codebook entry belongs to; the real vocabulary has them too.
USELESS_CODES = [64000, 64001, 65534]
TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def corpus() -> list[str]:
    generator = random.Random(5)
    words = (
        "a the calm piano melody with soft strings and drums driving synth bass female vocals warm emotional ballad "
        "pop rock jazz folk metal electronic dance ambient guitar slow fast intro verse chorus bridge outro major "
        "minor unknown bpm caption duration genres keyscale language timesignature instrumental true false Lyric "
        "Caption Instruction Generate audio semantic tokens based on given conditions"
    ).split()
    lines = []
    for _ in range(400):
        text = " ".join(generator.choices(words, k=12))
        lines.append(f"bpm: {generator.randint(30, 300)}\ncaption: {text}.\n  {text}, ``{text}``\n")
        lines.append(f"duration: {generator.randint(10, 600)}\nkeyscale: {generator.choice('ABCDEFG')}# major\n")
        lines.append(f"language: {generator.choice(['en', 'zh', 'yue', 'unknown'])}\ntimesignature: 4\n\n# Lyric\n")
    return lines


def make(path) -> PreTrainedTokenizerFast:
    tokenizer = bpe.train(corpus(), 700)
    codes = itertools.chain(range(CODES), USELESS_CODES)
    tokenizer.add_special_tokens([AddedToken(f"<|audio_code_{n}|>", special=True, normalized=False) for n in codes])
    tokenizer.post_processor = processors.ByteLevel(add_prefix_space=False, trim_offsets=False, use_regex=False)
    tokenizer.save(str(path), pretty=False)
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token="<|im_end|>", pad_token="<|endoftext|>",
        clean_up_tokenization_spaces=False)
    fast.chat_template = TEMPLATE
    return fast
