import MusicCore

/// Ideas for those who have none.
struct RandomSample {
    var description: String
    var caption: String
    var lyrics: String
    var bpm: Int
    var duration: Int
    var keyscale: String
    var language: String
    var timesignature: String

    /// As the simple form has it.
    var simple: JSONValue {
        JSONValue([
            "description": .text(description), "instrumental": .flag(lyrics.isEmpty), "vocal_language": .text(language),
        ])
    }

    /// As the form with all fields has it.
    var custom: JSONValue {
        JSONValue([
            "think": true, "caption": .text(caption), "lyrics": .text(lyrics.isEmpty ? "[Instrumental]" : lyrics),
            "bpm": JSONValue(bpm), "duration": JSONValue(duration), "keyscale": .text(keyscale),
            "language": .text(language), "timesignature": .text(timesignature),
        ])
    }

    static let all = [
        RandomSample(
            description: "a slow piano piece for a rainy evening",
            caption: "solo piano, slow, intimate, soft pedal, rain",
            lyrics: "", bpm: 66, duration: 90, keyscale: "D minor", language: "unknown", timesignature: "4"),
        RandomSample(
            description: "a bright folk song about walking home",
            caption: "indie folk, acoustic guitar, hand claps, warm "
                + "male voice",
            lyrics: "[Verse]\nThe lamps come on along the lane\nMy coat still smells of evening rain\n\n[Chorus]\n"
                + "Home is just around the bend\nOne more hill and then the end",
            bpm: 108, duration: 120, keyscale: "G major", language: "en", timesignature: "4"),
        RandomSample(
            description: "a waltz for accordion and strings", caption: "waltz, accordion, strings, cafe, nostalgic",
            lyrics: "", bpm: 132, duration: 100, keyscale: "A minor", language: "unknown", timesignature: "3"),
        RandomSample(
            description: "a driving synth track for a night ride",
            caption: "synthwave, arpeggios, gated drums, neon, "
                + "driving",
            lyrics: "", bpm: 118, duration: 120, keyscale: "F# minor", language: "unknown", timesignature: "4"),
        RandomSample(
            description: "ein ruhiges Wiegenlied", caption: "lullaby, harp, soft female voice, gentle, calm",
            lyrics: "[Verse]\nDer Mond steht still am Dach\nNur der Wind ist noch wach\n\n[Chorus]\nSchlaf ein, schlaf "
                + "ein\nMorgen wird es heller sein",
            bpm: 72, duration: 90, keyscale: "C major", language: "de", timesignature: "3"),
        RandomSample(
            description: "a funk groove with horns", caption: "funk, slap bass, tight drums, brass stabs, clavinet",
            lyrics: "", bpm: 104, duration: 90, keyscale: "E minor", language: "unknown", timesignature: "4"),
    ]
}
