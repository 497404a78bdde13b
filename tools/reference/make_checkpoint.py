"""Makes a fresh tiny checkpoint with random dimensions and weights, in both layouts.

    python tools/reference/make_checkpoint.py SEED FOLDER [--dtype bfloat16] [--base] [--check]

FOLDER/diffusers and FOLDER/official then hold the same weights; compare what the program makes from either of them
with `run_pipeline.py FOLDER/diffusers`. The same seed gives the same checkpoint.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from vivace_reference import checkpoint, pipeline_goldens
from vivace_reference.quiet import quiet
from vivace_reference.specification import random_specification


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("seed", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--dtype", choices=["float32", "bfloat16", "float16"], default="float32")
    parser.add_argument("--base", action="store_true", help="a base checkpoint, which uses guidance, instead of turbo")
    parser.add_argument("--check", action="store_true", help="also print how strongly each input changes the output")
    arguments = parser.parse_args()

    quiet()
    specification = random_specification(arguments.seed, arguments.dtype, is_turbo=not arguments.base)
    checkpoint.write_both(specification, arguments.folder)
    print(specification)
    if arguments.check:
        pipeline = checkpoint.load(arguments.folder / "diffusers")
        print(json.dumps(pipeline_goldens.sensitivity(pipeline), indent=2))


if __name__ == "__main__":
    main()
