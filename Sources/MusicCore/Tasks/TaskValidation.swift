import Foundation

extension MusicRequest {
    /// Checks what belongs to guidance and solver.
    func checkGuidance() throws {
        try Self.require("cfg_interval_start", guidanceStart, in: RequestLimits.unit)
        try Self.require("cfg_interval_end", guidanceEnd, in: RequestLimits.unit)
        guard guidanceStart <= guidanceEnd else {
            throw MusicError(
                .invalidRequest,
                "cfg_interval_start (\(Self.text(guidanceStart))) is above cfg_interval_end "
                    + "(\(Self.text(guidanceEnd)))",
                advice: "give the lower flow time as start")
        }
        guard latentRescale.isFinite, latentRescale != 0, abs(latentRescale) <= 100 else {
            throw MusicError(
                .invalidRequest, "The field latent_rescale is \(Self.text(latentRescale))",
                advice: "use a number near 1")
        }
        try Self.require("latent_shift", latentShift, in: -100...100)
    }

    /// Checks what belongs to the task, as far as it can be told without the source's samples.
    func checkTask(_ notices: inout [String]) throws {
        try Self.require("audio_cover_strength", coverStrength, in: RequestLimits.unit)
        try Self.require("cover_noise_strength", coverNoiseStrength, in: RequestLimits.unit)
        if let instruction, instruction.contains("\0") || instruction.count > 1000 {
            throw MusicError(
                .invalidRequest, "The field instruction is no short text", advice: "give one sentence, or leave it out")
        }
        try checkSource(&notices)
        try checkTracks()
        try checkRegions()
    }

    private func checkSource(_ notices: inout [String]) throws {
        let hasCodes = audioCodes != nil
        if let audioCodes, AudioCodeText.codes(in: audioCodes).isEmpty {
            throw MusicError(
                .invalidRequest, "The field audio_codes holds no code",
                advice: "give codes as <|audio_code_123|><|audio_code_456|>", field: "audio_codes",
                value: audioCodes, expected: "codes as <|audio_code_123|>")
        }
        if hasCodes, task != .text2music, task != .cover {
            throw MusicError(
                .invalidRequest, "The task \(task.rawValue) takes no audio codes",
                advice: "use them with text2music or cover")
        }
        if task == .text2music, source != nil {
            notices.append(
                "The task text2music does not listen to source audio: \(source?.path ?? "it") is not used")
        }
        guard task.needsSource, source == nil, !hasCodes else { return }
        // A cover of nothing in a given timbre is text2music with another instruction, which the reference allows.
        if task == .cover, reference != nil { return }
        throw MusicError(
            .invalidRequest, "The task \(task.rawValue) needs source audio",
            field: "src_audio", expected: "an audio file", suggestion: .give(field: "src_audio"))
    }

    private func checkTracks() throws {
        guard !tracks.isEmpty else { return }
        guard task.worksOnTracks else {
            throw MusicError(
                .invalidRequest, "The task \(task.rawValue) takes no tracks",
                advice: "use lego, extract or complete, or leave the tracks out")
        }
        guard task == .complete || tracks.count == 1 else {
            throw MusicError(
                .invalidRequest, "The task \(task.rawValue) takes one track, not \(tracks.count)",
                advice: "name one, and make a request for each", field: "tracks",
                value: tracks.map(\.rawValue).joined(separator: ","), expected: "one track")
        }
        guard Set(tracks).count == tracks.count else {
            throw MusicError(.invalidRequest, "A track is named twice", advice: "name each track once")
        }
    }

    private func checkRegions() throws {
        guard !regions.isEmpty else { return }
        guard task == .repaint || task == .lego else {
            throw MusicError(
                .invalidRequest, "The task \(task.rawValue) has no regions", advice: "use repaint or lego")
        }
        guard regions.count <= RequestLimits.regions else {
            throw MusicError(
                .invalidRequest, "There are \(regions.count) regions", advice: "give at most \(RequestLimits.regions)")
        }
        for region in regions {
            let limit = RequestLimits.duration.upperBound
            for value in [region.start, region.end ?? 0] where !(abs(value) <= limit) {
                throw MusicError(
                    .invalidRequest, "A region begins or ends at \(Self.text(value)) seconds",
                    advice: "use times within \(Self.text(limit)) seconds")
            }
            if let end = region.end, end <= region.start {
                throw MusicError(
                    .invalidRequest,
                    "A region starts at \(Self.text(region.start)) seconds and ends at \(Self.text(end))",
                    advice: "its end must come after its start; an end of -1 is the end of the source")
            }
        }
    }
}
