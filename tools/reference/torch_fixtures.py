"""Golden values for the tests of TorchGenerator and TorchArchive, made by PyTorch.

    python tools/reference/torch_fixtures.py

writes Tests/ModelSupportTests/Fixtures/Torch. Needs the package torch on an x86 processor with AVX2.
"""

import base64
import collections
import io
import json
import pathlib
import struct
import zipfile

import numpy
import torch

HERE = pathlib.Path(__file__).resolve().parent
FIXTURES = HERE.parent.parent / "Tests" / "ModelSupportTests" / "Fixtures" / "Torch"
DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}


def drawn(generator, operation, count, dtype):
    """One tensor, as every `stride`-th value and a checksum of the bits of all values."""
    values = getattr(torch, operation)(count, generator=generator, dtype=DTYPES[dtype]).to(torch.float32).numpy()
    stride = max(1, count // 64)
    bits = values.view(numpy.uint32)
    return {
        "operation": operation,
        "count": count,
        "format": dtype,
        "stride": stride,
        "samples": base64.b64encode(values[::stride].tobytes()).decode(),
        "bitSum": int(bits.astype(numpy.uint64).sum() & numpy.uint64(0xFFFFFFFF)),
        "sum": float(values.astype(numpy.float64).sum()),
    }


def stream(seed, *steps):
    generator = torch.Generator("cpu").manual_seed(seed)
    return {"seed": seed % 2**64, "draws": [drawn(generator, *step) for step in steps]}


def random_goldens():
    streams = []
    for seed in (0, 42, 2**32 - 1, 2**32, 2**32 + 42, 2**63, 2**64 - 1, -1, 1234567890123):
        for dtype in DTYPES:
            streams.append(stream(seed, ("randn", 64, dtype)))
    for count in (0, 1, 2, 7, 15, 16, 17, 31, 32, 33, 100, 64 * 37, 4096, 100_003):
        for dtype in DTYPES:
            streams.append(stream(7, ("randn", count, dtype), ("rand", 5, dtype)))
    streams.append(stream(11, ("randn", 1_000_000, "float32")))
    # One generator for several tensors: an odd number of single draws leaves a value that a later small tensor takes.
    streams.append(
        stream(
            99, ("randn", 3, "float32"), ("randn", 40, "float32"), ("rand", 9, "float32"), ("randn", 1, "float32"),
            ("randn", 2, "bfloat16"), ("randn", 17, "float16"), ("rand", 3, "bfloat16"), ("randn", 64 * 37, "float32"),
            ("randn", 15, "float32"), ("randn", 64, "bfloat16"), ("rand", 1000, "bfloat16"), ("rand", 1000, "float16"),
        )
    )
    return streams


if __name__ == "__main__":
    FIXTURES.mkdir(parents=True, exist_ok=True)
    (FIXTURES / "random.json").write_text(json.dumps({"streams": random_goldens()}, indent=0) + "\n")
