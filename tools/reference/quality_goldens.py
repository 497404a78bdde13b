"""Goldens of what refines sampling: wavelet correction, limited and averaged velocities, varied noise.

    python tools/reference/quality_goldens.py Tests/Fixtures/aftermath/quality.json

The formulas are those of the reference's sampler, in float32 by PyTorch; the wavelet transform is PyWavelets' own, with
zeros beyond the ends. PyWavelets is needed for this program alone.
"""

import json
import math
import sys

import pywt
import torch


def rounded(tensor):
    return [float(f"{value:.7g}") for value in tensor.flatten().tolist()]


def corrected(x, y, wavelet, low, high):
    """Transform of both, change of the bands, inverse; along axis 0."""
    xl, xh = pywt.dwt(x.double().numpy(), wavelet, mode="zero", axis=0)
    yl, yh = pywt.dwt(y.double().numpy(), wavelet, mode="zero", axis=0)
    xl, xh = xl + low * (xl - yl), xh + high * (xh - yh)
    return torch.tensor(pywt.idwt(xl, xh, wavelet, mode="zero", axis=0)[: x.shape[0]])


def main(path):
    generator = torch.Generator().manual_seed(7)
    draw = lambda *shape: torch.randn(*shape, generator=generator)
    time, low, high = 0.35, 0.3, 0.2
    wavelets = []
    for length in (7, 20, 33):
        x, y = draw(length, 2), draw(length, 2)
        wavelets.append({
            "length": length, "x": rounded(x), "y": rounded(y),
            "double": {
                name: rounded(corrected(x, y, name, time * low, (1 - time) * high))
                for name in ("haar", "db2", "db4", "sym4", "sym8", "coif2")
            },
        })
    # Velocities of four steps, as the sampler treats them.
    threshold, factor, previous, steps = 0.8, 0.15, None, []
    for scale in (0.5, 2.0, 1.0, 3.0):
        latents, velocity = draw(5, 3), draw(5, 3) * scale
        norm = torch.sqrt((velocity * velocity).sum()) + 1e-10
        limit = threshold * (torch.sqrt((latents * latents).sum()) + 1e-10)
        shaped = velocity * torch.minimum(torch.tensor(1.0), limit / norm)
        if previous is not None:
            shaped = (1 - factor) * shaped + factor * previous
        previous = shaped
        steps.append({"latents": rounded(latents), "velocity": rounded(velocity), "shaped": rounded(shaped)})
    first = torch.randn(1, 6, 4, generator=torch.Generator().manual_seed(11))
    second = torch.randn(1, 6, 4, generator=torch.Generator().manual_seed(12))
    angle = 0.3 * (math.pi / 2)
    document = {
        "wavelets": {"time": time, "low": low, "high": high, "cases": wavelets},
        "velocities": {"threshold": threshold, "factor": factor, "rows": 5, "steps": steps},
        "retake": {
            "seed": 11, "retake_seed": 12, "variance": 0.3,
            "noise": rounded(math.cos(angle) * first + math.sin(angle) * second),
        },
    }
    with open(path, "w") as file:
        json.dump(document, file, separators=(",", ":"))


main(sys.argv[1])
