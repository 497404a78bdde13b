"""Makes everything in Tests/Fixtures that the reference implementation decides.

    python tools/reference/make_fixtures.py [--output Tests/Fixtures] [--only NAME ...]

The result depends on nothing but this package and the pinned versions in requirements.txt; last digits of the
goldens may differ between processors.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from vivace_reference import (
    checkpoint, language_goldens, module_goldens, pipeline_goldens, precision_goldens, table_goldens, task_goldens,
)
from vivace_reference.specification import FIXTURES
from vivace_reference.quiet import quiet

PARTS = ("tables", "language", "checkpoints", "modules", "precision", "pipeline", "tasks")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    root = Path(__file__).resolve().parents[2]
    parser.add_argument("--output", type=Path, default=root / "Tests" / "Fixtures")
    parser.add_argument("--only", nargs="*", choices=PARTS, default=PARTS, help="parts to make")
    arguments = parser.parse_args()

    quiet()
    torch.set_num_threads(1)  # sums in one order, whatever the machine
    output: Path = arguments.output
    if "tables" in arguments.only:
        table_goldens.write(output / "tables")
    if "language" in arguments.only:
        language_goldens.write(output / "language")
    if "tasks" in arguments.only:
        task_goldens.write_clips(output / "tasks")
    for specification in FIXTURES:
        folder = output / "checkpoints" / specification.name
        if "checkpoints" in arguments.only:
            checkpoint.write_both(specification, folder)
        if "modules" in arguments.only:
            module_goldens.write(folder / "diffusers", output / "modules" / specification.name)
        if "precision" in arguments.only:
            precision_goldens.write(folder / "diffusers", output / "precision" / f"{specification.name}.safetensors")
        if "pipeline" in arguments.only:
            pipeline_goldens.write(folder / "diffusers", output / "pipeline" / specification.name)
        if "tasks" in arguments.only:
            task_goldens.write(folder / "diffusers", output / "tasks" / specification.name)
        print(f"{specification.name}: done", flush=True)


if __name__ == "__main__":
    main()
