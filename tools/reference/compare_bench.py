"""Runs `vivace bench` and `bench_torch.py` in turn on this machine and prints the ratios of their times.

    python tools/reference/compare_bench.py --vivace .build/release/vivace --duration 30

Each stage is measured in both before the next one, so that a machine whose load changes is fair to both. Both use
random weights of the released turbo model's size.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

STAGES = {
    "text_encoder": "text-encoder", "condition_encoder": "condition-encoder", "dit_step": "dit",
    "vae_encode": "vae-encode", "vae_decode": "vae-decode", "end_to_end": "end-to-end"}
DTYPES = {"f32": "float32", "bf16": "bfloat16"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vivace", type=Path, required=True, help="the program")
    parser.add_argument("--model", type=Path, help="a folder with weights, instead of random ones made for this run")
    parser.add_argument("--duration", type=float, default=30.0, help="seconds of audio")
    parser.add_argument("--dtype", choices=DTYPES, default="bf16")
    parser.add_argument("--torch-dtype", choices=DTYPES, help="another number format for PyTorch")
    parser.add_argument("--quantize", choices=["none", "q8"], default="none", help="how Vivace keeps large weights")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--stages", nargs="+", choices=STAGES, default=list(STAGES))
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    arguments = parser.parse_args()

    with tempfile.TemporaryDirectory() as temporary:
        model = arguments.model
        if model is None:
            model = Path(temporary) / "model"
            subprocess.run([arguments.vivace, "models", "make-random", "--full-size", model], check=True,
                           stdout=subprocess.DEVNULL)
        rows = {stage: measure(stage, model, arguments) for stage in arguments.stages}
    if arguments.json:
        print(json.dumps(rows, indent=2))
        return
    print(f"{'stage':18} {'vivace':>10} {'torch':>10} {'ratio':>7}   seconds, minimum of {arguments.repeats}")
    for stage, row in rows.items():
        print(f"{stage:18} {row['vivace']:10.3f} {row['torch']:10.3f} {row['ratio']:7.3f}")


def measure(stage: str, model: Path, arguments: argparse.Namespace) -> dict[str, float]:
    common = ["--duration", str(arguments.duration), "--threads", str(arguments.threads), "--repeats",
              str(arguments.repeats), "--json"]
    ours = run([
        str(arguments.vivace), "bench", "--model", str(model), "--dtype", arguments.dtype, "--quantize",
        arguments.quantize, "--stage", STAGES[stage], *common])
    theirs = run([
        sys.executable, str(Path(__file__).parent / "bench_torch.py"), "--dtype",
        DTYPES[arguments.torch_dtype or arguments.dtype], "--stages", stage, *common])
    vivace, torch = ours["stages"][stage]["min"], theirs["stages"][stage]["min"]
    return {"vivace": vivace, "torch": torch, "ratio": vivace / torch}


def run(command: list[str]) -> dict:
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)


if __name__ == "__main__":
    main()
