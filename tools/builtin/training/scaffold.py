"""What is written into the generator before training, and held there: how a tempo becomes a beat, how a key becomes a
scale, and how a prediction of the music becomes a velocity.

Adding up phases over half a minute is arithmetic, hard to learn from a few thousand songs and easy to write down:

* The tokenizer has one token for each tempo (`bpm: 96`, `96 bpm`) and each key (`F# minor`). Their embeddings hold a
  two-digit number, the bars in two minutes, and the notes of the scale; those of phrases about drums and of words for
  energy and brightness hold a sign. Reserved dimensions carry them unchanged through the text encoder and the
  projections, and one head each of the DiT's first cross-attention fetches them.
* The latents of silence, which are the DiT's context wherever it composes freely, hold slow oscillations at the
  frequencies that those digits stand for. The DiT's first two feed-forwards select one of each and multiply them, which
  adds their frequencies: one result turns once a bar, another once a beat. The next two square them.
* The noisy latents pass through the residual stream, less the context's music and clock. What the layers add to them
  is minus the music that they predict beyond that, and the last modulation divides by the flow time: the velocity is
  (x - music) / t.
* One dimension of each residual stream holds a large constant, so that the normalizations hardly change the others.

Everything else is learned. The entries here are the same before and after training.
"""

from __future__ import annotations

import math

import torch
from torch import nn

from . import layout

# Reserved dimensions of the text encoder, which are those of the condition states too.
T_CONST, T_TEMPO, T_KEY, T_FLAG, T_COARSE, T_FINE, T_SCALE, T_TONIC, T_FLAG_VALUES = 0, 1, 2, 3, 4, 14, 24, 36, 48
T_ENERGY, T_BRIGHTNESS, T_END = 50, 52, 54  # each a tag and a value from -1 to 1
T_LEVEL, T_FEATURE = 30.0, 6.0
# Tags: what a tempo among the metadata, in the caption, and no tempo weigh.
STATED, MENTIONED, MISSING = 9.0, 3.0, 1.2
DEFAULT_TEMPO, DEFAULT_KEY = 110, "A minor"
# Reserved dimensions of the DiT.
CONST, SLOW, FAST, COARSE, FINE, KEY, FLAGS, SUMS = 0, 1, 39, 77, 87, 97, 121, 123
BAR, BEAT, HALF, EIGHTH, BLANK, FREE, NOISY, END = 143, 145, 153, 155, 157, 158, 159, 263
ENERGY, BRIGHTNESS = 263, 264
SLOTS = 4  # 20 ms positions in a token, each with a phase of the beat
LEVEL = 200.0
GATE, PRODUCT = 8.0, 4.0
CLOCKS = 64  # hidden units of the timestep embedding that make 1 / t


class Fixed:
    """Entries of parameters that keep their values."""

    def __init__(self) -> None:
        self.parameters: list[nn.Parameter] = []
        self.free: list[torch.Tensor] = []  # 1 where a parameter may change
        self.values: list[torch.Tensor] = []  # and 0 there

    def hold(self, parameter: nn.Parameter, mask: torch.Tensor, values: torch.Tensor) -> None:
        for index, known in enumerate(self.parameters):
            if known is parameter:
                self.values[index] = torch.where(mask, values, self.values[index])
                self.free[index] = self.free[index] * ~mask
                return
        self.parameters.append(parameter)
        self.free.append((~mask).float())
        self.values.append(torch.where(mask, values, 0.0))

    def to(self, device: str) -> None:
        """Follows the parameters to where they are."""
        self.free = [mask.to(device) for mask in self.free]
        self.values = [values.to(device) for values in self.values]

    @torch.no_grad()
    def apply(self) -> None:
        torch._foreach_mul_(self.parameters, self.free)
        torch._foreach_add_(self.parameters, self.values)

    @torch.no_grad()
    def silence_gradients(self) -> None:
        pairs = [(p.grad, mask) for p, mask in zip(self.parameters, self.free) if p.grad is not None]
        torch._foreach_mul_([grad for grad, _ in pairs], [mask for _, mask in pairs])


class _Sheet:
    """Collects the entries of one parameter."""

    def __init__(self, parameter: nn.Parameter) -> None:
        self.parameter = parameter
        self.mask = torch.zeros(parameter.shape, dtype=torch.bool)
        self.values = torch.zeros(parameter.shape)

    def clear(self, *index) -> "_Sheet":
        self.mask[index] = True
        return self

    def put(self, index, value: float) -> "_Sheet":
        self.mask[index] = True
        self.values[index] = value
        return self


def write(net: nn.Module, vocabulary: dict[str, int]) -> Fixed:
    """Writes the entries into a `Generator` and returns them, to be held. `vocabulary` numbers the added tokens."""
    fixed = Fixed()
    with torch.no_grad():
        for sheet in (*_text(net.text_encoder, vocabulary), *_condition(net.condition_encoder),
                      *_fetch(net.transformer), *_oscillate(net.transformer)):
            fixed.hold(sheet.parameter, sheet.mask, sheet.values)
        fixed.apply()
    return fixed


def _text(encoder: nn.Module, vocabulary: dict[str, int]):
    width = encoder.config.hidden_size
    level = T_LEVEL / math.sqrt(width)
    table = _Sheet(encoder.embed_tokens.weight).clear(slice(None), slice(0, T_END))
    table.values[:, T_CONST] = T_LEVEL
    for content, number in vocabulary.items():
        for dimension, value in layout.meaning(content).items():
            table.values[number, dimension] = value
    yield table
    for layer in encoder.layers:
        yield _Sheet(layer.self_attn.o_proj.weight).clear(slice(0, T_END))
        yield _Sheet(layer.mlp.down_proj.weight).clear(slice(0, T_END))
        for norm in (layer.input_layernorm, layer.post_attention_layernorm):
            norm.weight.fill_(level)
            norm.weight[:T_END] = 0.15 * level
            norm.weight[T_CONST] = 1 / math.sqrt(width)
    norm = _Sheet(encoder.norm.weight).clear(slice(0, T_END))
    norm.values[:T_END] = 0.5
    norm.values[T_CONST] = 0.1
    encoder.norm.weight.fill_(level)
    yield norm


def _condition(encoder: nn.Module):
    sheet = _Sheet(encoder.text_projector.weight).clear(slice(0, T_END))
    for dimension in range(T_END):
        sheet.values[dimension, dimension] = 1.0
    yield sheet
    yield _Sheet(encoder.lyric_encoder.norm.weight).clear(slice(0, T_END))
    yield _Sheet(encoder.timbre_encoder.norm.weight).clear(slice(0, T_END))


def _fetch(dit: nn.Module):
    """The first cross-attention: head 0 looks for the tempo, head 2 (of the second key-value head) for the key, head 4
    for what is said of drums; heads 1 and 3 look for energy and brightness among the same heads' spare features."""
    weight = _Sheet(dit.condition_embedder.weight).clear(slice(0, T_END))
    for dimension in range(T_END):
        weight.values[dimension, dimension] = 1.0
    yield weight
    yield _Sheet(dit.condition_embedder.bias).clear(slice(0, T_END))
    attention = dit.layers[0].cross_attn
    head = attention.head_dim
    query = _Sheet(attention.to_q.weight)
    key = _Sheet(attention.to_k.weight).clear(slice(0, 3 * head))
    value = _Sheet(attention.to_v.weight).clear(slice(0, 3 * head))
    out = _Sheet(attention.to_out[0].weight).clear([*range(NOISY), ENERGY, BRIGHTNESS])
    spare = head - 2
    # Query head, key-value head, its dimension that holds the tag, first of the dimensions that hold the features.
    plans = (
        (0, 0, 0, 0, T_TEMPO, range(T_COARSE, T_SCALE), COARSE),
        (2, 1, 0, 0, T_KEY, range(T_SCALE, T_FLAG_VALUES), KEY),
        (4, 2, 0, 0, T_FLAG, range(T_FLAG_VALUES, T_ENERGY), FLAGS),
        (1, 0, 2, spare, T_ENERGY, [T_ENERGY + 1], ENERGY),
        (3, 1, 2, spare, T_BRIGHTNESS, [T_BRIGHTNESS + 1], BRIGHTNESS))
    for asking, giving, tagged, first, tag, features, target in plans:
        query.clear(slice(asking * head, (asking + 1) * head)).put((asking * head + tagged, CONST), 1.0)
        key.put((giving * head + tagged, tag), 0.2).put((giving * head + 1, T_CONST), 0.1)
        for index, feature in enumerate(features):
            value.put((giving * head + first + index, feature), 1.0)
            out.put((target + index, asking * head + first + index), 1.0)
    yield from (query, key, value, out)
    for norm in (attention.norm_q, attention.norm_k):
        yield _Sheet(norm.weight).put(0, 2.0).put(2, 2.0)


def _oscillate(dit: nn.Module):
    width = dit.proj_in_conv.out_channels
    level = LEVEL / math.sqrt(width)
    channels = layout.CHANNELS
    enter = _Sheet(dit.proj_in_conv.weight).clear([*range(END), ENERGY, BRIGHTNESS])
    for index in range(layout.SLOW):
        enter.put((SLOW + index, index, 0), 1 / math.sqrt(2)).put((FAST + index, index, 1), 1 / math.sqrt(2))
    enter.put((FREE, layout.FLAG, 0), 1 / layout.EMPTY)
    leave = _Sheet(dit.proj_out_conv.weight).clear(slice(None))
    for frame in (0, 1):
        for channel in range(channels):
            dimension = NOISY + frame * channels + channel
            enter.put((dimension, 2 * channels + channel, frame), 1.0)
            # What is in the context is what is expected, unless it is empty: see `_units`.
            enter.put((dimension, channel, frame), -1.0)
            # The modulation's shift is the same for both dimensions, and cancels.
            leave.put((dimension, channel, frame), 1.0).put((BLANK, channel, frame), -1.0)
    yield from (enter, leave, _Sheet(dit.proj_out_conv.bias).clear(slice(None)))
    yield _Sheet(dit.proj_in_conv.bias).clear([*range(END), ENERGY, BRIGHTNESS]).put(CONST, LEVEL)
    lasting = [CONST, *range(KEY, NOISY), ENERGY, BRIGHTNESS]
    used = [CONST, *range(SLOW, NOISY), ENERGY, BRIGHTNESS]
    for embedding in (dit.time_embed, dit.time_embed_r):
        rows = [3 * width + d for d in used] + [4 * width + d for d in used] + [
            5 * width + d for d in (CONST, *range(KEY, END), ENERGY, BRIGHTNESS)]
        yield _Sheet(embedding.time_proj.weight).clear(rows)
        yield _Sheet(embedding.time_proj.bias).clear(rows)
    yield from _reciprocal(dit)
    for number, layer in enumerate(dit.layers):
        held = [*range(NOISY), ENERGY, BRIGHTNESS] if number == 0 else lasting
        yield _Sheet(layer.self_attn.to_out[0].weight).clear(held)
        if number:
            yield _Sheet(layer.cross_attn.to_out[0].weight).clear(lasting)
        table = _Sheet(layer.scale_shift_table).clear(0, 3, used).clear(0, 4, used).clear(0, 5, lasting)
        table.values[0, 5, lasting] = 1.0
        if number == 0:
            table.put((0, 5, slice(NOISY, END)), 1.0)
        yield table
        for norm in (layer.self_attn_norm, layer.cross_attn_norm, layer.mlp_norm):
            norm.weight.fill_(level)
        for norm in (layer.self_attn_norm, layer.cross_attn_norm):
            yield _Sheet(norm.weight).put(CONST, 1 / math.sqrt(width))
        norm = _Sheet(layer.mlp_norm.weight).put(CONST, 1 / math.sqrt(width))
        for dimension in (used if number == 0 else lasting)[1:]:
            norm.put(dimension, level)
        yield norm
        # The last one writes nothing but the prediction: anything else would only change the normalization.
        last = number == len(dit.layers) - 1
        yield from _feed_forward(
            layer.mlp, _units(number), [*range(NOISY), *range(END, width)] if last else lasting)
    yield _Sheet(dit.norm_out.weight).put(slice(None), level).put(CONST, 1 / math.sqrt(width))


def _reciprocal(dit: nn.Module):
    """The timestep embedding's part that modulates the output: 1 / t, by least squares over fixed random units."""
    width = dit.proj_in_conv.out_channels
    random = torch.Generator().manual_seed(11)
    sinusoid = dit.time_embed.time_sinusoid
    inputs = dit.time_embed.linear_1.in_features
    # Only waves that are slow over the whole range of t.
    slow = torch.zeros(inputs)
    frequencies = 1000 * torch.exp(-math.log(10000) * torch.arange(inputs // 2) / (inputs // 2))
    for half in (0, inputs // 2):
        slow[half : half + inputs // 2][frequencies < 12] = 1.0
    weight = torch.randn(CLOCKS, inputs, generator=random) * slow / slow.sum().sqrt() * 2
    bias = torch.randn(CLOCKS, generator=random)
    t = torch.linspace(0.04, 1.0, 2000)
    with torch.no_grad():
        hidden = nn.functional.silu(sinusoid(1000 * t) @ weight.T + bias).double()
    weights = t.double()[:, None]  # relative errors count
    system = torch.cat([(hidden * weights), 1e-3 * torch.eye(CLOCKS, dtype=torch.float64)])
    target = torch.cat([((1 / t.double()) * t.double())[:, None], torch.zeros(CLOCKS, 1, dtype=torch.float64)])
    solution = torch.linalg.lstsq(system, target).solution[:, 0].float()
    output = [BLANK, *range(NOISY, END)]
    for embedding, factor in ((dit.time_embed, 1.0), (dit.time_embed_r, 0.0)):
        first = _Sheet(embedding.linear_1.weight).clear(slice(0, CLOCKS))
        first.values[:CLOCKS] = weight
        offset = _Sheet(embedding.linear_1.bias).clear(slice(0, CLOCKS))
        offset.values[:CLOCKS] = bias
        second = _Sheet(embedding.linear_2.weight).clear(output)
        second.values[output, :CLOCKS] = factor * solution
        yield from (first, offset, second, _Sheet(embedding.linear_2.bias).clear(output))
    table = _Sheet(dit.scale_shift_table).clear(0, 0, output).clear(0, 1, output)
    table.values[0, 1, output] = -1.0
    yield table


def _units(layer: int) -> list[tuple[int, float, dict[int, float], int, float]]:
    """Hidden units of a feed-forward: gate's input and factor, other input, output and factor."""
    units = []
    if layer == 0:
        for frame, bank in ((0, SLOW), (1, FAST)):
            for index in range(layout.SLOW):
                units.append((FREE, GATE, {bank + index: 1.0}, NOISY + frame * layout.CHANNELS + index, math.sqrt(2) / GATE))
            units.append((FREE, GATE, {CONST: 1.0}, NOISY + frame * layout.CHANNELS + layout.FLAG, layout.EMPTY / GATE))
        for bank, sums, late in [(SLOW, SUMS, 0.0)] + [(FAST, SUMS + 4 + 4 * slot, 0.02 * slot) for slot in range(SLOTS)]:
            for digit in range(10):
                units += _turned(COARSE + digit, bank + 2 * digit, (60 + 20 * digit) / 60 * late, sums)
            units.append((FINE, GATE, {CONST: 1.0}, sums + 2, 1 / GATE))
            for digit in range(1, 10):
                units += _turned(FINE + digit, bank + 18 + 2 * digit, 2 * digit / 60 * late, sums + 2)
        return units
    chain = {1: [(SUMS, SUMS + 2, BAR)] + [(SUMS + 4 + 4 * s, SUMS + 6 + 4 * s, BEAT + 2 * s) for s in range(SLOTS)],
             2: [(BAR, BAR, HALF), (BEAT, BEAT, EIGHTH)]}
    for a, b, out in chain.get(layer, ()):
        for left, right, target, sign in (
            (a, b, out, 1), (a + 1, b + 1, out, -1), (a, b + 1, out + 1, 1), (a + 1, b, out + 1, 1),
        ):
            units += [(left, PRODUCT, {right: 1.0}, target, sign / PRODUCT),
                      (left, -PRODUCT, {right: 1.0}, target, -sign / PRODUCT)]
    return units


def _turned(gate: int, wave: int, turns: float, target: int):
    """Units that pass an oscillation on if a digit is set, later by a share of a turn."""
    c, s = math.cos(2 * math.pi * turns), math.sin(2 * math.pi * turns)
    return [(gate, GATE, {wave: c, wave + 1: -s}, target, 1 / GATE), (gate, GATE, {wave: s, wave + 1: c}, target + 1, 1 / GATE)]


@torch.no_grad()
def begin(dit: nn.Module) -> None:
    """Where training begins: a beat on the tonic. Unlike the entries above, nothing of this is held.

    Units of the last feed-forward make hits where the sine of the beat's phase crosses zero: kick on beats, snare on
    every second one, hat on half beats; and tones of the tonic and its triad that swell with the beat.
    """
    layer = dit.layers[-1]
    mlp = layer.mlp
    gate, up, down = mlp.gate_proj.weight, mlp.up_proj.weight, mlp.down_proj.weight
    layer.scale_shift_table[0, 5, NOISY:END] = 1.0
    number = 0

    def unit(gates: dict[int, float], ups: dict[int, float], outputs: dict[int, float]) -> None:
        nonlocal number
        gate[number], up[number], down[:, number] = 0.0, 0.0, 0.0
        for target, entries in ((gate[number], gates), (up[number], ups), (down[:, number], outputs)):
            for dimension, value in entries.items():
                target[dimension] = value
        number += 1

    def out(frame: int, channel: int, amplitude: float, scale: float) -> dict[int, float]:
        return {NOISY + frame * layout.CHANNELS + channel: -float(layout.companded(amplitude)) * scale}

    sharp, width = 30.0, 0.23
    for slot in range(SLOTS):
        frame, sub = divmod(slot, layout.SLOTS)
        cosine, sine = BEAT + 2 * slot, BEAT + 2 * slot + 1
        for voice, amplitude, ups in (
            ("kick", 0.75, {cosine: 0.5, CONST: 0.5}), ("snare", 0.5, {cosine: 0.25, HALF: -0.5, CONST: 0.25}),
            ("hat", 0.3, {CONST: 1.0}),
        ):
            channel = layout.DRUMS + layout.SLOTS * layout.VOICES.index(voice) + sub
            for shift, weight in ((1, 1.0), (0, -2.0), (-1, 1.0)):
                unit({sine: sharp, CONST: sharp * width * shift - 60.0, FREE: 60.0, FLAGS: -60.0}, ups,
                     out(frame, channel, amplitude, weight / (sharp * width)))
    for frame in (0, 1):
        swell = {BEAT + 4 * frame: 0.35, CONST: 0.65}
        for pitch in range(12):
            unit({KEY + 12 + pitch: 8.0, CONST: -60.0, FREE: 60.0, FLAGS + 1: -60.0}, swell, out(frame, layout.BASS + pitch, 0.5, 1 / 7.0))
            unit({KEY + pitch: 8.0, CONST: -70.0, FREE: 60.0, FLAGS + 1: -60.0}, swell, out(frame, layout.CHORDS + pitch, 0.25, 1 / 3.6))


def _feed_forward(mlp: nn.Module, units, lasting):
    gate, up, down = _Sheet(mlp.gate_proj.weight), _Sheet(mlp.up_proj.weight), _Sheet(mlp.down_proj.weight)
    down.clear(lasting)
    for number, (gated, factor, other, target, scale) in enumerate(units):
        gate.clear(number).put((number, gated), factor)
        up.clear(number)
        for dimension, weight in other.items():
            up.put((number, dimension), weight)
        down.clear(slice(None), number).put((target, number), scale)
    yield from (gate, up, down)
