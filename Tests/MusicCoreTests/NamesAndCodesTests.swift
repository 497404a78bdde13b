import MusicCore
import Testing

/// Names that users mistype, and audio codes as text.
struct NamesAndCodesTests {
    @Test func nearNamesAreFound() {
        let names = ["caption", "lyrics", "batch_size"]
        #expect(NearestName.suggestion(for: "capton", among: names) == "caption")
        #expect(NearestName.suggestion(for: "Lyric", among: names) == "lyrics")
        #expect(NearestName.suggestion(for: "temperature_of_it_all", among: names) == nil)
        #expect(NearestName.suggestion(for: "x", among: [] as [String]) == nil)
    }

    @Test(
        "names that are far apart are none that somebody meant",
        arguments: [
            ("tempo", "steps", false), ("n", "lm", false), ("", "lm", false), ("id", "lm", false),
            ("title", "tile", true), ("use_tqdm", "use_adg", false), ("omega_scale", "cfg_scale", false),
            ("is_instrumental", "instrumental", true), ("negative_prompt", "lm_negative_prompt", true),
            ("lang", "adg", false), ("bmp", "bpm", true), ("retake_seeds", "manual_seeds", false),
        ])
    func nearIsNear(_ text: String, _ name: String, _ isNear: Bool) {
        #expect((NearestName.suggestion(for: text, among: [name]) == name) == isNear)
    }

    @Test func codesAreReadAndWritten() {
        #expect(AudioCodeText.codes(in: "<|audio_code_1|><|audio_code_63999|>") == [1, 63999])
        #expect(AudioCodeText.codes(in: "a <|audio_code_7|> b <|audio_code_x|> <|audio_code_|>") == [7])
        #expect(AudioCodeText.codes(in: "<|audio_code_99999999999999999999|>") == [Int.max])
        #expect(AudioCodeText.codes(in: "3, 4 5\n") == [3, 4, 5])
        #expect(AudioCodeText.codes(in: "3, -4") == [3] && AudioCodeText.codes(in: "3, x").isEmpty)
        #expect(AudioCodeText.codes(in: "no codes").isEmpty)
        #expect(AudioCodeText.text([1, 2]) == "<|audio_code_1|><|audio_code_2|>")
    }

    @Test func whatIsPassedOverIsCounted() {
        let read = AudioCodeText.read("<|audio_code_1|><|audio_code_-1|> and <|audio_code_\u{663}|><|audio_code_2|>")
        #expect(read.codes == [1, 2] && read.passedOver == 2 && read.example == "<|audio_code_-1|>")
        #expect(read.notice?.hasPrefix("2 of 4 audio codes are passed over, such as '<|audio_code_-1|>'") == true)
        #expect(AudioCodeText.read("5, -1, 6").notice?.hasPrefix("1 of 3 audio codes is passed over") == true)
        #expect(AudioCodeText.read("<|audio_code_1|> words").notice == nil)
        // A beginning at the end of the text, and one within another.
        #expect(AudioCodeText.read("<|audio_code_<|audio_code_9|><|audio_code_").codes == [9])
        #expect(AudioCodeText.read("<|audio_code_<|audio_code_9|><|audio_code_").passedOver == 2)
    }

    @Test func codesBeyondAModelBecomeItsLast() {
        let (codes, notice) = AudioCodes.limited([0, 1023, 1024, .max], toModelOf: 1024)
        #expect(codes == [0, 1023, 1023, 1023])
        #expect(notice?.hasPrefix("2 of 4 audio codes are beyond this model's 1024, and become its last, 1023") == true)
        #expect(AudioCodes.limited([0, 1023], toModelOf: 1024).notice == nil)
    }

    /// The longest text is read in no time, whatever characters are in it; a longer one is not looked at.
    @Test func longTexts() throws {
        let unit = "<|audio_code_1|>é<|audio_code_\u{663}|>"
        let text = String(repeating: unit, count: AudioCodeText.maximumBytes / unit.utf8.count)
        let read = AudioCodeText.read(text)
        #expect(read.codes.count == read.passedOver && read.codes.count > 4000)
        try AudioCodeText.checkLength(text)
        let error = #expect(throws: MusicError.self) { try AudioCodeText.checkLength(text + unit + unit) }
        #expect(error?.code == .invalidRequest && error?.field == "audio_codes")
        #expect(error?.advice == "give at most 3000 codes, which are 600 seconds of music")
        let many = AudioCodeText.text(Array(repeating: 1, count: 3001))
        #expect(throws: MusicError.self) { try AudioCodeText.toUnderstand(many) }
        #expect(
            try AudioCodeText.toUnderstand(AudioCodeText.text(Array(repeating: 1, count: 3000))).codes.count == 3000)
        #expect(try AudioCodeText.toUnderstand("NO USER INPUT").codes.isEmpty)
    }
}
