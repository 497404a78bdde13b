"""Training text for the built-in model's tokenizer: prompts and lyrics put together at random from word lists."""

from __future__ import annotations

import random

GENRES = """pop rock jazz blues folk country soul funk disco house techno trance ambient classical baroque opera
metal punk reggae ska dub hip-hop rap trap drill R&B gospel swing bebop bossa nova samba salsa tango flamenco waltz
polka lo-fi synthwave chillout electro drum and bass dubstep garage grunge indie shoegaze post-rock progressive
psychedelic k-pop j-pop city pop enka afrobeat highlife cumbia reggaeton mariachi klezmer celtic bluegrass
soundtrack cinematic orchestral chamber choral minimalist lullaby march anthem ballad""".split()
INSTRUMENTS = """piano guitar acoustic electric bass drums percussion violin viola cello strings harp flute clarinet
oboe bassoon trumpet trombone saxophone tuba horn brass woodwinds organ synthesizer synth pad lead arpeggio vocals
choir voice male female duet whisper banjo mandolin ukulele sitar koto shamisen erhu guzheng oud bouzouki accordion
harmonica marimba vibraphone xylophone bells timpani congas bongos tabla djembe cajon tambourine shaker hand claps
snare kick hi-hat cymbals turntable sampler vocoder talkbox theremin""".split()
MOODS = """happy sad dark bright warm cold dreamy energetic calm gentle aggressive romantic melancholic nostalgic
hopeful epic mysterious playful tense relaxing uplifting haunting intimate powerful soft loud slow fast driving
groovy smooth raw polished distorted clean reverberant dry spacious dense sparse hypnotic triumphant bittersweet
peaceful""".split()
LYRICS = {
    "en": """love night light heart dream river home road fire rain sky star moon sun wind sea time world hand eyes
    song dance again forever never always tonight tomorrow yesterday feel know want need hold fall rise run walk
    stay leave remember forget believe because without through under over into you I'm don't can't we'll they've
    it's the a and of to my your our little golden silver broken burning falling dreaming""",
    "es": """amor noche luz corazón sueño río casa camino fuego lluvia cielo estrella luna sol viento mar tiempo
    mundo mano ojos canción bailar siempre nunca mañana ayer quiero siento vida alma contigo sin para porque donde
    cuando""",
    "fr": """amour nuit lumière cœur rêve rivière maison chemin feu pluie ciel étoile lune soleil vent mer temps
    monde main yeux chanson danser toujours jamais demain hier je t'aime l'âme d'été où quand sans avec pour être""",
    "de": """Liebe Nacht Licht Herz Traum Fluss Haus Straße Feuer Regen Himmel Stern Mond Sonne Wind Meer Zeit Welt
    Hand Augen Lied tanzen immer niemals morgen gestern ich du wir schön grün über für und nicht mehr weil""",
    "it": """amore notte luce cuore sogno fiume casa strada fuoco pioggia cielo stella luna sole vento mare tempo
    mondo mano occhi canzone ballare sempre mai domani ieri perché senza dove così però più""",
    "pt": """amor noite luz coração sonho rio casa caminho fogo chuva céu estrela lua sol vento mar tempo mundo mão
    olhos canção dançar sempre nunca amanhã ontem você não porque onde saudade""",
    "ru": """любовь ночь свет сердце мечта река дом дорога огонь дождь небо звезда луна солнце ветер море время мир
    рука глаза песня танцевать всегда никогда завтра вчера ты я мы они без для потому где когда""",
    "tr": """aşk gece ışık kalp rüya nehir ev yol ateş yağmur gökyüzü yıldız ay güneş rüzgar deniz zaman dünya el
    gözler şarkı dans hep asla yarın dün seni beni için ve""",
    "vi": """tình yêu đêm ánh sáng trái tim giấc mơ dòng sông nhà con đường lửa mưa trời sao trăng mặt gió biển thời
    gian thế giới bàn tay đôi mắt bài hát em anh mãi không""",
    "pl": """miłość noc światło serce sen rzeka dom droga ogień deszcz niebo gwiazda księżyc słońce wiatr morze czas
    świat ręka oczy pieśń zawsze nigdy jutro wczoraj""",
    "ja": """愛 夜 光 心 夢 川 家 道 火 雨 空 星 月 太陽 風 海 時間 世界 手 目 歌 踊る いつも 明日 昨日 君 僕 桜 花 静かに 歌う声 ありがとう さよなら メロディー リズム ピアノ ギター
    きらきら""",
    "zh": """爱 夜晚 光芒 心 梦想 河流 家 路 火 雨 天空 星星 月亮 太阳 风 大海 时间 世界 手 眼睛 歌声 跳舞 永远 明天 昨天 你 我 我们 他们 没有 因为 温柔 音乐 旋律 节奏 钢琴 吉他""",
    "ko": """사랑 밤 빛 마음 꿈 강 집 길 불 비 하늘 별 달 태양 바람 바다 시간 세상 손 눈 노래 춤 언제나 내일 어제 너 나 우리 그대 피아노 기타 멜로디 리듬 안녕""",
    "ar": """حب ليل نور قلب حلم نهر بيت طريق نار مطر سماء نجمة قمر شمس ريح بحر زمن عالم يد عيون أغنية رقص دائما أبدا
    غدا""",
    "hi": """प्यार रात रोशनी दिल सपना नदी घर रास्ता आग बारिश आसमान तारा चाँद सूरज हवा समुद्र समय दुनिया हाथ आँखें
    गीत नाच हमेशा कल तुम""",
    "th": """รัก คืน แสง หัวใจ ฝัน แม่น้ำ บ้าน ถนน ไฟ ฝน ฟ้า ดาว จันทร์ ตะวัน ลม ทะเล เวลา โลก มือ ตา เพลง เต้น เสมอ""",
    "el": """αγάπη νύχτα φως καρδιά όνειρο ποτάμι σπίτι δρόμος φωτιά βροχή ουρανός αστέρι φεγγάρι ήλιος άνεμος
    θάλασσα χρόνος""",
    "he": """אהבה לילה אור לב חלום נהר בית דרך אש גשם שמיים כוכב ירח שמש רוח ים זמן עולם יד עיניים שיר ריקוד תמיד
    מחר""",
}
_UNSPACED = {"ja", "zh", "th"}
_SECTIONS = ["[Verse]", "[verse 1]", "[Chorus]", "[Bridge]", "[Intro]", "[Outro]", "[Pre-Chorus]", "[Instrumental]"]
_KEYS = ["C", "C#", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"]
_TEMPLATES = [
    "A {mood} {genre} track with {instrument} and {instrument}",
    "{mood} {genre}, {instrument}, {instrument}, {mood} {mood} atmosphere, {bpm} bpm",
    "{genre} song featuring {mood} {instrument}, {mood} vocals and a {mood} {instrument} solo",
    "An instrumental {genre} piece: {mood}, {mood}, with layered {instrument} over {instrument}",
]


def lines(count: int, seed: int) -> list[str]:
    """`count` texts as the model sees them: half prompts with their metadata, half lyrics."""
    draw = random.Random(seed)
    return [_prompt(draw) if index % 2 == 0 else _lyrics(draw) for index in range(count)]


def _prompt(draw: random.Random) -> str:
    caption = draw.choice(_TEMPLATES)
    for name, words in (("mood", MOODS), ("genre", GENRES), ("instrument", INSTRUMENTS)):
        while "{" + name + "}" in caption:
            caption = caption.replace("{" + name + "}", draw.choice(words), 1)
    bpm = draw.randint(60, 180)
    caption = caption.replace("{bpm}", str(bpm))
    key = f"{draw.choice(_KEYS)} {draw.choice(['major', 'minor'])}"
    return (
        "# Instruction\nFill the audio semantic mask based on the given conditions:\n\n"
        f"# Caption\n{caption}\n\n# Metas\n- bpm: {draw.choice([bpm, 'N/A'])}\n- timesignature: "
        f"{draw.choice([2, 3, 4, 6, 'N/A'])}\n- keyscale: {draw.choice([key, 'N/A'])}\n"
        f"- duration: {draw.randint(5, 240)} seconds\n")


def _lyrics(draw: random.Random) -> str:
    language = draw.choice(sorted(LYRICS))
    words = LYRICS[language].split()
    space = "" if language in _UNSPACED else " "
    parts = [f"# Languages\n{language}\n\n# Lyric"]
    for _ in range(2):
        parts.append(draw.choice(_SECTIONS))
        parts += [space.join(draw.choices(words, k=draw.randint(3, 8))) for _ in range(3)]
    return "\n".join(parts)
