"""Writes Sources/Tokenizers/UnicodeData.swift: what the package tokenizers knows about Unicode scalars.

    python tools/reference/tokenizer_unicode.py

Its regular expressions, its normalizers and its word boundaries each have tables of another Unicode version. A
tokenizer that is to agree with it on every text therefore asks it for every scalar, instead of the operating system.
Needs the packages tokenizers and regex; takes two minutes.
"""

import base64
import pathlib

import regex
import tokenizers
from tokenizers import Regex, normalizers, pre_tokenizers

TARGET = pathlib.Path(__file__).resolve().parent.parent.parent / "Sources" / "Tokenizers" / "UnicodeData.swift"
SCALARS = [value for value in range(0x110000) if not 0xD800 <= value < 0xE000]
CATEGORIES = "Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So Zs Zl Zp Cc Cf Cs Co Cn".split()


def members(pattern):
    """The scalars that a pattern for one scalar matches."""
    splitter = pre_tokenizers.Split(Regex(pattern), "removed")
    found = set()
    for start in range(0, len(SCALARS), 4096):
        chunk = SCALARS[start : start + 4096]
        kept = {ord(scalar) for text, _ in splitter.pre_tokenize_str("".join(map(chr, chunk))) for scalar in text}
        found.update(value for value in chunk if value not in kept)
    return found


def properties():
    """One byte per scalar: category in bits 0-4, white space 5, part of a word 6, numeric 7."""
    result = [CATEGORIES.index("Cs")] * 0x110000
    for index, category in enumerate(CATEGORIES):
        if category == "Cs":
            continue  # surrogates are no scalars
        for value in members(rf"\p{{{category}}}"):
            result[value] = index
    for value in members(r"\s"):
        result[value] |= 1 << 5
    word = pre_tokenizers.Whitespace()
    digits = pre_tokenizers.Digits(individual_digits=True)
    for value in SCALARS:
        text = "a" + chr(value)
        if [piece for piece, _ in word.pre_tokenize_str(text)] == [text]:
            result[value] |= 1 << 6
        if len(digits.pre_tokenize_str(text)) == 2:
            result[value] |= 1 << 7
    return result


def varint(value):
    """Seven bits per byte, lowest first; the top bit says that more follow."""
    digits = []
    while True:
        digits.append(value & 0x7F | (0x80 if value > 0x7F else 0))
        value >>= 7
        if not value:
            return bytes(digits)


def runs(values):
    """Pairs of length and value."""
    packed = bytearray()
    start = 0
    for index in range(1, len(values) + 1):
        if index == len(values) or values[index] != values[start]:
            packed += varint(index - start) + bytes([values[start]])
            start = index
    return bytes(packed)


def decompositions():
    """Scalar, first and second part, whether the parts compose; Hangul syllables follow a rule and are left out."""
    decompose, compose = normalizers.NFD(), normalizers.NFC()
    full = {}
    for value in SCALARS:
        if 0xAC00 <= value <= 0xD7A3:
            continue
        text = decompose.normalize_str(chr(value))
        if text != chr(value):
            full[value] = text
    whole = {text: value for value, text in full.items() if compose.normalize_str(text) == chr(value)}
    # Parts of scalars that don't compose may be scalars that don't compose themselves.
    others = {text: value for value, text in full.items() if len(text) > 1 and text not in whole}
    packed = bytearray()
    previous = 0
    for value, text in sorted(full.items()):
        if len(text) == 1:
            first, second = ord(text), 0
        else:
            head = text[:-1]
            first = ord(head) if len(head) == 1 else whole.get(head, others.get(head))
            second = ord(text[-1])
        composes = compose.normalize_str(text) == chr(value)
        packed += varint((value - previous) << 1 | composes) + varint(first) + varint(second)
        previous = value
    return bytes(packed)


def combining_classes():
    """One byte per scalar; of the classes that the package regex knows those by which the normalizer reorders."""
    decompose = normalizers.NFD()
    text = "".join(map(chr, SCALARS))
    result = [0] * 0x110000
    overlay, above = "\u0334", "\u0301"  # classes 1 and 230
    for number in range(1, 255):
        try:
            pattern = regex.compile(rf"\p{{ccc={number}}}")
        except regex.error:
            continue
        for match in pattern.finditer(text):
            scalar = match.group()
            # A mark of a higher class moves behind one of class 1, if the normalizer knows its class.
            marks = scalar + overlay if number > 1 else above + scalar
            kept = "a" + "".join(map(decompose.normalize_str, marks))
            if decompose.normalize_str("a" + marks) != kept:
                result[ord(scalar)] = number
    return result


def literal(name, summary, data):
    text = base64.b64encode(data).decode()
    lines = [text[start : start + 108] for start in range(0, len(text), 108)]
    body = "\n".join("        " + line + "\\" for line in lines)[:-1]
    return f'    /// {summary}\n    static let {name} = """\n{body}\n        """\n'


if __name__ == "__main__":
    parts = [
        literal("properties", "Runs of a length and a byte of properties, from U+0000 on.", runs(properties())),
        literal("combiningClasses", "Runs of a length and a canonical combining class.", runs(combining_classes())),
        literal("decompositions", "Canonical decompositions by ascending scalar.", decompositions()),
    ]
    script = "tools/reference/tokenizer_unicode.py"
    head = f"""// Generated by {script} from the package tokenizers {tokenizers.__version__}.

/// Properties of Unicode scalars, packed as variable-length integers in base64; ``UnicodeTables`` unpacks them.
enum UnicodeData {{
    /// The general categories in the order of their numbers in `properties`.
    static let categories = [
        {", ".join(f'"{name}"' for name in CATEGORIES[:15])},
        {", ".join(f'"{name}"' for name in CATEGORIES[15:])},
    ]

"""
    TARGET.write_text(head + "\n".join(parts) + "}\n")
