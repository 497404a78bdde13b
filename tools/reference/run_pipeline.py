"""Makes songs with the reference pipeline, in float32 on the CPU.

    python tools/reference/run_pipeline.py CHECKPOINT --output song.wav --caption "slow jazz" --duration 2.3 --seed 42
    python tools/reference/run_pipeline.py CHECKPOINT --output song.npy --request request.json

CHECKPOINT is a folder in the Diffusers layout. A request document has the field names of `vivace generate --json`;
options on the command line win over it. `.wav` is written as 32-bit float, `.npy` as [channels, samples]. With several
seeds, `-1`, `-2`, ... goes into the names.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy
import soundfile
import torch

from vivace_reference import checkpoint, requests
from vivace_reference.quiet import quiet


def main() -> None:
    arguments = _parse()
    quiet()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    request = requests.complete(_request(arguments))
    pipeline = checkpoint.load(arguments.checkpoint, getattr(torch, arguments.dtype))

    if not arguments.random_latents:
        requests.take_means(pipeline)

    start = time.perf_counter()
    audio = requests.run(pipeline, request).float()
    seconds = time.perf_counter() - start
    files = _write(audio, arguments.output, pipeline.sample_rate)
    if arguments.latents:
        numpy.save(arguments.latents, requests.run(pipeline, request, "latent").float().numpy())
    print(json.dumps({
        "files": files, "request": request, "sample_rate": pipeline.sample_rate, "samples": audio.shape[-1],
        "seconds": round(seconds, 3),
    }, indent=2, ensure_ascii=False))


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--output", type=Path, required=True, help="FILE.wav or FILE.npy")
    parser.add_argument("--latents", type=Path, help="also write the final latents to this .npy file")
    parser.add_argument("--dtype", choices=["float32", "bfloat16"], default="float32", help="of all arithmetic")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--request", type=Path, help="JSON file with the fields of a request")
    parser.add_argument("--caption")
    parser.add_argument("--lyrics")
    parser.add_argument("--language", dest="vocal_language")
    parser.add_argument("--duration", type=float)
    parser.add_argument("--bpm", type=int)
    parser.add_argument("--key", dest="keyscale")
    parser.add_argument("--time-signature", dest="timesignature")
    parser.add_argument("--steps", dest="inference_steps", type=int)
    parser.add_argument("--shift", type=float)
    parser.add_argument("--guidance", dest="guidance_scale", type=float)
    parser.add_argument("--timesteps", type=_numbers, help="comma-separated, from high to low, without the final 0")
    parser.add_argument("--seed", dest="seeds", type=int, nargs="+", help="one for each song")
    parser.add_argument("--task", dest="task_type")
    parser.add_argument("--source", dest="src_audio", help="stereo file at the model's rate")
    parser.add_argument("--reference", dest="reference_audio", help="likewise")
    parser.add_argument("--audio-codes")
    parser.add_argument("--tracks", dest="track_classes", nargs="+")
    parser.add_argument("--repainting-start", type=float)
    parser.add_argument("--repainting-end", type=float)
    parser.add_argument("--cover-strength", dest="audio_cover_strength", type=float)
    parser.add_argument("--random-latents", action="store_true", help="draw the latents of audio at random, not the mean")
    parser.add_argument("--cfg-interval-start", type=float)
    parser.add_argument("--cfg-interval-end", type=float)
    arguments = parser.parse_args()
    if arguments.output.suffix not in (".wav", ".npy"):
        parser.error("--output must end in .wav or .npy")
    return arguments


def _numbers(text: str) -> list[float]:
    return [float(part) for part in text.split(",")]


def _request(arguments: argparse.Namespace) -> dict[str, object]:
    request = json.loads(arguments.request.read_text(encoding="utf-8")) if arguments.request else {}
    request = request.get("request", request)  # the golden cases wrap theirs
    options = {
        name: value for name, value in vars(arguments).items()
        if value is not None and name not in ("checkpoint", "output", "latents", "dtype", "threads", "request", "random_latents")
    }
    return request | options


def _write(audio: torch.Tensor, path: Path, sample_rate: int) -> list[str]:
    files = []
    for index, song in enumerate(audio.numpy(), start=1):
        file = path if len(audio) == 1 else path.with_stem(f"{path.stem}-{index}")
        if path.suffix == ".npy":
            numpy.save(file, song)
        else:
            soundfile.write(file, song.T, sample_rate, subtype="FLOAT")
        files.append(str(file))
    return files


if __name__ == "__main__":
    main()
