import ACEStep
import MusicCore
import Testing

/// Tracks in the sentences that name a task.
struct TrackSentenceTests {
    private func request(
        _ task: MusicTask, _ instruction: String?, _ tracks: [Track] = []
    ) throws -> ACEStepRequest {
        var options: [String: JSONValue] = [:]
        if let instruction { options["instruction"] = .text(instruction) }
        if !tracks.isEmpty { options["track_classes"] = tracks.json }
        return try ACEStepRequest(
            MusicRequest(prompt: "a", task: task, source: AudioInput(path: "x"), options: options))
    }

    @Test(
        arguments: [
            (.extract, "Extract the bass track from the audio:", [.bass]),
            (.extract, "extract the BACKING VOCALS track from the audio", [.backingVocals]),
            (.extract, "Isolate the drum stem from this song.", [.drums]),
            (.lego, "Generate the guitar track based on the audio context:", [.guitar]),
            (.lego, "Add a strings track", [.strings]),
            (.complete, "Complete the input track with drums, bass, guitar:", [.drums, .bass, .guitar]),
            (.complete, "Complete the input track with DRUMS | BASS:", [.drums, .bass]),
            (.complete, "complete the track with keyboard and brass", [.keyboard, .brass]),
        ] as [(MusicTask, String, [Track])])
    func sentencesOfTheTrainedFormNameTracks(_ task: MusicTask, _ sentence: String, _ tracks: [Track]) throws {
        let request = try request(task, sentence)
        #expect(request.tracks == tracks && request.instruction == nil)
        let names = tracks.map { $0.rawValue.uppercased() }
        #expect(names.allSatisfy(TaskInstruction.sentence(for: request).contains))
        _ = try request.validate()
    }

    @Test(
        arguments: [
            (.extract, "Extract the kazoo track from the audio:"),
            (.lego, "Generate the theremin track based on the audio context:"),
            (.complete, "Complete the input track with drums, kazoo:"),
        ] as [(MusicTask, String)])
    func tracksThatThereAreNotAreRefused(_ task: MusicTask, _ sentence: String) throws {
        let error = #expect(throws: MusicError.self) { try request(task, sentence) }
        #expect(error?.advice.contains("backing_vocals") == true)
    }

    @Test(arguments: [MusicTask.extract, .lego, .complete]) func aTrackIsNeeded(_ task: MusicTask) throws {
        for instruction in [nil, "", "Make it nice:"] {
            let error = #expect(throws: MusicError.self) { try request(task, instruction).validate() }
            #expect(error?.expected?.contains("woodwinds") == true)
        }
        // Words of one's own that name a track, and the trained sentence without one, stand as they are.
        for instruction in ["Only the vocals, please:", "Complete the input track:"] {
            let request = try request(task, instruction)
            _ = try request.validate()
            #expect(TaskInstruction.sentence(for: request) == instruction)
        }
    }

    @Test func theTracksAreNamedOnce() throws {
        let sentence = "Extract the bass track from the audio:"
        #expect(try request(.extract, sentence, [.bass]).instruction == nil)
        #expect(throws: MusicError.self) { try request(.extract, sentence, [.drums]) }
        // Other tasks' sentences are left alone.
        #expect(try request(.cover, sentence).instruction == sentence)
    }

    @Test func musicToAVoiceIsCompleteWithABand() throws {
        let own = try request("vocal2bgm", nil)
        #expect(own.task == .complete && own.tracks == Track.band)
        #expect(try request("bgm", nil, [.brass]).tracks == [.brass])
        #expect(!ACEStepFamily().accompanimentTracks.contains { $0.contains("vocals") })
        #expect(ACEStepFamily().accompanimentTracks.count == 10)
    }

    @Test func aRepaintWithoutPartsSaysThatAllIsMadeAnew() throws {
        #expect(try request(.repaint, nil).validate().contains { $0.contains("whole song") })
    }
}
