import Foundation
import MusicCore
import Testing

/// What belongs to tasks in a request.
struct TaskRequestTests {
    private func error(_ change: (inout MusicRequest) throws -> Void) -> MusicError? {
        var request = MusicRequest(prompt: "slow jazz", duration: 30)
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
        #expect(error { $0.tracks = [try Track(named: "xylophone quartet")] }?.advice.hasPrefix("the tracks") == true)
    }

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

    @Test(arguments: MusicTask.allCases.filter(\.needsSource)) func tasksNeedASource(_ task: MusicTask) {
        #expect(error { $0.task = task }?.message.contains("needs source audio") == true)
        #expect(
            error {
                $0.task = task
                $0.source = AudioInput(path: "x.wav")
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
        var request = MusicRequest(prompt: "x", seeds: [3])
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
        let json = try JSONEncoder().encode(request)
        #expect(try JSONDecoder().decode(MusicRequest.self, from: json) == request)
        // Samples are not stored, and a document of before there were tasks is read.
        request.source?.audio = AudioBuffer(sampleRate: 8000, channels: [[0.5]])
        #expect(try JSONEncoder().encode(request).count == json.count)
        let old = try JSONDecoder().decode(MusicRequest.self, from: Data(#"{"caption": "x", "seeds": [3]}"#.utf8))
        #expect(old == MusicRequest(prompt: "x", seeds: [3]))
    }
}
