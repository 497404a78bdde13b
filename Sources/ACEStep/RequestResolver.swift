import Foundation
import ModelSupport
import MusicCore
import Oobleck

/// Fills in what a request leaves open, by what the variant was trained for.
package struct RequestResolver: Sendable {
    package let variant: ModelVariant
    /// Seconds of music in an audio code.
    package let codeDuration: Double
    /// Latent frames in a second.
    let latentRate: Double
    /// Of lego, extract and complete those that the weights were trained for; `nil` where only the variant tells.
    let trackTasks: Set<MusicTask>?
    /// Number of different audio codes; `nil` for a model without such.
    let codeCount: Int?

    /// Length in seconds where none is asked for.
    static let defaultDuration = 60.0
    /// Language of the lyrics where nothing is said of it: that of the reference's pipeline.
    static let defaultLanguage = "en"

    package init(
        variant: ModelVariant, codeDuration: Double = 0.2, latentRate: Double = 25, trackTasks: Set<MusicTask>? = nil,
        codeCount: Int? = nil
    ) {
        self.variant = variant
        self.codeDuration = codeDuration
        self.latentRate = latentRate
        self.trackTasks = trackTasks
        self.codeCount = codeCount
    }

    /// For a loaded model.
    package init(_ model: ACEStepModel, trackTasks: Set<MusicTask>? = nil) {
        self.init(
            variant: model.configuration.variant,
            codeDuration: Double(model.configuration.audioTokenizer?.poolWindow ?? 5)
                / model.autoencoderConfiguration.latentRate,
            latentRate: model.autoencoderConfiguration.latentRate, trackTasks: trackTasks,
            codeCount: model.configuration.audioTokenizer?.codebookSize)
    }

    /// What the variant was trained for.
    var capabilities: Capabilities {
        let trained = trackTasks ?? (variant == .turbo ? [] : Set(MusicTask.ofACEStep.filter(\.worksOnTracks)))
        return Capabilities(
            tasks: MusicTask.ofACEStep.filter { !$0.worksOnTracks || trained.contains($0) },
            duration: RequestLimits.duration, takesPlans: true)
    }

    /// The request of songs that differ by their seeds alone, complete.
    func completed(_ request: ACEStepRequest) throws -> (request: ACEStepRequest, notices: [String]) {
        var notices = try request.validate()
        try checkTask(request, &notices)
        var resolved = request.withGenres().withoutWhatFlowEditsLeaveOut()
        if request.task == .text2music, !request.flowEdit { resolved.source = nil }
        resolved.duration = try durationOfNoise(resolved)
        resolved.duration = try duration(resolved, &notices)
        if let reference = request.reference?.audio { noteClipping(reference, "reference audio", &notices) }
        resolved.vocalLanguage = request.vocalLanguage ?? Self.defaultLanguage
        resolved.steps = request.timesteps?.count ?? request.steps ?? (variant == .turbo ? 8 : 50)
        resolved.shift = request.shift ?? (variant == .turbo ? 3 : 1)
        noteSampling(resolved, asked: request, &notices)
        switch variant {
        case .turbo:
            guard !request.flowEdit else {
                throw MusicError(
                    .unsupported, "A turbo model can't do flow edits", field: "model", suggestion: Self.editModels)
            }
            resolved.guidanceScale = 1
            if let shift = request.shift, request.snapsTimesteps, request.timesteps == nil,
                Self.trainedShift(near: shift) != shift
            {
                notices.append(
                    "The shift \(shift.plainText) counts as \(Self.trainedShift(near: shift).plainText), the nearest "
                        + "that turbo models were trained with")
            }
        case .base, .sft:
            resolved.guidanceScale = request.guidanceScale ?? 7
            resolved.snapsTimesteps = false
        }
        resolved.common = resolved.common.withSeeds()
        if resolved.retakeVariance > 0 || resolved.flowEdit && !resolved.retakeSeeds.isEmpty {
            while resolved.retakeSeeds.count < resolved.batchSize {
                resolved.retakeSeeds.append(SeedSource.system.draw())
            }
        }
        // What is complete asks for nothing any more.
        resolved.asked = AskedFields()
        return (resolved, notices)
    }

    /// The published models that can do every task.
    private static let baseModels = Suggestion.choose(field: "model", among: ["base", "xl-base"])

    /// The published models that can do flow edits.
    private static let editModels = Suggestion.choose(field: "model", among: ["base", "sft", "xl-base", "xl-sft"])

    /// Whether the variant can do the task.
    private func checkTask(_ request: ACEStepRequest, _ notices: inout [String]) throws {
        if request.task.worksOnTracks, let trackTasks {
            guard trackTasks.contains(request.task) else {
                throw MusicError(
                    .unsupported, "This model wasn't trained for the task \(request.task.rawValue)",
                    field: "model", suggestion: Self.baseModels)
            }
        } else if request.task.worksOnTracks {
            switch variant {
            case .turbo:
                throw MusicError(
                    .unsupported, "A turbo model can't do the task \(request.task.rawValue)",
                    field: "model", suggestion: Self.baseModels)
            case .sft:
                notices.append("The task \(request.task.rawValue) was trained into base models; this is an SFT model")
            case .base:
                break
            }
        }
        noteWhatIsNotUsed(request, &notices)
    }

    /// Fields of what is switched off.
    private func noteIdleFields(_ request: ACEStepRequest, _ notices: inout [String]) {
        let usual = ACEStepOptions()
        let idle = [
            ("dcw_mode", "dcw_enabled", !request.correctsWavelets && request.waveletMode != usual.waveletMode),
            (
                "dcw_scaler", "dcw_enabled",
                !request.correctsWavelets && request.waveletStrength != usual.waveletStrength
            ),
            (
                "dcw_high_scaler", "dcw_enabled",
                !request.correctsWavelets && request.waveletHighStrength != usual.waveletHighStrength
            ), ("dcw_wavelet", "dcw_enabled", !request.correctsWavelets && request.wavelet != usual.wavelet),
            ("flow_edit_n_min", "flow_edit_morph", !request.flowEdit && request.flowEditStart != usual.flowEditStart),
            ("flow_edit_n_max", "flow_edit_morph", !request.flowEdit && request.flowEditEnd != usual.flowEditEnd),
            ("flow_edit_n_avg", "flow_edit_morph", !request.flowEdit && request.flowEditDraws != usual.flowEditDraws),
        ]
        for (name, switched, isIdle) in idle where isIdle {
            notices.append("\(name) is not used: \(switched) is false")
        }
    }

    /// Says which fields have no effect on this request.
    private func noteWhatIsNotUsed(_ request: ACEStepRequest, _ notices: inout [String]) {
        let usual = ACEStepOptions()
        let keepsSamples =
            request.task == .repaint && request.source != nil && request.keepsSource && !request.regions.isEmpty
        let asksForPeak = request.isAsked("normalization") || request.isAsked("enable_normalization")
        if keepsSamples, request.normalization == .peak, asksForPeak {
            notices.append("The song keeps the level of its source; its peak is not changed")
        }
        let hasLevel = request.normalizationLevel != MusicRequest().normalizationLevel
        if hasLevel, keepsSamples || request.normalization == .none {
            notices.append("normalization_db is not used: the level of the song is left as it is")
        }
        if keepsSamples, request.normalization == .none {
            notices.append("enable_normalization is not used: the song keeps the level of its source")
        }
        if keepsSamples, request.removesDCOffset {
            notices.append("remove_dc_offset is not used: the song keeps the level of its source")
        }
        if request.output == .latents, hasLevel || request.removesDCOffset || request.normalization == .none {
            notices.append("What is said of the level is not used: the latents are not decoded")
        }
        if request.usesNullLyrics, !request.isWordless {
            notices.append("null_lyric_condition is not used: the song has lyrics")
        }
        if !request.usesTemplate, request.instruction != nil {
            notices.append("instruction is not used: the caption is given to the model as it is")
        }
        if !request.retakeSeeds.isEmpty, request.retakeVariance == 0, !request.flowEdit {
            notices.append("retake_seed is not used: retake_variance is 0")
        }
        noteIdleFields(request, &notices)
        if request.output == .latents, request.fadeIn > 0 || request.fadeOut > 0 {
            notices.append("The fades are not used: the latents are not decoded")
        }
        if request.keepsSource != usual.keepsSource, request.task != .repaint || request.regions.isEmpty {
            notices.append("keep_source is not used: it belongs to the repainted regions of a source")
        }
        if request.coverRule != usual.coverRule, request.coverStrength == 1 {
            notices.append("cover_rule is not used: audio_cover_strength is 1")
        } else if request.coverRule == .blend, request.task != .cover, request.audioCodes == nil {
            notices.append("cover_rule is not used: it belongs to covers")
        }
        if request.coverNoiseStrength > 0, !request.flowEdit, request.source == nil, request.audioCodes == nil {
            notices.append("cover_noise_strength is not used: there is no source to start from")
        }
        if request.coverStrength < 1, request.source == nil, request.audioCodes == nil {
            notices.append("audio_cover_strength is not used: there is no source to follow")
        }
    }

    /// The length in seconds that the model is told.
    private func duration(_ request: ACEStepRequest, _ notices: inout [String]) throws -> Double {
        var actual: Double?
        if let text = request.audioCodes {
            let codes = AudioCodeText.codes(in: text)
            actual = Double(codes.count) * codeDuration
            let limited = codeCount.map { AudioCodes.limited(codes, toModelOf: $0) }
            if let notice = limited?.notice { notices.append(notice) }
        } else if let source = request.source {
            let audio = try SourceAudio.checked(source, role: "source")
            actual = audio.duration
            noteClipping(audio, "source", &notices)
        }
        guard let actual else { return request.duration ?? openDuration(request, &notices) }
        guard RequestLimits.duration.upperBound >= actual else {
            throw MusicError(
                .invalidRequest,
                "The \(request.audioCodes == nil ? "source is" : "audio codes are") \(Int(actual)) seconds long",
                advice: "use at most \(Int(RequestLimits.duration.upperBound)) seconds of it")
        }
        guard let told = request.duration else { return actual }
        if abs(told - actual) >= 1 {
            let model = request.audioCodes == nil ? "source" : "audio codes"
            notices.append(
                "The song has the length of its \(model) (\(String(format: "%.1f", actual)) seconds); the duration is "
                    + "only told to the model")
        }
        return told
    }

    /// The length where nobody says one: by the lyrics, or the usual one.
    private func openDuration(_ request: ACEStepRequest, _ notices: inout [String]) -> Double {
        guard !request.instrumental,
            let seconds = LyricsLength.estimate(
                request.lyrics, bpm: request.bpm, beatsPerBar: request.timeSignature.flatMap { Int($0) })
        else { return Self.defaultDuration }
        notices.append("No duration is given: \(seconds.plainText) seconds by the length of the lyrics")
        return seconds
    }

    /// Says that a waveform is limited to full scale before it is encoded.
    ///
    /// Lossy formats go beyond it by a little without being heard; a decibel more is more than that.
    private func noteClipping(_ audio: AudioBuffer, _ role: String, _ notices: inout [String]) {
        let level = 20 * log10(Double(audio.peak))
        guard level >= 1 else { return }
        notices.append(
            "The \(role) goes \(String(format: "%.1f", level)) dB beyond full scale, to which it is limited")
    }

    /// Where the source is made anew.
    func window(of request: ACEStepRequest) throws -> RepaintWindow? {
        guard [.repaint, .lego].contains(request.task), let source = request.source?.audio else { return nil }
        return try RepaintWindow(request.regions, duration: source.duration)
    }

    /// Latent frames of a length: whole frames, rounded up.
    package static func frames(_ duration: Double?, rate: Double) -> Int {
        max(1, Int(((duration ?? defaultDuration) * rate).rounded(.up)))
    }

    /// The nearest of the shifts that turbo models know: 1, 2 and 3; halves go down.
    private static func trainedShift(near shift: Double) -> Double { shift <= 1.5 ? 1 : shift <= 2.5 ? 2 : 3 }

    /// The flow times of a resolved request.
    package static func schedule(_ request: ACEStepRequest) -> NoiseSchedule {
        guard let times = request.timesteps else {
            let steps = request.steps ?? 8
            let shift = request.shift ?? 1
            guard request.snapsTimesteps else { return NoiseSchedule(steps: steps, shift: shift) }
            return NoiseSchedule(steps: steps, shift: trainedShift(near: shift)).snappedToTurboTimes()
        }
        let schedule = NoiseSchedule(times: times)
        return request.snapsTimesteps ? schedule.snappedToTurboTimes() : schedule
    }
}
