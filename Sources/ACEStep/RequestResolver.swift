import Foundation
import ModelSupport
import MusicCore

/// Fills in what a request leaves open, by what the variant was trained for.
package struct RequestResolver: Sendable {
    package let variant: ModelVariant

    /// Length in seconds where none is asked for.
    static let defaultDuration = 60.0

    package init(variant: ModelVariant) {
        self.variant = variant
    }

    /// Checks and completes a request.
    ///
    /// - Returns: the request with a seed for every song, and what the user should know.
    /// - Throws: ``MusicError`` with code `invalidRequest` or `unsupported`.
    package func resolve(_ request: MusicRequest) throws -> (request: MusicRequest, notices: [String]) {
        var notices = try request.validate()
        var resolved = request
        resolved.duration = request.duration ?? Self.defaultDuration
        resolved.timeSignature = request.timeSignature.flatMap(MusicRequest.normalizedTimeSignature)
        if request.vocalLanguage.isEmpty { resolved.vocalLanguage = PromptText.unknownLanguage }
        resolved.steps = request.timesteps?.count ?? request.steps ?? (variant == .turbo ? 8 : 50)
        resolved.shift = request.shift ?? (variant == .turbo ? 3 : 1)
        switch variant {
        case .turbo:
            if let scale = request.guidanceScale, scale > 1 {
                notices.append("Guidance is not used: it is distilled into the weights of turbo models")
            }
            resolved.guidanceScale = 1
        case .base, .sft:
            resolved.guidanceScale = request.guidanceScale ?? 7
        }
        while resolved.seeds.count < request.batchSize { resolved.seeds.append(TorchGenerator.randomSeed()) }
        return (resolved, notices)
    }

    /// Latent frames of a length: whole frames, rounded up.
    package static func frames(_ duration: Double?, rate: Double) -> Int {
        max(1, Int(((duration ?? defaultDuration) * rate).rounded(.up)))
    }

    /// The flow times of a resolved request.
    package static func schedule(_ request: MusicRequest) -> NoiseSchedule {
        if let times = request.timesteps { return NoiseSchedule(times: times) }
        return NoiseSchedule(steps: request.steps ?? 8, shift: request.shift ?? 1)
    }
}
