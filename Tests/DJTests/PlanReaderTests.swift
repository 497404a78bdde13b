import DJ
import Foundation
import MusicCore
import Testing

@Suite struct PlanReaderTests {
    static let track = "{\"title\": \"One\", \"caption\": \"calm piano\", \"bpm\": 80}"

    @Test(arguments: [
        "Sure!\n```json\n{\"tracks\": [\(track)]}\n```\nEnjoy.",
        "```JSON\n{\"tracks\": [\(track)]}\n```",
        "```\n{\"tracks\": [\(track)]}\n```",
        "```json\n{\"note\": 1}\n```\n```json\n{\"tracks\": [\(track)]}\n```",
        "Here it is: {\"tracks\": [\(track)]} - shall I?",
        "```json\n[\(track)]\n```",
        "[\(track)]",
        "```json\n{\"tracks\": [\(track),], // one\n /* all */ \"settings\": {},}\n```",
        "```json\n{tracks: [{'title': 'One', 'caption': 'calm piano', 'bpm': 80}]}\n```",
        "```json\n{\"tracks\": [\(track)]}",
        "A {set} of [one] track:\n{\"narrative\": \"x\", \"tracks\": [\(track)]}",
        "```json {\"tracks\": [\(track)]}```",
    ])
    func findsThePlan(_ text: String) throws {
        let read = PlanReader(text)
        let plan = try #require(read.plan, "\(text)")
        #expect(plan.tracks.map(\.title) == ["One"])
        #expect(plan.tracks[0].caption == "calm piano")
        #expect(plan.tracks[0].bpm == 80)
        #expect(!read.isCut)
        #expect(!read.visible.contains("caption"))
    }

    @Test(arguments: [
        "Sure!\n```json\n{\"tracks\": [{\"title\": \"One\", \"capt",
        "```json\n{\"tracks\": [\(track), {\"title\": \"Tw",
        "And now {\"tracks\": [{\"title\": \"One\"",
    ])
    func aPlanThatBreaksOffIsAskedForAgain(_ text: String) {
        let read = PlanReader(text)
        #expect(read.plan == nil)
        #expect(read.isCut)
        #expect(!read.visible.contains("title"))
    }

    @Test(arguments: [
        "What mood are you in?", "", "```swift\nlet tracks = 3\n```", "{\"tracks\": 3}", "{]", "[1, 2, 3]",
        "```json\n{\"tracks\": {}}\n```", String(repeating: "[", count: 5000),
        String(repeating: "{\"a\":", count: 3000),
    ])
    func whatIsNoPlanIsNone(_ text: String) {
        let read = PlanReader(text)
        #expect(read.plan == nil)
    }

    @Test func wordsStayWithoutThePlan() {
        let read = PlanReader("Before.\n\n\n\n```json\n{\"tracks\": [\(Self.track)]}\n```\n\n\nAfter.\n```sh\nls\n```")
        #expect(read.visible == "Before.\n\nAfter.\n```sh\nls\n```")
    }

    @Test func valuesAreReadAsPeopleWriteThem() throws {
        let text = """
            {"tracks": [{"name": "One", "prompt": "x", "tempo": "120 BPM", "keyscale": "Am", "length": "3:30",
              "energy": "70%", "instrumental": "no", "lyrics": ["[Verse]", "la"], "genre": ["house", "pop"],
              "audio_cover_strength": "30%", "inference_steps": "8"},
             {"title": "Two", "caption": "y", "bpm": "fast", "duration": "1 min 30 s", "energy": 8, "key": "any",
              "instrumental": "perhaps", "timesignature": 3}]}
            """
        let read = PlanReader(text)
        let tracks = try #require(read.plan?.tracks)
        #expect(tracks[0].title == "One")
        #expect(tracks[0].caption == "x")
        #expect(tracks[0].bpm == 120)
        #expect(tracks[0].key == "Am")
        #expect(tracks[0].duration == 210)
        #expect(tracks[0].energy == 0.7)
        #expect(tracks[0].instrumental == false)
        #expect(tracks[0].lyrics == "[Verse]\nla")
        #expect(tracks[0].genre == "house, pop")
        #expect(tracks[0].fields["audio_cover_strength"] == 0.3)
        #expect(tracks[0].fields["inference_steps"] == 8)
        #expect(tracks[1].bpm == nil)
        #expect(tracks[1].duration == 90)
        #expect(tracks[1].energy == 0.8)
        #expect(tracks[1].key == nil)
        #expect(tracks[1].instrumental == nil)
        #expect(tracks[1].timeSignature == "3")
        #expect(
            read.notices == [
                "track 2: bpm must be a number of beats per minute; it is passed over",
                "track 2: instrumental must be true or false; it is passed over",
            ])
    }

    @Test func noPathComesIn() throws {
        let text = """
            {"tracks": [{"title": "a", "caption": "x", "reference_audio": "/etc/passwd", "src_audio": "../up_x"},
             {"title": "b", "caption": "y", "reference_audio": "USE_UPLOADED", "save_dir": "/root", "model": "/m"}],
             "settings": {"lora_path": "/x", "audio_format": "wav", "inference_steps": 8}}
            """
        let read = PlanReader(text)
        let plan = try #require(read.plan)
        #expect(!plan.tracks[0].usesReference && !plan.tracks[0].usesSource)
        #expect(plan.tracks[1].usesReference)
        #expect(plan.settings == ["audio_format": "wav", "inference_steps": 8])
        #expect(read.notices.count == 5)
        let request = JSONText.write(.object(plan.tracks[0].request(plan.settings, SetDefaults())))
        #expect(!request.contains("etc") && !request.contains("up_x"))
    }

    @Test func aPlanHasAtMostTwentyTracks() throws {
        let text = "[" + Array(repeating: Self.track, count: 30).joined(separator: ",") + "]"
        let read = PlanReader(text)
        #expect(read.plan?.tracks.count == 20)
        #expect(read.notices == ["the plan has 30 tracks; the first 20 are taken"])
    }

    @Test func plansComeBackAsTheyWent() throws {
        var notices: [String] = []
        let plan = try #require(PlanReader(Self.full).plan)
        let again = SetPlan(reading: plan.json, notices: &notices)
        #expect(again == plan)
        #expect(notices.isEmpty)
    }

    static let full = """
        {"narrative": "up", "settings": {"guidance_scale": 7.5, "seed": 18446744073709551615},
         "tracks": [{"title": "One", "caption": "calm", "genre": "folk", "bpm": 96.0, "key": "G major",
          "duration": 42.5, "energy": 0.25, "instrumental": false, "lyrics": "[Verse]\\nla", "vocal_language": "en",
          "timesignature": "3", "transition_note": "slowly", "task_type": "cover", "src_audio": "USE_UPLOADED",
          "audio_cover_strength": 0.9}]}
        """

    /// Bytes turned at random never bring it down (fixed seed).
    @Test func anyBytesAreRead() {
        var state: UInt64 = 7
        func random(_ limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % limit
        }
        for _ in 0..<400 {
            var bytes = Array(("```json\n" + Self.full + "\n```").utf8)
            for _ in 0..<(1 + random(6)) {
                switch random(3) {
                case 0: bytes[random(bytes.count)] = UInt8(random(256))
                case 1: bytes.removeSubrange(random(bytes.count)...)
                default: bytes.insert(UInt8(random(128)), at: random(bytes.count + 1))
                }
                if bytes.isEmpty { bytes = [0x7B] }
            }
            let read = PlanReader(String(decoding: bytes, as: UTF8.self))
            #expect((read.plan?.tracks.count ?? 0) <= SetPlan.limit)
        }
    }
}
