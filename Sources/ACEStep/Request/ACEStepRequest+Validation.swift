import Foundation
import MusicCore

extension ACEStepRequest {
    /// Checks every field that does not depend on the model.
    ///
    /// - Returns: what the user should know though it stops nothing.
    /// - Throws: ``MusicError`` with code `invalidRequest` that names the field, its value and what it must be.
    package func validate() throws -> [String] {
        try ACEStepOptions.fields.check(options)
        try neutral.checkSongCounts(ACEStepOptions.fields.descriptions)
        guard !hasOwnTexts else {
            _ = try common.validate()
            return SongNotices.joined(try (0..<self.batchSize).map { try single($0).validate() })
        }
        var notices: [String] = []
        try checkText(&notices)
        // What is taken out of a song has its style.
        notices = try common.validate().filter { $0 != MusicRequest.emptyCaption || self.task != .extract } + notices
        try checkMusic(&notices)
        try checkSampling(&notices)
        try checkGuidance()
        try checkTask(&notices)
        try checkRetakes()
        try checkFlowEdit(&notices)
        return notices
    }

    /// Beats per bar in the form that models know: `4/4` becomes `4`, `6/8` becomes `6`.
    ///
    /// - Returns: one of ``ACEStepLimits/timeSignatures``, or `nil` if the text is none of the forms understood.
    package static func normalizedTimeSignature(_ text: String) -> String? {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
            .map { $0.trimmingCharacters(in: .whitespaces) }
        guard let beats = parts.first, ACEStepLimits.timeSignatures.contains(beats) else { return nil }
        switch parts.count {
        case 1: return beats
        case 2: return parts[1] == (beats == "6" ? "8" : "4") ? beats : nil
        default: return nil
        }
    }

    private func checkText(_ notices: inout [String]) throws {
        if self.lyrics.contains("\0") {
            throw MusicError(
                .invalidRequest, "The field lyrics contains a NUL character", advice: "give plain text in UTF-8")
        }
        if self.prompt.count > ACEStepLimits.promptLength {
            notices.append(
                "The caption has \(self.prompt.count) characters; beyond \(ACEStepLimits.promptLength) words may be "
                    + "overlooked")
        }
        if self.lyrics.count > ACEStepLimits.lyricsLength {
            notices.append(
                "The lyrics have \(self.lyrics.count) characters; beyond \(ACEStepLimits.lyricsLength) words may be "
                    + "overlooked")
        }
        let isSaid = self.lyrics.allSatisfy(\.isWhitespace) || self.lyrics == PromptText.instrumentalLyrics
        if self.instrumental && !isSaid {
            notices.append("The song is instrumental: the lyrics are not used")
        }
        guard let language = self.vocalLanguage else { return }
        guard language.count <= ACEStepLimits.nameLength,
            !language.contains(where: { $0.isNewline || $0 == "\0" })
        else {
            throw MusicError(
                .invalidRequest,
                "The field vocal_language is longer than \(ACEStepLimits.nameLength) characters or a line",
                advice: "use a short name on one line")
        }
        if VocalLanguage.code(language) == nil {
            notices.append(
                "The language '\(language)' is not one that models were trained with, which are "
                    + "\(PlanValues.languages.joined(separator: ", ")): it is told to the model as it is")
        }
    }

    private func checkMusic(_ notices: inout [String]) throws {
        if let duration = self.duration, !ACEStepLimits.trainedDuration.contains(duration) {
            let unit = duration == 1 ? "second" : "seconds"
            notices.append(
                "A duration of \(duration.plainText) \(unit) is outside the range in which models were trained "
                    + "(\(ACEStepLimits.trainedDuration.lowerBound.plainText) to "
                    + "\(ACEStepLimits.trainedDuration.upperBound.plainText))")
        }
        if let key = self.keyScale { try Self.checkKey(key, &notices) }
        if let metre = self.timeSignature, !ACEStepLimits.isOpen(metre), Self.normalizedTimeSignature(metre) == nil {
            throw MusicError(
                .invalidRequest, "The time signature '\(metre)' is not known",
                advice: "use one of \(ACEStepLimits.timeSignatures.joined(separator: ", ")), or 2/4, 3/4, 4/4, 6/8")
        }
    }

    private func checkSampling(_ notices: inout [String]) throws {
        if let shift = self.shift {
            guard shift.isFinite, shift > 0, shift <= ACEStepLimits.largestShift else {
                throw MusicError(
                    .invalidRequest, "The field shift is \(shift.plainText)",
                    advice: "use a number above 0, at most \(ACEStepLimits.largestShift.plainText); 1 to 3 is usual")
            }
        }
        guard let timesteps = self.timesteps else { return }
        guard RequestLimits.steps.contains(timesteps.count) else {
            throw MusicError(
                .invalidRequest, "The field timesteps has \(timesteps.count) values",
                advice: "give \(RequestLimits.steps.lowerBound) to \(RequestLimits.steps.upperBound) of them")
        }
        for (index, time) in timesteps.enumerated() {
            guard time > 0, time <= 1 else {
                throw MusicError(
                    .invalidRequest, "Value \(index + 1) of timesteps is \(time.plainText)",
                    advice: "use numbers above 0 and at most 1; the final 0 is implied")
            }
            // Compared as the model sees them, in single precision.
            guard index == 0 || Float(time) < Float(timesteps[index - 1]) else {
                throw MusicError(
                    .invalidRequest,
                    "Value \(index + 1) of timesteps, \(time.plainText), is not below the one before it",
                    advice: "order the numbers from high to low")
            }
        }
        if self.steps.map({ $0 != timesteps.count }) ?? false, isAsked("inference_steps") {
            notices.append(
                "The number of steps is not used: timesteps has \(timesteps.count) "
                    + (timesteps.count == 1 ? "value" : "values"))
        }
        if isAsked("shift") { notices.append("The shift is not used: timesteps are the schedule itself") }
    }

    private static func checkKey(_ text: String, _ notices: inout [String]) throws {
        switch KeyScale.read(text) {
        case .open, .known: break
        case .untrained(let key):
            notices.append(
                "The key '\(key)' is not one that models were trained with, which are major and minor: it is told to "
                    + "the model as it is")
        case .unknown:
            throw MusicError.invalidField(
                "keyscale", .text(String(text.prefix(ACEStepLimits.nameLength))),
                "The field keyscale is '\(text.prefix(ACEStepLimits.nameLength))'",
                expected: "a note from A to G, # or b if need be, and major or minor, as in 'F# minor'", verb: "use")
        }
    }

    private func checkGuidance() throws {
        guard self.guidanceStart <= self.guidanceEnd else {
            throw MusicError(
                .invalidRequest,
                "cfg_interval_start (\(self.guidanceStart.plainText)) is above cfg_interval_end "
                    + "(\(self.guidanceEnd.plainText))",
                advice: "give the lower flow time as start")
        }
        guard self.latentRescale != 0 else {
            throw MusicError(
                .invalidRequest, "The field latent_rescale is 0", advice: "use a number near 1")
        }
    }

    private func checkRetakes() throws {
        guard self.retakeSeeds.count <= self.batchSize else {
            let count = self.batchSize
            throw MusicError.invalidField(
                "retake_seed", self.retakeSeeds.json, "The field retake_seed has \(self.retakeSeeds.count) seeds",
                expected: "at most one for each song, of which there \(count == 1 ? "is 1" : "are \(count)")")
        }
    }

    /// Checks what belongs to the task, as far as it can be told without the source's samples.
    private func checkTask(_ notices: inout [String]) throws {
        if !MusicTask.ofACEStep.contains(self.task) {
            _ = try FieldKind.choice(MusicTask.ofACEStep.map(\.rawValue)).normalized(
                .text(self.task.rawValue), field: "task_type")
        }
        if let instruction = self.instruction,
            instruction.contains("\0") || instruction.count > ACEStepLimits.instructionLength
        {
            throw MusicError(
                .invalidRequest,
                "The field instruction has \(instruction.count) characters",
                advice: "it must be plain text of at most \(ACEStepLimits.instructionLength) characters")
        }
        try checkSource(&notices)
        try checkTracks()
        try checkRegions()
        if self.task == .repaint, self.regions.isEmpty, self.source != nil {
            notices.append("No part of the source is named: the whole song is made anew")
        }
    }

    private func checkSource(_ notices: inout [String]) throws {
        let hasCodes = self.audioCodes != nil
        if let text = self.audioCodes {
            try AudioCodeText.checkLength(text)
            let read = AudioCodeText.read(text)
            guard !read.codes.isEmpty else {
                throw MusicError(
                    .invalidRequest, "The field audio_codes holds no code",
                    advice: "give codes as <|audio_code_123|><|audio_code_456|>", field: "audio_codes",
                    value: String(text.prefix(80)), expected: "codes as <|audio_code_123|>")
            }
            if let notice = read.notice { notices.append(notice) }
        }
        if hasCodes, self.task != .text2music, self.task != .cover {
            throw MusicError(
                .invalidRequest, "The task \(self.task.rawValue) takes no audio codes",
                advice: "use them with text2music or cover")
        }
        if self.task == .text2music, !self.flowEdit, let source = self.source {
            let name = source.path.isEmpty ? "it" : source.path
            notices.append("The task text2music does not listen to source audio: \(name) is not used")
        }
        guard self.task.needsSource, self.source == nil, !hasCodes else { return }
        // A cover of nothing in a given timbre is text2music with another instruction, which the reference allows.
        if self.task == .cover, self.reference != nil { return }
        throw MusicError(
            .invalidRequest, "The task \(self.task.rawValue) needs source audio", field: "src_audio",
            expected: "an audio file", suggestion: .give(field: "src_audio"))
    }

    private func checkTracks() throws {
        guard !self.tracks.isEmpty else {
            guard self.task.worksOnTracks, !self.sentenceStandsAlone else { return }
            let field = self.task == .complete ? "track_classes" : "track_name"
            throw MusicError(
                .invalidRequest, "The task \(self.task.rawValue) needs a track", field: field,
                expected: "one of \(Track.names)",
                suggestion: .choose(field: field, among: Track.allCases.map(\.rawValue)))
        }
        guard self.task.worksOnTracks else {
            throw MusicError(
                .invalidRequest, "The task \(self.task.rawValue) takes no tracks",
                advice: "use lego, extract or complete, or leave the tracks out")
        }
        guard self.task == .complete || self.tracks.count == 1 else {
            throw MusicError(
                .invalidRequest, "The task \(self.task.rawValue) takes one track, not \(self.tracks.count)",
                advice: "name one, and make a request for each", field: "track_classes",
                value: self.tracks.map(\.rawValue).joined(separator: ","), expected: "one track")
        }
        guard Set(self.tracks).count == self.tracks.count else {
            throw MusicError(.invalidRequest, "A track is named twice", advice: "name each track once")
        }
    }

    private func checkRegions() throws {
        guard !self.regions.isEmpty else { return }
        guard self.task == .repaint || self.task == .lego else {
            throw MusicError(
                .invalidRequest, "The task \(self.task.rawValue) has no regions", advice: "use repaint or lego")
        }
        guard self.regions.count <= ACEStepLimits.regions else {
            throw MusicError(
                .invalidRequest, "There are \(self.regions.count) regions",
                advice: "give at most \(ACEStepLimits.regions)")
        }
        for region in self.regions {
            let limit = RequestLimits.duration.upperBound
            for value in [region.start, region.end ?? 0] where !(abs(value) <= limit) {
                throw MusicError(
                    .invalidRequest, "A region begins or ends at \(value.plainText) seconds",
                    advice: "use times within \(limit.plainText) seconds")
            }
            if let end = region.end, end <= region.start {
                throw MusicError(
                    .invalidRequest,
                    "A region starts at \(region.start.plainText) seconds and ends at \(end.plainText)",
                    advice: "its end must come after its start; an end of -1 is the end of the source")
            }
        }
    }
}
