"""Sizes of the built-in model and its modules, from the reference classes."""

from __future__ import annotations

import sys
from pathlib import Path

import torch
from torch import nn

from . import layout, scaffold

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tools" / "reference"))

WIDTH, HEAD = 192, 32
DIT_WIDTH = 272
COMMON = dict(
    hidden_size=WIDTH, num_attention_heads=6, num_key_value_heads=3, head_dim=HEAD, rope_theta=10000.0,
    rms_norm_eps=1e-6, sliding_window=128)
TRANSFORMER = COMMON | dict(
    hidden_size=DIT_WIDTH, intermediate_size=448, num_hidden_layers=5, in_channels=3 * layout.CHANNELS,
    audio_acoustic_hidden_dim=layout.CHANNELS, patch_size=2, encoder_hidden_size=WIDTH, is_turbo=True,
    model_version="turbo")
TEXT_WIDTH = 128
CONDITION = COMMON | dict(
    intermediate_size=256, text_hidden_dim=TEXT_WIDTH, timbre_hidden_dim=layout.CHANNELS,
    num_lyric_encoder_hidden_layers=1, num_timbre_encoder_hidden_layers=1)
TEXT = dict(
    hidden_size=TEXT_WIDTH, intermediate_size=256, num_hidden_layers=3, num_attention_heads=4, num_key_value_heads=4,
    head_dim=HEAD, rms_norm_eps=1e-6, tie_word_embeddings=True,
    rope_parameters={"rope_type": "default", "rope_theta": 10000.0}, max_position_embeddings=32768, use_cache=False,
    attention_bias=False)


class Generator(nn.Module):
    """Text encoder, condition encoder and DiT together."""

    def __init__(self, tokenizer) -> None:
        super().__init__()
        from diffusers import AceStepTransformer1DModel
        from diffusers.pipelines.ace_step import AceStepConditionEncoder
        from transformers import Qwen3Config, Qwen3Model

        self.text_encoder = Qwen3Model(Qwen3Config(**TEXT, vocab_size=len(tokenizer), eos_token_id=tokenizer.eos_token_id,
                                                    pad_token_id=tokenizer.pad_token_id))
        self.condition_encoder = AceStepConditionEncoder(**CONDITION)
        self.condition_encoder.silence_latent.copy_(layout.silence())
        self.transformer = AceStepTransformer1DModel(**TRANSFORMER)
        self._start()
        numbers = tokenizer.get_added_vocab()
        self.fixed = scaffold.write(self, {text: numbers[text] for text in layout.added_tokens()})
        scaffold.begin(self.transformer)

    @torch.no_grad()
    def _start(self) -> None:
        """Initial weights: small normals, and a DiT whose output starts at zero."""
        for name, parameter in self.named_parameters():
            if parameter.dim() >= 2 and "scale_shift" not in name and "embed_tokens" not in name:
                parameter.normal_(0.0, (1.0 / parameter[0].numel()) ** 0.5)
        for layer in self.transformer.layers:
            layer.scale_shift_table.zero_()
            layer.scale_shift_table[:, 2] = layer.scale_shift_table[:, 5] = 0.5
            for part in (layer.self_attn, layer.cross_attn):
                part.to_out[0].weight.mul_(0.4)
            layer.mlp.down_proj.weight.mul_(0.4)
            for output in (layer.self_attn.to_out[0], layer.cross_attn.to_out[0], layer.mlp.down_proj):
                output.weight[scaffold.NOISY:scaffold.END] *= 0.05
        for embedding in (self.transformer.time_embed, self.transformer.time_embed_r):
            embedding.time_proj.weight.mul_(0.1)
            embedding.time_proj.bias.zero_()
        self.transformer.scale_shift_table.zero_()
        self.text_encoder.embed_tokens.weight.normal_(0.0, 0.5)

    def condition(self, text, text_mask, lyrics, lyric_mask, reference):
        """Condition states and their mask. `reference` is [1, frames, channels] for all items, or one each."""
        encoder = self.condition_encoder
        states = encoder.text_projector(self.text_encoder(input_ids=text).last_hidden_state)
        lyric = encoder.lyric_encoder(
            inputs_embeds=self.text_encoder.embed_tokens(lyrics), attention_mask=lyric_mask)
        timbre, _ = encoder.timbre_encoder(reference, torch.arange(len(reference), device=reference.device))
        timbre = timbre.expand(len(text), -1, -1)
        states = torch.cat([lyric, timbre, states], dim=1)
        mask = torch.cat([lyric_mask, lyric_mask.new_ones(len(text), 1), text_mask], dim=1)
        return states, mask.bool()

    def velocity(self, x, t, states, mask, context):
        """The DiT as the reference runs it, but blind to padding among the condition states."""
        from diffusers.models.transformers import ace_step_transformer as reference

        dit = self.transformer
        embedding, projection = dit.time_embed(t)
        embedding_r, projection_r = dit.time_embed_r(torch.zeros_like(t))
        embedding, projection = embedding + embedding_r, projection + projection_r
        hidden = torch.cat([context, x], dim=-1)
        frames = hidden.shape[1]
        if frames % 2:
            hidden = nn.functional.pad(hidden, (0, 0, 0, 1))
        hidden = dit.proj_in_conv(hidden.transpose(1, 2)).transpose(1, 2)
        states = dit.condition_embedder(states)
        count = hidden.shape[1]
        positions = reference._ace_step_rotary_freqs(count, dit.head_dim, dit.rope_theta, x.device, x.dtype)
        window = None
        if count > dit.config.sliding_window + 1:
            index = torch.arange(count, device=x.device)
            window = ((index[:, None] - index[None]).abs() <= dit.config.sliding_window)[None, None]
        visible = mask[:, None, None, :]
        for kind, layer in zip(dit.layer_types, dit.layers):
            hidden = layer(
                hidden_states=hidden, position_embeddings=positions, temb=projection,
                attention_mask=window if kind == "sliding_attention" else None, encoder_hidden_states=states,
                encoder_attention_mask=visible)
        shift, scale = (dit.scale_shift_table + embedding.unsqueeze(1)).chunk(2, dim=1)
        hidden = dit.norm_out(hidden) * (1 + scale) + shift
        return dit.proj_out_conv(hidden.transpose(1, 2)).transpose(1, 2)[:, :frames]
