"""The tokenizer: byte-level BPE on made-up prompts and lyrics, and one token for each tempo and key.

    python -m training.words --output FOLDER
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tools" / "reference"))

ENTRIES = 2900  # before the tokens of the Qwen tokenizer and ours


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    import corpus
    from tokenizers import AddedToken
    from vivace_reference import bpe

    from . import layout

    tokenizer = bpe.wrap(bpe.train(corpus.lines(6000, seed=20260101), ENTRIES), True)
    tokenizer.add_tokens([AddedToken(text, normalized=False) for text in layout.added_tokens()])
    tokenizer.save_pretrained(arguments.output)
    print(len(tokenizer), "tokens")


if __name__ == "__main__":
    main()
