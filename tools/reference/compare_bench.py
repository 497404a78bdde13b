"""Runs `vivace bench` and `bench_torch.py` in turn on this machine and prints the ratios of their times.

    python tools/reference/compare_bench.py --vivace .build/release/vivace --duration 30

Each stage is measured in both before the next one, so that a machine whose load changes is fair to both. Both use
random weights of the released turbo model's size, and for the stages of the language model (`--stages lm_step
lm_cfg_step lm_prefill`) those of the size that `--lm` names.
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
PLANNER_STAGES = {"lm_prefill": "lm-prefill", "lm_step": "lm", "lm_cfg_step": "lm-cfg"}
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
    parser.add_argument("--batch", type=int, default=1, help="songs that the language model plans at once")
    parser.add_argument("--lm", choices=["0.6B", "1.7B", "4B"], default="0.6B", help="size of the language model")
    parser.add_argument("--stages", nargs="+", choices=STAGES | PLANNER_STAGES, default=list(STAGES))
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    arguments = parser.parse_args()

    rows: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as temporary:
        for names, options in ((STAGES, ["--full-size"]), (PLANNER_STAGES, ["--lm", arguments.lm])):
            stages = [stage for stage in arguments.stages if stage in names]
            model = arguments.model
            if stages and model is None:
                model = Path(temporary) / options[0].strip("-")
                subprocess.run([arguments.vivace, "models", "make-random", *options, model], check=True,
                               stdout=subprocess.DEVNULL)
            rows |= {stage: measure(stage, names[stage], model, arguments) for stage in stages}
    if arguments.json:
        print(json.dumps(rows, indent=2))
        return
    print(f"{'stage':18} {'vivace':>10} {'torch':>10} {'ratio':>7}   seconds, minimum of {arguments.repeats}")
    for stage, row in rows.items():
        rates = ""
        if "vivace_tokens" in row:
            rates = f"   {row['vivace_tokens']:.1f} and {row['torch_tokens']:.1f} tokens/s"
        if "memory_fraction" in row:
            rates += f", {100 * row['memory_fraction']:.0f} % of the memory's {row['memory_rate']:.1f} GB/s"
        print(f"{stage:18} {row['vivace']:10.4f} {row['torch']:10.4f} {row['ratio']:7.3f}{rates}")


def measure(stage: str, name: str, model: Path, arguments: argparse.Namespace) -> dict[str, float]:
    common = ["--duration", str(arguments.duration), "--threads", str(arguments.threads), "--repeats",
              str(arguments.repeats), "--batch", str(arguments.batch), "--json"]
    ours = run([
        str(arguments.vivace), "bench", "--model", str(model), "--dtype", arguments.dtype, "--quantize",
        arguments.quantize, "--stage", name, *common])
    theirs = run([
        sys.executable, str(Path(__file__).parent / "bench_torch.py"), "--dtype",
        DTYPES[arguments.torch_dtype or arguments.dtype], "--lm", arguments.lm, "--stages", stage, *common])
    vivace, torch = ours["stages"][stage], theirs["stages"][stage]
    row = {"vivace": vivace["min"], "torch": torch["min"], "ratio": vivace["min"] / torch["min"]}
    if "tokens_per_second" in torch:
        row |= {"vivace_tokens": vivace["tokens_per_second"], "torch_tokens": torch["tokens_per_second"]}
    if "memory_fraction" in vivace:
        row |= {"memory_fraction": vivace["memory_fraction"],
                "memory_rate": ours["machine"]["memory_gbytes_per_second"]}
    return row


def run(command: list[str]) -> dict:
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)


if __name__ == "__main__":
    main()
