"""Lines of text that are hard to tokenize, generated from word lists by a seed.

`lines(count, seed)` returns them. Every line is composed here: words of forty languages, emoji, combining marks in any
order, digits of many scripts, control characters, white space of all kinds, code, special tokens, lyrics.
"""

import random

WORDS = {
    "English": "the night river burns slow and we're dancing until it's over don't you know love light rain city "
    "heart falling I'll you've she'd they'RE WE'LL It'S y'all rock'n'roll morning thunder silver",
    "German": "die Nacht über Straßen glühen leise Mädchen Träume größer Fluß zurück Herz Licht möchte Süden weiß",
    "French": "l'été brûlant où s'en va la forêt cœur déjà naïve garçon aujourd'hui Noël là-bas français lumière",
    "Spanish": "corazón mañana niño ¿dónde estás? ¡qué! pingüino lluvia canción sueño también jamás noche fuego",
    "Portuguese": "coração amanhã saudade não você é às ilusão pão chuva irmã água estação avó",
    "Italian": "città perché più cuore l'amore università sarà notte così lunedì verità",
    "Dutch": "zee ruïne coördinatie 's avonds ijs schaatsen geëerd hart nacht liefde",
    "Swedish": "Älska sången över ån mörker själ höst blå kärlek",
    "Finnish": "yö järvi hyvää päivää äiti öljy rakastan sinua pimeässä",
    "Icelandic": "þögn ást ævi lífið nóttin skríður ísland",
    "Polish": "zażółć gęślą jaźń noc źródło świat miłość łąka ćma",
    "Czech": "příliš žluťoučký kůň úpěl ďábelské ódy noc měsíc láska",
    "Hungarian": "árvíztűrő tükörfúrógép éjszaka szerelem őszi kő",
    "Romanian": "țară și înger dragoste mâine brâu copilăria",
    "Turkish": "ığdır İstanbul gece yağmur şarkı çiçek güneş öyle ılık",
    "Vietnamese": "đêm nay trời mưa nhớ người yêu những bài hát cũ tiếng Việt nghiêng ngả",
    "Indonesian": "malam ini hujan turun perlahan cinta kita bintang lagu",
    "Swahili": "usiku wa leo mvua upendo nyota wimbo safari moyo",
    "Yoruba": "ọ̀rọ̀ ìfẹ́ àárọ̀ ẹ̀mí òjò orin",
    "Russian": "ночь улица фонарь любовь ещё съёмка подъезд дождь сердце ВЕСНА Йод",
    "Ukrainian": "їжак ґанок єдність ніч дощ кохання об'єднання",
    "Bulgarian": "нощ любов ръка обич щастие",
    "Greek": "νύχτα αγάπη Ὀδυσσεύς ῥόδον θάλασσα ἀρχῇ καρδιά ΐ ᾧ",
    "Georgian": "ღამე სიყვარული მთვარე წვიმა ᲡᲘᲛᲦᲔᲠᲐ",
    "Armenian": "գիշեր սեր լուսին անձրև և երգ",
    "Hebrew": "לילה אהבה שָׁלוֹם בְּרֵאשִׁית גשם שיר הָאָרֶץ",
    "Arabic": "لَيْل حُبّ مطر السلام عليكم أغنية قلبي الله ﷺ مُحَمَّد",
    "Persian": "شب عشق می‌خواهم باران خانه‌ها دل",
    "Urdu": "رات محبت بارش گیت دِل ہے",
    "Hindi": "रात प्यार बारिश ज़िन्दगी क़लम दिल गीत हूँ क्षत्रिय",
    "Bengali": "রাত ভালোবাসা বৃষ্টি গান হৃদয় ক্ষমা",
    "Punjabi": "ਰਾਤ ਪਿਆਰ ਮੀਂਹ ਗੀਤ ਸ਼ਾਮ",
    "Tamil": "இரவு காதல் மழை பாடல் நெஞ்சம் கொண்டு",
    "Telugu": "రాత్రి ప్రేమ వర్షం పాట హృదయం",
    "Sinhala": "රාත්‍රිය ආදරය වැස්ස ගීතය",
    "Thai": "คืนนี้ ความรัก ฝนตก เพลง หัวใจ น้ำ กำลัง",
    "Lao": "ຄືນນີ້ ຄວາມຮັກ ຝົນ ເພງ",
    "Burmese": "ညည အချစ် မိုး သီချင်း နှလုံး",
    "Khmer": "យប់នេះ ស្នេហា ភ្លៀង ចម្រៀង",
    "Tibetan": "མཚན་མོ བརྩེ་དུང ཆར་པ གླུ",
    "Amharic": "ሌሊት ፍቅር ዝናብ ዘፈን ልብ።",
    "Chinese": "今夜 雨下個不停 我愛你 心跳 月亮代表 城市的光 龍 飛翔 歌詞 的 了 在",
    "Japanese": "今夜は 雨が降る 愛してる カタカナ ﾊﾝｶｸ がぎぐ ぱぴ 心 東京タワー 々 〆 ゔ",
    "Korean": "오늘밤 비가 내려 사랑해 노래 심장 별빛 한국어 뷁",
    "Mongolian": "ᠮᠣᠩᠭᠣᠯ ᠰᠠᠷᠠ шөнө хайр",
    "Cherokee": "ᎤᏒᎢ ᎠᏓᎨᏳᏗ ꭰꮣꭸᏻꮧ",
    "Inuktitut": "ᐅᓐᓄᐊᖅ ᓇᒡᓕᖕᓂᖅ",
}

RARE = {
    "Runic": (0x16A0, 0x16EA), "Ogham": (0x1680, 0x169C), "Gothic": (0x10330, 0x1034A), "Deseret": (0x10400, 0x1044F),
    "Adlam": (0x1E900, 0x1E94B), "Cuneiform": (0x12000, 0x12020), "Hieroglyphs": (0x13000, 0x13020),
    "Linear B": (0x10000, 0x1000B), "Glagolitic": (0x2C00, 0x2C5F), "Tifinagh": (0x2D30, 0x2D67),
    "Balinese": (0x1B05, 0x1B4B), "Javanese": (0xA984, 0xA9C0), "Cham": (0xAA00, 0xAA36), "Vai": (0xA500, 0xA520),
    "Nushu": (0x1B170, 0x1B190), "Tangut": (0x17000, 0x17020), "Khitan": (0x18B00, 0x18B20), "Yi": (0xA000, 0xA030),
    "Brahmi": (0x11005, 0x11050), "Grantha": (0x11305, 0x11348), "Kirat Rai": (0x16D40, 0x16D6A),
    "Tulu": (0x11380, 0x113D0), "Gurung": (0x16100, 0x16139), "Garay": (0x10D50, 0x10D85), "Todhri": (0x105C0, 0x105F3),
    "Mathematical": (0x1D400, 0x1D7FF), "Extension B": (0x20000, 0x20040), "Extension H": (0x31350, 0x31370),
    "Compatibility": (0x2F800, 0x2FA1D), "Compatibility BMP": (0xF900, 0xFAD9), "Presentation": (0xFB00, 0xFDFF),
    "Fullwidth": (0xFF01, 0xFFEE), "Music": (0x1D15E, 0x1D1C0), "Jamo": (0x1100, 0x11FF), "Kana": (0x3041, 0x30FF),
    "Greek extended": (0x1F00, 0x1FFE), "Latin additional": (0x1E00, 0x1EFF), "Letterlike": (0x2100, 0x214F),
    "Number forms": (0x2150, 0x218B), "Circled": (0x2460, 0x24FF), "Private": (0xE000, 0xE040),
    "Tags": (0xE0020, 0xE007F),
}

MARKS = (
    list(range(0x300, 0x370)) + list(range(0x591, 0x5C8)) + list(range(0x610, 0x61B)) + list(range(0x64B, 0x660))
    + [0x93C, 0x94D, 0x9BC, 0xBCD, 0xE38, 0xE48, 0xEB8, 0xF71, 0xF72, 0xF74, 0x1037, 0x1039, 0x135F, 0x3099, 0x309A]
    + list(range(0x1AB0, 0x1AC0)) + list(range(0x1DC0, 0x1DFF)) + list(range(0x20D0, 0x20F1))
    + list(range(0xFE20, 0xFE30))
    + [0x8D4, 0x8E3, 0x897, 0x1DF6, 0x1E130, 0x1E8D0, 0x1D165, 0x1D16D, 0x110BA, 0x11133, 0x16AF0, 0x9FE, 0xC3C]
    + [0x10D69]
)
EMOJI = [
    "😀", "❤️", "❤", "👍🏽", "👩‍👩‍👧‍👦", "🏳️‍🌈", "🏴‍☠️", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "🇩🇪", "🇯🇵🇺🇸", "🇫", "1️⃣", "#️⃣", "👨🏿‍🚀", "🧑🏻‍❤️‍💋‍🧑🏾",
    "🎵🎶", "🫠", "☃️",
    "👁️‍🗨️", "⌚︎", "🤷🏼‍♀️", "\U0001FAE9", "🎸🔥", "💃🕺", "🏻", "‍",
]
SPACES = [
    " ", "  ", "   ", "\t", "\t\t ", "\n", "\n\n", "\r\n", "\r\n\r\n", "\r", " \n ", "\n \n", "\u00a0", "\u3000",
    "\u2003",
    "\u2028", "\u2029", "\u0085", "\x0b", "\x0c", "\u1680", "\u202f", "\u205f", "\u200b", " \t \r\n", "\u180e",
]
INVISIBLE = [
    "\u200b", "\u200c", "\u200d", "\u200e", "\u200f", "\u202a", "\u202e", "\u202c", "\u2060", "\u2066", "\u2069",
    "\ufeff", "\u00ad", "\u034f", "\u061c", "\ufe0f", "\ufe0e", "\u115f", "\u3164", "\ufffd", "\ufffe", "\uffff",
    "\U0010ffff",
]
DIGITS = [0x30, 0x660, 0x6F0, 0x966, 0x9E6, 0xE50, 0xF20, 0x17E0, 0x1810, 0xFF10, 0x1D7CE, 0x1E950, 0x11DE0]
NUMBERS = ["²", "³", "½", "Ⅷ", "ⅷ", "㊿", "〇", "一二三", "①", "⑴", "௧", "፩", "𐄇", "🄀", "ↈ", "𖿴"]
PUNCTUATION = [
    ".", ",", "!", "?", "...", "…", ";", ":", "-", "–", "—", "'", "’", "\"", "“", "”", "«", "»", "(", ")", "[", "]",
    "{", "}",
    "/", "\\", "|", "@", "#", "$", "€", "₿", "%", "‰", "^", "&", "*", "+", "=", "<", ">", "~", "`", "_", "。", "、", "！",
    "？",
    "「", "」", "・", "،", "؟", "।", "!!!", "?!", "--", "__", "**", "://", "->", "=>", "©", "™", "°", "½", "\u0300",
]
CONTRACTIONS = [
    "I'm", "I'M", "you're", "YOU'RE", "we'Ve", "it's", "IT'S", "it'ſ", "he'll", "he'LL", "she'd", "don't", "DON'T",
    "'tis", "'s",
    "'S", " 's", "s'il", "rock'n'roll", "'re'", "'ll'd", "o'clock", "’s", "x'r", "'v", "''s", "'\ts", "l'ľ", "'ŀ",
]
SPECIAL = [
    "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<think>", "</think>", "<|audio_code_17|>", "<|audio_code_1|>",
    "<|audio_code_|>", "<|endoftext|", "|endoftext|>", "<|ENDOFTEXT|>", "<|im_start|>user\n", "<|im_end|>\n",
    "<<|im_end|>>",
    "<|endoftext|><|endoftext|>", "<mask>", " <mask> ", "<mask>\n\t", "chorus", "Chorus", "prechorus", "chorusline",
    "[Café]",
    "[Cafe\u0301]", "ﬀ", "<|file_sep|>", "<tool_call>", "〈s〉", "e\u0301toile", "étoile", "[Café]é",
]
CODE = [
    "def f(x):\n    return x ** 2  # square", "for (int i = 0; i < n; ++i) { a[i] += b[i]; }",
    "<div class=\"a-b\">x</div>",
    "SELECT * FROM songs WHERE bpm >= 120 AND key = 'F#m';", "let x: [Int32] = [1, 2, 3].map { $0 * 2 }",
    "\\frac{a}{b}^{n_1}",
    "{\"caption\": \"pop\", \"bpm\": 128, \"keyscale\": null}", "#!/bin/sh\nset -e\n\techo \"$HOME/$(date +%s)\"",
    "x=1;y=2;;z",
    "https://example.org/a?b=c&d=%20e#f", "0x1F600 + 0b1010 - 1e-10 * 3.14159", "\t\tif(a&&b||!c)\r\n\t\t{\r\n\t\t}",
    "a_b-c.d/e\\f",
]
TAGS = [
    "[Intro]", "[Verse 1]", "[Pre-Chorus]", "[Chorus]", "[Bridge]", "[Guitar Solo]", "[Outro - fade]", "[verse]",
    "(ooh, ooh)",
]
STYLES = [
    "dreamy synth pop", "warm analog pads", "female vocal", "808 bass", "lo-fi", "punchy drums", "cinematic strings",
    "90s R&B",
]


def word(rng):
    return rng.choice(WORDS[rng.choice(list(WORDS))].split())


def sentence(rng, language=None, length=None):
    source = WORDS[language or rng.choice(list(WORDS))].split()
    words = [rng.choice(source) for _ in range(length or rng.randint(2, 10))]
    if rng.random() < 0.2:
        words = [rng.choice([str.upper, str.title, str.lower, str.swapcase])(text) for text in words]
    return rng.choice([" ", " ", " ", "", ", ", "-", "  "]).join(words) + rng.choice(PUNCTUATION + [""] * 20)


def marked(rng):
    text = ""
    for _ in range(rng.randint(1, 6)):
        text += rng.choice("aeiouAEISsnczxq oyÅåéΩαи́けはכשअক가각\u0f40\u1100\u1161\u11a8\U0001d157<'1 ")
        for _ in range(rng.randint(0, 4)):
            text += chr(rng.choice(MARKS))
    return text


def digits(rng):
    parts = []
    for _ in range(rng.randint(1, 5)):
        zero = rng.choice(DIGITS)
        parts.append("".join(chr(zero + rng.randint(0, 9)) for _ in range(rng.choice([1, 2, 3, 4, 7, 12, 40]))))
        parts.append(rng.choice(["", " ", ",", ".", ":", "/", "-", "a", rng.choice(NUMBERS)]))
    return "".join(parts)


def controls(rng):
    pool = [chr(value) for value in list(range(0x20)) + list(range(0x7F, 0xA1))]
    return "".join(rng.choice([rng.choice(pool), word(rng), " "]) for _ in range(rng.randint(1, 12)))


def spaces(rng):
    return "".join(
        rng.choice([rng.choice(SPACES), rng.choice(SPACES), word(rng), rng.choice(PUNCTUATION)])
        for _ in range(rng.randint(1, 14))
    )


def invisible(rng):
    return "".join(
        rng.choice([rng.choice(INVISIBLE), word(rng), rng.choice("abאبक ")]) for _ in range(rng.randint(1, 10))
    )


def rare(rng):
    first, last = RARE[rng.choice(list(RARE))]
    return "".join(
        rng.choice([chr(rng.randint(first, last)), chr(rng.randint(first, last)), " "])
        for _ in range(rng.randint(2, 16))
    )


def anything(rng):
    planes = [
        (0, 0x7F), (0x80, 0x2FF), (0x300, 0xFFF), (0x1000, 0xD7FF), (0xE000, 0xFFFF), (0x10000, 0x1FFFF),
        (0x20000, 0x10FFFF),
    ]
    return "".join(chr(rng.randint(*rng.choice(planes))) for _ in range(rng.randint(1, 24)))


def mixed(rng):
    makers = [word, word, digits, marked]
    makers += [
        lambda rng, pool=pool: rng.choice(pool)
        for pool in (EMOJI, SPACES, PUNCTUATION, CONTRACTIONS, SPECIAL, INVISIBLE)
    ]
    return "".join(rng.choice(makers)(rng) for _ in range(rng.randint(2, 10)))


def specials(rng):
    return "".join(
        rng.choice([rng.choice(SPECIAL), rng.choice(SPECIAL), word(rng), rng.choice(SPACES)])
        for _ in range(rng.randint(1, 8))
    )


def contractions(rng):
    pool = CONTRACTIONS + ["x", "9", "é"]
    return rng.choice(["", " ", "\n"]).join(rng.choice(pool) for _ in range(rng.randint(1, 6)))


def emoji(rng):
    return "".join(rng.choice([rng.choice(EMOJI), rng.choice(EMOJI), " ", word(rng)]) for _ in range(rng.randint(1, 8)))


def code(rng):
    return rng.choice(["", "  ", "\n", "\t"]).join(rng.choice(CODE) for _ in range(rng.randint(1, 2)))


def prompt(rng):
    style = ", ".join(rng.choice(STYLES) for _ in range(rng.randint(1, 4)))
    metas = f"- bpm: {rng.randint(60, 200)}\n- timesignature: {rng.choice('2346')}\n"
    metas += f"- keyscale: {rng.choice('ABCDEFG')} minor\n- duration: 30 seconds\n"
    return f"# Instruction\nFill the audio semantic mask:\n\n# Caption\n{style}\n\n# Metas\n{metas}<|endoftext|>\n"


def lyrics(rng, lines=6):
    language = rng.choice(list(WORDS))
    text = [f"# Languages\n{language[:2].lower()}\n\n# Lyric"]
    for _ in range(lines):
        text.append(rng.choice(TAGS) if rng.random() < 0.25 else sentence(rng, language))
    return rng.choice(["\n", "\n", "\r\n"]).join(text) + "<|endoftext|>"


KINDS = [
    (sentence, 30), (mixed, 12), (marked, 10), (digits, 6), (controls, 4), (spaces, 8), (invisible, 5), (rare, 7),
    (anything, 5), (specials, 7), (contractions, 5), (emoji, 5), (code, 3), (prompt, 1), (lyrics, 1),
]
FIXED = [
    "", " ", "\n", "a", "'", "é", "\u0301", "\u0344", "\u212b", "\u2126", "\ufffd",
    "\u0958\u09dc\u0a33\u0b5c\u0f43\ufb1d\u2adc",
    "가각힣\u1100\u1161\u11a7\u1100\u1161\u11a8\u11a8", "\u1e9b\u0323", "q\u0307\u0323", "\u0f71\u0f72\u0f74\u0f73",
    "\uac00\u11a8\uac01\u11a8",
    "\U0001d15e\U0001d15f\U0001d160", "\U000110ab\U000110a5\U000110ba", "\u09c7\u09be\u09c7\u09d7",
    "a\u0315\u0300\u05ae\u0300b",
    "a\u0334\u0301\u0334", "\U000105d2\u0307\U000105c9", "\U00016d63\U00016d67\U00016d68", "a" * 300, "ab" * 150,
    "今" * 200, "!?" * 120,
    " " * 100, "\n" * 70, " \n" * 40, "1" * 150, "\u0301" * 60, "क्" * 80,
]


def lines(count=2400, seed=20):
    """`count` lines: the fixed ones, one sentence per language, long lyrics, then any kinds by their weights."""
    rng = random.Random(seed)
    result = list(FIXED)
    result += [sentence(rng, language, 8) for language in WORDS]
    result += [lyrics(rng, 60) for _ in range(3)]
    result.append("".join(sentence(rng, language, 40) for language in ("Chinese", "Thai", "Japanese")))
    kinds, weights = zip(*KINDS)
    while len(result) < count:
        result.append(rng.choices(kinds, weights)[0](rng))
    return [text.encode("utf-8", "replace").decode() for text in result[:count]]


if __name__ == "__main__":
    for line in lines():
        print(repr(line))
