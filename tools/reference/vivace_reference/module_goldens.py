"""Inputs and outputs of every module of a tiny checkpoint, computed in float32 (and some in bfloat16) on the CPU."""

from __future__ import annotations

from pathlib import Path

import torch
from diffusers import AceStepPipeline
from diffusers.models.transformers.ace_step_transformer import _ace_step_rotary_freqs, _create_4d_mask

from .checkpoint import load
from .storage import seeded, write_json, write_tensors

Tensors = dict[str, torch.Tensor]

PROMPTS = [
    dict(prompt="slow jazz trio with upright bass", lyrics="[verse]\nThe river runs below the hill", bpm=96,
         keyscale="D minor", timesignature="3", vocal_language="en", audio_duration=2.3),
    dict(prompt="Épic 電子 music — 128 bpm!", lyrics="[chorus]\n春の夜に歌う声\n\n  (la la) 2024", vocal_language="ja",
         audio_duration=61.9),
]


def write(checkpoint: Path, folder: Path) -> None:
    """Writes one file per module below `folder` from the Diffusers-layout `checkpoint`."""
    pipeline = load(checkpoint)
    with torch.no_grad():
        _write_tokens(pipeline, folder)
        write_tensors(folder / "text_encoder.safetensors", _text_encoder(pipeline), tolerance=2e-5)
        write_tensors(folder / "timestep_embedding.safetensors", _timestep_embedding(pipeline), tolerance=2e-5)
        write_tensors(folder / "dit_block.safetensors", _dit_blocks(pipeline), tolerance=5e-5)
        write_tensors(folder / "transformer.safetensors", _transformer(pipeline), tolerance=1e-4)
        write_tensors(folder / "condition_encoder.safetensors", _condition_encoder(pipeline), tolerance=5e-5)
        write_tensors(folder / "audio_codes.safetensors", _audio_codes(pipeline), tolerance=5e-5)
        write_tensors(folder / "vae.safetensors", _vae(pipeline), tolerance=1e-4)
        write_tensors(
            folder / "bfloat16.safetensors", _bfloat16(load(checkpoint, torch.bfloat16)), cosine=0.999)


def _noise(name: str, *shape: int, scale: float = 1.0) -> torch.Tensor:
    return scale * torch.randn(*shape, generator=seeded(f"module goldens {name}", 5))


def _prompt_batch(pipeline: AceStepPipeline) -> tuple[list[str], list[str]]:
    pairs = [pipeline._format_prompt(**prompt) for prompt in PROMPTS]
    return [text for text, _ in pairs], [lyrics for _, lyrics in pairs]


def _token_batch(pipeline: AceStepPipeline, texts: list[str]) -> tuple[torch.Tensor, torch.Tensor]:
    batch = pipeline.tokenizer(texts, padding="longest", truncation=True, max_length=256, return_tensors="pt")
    return batch.input_ids, batch.attention_mask


def _write_tokens(pipeline: AceStepPipeline, folder: Path) -> None:
    """The formatted prompt and lyric texts with their token ids, without padding; and a truncated one."""
    texts, lyrics = _prompt_batch(pipeline)
    cases = []
    for text in texts + lyrics:
        for limit in (2048, 40):
            ids = pipeline.tokenizer(text, truncation=True, max_length=limit).input_ids
            cases.append({"text": text, "max_length": limit, "ids": ids})
    write_json(folder / "tokens.json", {"pad_id": pipeline.tokenizer.pad_token_id, "cases": cases})


def _text_encoder(pipeline: AceStepPipeline) -> Tensors:
    texts, lyrics = _prompt_batch(pipeline)
    text_ids, text_mask = _token_batch(pipeline, texts)
    lyric_ids, lyric_mask = _token_batch(pipeline, lyrics)
    encoder = pipeline.text_encoder
    return {
        "input.text_ids": text_ids, "input.text_mask": text_mask,
        "input.lyric_ids": lyric_ids, "input.lyric_mask": lyric_mask,
        "output.last_hidden_state": encoder(input_ids=text_ids).last_hidden_state,
        "output.lyric_embeddings": encoder.get_input_embeddings()(lyric_ids),
    }


def _timestep_embedding(pipeline: AceStepPipeline) -> Tensors:
    times = torch.tensor([1.0, 0.9545454545454546, 0.5, 0.3, 0.0123, 0.0])
    tensors: Tensors = {"input.t": times}
    for name in ("time_embed", "time_embed_r"):
        embedder = getattr(pipeline.transformer, name)
        tensors[f"output.{name}.sinusoid"] = embedder.time_sinusoid(times * embedder.scale)
        tensors[f"output.{name}.embedding"], tensors[f"output.{name}.projection"] = embedder(times)
    return tensors


def _dit_blocks(pipeline: AceStepPipeline) -> Tensors:
    """The first block (sliding window) and the second (full attention), on the same inputs."""
    dit = pipeline.transformer
    config = dit.config
    length = 19
    hidden = _noise("block hidden", 2, length, config.hidden_size)
    modulation = _noise("block modulation", 2, 6, config.hidden_size, scale=0.3)
    encoder = _noise("block encoder", 2, 23, config.hidden_size)
    rotary = _ace_step_rotary_freqs(length, dit.head_dim, dit.rope_theta, hidden.device, hidden.dtype)
    window = _create_4d_mask(
        length, hidden.dtype, hidden.device, sliding_window=config.sliding_window, is_sliding_window=True,
        is_causal=False)
    tensors = {
        "input.hidden_states": hidden, "input.timestep_projection": modulation, "input.encoder_states": encoder,
        "output.rotary_cos": rotary[0], "output.rotary_sin": rotary[1],
    }
    for index, mask in ((0, window), (1, None)):
        tensors[f"output.block{index}"] = dit.layers[index](
            hidden_states=hidden, position_embeddings=rotary, temb=modulation, attention_mask=mask,
            encoder_hidden_states=encoder)
    return tensors


def _transformer_inputs(pipeline: AceStepPipeline, frames: int, dtype: torch.dtype) -> Tensors:
    config = pipeline.transformer.config
    channels = config.audio_acoustic_hidden_dim
    return {
        "hidden_states": _noise(f"dit {frames}", 2, frames, channels).to(dtype),
        "context_latents": _noise(f"dit context {frames}", 2, frames, 2 * channels).to(dtype),
        "encoder_hidden_states": _noise("dit encoder", 2, 37, config.encoder_hidden_size).to(dtype),
        "timestep": torch.tensor([0.83, 0.25], dtype=dtype),
    }


def _transformer(pipeline: AceStepPipeline) -> Tensors:
    """Velocities for an odd and an even number of frames; timestep_r equals timestep except in the last run."""
    tensors: Tensors = {}
    for frames in (47, 36):
        inputs = _transformer_inputs(pipeline, frames, torch.float32)
        tensors |= {f"input.{frames}.{name}": tensor for name, tensor in inputs.items()}
        tensors[f"output.{frames}.velocity"] = pipeline.transformer(
            **inputs, timestep_r=inputs["timestep"], return_dict=False)[0]
    earlier = torch.tensor([0.4, 0.0])
    tensors["input.36.timestep_r"] = earlier
    tensors["output.36.velocity_with_r"] = pipeline.transformer(**inputs, timestep_r=earlier, return_dict=False)[0]
    return tensors


def _condition_encoder(pipeline: AceStepPipeline) -> Tensors:
    """Lyrics of 21 and 13 tokens, texts of 9 and 17, and three references of which the second song has two."""
    encoder = pipeline.condition_encoder
    config = encoder.config
    lyrics = _noise("lyrics", 2, 21, config.text_hidden_dim, scale=0.5)
    texts = _noise("texts", 2, 17, config.text_hidden_dim)
    lyric_mask = torch.arange(21)[None] < torch.tensor([[21], [13]])
    text_mask = torch.arange(17)[None] < torch.tensor([[9], [17]])
    references = _noise("references", 3, 41, config.timbre_hidden_dim)
    order = torch.tensor([0, 1, 1])
    timbre, timbre_mask = encoder.timbre_encoder(references, order)
    packed, packed_mask = encoder(
        text_hidden_states=texts, text_attention_mask=text_mask, lyric_hidden_states=lyrics,
        lyric_attention_mask=lyric_mask, refer_audio_acoustic_hidden_states_packed=references,
        refer_audio_order_mask=order)
    single, single_mask = encoder(
        text_hidden_states=texts[:1], text_attention_mask=text_mask[:1], lyric_hidden_states=lyrics[:1],
        lyric_attention_mask=lyric_mask[:1], refer_audio_acoustic_hidden_states_packed=references[:1],
        refer_audio_order_mask=order[:1])
    silence = encoder.silence_latent[:, : 750]
    return {
        "input.lyric_states": lyrics, "input.lyric_mask": lyric_mask.long(),
        "input.text_states": texts, "input.text_mask": text_mask.long(),
        "input.references": references, "input.reference_order": order,
        "output.lyrics": encoder.lyric_encoder(inputs_embeds=lyrics, attention_mask=lyric_mask),
        "output.lyrics_unmasked": encoder.lyric_encoder(
            inputs_embeds=lyrics, attention_mask=torch.ones_like(lyric_mask)),
        "output.timbre": timbre, "output.timbre_mask": timbre_mask,
        "output.timbre_of_silence": encoder.timbre_encoder(silence, torch.tensor([0]))[0],
        "output.timbre_with_special_token": _timbre_with_special_token(encoder.timbre_encoder, references),
        "output.text_projection": encoder.text_projector(texts),
        "output.packed": packed, "output.packed_mask": packed_mask.long(),
        "output.packed_single": single, "output.packed_single_mask": single_mask.long(),
        "output.silence_head": encoder.silence_latent[:, :8].clone(),
        "output.null_condition": encoder.null_condition_emb,
    }


def _timbre_with_special_token(encoder: torch.nn.Module, references: torch.Tensor) -> torch.Tensor:
    """The timbre encoder as the XL models' own code runs it, with the special token in front: [references, width].

    The reference pipeline leaves the token out, so whole-pipeline goldens do too.
    """
    hidden = encoder.embed_tokens(references)
    hidden = torch.cat([encoder.special_token.expand(hidden.shape[0], -1, -1), hidden], dim=1)
    length = hidden.shape[1]
    rotary = _ace_step_rotary_freqs(length, encoder.head_dim, encoder.rope_theta, hidden.device, hidden.dtype)
    window = _create_4d_mask(
        length, hidden.dtype, hidden.device, sliding_window=encoder.sliding_window, is_sliding_window=True,
        is_causal=False)
    for layer, kind in zip(encoder.layers, encoder._layer_types):
        hidden = layer(hidden, rotary, window if kind == "sliding_attention" else None)
    return encoder.norm(hidden)[:, 0]


def _audio_codes(pipeline: AceStepPipeline) -> Tensors:
    """Tokenizing 2 x 23 frames (padded with silence), the quantizer alone, and back from codes to latents."""
    tokenizer, detokenizer = pipeline.audio_tokenizer, pipeline.audio_token_detokenizer
    latents = _noise("code latents", 2, 23, tokenizer.config.audio_acoustic_hidden_dim)
    quantized, indices = tokenizer.tokenize(latents, pipeline.condition_encoder.silence_latent)
    states = _noise("fsq states", 2, 50, tokenizer.config.hidden_size, scale=1.5)
    fsq_quantized, fsq_indices = tokenizer.quantizer(states)
    size = tokenizer.quantizer.codebook_size
    codes = torch.tensor([[0, 1, 7, size // 2, size - 2, size - 1]])
    return {
        "input.latents": latents, "input.fsq_states": states, "input.codes": codes,
        "output.indices": indices, "output.quantized": quantized,
        "output.fsq_indices": fsq_indices, "output.fsq_quantized": fsq_quantized,
        "output.code_states": tokenizer.quantizer.get_output_from_indices(codes),
        "output.detokenized": detokenizer(quantized),
        "output.detokenized_codes": detokenizer(tokenizer.quantizer.get_output_from_indices(codes)),
    }


def _vae(pipeline: AceStepPipeline) -> Tensors:
    """Whole encoder and decoder, and the parts of the decoder's and the encoder's second blocks."""
    vae = pipeline.vae
    samples = 2 * vae.hop_length + 777
    audio = _noise("audio", 2, vae.config.audio_channels, samples, scale=0.3).half()  # half precision: a smaller file
    latents = _noise("latents", 2, vae.config.decoder_input_channels, 2)
    posterior = vae.encode(audio.float()).latent_dist
    up, down = vae.decoder.block[1], vae.encoder.block[1]
    up_input = _noise("up", 2, up.conv_t1.in_channels, 13)
    unit_input = _noise("unit", 2, up.res_unit3.conv1.in_channels, 61)
    down_input = _noise("down", 2, down.conv1.in_channels, 71)
    return {
        "input.audio": audio, "input.latents": latents, "input.up": up_input, "input.unit": unit_input,
        "input.down": down_input,
        "output.mean": posterior.mean, "output.scale": posterior.scale, "output.std": posterior.std,
        "output.decoded": vae.decode(latents).sample,
        "output.decoder.block.1.snake1": up.snake1(up_input),
        "output.decoder.block.1.conv_t1": up.conv_t1(up_input),
        "output.decoder.block.1": up(up_input),
        "output.decoder.block.1.res_unit1": up.res_unit1(unit_input),
        "output.decoder.block.1.res_unit3": up.res_unit3(unit_input),
        "output.encoder.block.1": down(down_input),
    }


def _bfloat16(pipeline: AceStepPipeline) -> Tensors:
    """The text encoder, the DiT, the condition encoder's lyrics and the VAE decoder, run in bfloat16 throughout."""
    text_ids, _ = _token_batch(pipeline, _prompt_batch(pipeline)[0])
    inputs = _transformer_inputs(pipeline, 47, torch.bfloat16)
    lyrics = _noise("lyrics", 2, 21, pipeline.condition_encoder.config.text_hidden_dim, scale=0.5).bfloat16()
    lyric_mask = torch.arange(21)[None] < torch.tensor([[21], [13]])
    latents = _noise("latents", 2, pipeline.vae.config.decoder_input_channels, 2).bfloat16()
    return {f"input.transformer.{name}": tensor for name, tensor in inputs.items()} | {
        "input.text_ids": text_ids, "input.lyric_states": lyrics, "input.lyric_mask": lyric_mask.long(),
        "input.latents": latents,
        "output.last_hidden_state": pipeline.text_encoder(input_ids=text_ids).last_hidden_state,
        "output.velocity": pipeline.transformer(**inputs, timestep_r=inputs["timestep"], return_dict=False)[0],
        "output.lyrics": pipeline.condition_encoder.lyric_encoder(inputs_embeds=lyrics, attention_mask=lyric_mask),
        "output.decoded": pipeline.vae.decode(latents).sample,
    }
