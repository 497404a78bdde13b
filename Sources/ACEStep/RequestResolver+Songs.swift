import MusicCore

extension RequestResolver {
    /// Checks and completes a request.
    ///
    /// Where songs have texts or audio codes of their own, each is completed by itself; the notices then say which
    /// songs they are about.
    ///
    /// - Parameters:
    ///   - request: as it was given.
    ///   - codes: a list of audio codes for each song that follows such of its own; `nil` if none does.
    /// - Throws: ``MusicError`` with code `invalidRequest` or `unsupported`.
    package func resolve(_ request: ACEStepRequest, codes: [[Int]]? = nil) throws -> ResolvedRequest {
        if let codes, codes.count != request.batchSize {
            throw MusicError(
                .invalidRequest,
                "There are audio codes for \(codes.count) songs, and batch_size is \(request.batchSize)",
                advice: "give one list of codes per song, or set batch_size to \(codes.count)")
        }
        var request = request
        if let codes {
            request.audioCodes = nil
            request.audioCodesOfSongs = codes.map(AudioCodeText.text)
        }
        guard request.hasOwnTexts else {
            let (resolved, notices) = try completed(request)
            return ResolvedRequest(
                request: resolved, notices: notices, parts: [resolved], hasOwnTexts: false,
                window: try window(of: resolved))
        }
        _ = try request.validate()
        request.common = request.common.withSeeds()
        let songs = try (0..<request.batchSize).map { try completed(try request.single($0)) }
        let parts = songs.map(\.request)
        return ResolvedRequest(
            request: parts.count == 1 ? parts[0] : Self.whole(request, parts),
            notices: SongNotices.joined(songs.map(\.notices)), parts: parts, hasOwnTexts: true,
            window: try window(of: parts[0]))
    }

    /// The request of all songs: what they share is complete, what each has for itself are lists.
    private static func whole(_ request: ACEStepRequest, _ parts: [ACEStepRequest]) -> ACEStepRequest {
        var whole = parts[0]
        whole.batchSize = request.batchSize
        whole.seeds = request.seeds
        whole.noise = request.noise
        whole.retakeSeeds = parts.flatMap(\.retakeSeeds)
        if !request.prompts.isEmpty { (whole.prompt, whole.prompts) = (request.prompt, parts.map(\.prompt)) }
        if !request.lyricsOfSongs.isEmpty {
            (whole.lyrics, whole.lyricsOfSongs) = (request.lyrics, parts.map(\.lyrics))
        }
        if !request.vocalLanguages.isEmpty {
            whole.vocalLanguages = parts.map { $0.vocalLanguage ?? PromptText.unknownLanguage }
            whole.vocalLanguage = request.vocalLanguage
        }
        if !request.audioCodesOfSongs.isEmpty {
            (whole.audioCodes, whole.audioCodesOfSongs) = (request.audioCodes, parts.map { $0.audioCodes ?? "" })
        }
        // Songs that are as long as their own codes or words share no length.
        if Set(parts.map(\.duration)).count > 1 { whole.duration = request.duration }
        return whole
    }

    /// The length of a song from text alone whose noise says it; else what the request says.
    ///
    /// - Throws: ``MusicError`` with code `invalidRequest` if the noise was not read, or is too long or too short.
    func durationOfNoise(_ request: ACEStepRequest) throws -> Double? {
        if let noise = request.noise, noise.latents == nil {
            throw MusicError(
                .invalidRequest, "The noise of \(noise.path) was not read", advice: "set the values of the noise",
                field: "latents", value: noise.text)
        }
        guard request.duration == nil, request.audioCodes == nil, request.source == nil,
            let shape = request.noise?.latents?.shape
        else { return request.duration }
        let frames = shape[shape.count - 2]
        var duration = Double(frames) / latentRate
        // A quotient that is rounded up would make a frame more.
        while Self.frames(duration, rate: latentRate) > frames { duration = duration.nextDown }
        guard RequestLimits.duration.contains(duration) else {
            let (low, high) = (RequestLimits.duration.lowerBound.plainText, RequestLimits.duration.upperBound.plainText)
            throw MusicError(
                .invalidRequest, "The noise has \(frames) frames, which are \(duration.plainText) seconds",
                advice: "give noise for \(low) to \(high) seconds", field: "latents",
                expected: "\(low) to \(high) seconds")
        }
        return duration
    }
}
