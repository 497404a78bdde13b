import ACEStep
import Foundation
import MusicCore
import Testing

/// What belongs to tasks in a request.
struct TaskRequestTests {
    private func error(_ change: (inout ACEStepRequest) throws -> Void) -> MusicError? {
        var request = ACEStepRequest(prompt: "slow jazz", duration: 30)
        do {
            try change(&request)
            _ = try request.validate()
            return nil
        } catch {
            return error as? MusicError
        }
    }

    @Test func tracksHaveTwelveNames() throws {
        #expect(Track.allCases.count == 12)
        #expect(try Track(named: " Backing Vocals") == .backingVocals)
        #expect(try Track(named: "backing-vocals") == .backingVocals)
        let wrong = try #require(error { $0.tracks = [try Track(named: "gitar")] })
        #expect(wrong.advice.contains("did you mean guitar?") && wrong.advice.contains("woodwinds"))
        for mix in ["instrumental", "Backing Track", "karaoke"] {
            #expect(error { $0.tracks = [try Track(named: mix)] }?.advice.contains("'bgm'") == true)
        }
        #expect(error { $0.tracks = [try Track(named: "xylophone quartet")] }?.advice.hasPrefix("the tracks") == true)
    }

    @Test func onlyWhatIsMadeAnewMissesACaption() throws {
        func notices(_ task: MusicTask) throws -> [String] {
            var request = ACEStepRequest(prompt: " ", duration: 30)
            request.task = task
            request.source = AudioInput(path: "a.wav")
            request.tracks = [.drums]
            return try request.validate()
        }
        #expect(try notices(.extract).isEmpty)
        #expect(try notices(.lego) == [MusicRequest.emptyCaption])
    }

    @Test(arguments: MusicTask.known.filter(\.needsSource)) func tasksNeedASource(_ task: MusicTask) {
        #expect(error { $0.task = task }?.message.contains("needs source audio") == true)
        #expect(
            error {
                $0.task = task
                $0.source = AudioInput(path: "x.wav")
                if task.worksOnTracks { $0.tracks = [.bass] }
            } == nil)
    }

    @Test func regionsHaveAnOrder() {
        func region(_ start: Double, _ end: Double?) -> MusicError? {
            error {
                $0.task = .repaint
                $0.source = AudioInput(path: "x.wav")
                $0.regions = [RepaintRegion(start: start, end: end)]
            }
        }
        #expect(region(1, 2) == nil && region(-4, nil) == nil)
        for (start, end) in [(2.0, 1.0), (1, 1), (.nan, 2), (0, .infinity), (0, 9999)] {
            #expect(region(start, end)?.code == .invalidRequest)
        }
    }

    @Test func requestsSurviveJSON() throws {
        var request = ACEStepRequest(prompt: "x", seeds: [3])
        request.task = .repaint
        request.source = AudioInput(path: "a.wav")
        request.reference = AudioInput(path: "b.wav")
        request.regions = [RepaintRegion(start: -1.5, end: 3), RepaintRegion(start: 7)]
        request.keepsSource = false
        request.coverStrength = 0.5
        request.coverRule = .blend
        request.solver = .heun
        request.guidanceMethod = .adg
        request.guidanceEnd = 0.5
        request.tracks = [.drums]
        request.latentShift = 0.25
        let json = try JSONEncoder().encode(request.neutral)
        #expect(try read(json) == request)
        // Samples are not stored, and a document of before there were tasks is read.
        request.source?.audio = AudioBuffer(sampleRate: 8000, channels: [[0.5]])
        #expect(try JSONEncoder().encode(request.neutral).count == json.count)
        #expect(try read(Data(#"{"caption": "x", "seeds": [3]}"#.utf8)) == ACEStepRequest(prompt: "x", seeds: [3]))
    }

    private func read(_ json: Data) throws -> ACEStepRequest {
        try ACEStepRequest(try JSONDecoder().decode(MusicRequest.self, from: json))
    }

    @Test func everyFieldSurvivesJSON() throws {
        let seeds: [UInt64] = [0, 1 << 63, .max - 1, .max]
        var request = ACEStepRequest(
            prompt: "x", lyrics: "[Verse]\nla", instrumental: true, vocalLanguage: "ja", duration: 30, bpm: 96,
            keyScale: "F# minor", timeSignature: "6", steps: 20, shift: 2, guidanceScale: 4,
            timesteps: [1, 0.5, 0.125], seeds: seeds, batchSize: 5, normalization: .none)
        request.task = .complete
        request.source = AudioInput(path: "a.wav")
        request.normalizationLevel = -3
        request.instruction = "Do it"
        request.audioCodes = "<|audio_code_1|>"
        request.tracks = [.drums, .backingVocals]
        request.coverNoiseStrength = 1
        request.guidanceStart = 0.25
        request.snapsTimesteps = true
        request.latentRescale = 2
        request.solver = .multistep
        let again = try read(JSONEncoder().encode(request.neutral))
        #expect(again == request)
        #expect(again.seeds == seeds)
        #expect(again.neutral == request.neutral)
    }

    @Test func whatIsNotSaidIsNotWritten() {
        #expect(ACEStepOptions().object == ["lyrics": "", "instrumental": false])
        #expect(
            ACEStepRequest(prompt: "x", bpm: 96).neutral.options
                == ["lyrics": "", "instrumental": false, "bpm": 96])
    }

    @Test func optionsAreSetThroughTheNeutralRequest() throws {
        var request = MusicRequest(prompt: "bossa nova")
        try request.setACEStep { $0.bpm = 120 }
        try request.setACEStep { $0.solver = .heun }
        #expect(request.options["bpm"] == .integer(120) && request.options["infer_method"] == .text("heun"))
        request.options["bpm"] = "fast"
        #expect(throws: MusicError.self) { try request.setACEStep { $0.bpm = 120 } }
    }

    @Test func regionsHaveSeveralSpellings() throws {
        func regions(_ json: JSONValue) throws -> [RepaintRegion] { try ACEStepOptions(["regions": json]).regions }
        let two = [RepaintRegion(start: 10, end: 20), RepaintRegion(start: 44)]
        #expect(try regions([[10, 20], [44, -1]]) == two)
        #expect(try regions(["10-20", "44-"]) == two)
        #expect(try regions([10, 20]) == [two[0]])
        #expect(try regions("-5-0") == [RepaintRegion(start: -5, end: 0)])
        for bad in ["10", "a-b", [["x", 1]], [[1, 2, 3]], true] as [JSONValue] {
            let error = #expect(throws: MusicError.self) { try regions(bad) }
            #expect(error?.code == .invalidRequest)
        }
        let older = try ACEStepOptions(["repainting_start": 1.5, "repainting_end": 3])
        #expect(older.regions == [RepaintRegion(start: 1.5, end: 3)])
        #expect(try ACEStepOptions(["repainting_start": 0, "repainting_end": -1]).regions.isEmpty)
    }
}
