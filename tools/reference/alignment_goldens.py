"""Goldens of lyric times and lyric scores: the official repository's own aligner on tiny checkpoints.

    python tools/reference/alignment_goldens.py CHECKOUT Tests/Fixtures/checkpoints Tests/Fixtures/aftermath/alignment.json

CHECKOUT is a working tree of ACE-Step 1.5, of which `acestep/dit_alignment_score.py` is run as it is; numba, which only
makes it faster, is left out. The attention comes from Diffusers' transformer, layer by layer, as the repository's
handler collects it: noise of seed 42, one pass at flow time 1 / steps and one at 1.
"""

import importlib.util
import json
import sys
import types
from pathlib import Path

import torch
from vivace_reference import checkpoint, requests
from vivace_reference.quiet import quiet

CASES = {
    "turbo-f32": [
        (dict(lyrics="[verse]\nThe river runs below the hill\n[chorus]\nGolden light\n\non the water", duration=6.0,
              seeds=[42]), {"0": [1], "1": [0, 3], "2": [2]}),
        (dict(lyrics="[verse]\n春の夜に歌う声\n星が静かに落ちていく", vocal_language="ja", duration=5.04, seeds=[7],
              inference_steps=5), {"0": [2], "2": [0]}),
    ],
    "turbo-shift-f16": [
        (dict(lyrics="la la la\n[bridge]\nna na", duration=3.77, seeds=[3]), {"0": [0], "1": [1]}),
    ],
}
REQUEST = dict(caption="slow jazz trio with upright bass", vocal_language="en", bpm=96, keyscale="D minor",
               timesignature="3")


def aligner(checkout):
    """The repository's module, with a numba that compiles nothing."""
    numba = types.ModuleType("numba")
    numba.jit = lambda *_, **__: lambda function: function
    sys.modules.setdefault("numba", numba)
    spec = importlib.util.spec_from_file_location("dit_alignment_score", checkout / "acestep/dit_alignment_score.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["dit_alignment_score"] = module
    spec.loader.exec_module(module)
    return module


@torch.no_grad()
def attention(pipeline, latents, inputs, time):
    """Cross-attention of every layer after its softmax, [layers, heads, tokens, patches]."""
    seen = []

    def look(module, _, kwargs):
        query = module.to_q(kwargs["hidden_states"]).unflatten(-1, (module.heads, -1))
        key = module.to_k(kwargs["encoder_hidden_states"]).unflatten(-1, (module.kv_heads, -1))
        query, key = module.norm_q(query).transpose(1, 2), module.norm_k(key).transpose(1, 2)
        key = key.repeat_interleave(module.heads // module.kv_heads, dim=1)
        seen.append((query @ key.transpose(-1, -2) * module.scaling).softmax(-1)[0].transpose(-1, -2))

    hooks = [
        layer.cross_attn.register_forward_pre_hook(look, with_kwargs=True) for layer in pipeline.transformer.layers
    ]
    noise = torch.randn(latents.shape, generator=torch.Generator().manual_seed(42))
    times = torch.tensor([time])
    pipeline.transformer(
        hidden_states=time * noise + (1 - time) * latents, timestep=times, timestep_r=times,
        encoder_hidden_states=inputs["encoder_hidden_states"][:1], context_latents=inputs["context_latents"][:1])
    for hook in hooks:
        hook.remove()
    return torch.stack(seen)


def case(module, pipeline, given, config):
    request = requests.complete(REQUEST | given)
    inputs = {}

    def keep(_, __, kwargs):
        inputs.update(kwargs)

    hook = pipeline.transformer.register_forward_pre_hook(keep, with_kwargs=True)
    latents = requests.run(pipeline, request, "latent")
    hook.remove()
    tokenizer = pipeline.tokenizer
    header = f"# Languages\n{request['vocal_language']}\n\n# Lyric\n"
    ids = tokenizer(f"{header}{request['lyrics']}<|endoftext|>")["input_ids"]
    start = len(tokenizer.encode(header, add_special_tokens=False))
    end = ids.index(tokenizer.convert_tokens_to_ids("<|endoftext|>"))
    pure = ids[start:end]
    heads = {int(layer): numbers for layer, numbers in config.items()}
    finished = attention(pipeline, latents, inputs, 1 / request["inference_steps"])[:, :, start:end]
    noise = attention(pipeline, latents, inputs, 1.0)[:, :, start:end]

    stamps = module.MusicStampsAligner(tokenizer)
    information = stamps.stamps_align_info(finished, pure, request["duration"], heads)
    # As in the repository, the length that was asked for.
    result = stamps.get_timestamps_and_lrc(information["calc_matrix"], pure, request["duration"])
    scorer = module.MusicLyricScorer(tokenizer)

    def score(matrix):
        parts = scorer.lyrics_alignment_info(matrix, pure, heads)
        return scorer.calculate_score(
            parts["energy_matrix"], parts["type_mask"], parts["path_coords"])["lyrics_score"]

    return {
        "request": request, "heads": config, "lrc": result["lrc_text"],
        "tokens": [[t.text, round(t.start, 6), round(t.end, 6)] for t in result["token_timestamps"]],
        "sentences": [[s.text, s.start, s.end] for s in result["sentence_timestamps"]],
        "lm_score": score(noise), "dit_score": score(finished),
    }


def main(checkout, checkpoints, output):
    quiet()
    module = aligner(Path(checkout))
    cases = []
    for name, examples in CASES.items():
        pipeline = checkpoint.load(Path(checkpoints) / name / "diffusers")
        cases += [{"checkpoint": name} | case(module, pipeline, *example) for example in examples]
    text = json.dumps({"cases": cases}, ensure_ascii=False, separators=(",", ":"))
    Path(output).write_text(text, encoding="utf-8")


main(*sys.argv[1:])
