"""Golden values for the tests of TorchGenerator and TorchArchive, made by PyTorch.

    python tools/reference/torch_fixtures.py

writes Tests/ModelSupportTests/Fixtures/Torch. Needs the package torch on an x86 processor with AVX2.
"""

import base64
import collections
import json
import os
import pathlib
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


def archive_objects():
    """Objects to save, by file name, and the pickle protocol of each."""
    values = torch.Generator("cpu").manual_seed(3)
    base = torch.randn(1, 6, 20, generator=values)
    whole = torch.arange(-40, 40).reshape(4, 20)
    torch.manual_seed(4)
    layer = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
    types = {
        str(dtype).removeprefix("torch."): (base * 3).to(dtype)
        for dtype in (torch.float64, torch.float32, torch.float16, torch.bfloat16)
    } | {
        str(dtype).removeprefix("torch."): whole.abs().to(dtype) if dtype is torch.uint8 else whole.to(dtype)
        for dtype in (torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool)
    }
    views = {
        "transposed": base.transpose(1, 2),
        "sliced": base[:, 1:5:2, 3:19:5],
        "row": base[0, 2],
        "column": base[0, :, 7],
        "expanded": base[0, :, :1].expand(6, 5),
        "single": base[0, 3, 4],
        "empty": base[:, :0],
        "permuted": torch.arange(120.0).reshape(2, 3, 4, 5).permute(3, 1, 0, 2),
    }
    nested = {
        "list": [base[0, 0], (base[0, 1], {"deep": base[0, 2:4]})],
        "text": "naïve – 音楽",
        "numbers": [0, 255, 65535, 65536, -1, 2**31, -(2**40), 1.5, -0.1],
        "flags": (True, False, None),
        "size": base.shape,
        7: base[0, 5],
        "ordered": collections.OrderedDict(a=base[0, 0], b=torch.nn.Parameter(base[0, 1])),
    }
    result = {"single": (base, 2), "types": (types, 2), "views": (views, 2), "nested": (nested, 2)}
    result |= {f"nested-protocol{protocol}": (nested, protocol) for protocol in (3, 4, 5)}
    result["state"] = (layer.state_dict(), 2)
    result["tuple"] = ((base[0], base[0].half()), 2)
    return result


def described(value):
    """A value as JSON: a tensor by shape, type and its elements in float32."""
    if isinstance(value, torch.Tensor):
        data = value.detach().to(torch.float32).contiguous().numpy().astype("<f4").tobytes()
        kind = str(value.dtype).removeprefix("torch.")
        return {"tensor": {"shape": list(value.shape), "dtype": kind, "floats": base64.b64encode(data).decode()}}
    if isinstance(value, dict):
        return {"dictionary": {str(key): described(element) for key, element in value.items()}}
    if isinstance(value, (list, tuple)):
        return {"list": [described(element) for element in value]}
    if isinstance(value, str):
        return {"string": value}
    if isinstance(value, bool):
        return {"boolean": value}
    if isinstance(value, int):
        return {"integer": value}
    if isinstance(value, float):
        return {"number": value}
    return {}


def rewritten(source, target, change, compression=zipfile.ZIP_STORED):
    """Copies an archive; `change` maps an entry's name and bytes to its new bytes."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", compression) as new:
        for entry in old.infolist():
            new.writestr(zipfile.ZipInfo(entry.filename), change(entry.filename, old.read(entry)), compression)


def swapped(name, data):
    """An entry of a float32 archive as a machine with the upper byte first would have written it."""
    if name.endswith("/byteorder"):
        return b"big"
    if "/data/" in name:
        return numpy.frombuffer(data, "<f4").astype(">f4").tobytes()
    return data


class Call:
    """Pickles as a call of `function`; harmless here, since only the reader's refusal is tested."""

    def __init__(self, function, *arguments):
        self.function, self.arguments = function, arguments

    def __reduce__(self):
        return self.function, self.arguments


def save_archives(folder):
    goldens = {}
    for name, (value, protocol) in archive_objects().items():
        torch.save(value, folder / f"{name}.pt", pickle_protocol=protocol)
        goldens[f"{name}.pt"] = described(value)
    single = archive_objects()["single"][0]
    rewritten(folder / "single.pt", folder / "big-endian.pt", swapped)
    goldens["big-endian.pt"] = described(single)
    (folder / "archives.json").write_text(json.dumps(goldens, indent=0, ensure_ascii=False) + "\n")

    rewritten(folder / "single.pt", folder / "refused-deflated.pt", lambda _, data: data, zipfile.ZIP_DEFLATED)
    legacy = folder / "refused-legacy.pt"
    torch.save(single, legacy, _use_new_zipfile_serialization=False)
    legacy.write_bytes(legacy.read_bytes()[:160])  # what follows has addresses in it that change from run to run
    torch.save(single.to(torch.float8_e4m3fn), folder / "refused-float8.pt")
    torch.save(single.to(torch.complex64), folder / "refused-complex.pt")
    torch.save({"x": Call(os.system, "true")}, folder / "refused-system.pt")
    torch.save([Call(eval, "1 + 1"), single], folder / "refused-eval.pt")
    torch.save({"x": Call(os.system, "true")}, folder / "refused-system-protocol4.pt", pickle_protocol=4)
    torch.save(layer_object(), folder / "refused-module.pt")


def layer_object():
    torch.manual_seed(5)
    return torch.nn.Linear(2, 2)


if __name__ == "__main__":
    FIXTURES.mkdir(parents=True, exist_ok=True)
    (FIXTURES / "random.json").write_text(json.dumps({"streams": random_goldens()}, indent=0) + "\n")
    save_archives(FIXTURES)
