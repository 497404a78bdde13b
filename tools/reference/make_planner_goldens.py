"""What the official software's planner makes of many inputs, for the tests of `Sources/ACEStep/Planner`.

    python tools/reference/make_planner_goldens.py CHECKOUT

CHECKOUT is a checkout of the official ACE-Step 1.5 repository, whose own `acestep` package is run; it needs the
packages in `requirements.txt`. Writes `Tests/Fixtures/planner`:

| file | holds |
|---|---|
| `tokenizer.json` | a small byte-level BPE tokenizer with the planner's added tokens |
| `automaton.json` | runs of the logits processor: options, and per step the allowed tokens' hash and the next token |
| `chains.json` | metadata and the chain of thought that it becomes |
| `outputs.json` | outputs, and the metadata, lyrics and codes that are read from them |
| `prompts.json` | prompts with their tokens |
| `budgets.json` | durations and the numbers of codes and tokens |
| `sampling.json` | which of some logits top-k, top-p and the repetition penalty leave |
"""

import argparse
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
FIXTURES = HERE.parent.parent / "Tests" / "Fixtures" / "planner"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkout", type=pathlib.Path, help="a checkout of the official repository")
    parser.add_argument("--output", type=pathlib.Path, default=FIXTURES)
    arguments = parser.parse_args()
    sys.path.insert(0, str(arguments.checkout))

    from loguru import logger

    logger.remove()
    from vivace_reference import planner_automaton, planner_sampling, planner_text, planner_tokenizer

    arguments.output.mkdir(parents=True, exist_ok=True)
    tokenizer = planner_tokenizer.make(arguments.output / "tokenizer.json")
    goldens = {
        "automaton": planner_automaton.goldens(tokenizer),
        "chains": planner_text.chains(),
        "outputs": planner_text.outputs(),
        "prompts": planner_text.prompts(tokenizer),
        "budgets": planner_text.budgets(),
        "sampling": planner_sampling.goldens(),
    }
    for name, value in goldens.items():
        text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
        (arguments.output / f"{name}.json").write_text(text + "\n", encoding="utf-8")
        print(f"{name}: {len(value)} cases, {len(text)} bytes")


if __name__ == "__main__":
    main()
