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

    @Test func codesAreReadAndWritten() {
        #expect(AudioCodeText.codes(in: "<|audio_code_1|><|audio_code_63999|>") == [1, 63999])
        #expect(AudioCodeText.codes(in: "a <|audio_code_7|> b <|audio_code_x|> <|audio_code_|>") == [7])
        #expect(AudioCodeText.codes(in: "<|audio_code_99999999999999999999|>") == [Int.max])
        #expect(AudioCodeText.codes(in: "3, 4 5\n") == [3, 4, 5])
        #expect(AudioCodeText.codes(in: "3, -4").isEmpty && AudioCodeText.codes(in: "no codes").isEmpty)
        #expect(AudioCodeText.text([1, 2]) == "<|audio_code_1|><|audio_code_2|>")
    }
}
