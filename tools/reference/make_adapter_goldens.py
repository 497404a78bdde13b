"""Makes adapters of many kinds by PEFT and LyCORIS, and what a song becomes with each.

    python tools/reference/make_adapter_goldens.py
    python tools/reference/make_adapter_goldens.py --checkpoint CHECKPOINT --seed 5 --whole --output FOLDER

Without options it writes `Tests/Fixtures/adapters`, for the tiny checkpoint `turbo-f32`. CHECKPOINT is a folder in the
Diffusers layout; with `--whole` the adapters change every module.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from vivace_reference import adapter_goldens, checkpoint
from vivace_reference.quiet import quiet

_FIXTURES = Path(__file__).parents[2] / "Tests/Fixtures"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, default=_FIXTURES / "checkpoints/turbo-f32/diffusers")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--whole", action="store_true", help="change every module")
    parser.add_argument("--output", type=Path, default=_FIXTURES / "adapters")
    arguments = parser.parse_args()
    quiet()
    adapter_goldens.write(checkpoint.load(arguments.checkpoint), arguments.output, arguments.seed, arguments.whole)


if __name__ == "__main__":
    main()
