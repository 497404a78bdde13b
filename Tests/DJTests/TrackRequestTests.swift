import DJ
import MusicCore
import Testing

@Suite struct TrackRequestTests {
    @Test func theTracksOwnValuesWin() {
        var track = SetTrack(title: "One", caption: "slow piano", genre: "jazz")
        track.bpm = 92
        track.key = "D minor"
        track.fields = ["inference_steps": 12]
        var defaults = SetDefaults()
        defaults.duration = 45
        defaults.batch = 2
        let request = track.request(["inference_steps": 8, "guidance_scale": 3], defaults)
        #expect(
            request == [
                "caption": "jazz, slow piano", "bpm": 92, "keyscale": "D minor", "duration": 45, "instrumental": true,
                "inference_steps": 12, "guidance_scale": 3, "batch_size": 2,
            ])
    }

    @Test func whatNobodySaysIsLeftToTheModel() {
        let request = SetTrack(title: "One", caption: "x").request([:], SetDefaults())
        #expect(request == ["caption": "x", "duration": 60, "instrumental": true])
    }

    @Test func lyricsAreKeptUnlessThePanelSaysOtherwise() {
        var track = SetTrack(title: "One", caption: "x")
        track.lyrics = "[Verse]\nla"
        track.language = "en"
        #expect(track.request([:], SetDefaults())["lyrics"] == "[Verse]\nla")
        #expect(track.request([:], SetDefaults())["instrumental"] == nil)
        var defaults = SetDefaults()
        defaults.isInstrumental = true
        let quiet = track.request([:], defaults)
        #expect(quiet["instrumental"] == true && quiet["lyrics"] == nil && quiet["vocal_language"] == nil)
    }

    @Test func aReferenceCountsAsSaid() {
        var track = SetTrack(title: "One", caption: "x")
        var defaults = SetDefaults()
        defaults.reference = "up_1"
        #expect(track.request([:], defaults)["reference_audio"] == "up_1")
        #expect(track.request([:], defaults)["audio_cover_strength"] == 0.3)
        defaults.influence = 0.6
        #expect(track.request([:], defaults)["audio_cover_strength"] == 0.6)
        track.usesSource = true
        let cover = track.request([:], SetDefaults())
        #expect(cover["src_audio"] == nil)
        defaults.influence = nil
        #expect(track.request([:], defaults)["task_type"] == "cover")
        #expect(track.request([:], defaults)["src_audio"] == "up_1")
        #expect(track.request([:], defaults)["audio_cover_strength"] == 1.0)
    }

    @Test func theSimpleWayIsThePlanners() {
        var track = SetTrack(title: "One", caption: "x")
        track.fields = ["simple_mode": true, "use_cot_caption": false]
        let request = track.request([:], SetDefaults())
        #expect(request["simple_mode"] == nil)
        #expect(request["use_cot_caption"] == true)
        #expect(request["use_cot_language"] == true)
    }
}
