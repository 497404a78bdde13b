import MusicCore

/// Flow edits: what they need, and the text of their source.
extension ACEStepRequest {
    /// The request with the text of a flow edit's source in place of the song's.
    var ofFlowEditSource: ACEStepRequest {
        var source = self
        source.prompt = self.flowEditSourceCaption ?? self.prompt
        if let lyrics = self.flowEditSourceLyrics {
            source.lyrics = lyrics
            source.instrumental = false
        }
        return source
    }

    /// Checks what does not depend on the model.
    ///
    /// - Throws: ``MusicError`` with code `invalidRequest`.
    func checkFlowEdit(_ notices: inout [String]) throws {
        guard self.flowEdit else {
            if self.flowEditSourceCaption != nil || self.flowEditSourceLyrics != nil {
                notices.append("The text of a source is not used: flow_edit_morph is false")
            }
            return
        }
        guard self.task == .text2music else {
            throw MusicError.invalidField(
                "flow_edit_morph", true, "The task \(self.task.rawValue) has no flow edit",
                expected: "true with the task text2music alone")
        }
        guard self.source != nil else {
            throw MusicError(
                .invalidRequest, "A flow edit needs source audio", field: "src_audio", expected: "an audio file",
                suggestion: .give(field: "src_audio"))
        }
        guard self.audioCodes == nil else {
            throw MusicError(
                .invalidRequest, "A flow edit takes no audio codes", advice: "leave audio_codes out",
                field: "audio_codes")
        }
        guard self.flowEditSourceCaption != nil || self.flowEditSourceLyrics != nil else {
            throw MusicError(
                .invalidRequest, "A flow edit goes from the source's text to another, and the source's is not given",
                advice: "say what the source is like or what it sings", field: "flow_edit_source_caption",
                expected: "a text", suggestion: .give(field: "flow_edit_source_caption"))
        }
        guard self.flowEditStart <= self.flowEditEnd else {
            throw MusicError.invalidField(
                "flow_edit_n_min", .number(self.flowEditStart),
                "The field flow_edit_n_min is \(self.flowEditStart.plainText), above flow_edit_n_max",
                expected: "at most flow_edit_n_max, \(self.flowEditEnd.plainText)")
        }
        noteWhatFlowEditsLeaveOut(&notices)
    }

    private func noteWhatFlowEditsLeaveOut(_ notices: inout [String]) {
        let unused: [(isAsked: Bool, name: String)] = [
            (self.solver != .euler, "infer_method"), (self.guidanceMethod != .apg, "use_adg"),
            (self.correctsWavelets, "dcw_enabled"), (self.noise != nil, "latents"),
            (self.retakeVariance > 0, "retake_variance"), (self.coverNoiseStrength > 0, "cover_noise_strength"),
            (self.coverStrength < 1, "audio_cover_strength"),
        ]
        notices += unused.filter(\.isAsked).map { "\($0.name) is not used: a flow edit has its own way" }
    }

    /// The request of a flow edit without what is not used.
    func withoutWhatFlowEditsLeaveOut() -> ACEStepRequest {
        guard self.flowEdit else { return self }
        let usual = ACEStepOptions()
        var request = self
        request.solver = usual.solver
        request.guidanceMethod = usual.guidanceMethod
        request.correctsWavelets = false
        request.noise = nil
        request.retakeVariance = 0
        request.coverNoiseStrength = 0
        request.coverStrength = 1
        return request
    }
}
