"""Sentences in many scripts: the training text of the tiny tokenizers and the source of the test prompts."""

SENTENCES = [
    "# Instruction\nFill the audio semantic mask based on the given conditions:\n\n# Caption\n",
    "# Metas\n- bpm: N/A\n- timesignature: 4\n- keyscale: C major\n- duration: 30 seconds\n",
    "# Languages\nen\n\n# Lyric\n[verse]\n[chorus]\n[bridge]\n[outro]\n",
    "A warm acoustic guitar ballad with soft female vocals and gentle strings",
    "fast electronic dance music, heavy bass drum, bright synthesizer lead, 128 bpm",
    "slow jazz trio, upright bass, brushed drums, smoky late night mood",
    "epic orchestral film score with choir, brass and timpani in D minor",
    "It's a rainy day and we're walking home, I'll sing until they've gone",
    "The river runs below the hill, the night is young, the world is still",
    "Golden light upon the water, every wave a little brighter",
    "春の夜に歌う声、星が静かに落ちていく",
    "月亮代表我的心，夜色温柔，风轻轻地吹",
    "봄바람이 불어오면 너의 이름을 부를게",
    "La nuit est douce, le vent se lève, et l'amour chante dans mes rêves",
    "Das Lied vom Fluss, der über Brücken träumt, für schöne Mädchen",
    "El corazón canta bajo la luna, mañana será otro día",
    "Песня о море, о ветре и о доме, где горит огонь",
    "तेरी आवाज़ में बारिश की खुशबू है",
    "ليلة هادئة وصوت البحر يغني",
    "Đêm nay trời đẹp quá, tôi hát cho em nghe",
]
