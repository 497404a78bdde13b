"""Makes `Models/builtin`: a small checkpoint with the real architecture and untrained weights, so that everything runs
offline at once.

    python tools/builtin/make_untrained.py [--output Models/builtin]

The same seed gives the same files. Needs the packages in tools/reference/requirements.txt.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import torch

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools" / "reference"))

import corpus  # noqa: E402
from vivace_reference import checkpoint, pipeline_goldens  # noqa: E402
from vivace_reference.quiet import quiet  # noqa: E402
from vivace_reference.specification import Attention, Specification  # noqa: E402
from vivace_reference.storage import write_json  # noqa: E402

NOTICE = "untrained demo weights: expect noise"
_SIZES = Attention(hidden=112, feed_forward=192, heads=4, key_value_heads=2)
SPECIFICATION = Specification(
    name="builtin", seed=20260101, dtype="bfloat16", dit=_SIZES, dit_layers=4, head_dim=32, window=128, encoder=_SIZES,
    lyric_layers=2, timbre_layers=1, pooler_layers=1, pool_window=5, fsq_levels=(8, 8, 8, 5, 5, 5), acoustic_dim=64,
    patch=2, rope_theta=1000000.0, norm_epsilon=1e-6, layer_types=None,
    text=Attention(hidden=64, feed_forward=160, heads=4, key_value_heads=2), text_layers=3, text_head_dim=32,
    vocabulary_size=2974, qwen_tokenizer_class=True, sample_rate=48000, vae_ratios=(2, 4, 4, 6, 10),
    # The encoder's width is fixed at twice the acoustic channels, so only equal multiples keep it small.
    vae_multiples=(1, 1, 1, 1, 1), vae_decoder_channels=16, is_turbo=True, model_version="turbo")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, default=ROOT / "Models" / "builtin")
    parser.add_argument("--check", action="store_true", help="also print how strongly each input changes the output")
    arguments = parser.parse_args()
    quiet()
    torch.set_num_threads(1)
    output: Path = arguments.output
    card = (output / "README.md").read_text(encoding="utf-8") if (output / "README.md").exists() else None

    pipeline = checkpoint.build(SPECIFICATION, corpus.lines(6000, seed=SPECIFICATION.seed))
    soften(pipeline.vae)
    silence = encoded_silence(pipeline.vae)
    pipeline.condition_encoder.silence_latent.copy_(silence)
    checkpoint.write_diffusers(pipeline, output, SPECIFICATION.shard_bytes)
    write_json(output / "vivace.json", {"notice": NOTICE})
    if card:
        (output / "README.md").write_text(card, encoding="utf-8")
    if arguments.check:
        print(json.dumps(pipeline_goldens.sensitivity(checkpoint.load(output)), indent=2))


def soften(vae: torch.nn.Module) -> None:
    """Turns the decoder's last two upsampling kernels into interpolating ones, so that the noise is not all hiss."""
    with torch.no_grad():
        for block in vae.decoder.block[-2:]:
            weights = block.conv_t1.weight_v
            window = torch.hann_window(weights.shape[-1] + 2, periodic=False)[1:-1].to(weights.dtype)
            weights.copy_(weights.mean(dim=-1, keepdim=True) * window)


def encoded_silence(vae: torch.nn.Module, frames: int = 15000) -> torch.Tensor:
    """The mean latents of digital silence, [1, frames, channels].

    Away from its ends silence encodes to a constant, so a short clip is encoded and its middle frame repeated.
    """
    clip = 64
    with torch.no_grad():
        mean = vae.float().encode(torch.zeros(1, 2, clip * vae.hop_length)).latent_dist.mean.transpose(1, 2)
    vae.to(torch.bfloat16)
    edge = clip // 2
    middle = mean[:, edge : edge + 1].repeat(1, frames - clip, 1)
    return torch.cat([mean[:, :edge], middle, mean[:, edge:]], dim=1)


if __name__ == "__main__":
    main()
