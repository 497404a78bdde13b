"""What a tiny checkpoint looks like."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import Any

ALTERNATING = ("sliding_attention", "full_attention")


@dataclass(frozen=True)
class Attention:
    """Sizes that a stack of transformer layers shares."""

    hidden: int
    feed_forward: int
    heads: int
    key_value_heads: int


@dataclass(frozen=True)
class Specification:
    """The dimensions of one checkpoint; both layouts' configuration files follow from it."""

    name: str
    seed: int
    dtype: str  # float32, bfloat16 or float16: how the weights are stored
    dit: Attention
    dit_layers: int
    head_dim: int
    window: int
    encoder: Attention  # equal to `dit`, except in XL checkpoints, whose condition encoder is narrower than the DiT
    lyric_layers: int
    timbre_layers: int
    pooler_layers: int
    pool_window: int
    fsq_levels: tuple[int, ...]
    acoustic_dim: int
    patch: int
    rope_theta: float
    norm_epsilon: float
    layer_types: tuple[str, ...] | None  # of the DiT; None leaves them out of the Diffusers configuration
    text: Attention
    text_layers: int
    text_head_dim: int
    vocabulary_size: int
    qwen_tokenizer_class: bool
    sample_rate: int
    vae_ratios: tuple[int, ...]
    vae_multiples: tuple[int, ...]
    vae_decoder_channels: int
    is_turbo: bool
    model_version: str
    shard_bytes: int | None = None  # split weight files above this size
    official_silence_frames: int = 15000
    vae_gain: float = 1.0

    @property
    def is_xl(self) -> bool:
        return self.encoder != self.dit

    @property
    def resolved_layer_types(self) -> list[str]:
        return list(self.layer_types or [ALTERNATING[i % 2] for i in range(self.dit_layers)])

    @property
    def latents_per_second(self) -> float:
        return self.sample_rate / math.prod(self.vae_ratios)

    def transformer_config(self) -> dict[str, Any]:
        return dict(
            hidden_size=self.dit.hidden, intermediate_size=self.dit.feed_forward, num_hidden_layers=self.dit_layers,
            num_attention_heads=self.dit.heads, num_key_value_heads=self.dit.key_value_heads, head_dim=self.head_dim,
            in_channels=3 * self.acoustic_dim, audio_acoustic_hidden_dim=self.acoustic_dim, patch_size=self.patch,
            rope_theta=self.rope_theta, rms_norm_eps=self.norm_epsilon, sliding_window=self.window,
            layer_types=list(self.layer_types) if self.layer_types else None, encoder_hidden_size=self.encoder.hidden,
            is_turbo=self.is_turbo, model_version=self.model_version)

    def _encoder_common(self) -> dict[str, Any]:
        return dict(
            hidden_size=self.encoder.hidden, intermediate_size=self.encoder.feed_forward,
            num_attention_heads=self.encoder.heads, num_key_value_heads=self.encoder.key_value_heads,
            head_dim=self.head_dim, rope_theta=self.rope_theta, rms_norm_eps=self.norm_epsilon,
            sliding_window=self.window)

    def condition_encoder_config(self) -> dict[str, Any]:
        return self._encoder_common() | dict(
            text_hidden_dim=self.text.hidden, timbre_hidden_dim=self.acoustic_dim,
            num_lyric_encoder_hidden_layers=self.lyric_layers, num_timbre_encoder_hidden_layers=self.timbre_layers)

    def _code_config(self) -> dict[str, Any]:
        return self._encoder_common() | dict(
            audio_acoustic_hidden_dim=self.acoustic_dim, pool_window_size=self.pool_window,
            num_attention_pooler_hidden_layers=self.pooler_layers,
            layer_types=self.resolved_layer_types[: self.pooler_layers])

    def audio_tokenizer_config(self) -> dict[str, Any]:
        return self._code_config() | dict(
            fsq_dim=self.encoder.hidden, fsq_input_levels=list(self.fsq_levels), fsq_input_num_quantizers=1)

    def audio_detokenizer_config(self) -> dict[str, Any]:
        return self._code_config()

    def text_encoder_config(self, vocabulary_size: int) -> dict[str, Any]:
        return dict(
            vocab_size=vocabulary_size, hidden_size=self.text.hidden, intermediate_size=self.text.feed_forward,
            num_hidden_layers=self.text_layers, num_attention_heads=self.text.heads,
            num_key_value_heads=self.text.key_value_heads, head_dim=self.text_head_dim, rms_norm_eps=1e-6,
            tie_word_embeddings=True, rope_parameters={"rope_type": "default", "rope_theta": 1000000.0},
            max_position_embeddings=32768, use_cache=False, attention_bias=False)

    def vae_config(self) -> dict[str, Any]:
        return dict(
            encoder_hidden_size=2 * self.acoustic_dim, downsampling_ratios=list(self.vae_ratios),
            channel_multiples=list(self.vae_multiples), decoder_channels=self.vae_decoder_channels,
            decoder_input_channels=self.acoustic_dim, audio_channels=2, sampling_rate=self.sample_rate)

    def official_config(self) -> dict[str, Any]:
        """`config.json` of the official layout; it lists the condition encoder's sizes only where they differ."""
        config: dict[str, Any] = dict(
            architectures=["AceStepConditionGenerationModel"], model_type="acestep",
            hidden_size=self.dit.hidden, intermediate_size=self.dit.feed_forward, num_hidden_layers=self.dit_layers,
            num_attention_heads=self.dit.heads, num_key_value_heads=self.dit.key_value_heads, head_dim=self.head_dim,
            hidden_act="silu", vocab_size=64003, max_position_embeddings=32768, rms_norm_eps=self.norm_epsilon,
            rope_theta=self.rope_theta, rope_scaling=None, attention_bias=False, attention_dropout=0.0,
            use_sliding_window=True, sliding_window=self.window, layer_types=self.resolved_layer_types,
            num_lyric_encoder_hidden_layers=self.lyric_layers, num_timbre_encoder_hidden_layers=self.timbre_layers,
            num_attention_pooler_hidden_layers=self.pooler_layers, num_audio_decoder_hidden_layers=24,
            audio_acoustic_hidden_dim=self.acoustic_dim, in_channels=3 * self.acoustic_dim, patch_size=self.patch,
            pool_window_size=self.pool_window, text_hidden_dim=self.text.hidden, timbre_hidden_dim=self.acoustic_dim,
            timbre_fix_frame=math.ceil(30 * self.latents_per_second), fsq_dim=self.encoder.hidden,
            fsq_input_levels=list(self.fsq_levels), fsq_input_num_quantizers=1, data_proportion=0.5, timestep_mu=-0.4,
            timestep_sigma=1.0, initializer_range=0.02, is_turbo=self.is_turbo, model_version=self.model_version,
            dtype=self.dtype)
        if self.is_xl:
            config |= dict(
                encoder_hidden_size=self.encoder.hidden, encoder_intermediate_size=self.encoder.feed_forward,
                encoder_num_attention_heads=self.encoder.heads,
                encoder_num_key_value_heads=self.encoder.key_value_heads)
        return config


_TURBO_SIZES = Attention(hidden=22, feed_forward=34, heads=4, key_value_heads=2)
_SHIFT_SIZES = Attention(hidden=27, feed_forward=40, heads=3, key_value_heads=3)

FIXTURES = [
    # Grouped-query ratio 2, head size unrelated to the width, everything in float32.
    Specification(
        name="turbo-f32", seed=11, dtype="float32", dit=_TURBO_SIZES, dit_layers=3, head_dim=8, window=5,
        encoder=_TURBO_SIZES, lyric_layers=3, timbre_layers=2, pooler_layers=2, pool_window=5,
        fsq_levels=(8, 8, 8, 5, 5, 5), acoustic_dim=5, patch=2, rope_theta=1000000.0, norm_epsilon=1e-6,
        layer_types=None, text=Attention(hidden=24, feed_forward=44, heads=4, key_value_heads=2), text_layers=3,
        text_head_dim=8, vocabulary_size=420, qwen_tokenizer_class=True, sample_rate=48000,
        vae_ratios=(2, 4, 4, 6, 10), vae_multiples=(1, 1, 1, 2, 1), vae_decoder_channels=7, is_turbo=True,
        model_version="turbo", official_silence_frames=1000),
    # Like XL: the condition encoder is narrower than the DiT; a base checkpoint with guidance; ratio 4; sharded files.
    Specification(
        name="base-xl-bf16", seed=22, dtype="bfloat16",
        dit=Attention(hidden=38, feed_forward=58, heads=8, key_value_heads=2),
        dit_layers=3, head_dim=6, window=7,
        encoder=Attention(hidden=26, feed_forward=58, heads=4, key_value_heads=1), lyric_layers=3, timbre_layers=3,
        pooler_layers=1, pool_window=5, fsq_levels=(8, 8, 8, 5, 5, 5), acoustic_dim=6, patch=2, rope_theta=1000000.0,
        norm_epsilon=1e-5, layer_types=None, text=Attention(hidden=28, feed_forward=44, heads=8, key_value_heads=2),
        text_layers=3, text_head_dim=10, vocabulary_size=390, qwen_tokenizer_class=False, sample_rate=48000,
        vae_ratios=(2, 4, 4, 6, 10), vae_multiples=(1, 1, 2, 1, 2), vae_decoder_channels=6, is_turbo=False,
        model_version="base", shard_bytes=70_000, official_silence_frames=900),
    # No grouping, explicit layer types that do not alternate, patches of 3, 44.1 kHz, an odd stride in the VAE.
    Specification(
        name="turbo-shift-f16", seed=33, dtype="float16", dit=_SHIFT_SIZES, dit_layers=3, head_dim=14, window=3,
        encoder=_SHIFT_SIZES, lyric_layers=1, timbre_layers=1, pooler_layers=2, pool_window=4,
        fsq_levels=(7, 5, 4, 3), acoustic_dim=4, patch=3, rope_theta=10000.0, norm_epsilon=1e-6,
        layer_types=("sliding_attention", "sliding_attention", "full_attention"),
        text=Attention(hidden=20, feed_forward=36, heads=2, key_value_heads=2), text_layers=1, text_head_dim=12,
        vocabulary_size=450, qwen_tokenizer_class=True, sample_rate=44100, vae_ratios=(2, 5, 8, 12),
        vae_multiples=(1, 2, 1, 3), vae_decoder_channels=5, is_turbo=True, model_version="turbo-shift3",
        official_silence_frames=1700),
]


def random_specification(seed: int, dtype: str = "float32", is_turbo: bool = True) -> Specification:
    """A checkpoint nobody has seen: every dimension drawn from the seed, the clock of the real model."""
    draw = random.Random(seed)
    head_dim = 2 * draw.randint(3, 12)

    def attention(low: int, high: int) -> Attention:
        groups = draw.choice([1, 2, 4])
        key_value_heads = draw.randint(1, 3)
        return Attention(
            hidden=draw.randint(low, high), feed_forward=draw.randint(low, 3 * high), heads=groups * key_value_heads,
            key_value_heads=key_value_heads)

    dit = attention(24, 72)
    return Specification(
        name=f"random-{seed}", seed=seed, dtype=dtype, dit=dit, dit_layers=draw.choice([1, 3, 5, 7]),
        head_dim=head_dim, window=draw.randint(2, 12), encoder=attention(20, 60) if draw.random() < 0.3 else dit,
        lyric_layers=draw.choice([1, 3, 5]), timbre_layers=draw.choice([1, 2, 3]), pooler_layers=draw.choice([1, 2]),
        pool_window=5, fsq_levels=(8, 8, 8, 5, 5, 5), acoustic_dim=draw.choice([6, 8, 12, 64]), patch=2,
        rope_theta=draw.choice([10000.0, 1000000.0]), norm_epsilon=1e-6, layer_types=None, text=attention(16, 64),
        text_layers=draw.choice([1, 2, 3, 5]), text_head_dim=2 * draw.randint(3, 12),
        vocabulary_size=draw.randint(300, 900), qwen_tokenizer_class=draw.random() < 0.5, sample_rate=48000,
        vae_ratios=tuple(draw.sample([2, 4, 4, 6, 10], 5)), vae_multiples=(1, 1, 2, 2, 4),
        vae_decoder_channels=draw.randint(4, 12), is_turbo=is_turbo, model_version="turbo" if is_turbo else "base",
        shard_bytes=draw.choice([None, 150_000]))
