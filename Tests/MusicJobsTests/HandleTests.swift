import Testing

import MusicJobs

@Suite struct HandleTests {
    @Test func handlesAreToldFromOtherTexts() {
        for kind in [Handle.Kind.song, .upload] {
            #expect(Handle.kind(of: Handle.make(kind)) == kind)
            #expect(Handle.kind(of: Handle.make(kind, ending: "flac")) == kind)
        }
        let drawn = String(repeating: "a", count: 24)
        for text in [
            "", "au_", "au_\(drawn)a", "au_\(drawn.dropLast())", "au_\(drawn)/../x", "au_\(drawn).", "au_\(drawn).a/b",
            "au_\(drawn).flac.flac", "AU_\(drawn)", "au_\(drawn.dropLast())1", "up_../../etc/passwd",
            "/tmp/au_\(drawn)",
            "au_\(drawn).flac\n", "au_\(drawn.dropLast())é",
        ] { #expect(Handle.kind(of: text) == nil, "\(text)") }
    }

    @Test func aHandleIsFoundInTheNameOfItsFile() {
        let handle = Handle.make(.song, ending: "mp3")
        #expect(Handle.song(inFileName: "au_rain \(handle)") == handle)
        #expect(Handle.song(inFileName: "rain-\(handle).part") == nil)
        #expect(Handle.song(inFileName: "rain.mp3") == nil)
    }

    @Test func noTwoHandlesAreTheSame() {
        #expect(Set((0..<1000).map { _ in Handle.make(.song) }).count == 1000)
    }
}
