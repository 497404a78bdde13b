import MusicCore

extension RequestResolver {
    /// Most steps that a turbo model has use for; the reference goes no further.
    private static let turboSteps = 20
    /// Steps below which models without distilled guidance leave noise in their songs.
    private static let fewSteps = 20
    /// Shifts of the noise schedule at which songs are known to be good.
    private static let usualShift = 1.0...5.0
    /// Strengths of guidance at which songs are known to be good.
    private static let usualGuidance = 1.0...15.0

    /// Says what will surprise in how noise becomes music: what was asked for and is not used or out of the usual, and
    /// what was not asked for and is not what suits the model.
    ///
    /// - Parameters:
    ///   - resolved: with steps and shift.
    ///   - asked: the request as it came.
    func noteSampling(_ resolved: ACEStepRequest, asked: ACEStepRequest, _ notices: inout [String]) {
        let steps = resolved.steps ?? 0
        let asksForSteps = asked.isAsked("inference_steps") || asked.timesteps != nil
        switch variant {
        case .turbo:
            if asksForSteps, steps > Self.turboSteps {
                notices.append(
                    "\(steps) steps are more than the \(Self.turboSteps) that turbo models have use for: they were "
                        + "trained to need 8")
            }
            if asksForGuidance(asked) {
                notices.append("Guidance is not used: it is distilled into the weights of turbo models")
            }
            if asked.shift == 1, asked.asked.defaulted.contains("shift"), asked.timesteps == nil {
                notices.append(
                    "No shift is given, and a document's default is the reference's 1: turbo models are at their best "
                        + "with 3")
            }
        case .base, .sft:
            if steps < Self.fewSteps {
                let name = variant.rawValue
                if asked.asked.defaulted.contains("inference_steps"), asked.timesteps == nil {
                    notices.append(
                        "No number of steps is given, and a document's default is the reference's \(steps), too few "
                            + "for a model of the kind \(name): 32 to 64 suit it")
                } else if asksForSteps {
                    notices.append("\(steps) steps are few for a model of the kind \(name): 32 to 64 suit it")
                }
            }
            if let scale = asked.guidanceScale, asked.isAsked("guidance_scale") { noteGuidance(scale, &notices) }
            if asked.snapsTimesteps {
                notices.append("The flow times are not moved to trained ones: only turbo models have such")
            }
        }
        if let shift = asked.shift, asked.isAsked("shift"), asked.timesteps == nil, !Self.usualShift.contains(shift) {
            notices.append(
                "A shift of \(shift.plainText) is outside the range in which songs are known to be good "
                    + "(\(Self.usualShift.lowerBound.plainText) to \(Self.usualShift.upperBound.plainText))")
        }
    }

    private func noteGuidance(_ scale: Double, _ notices: inout [String]) {
        if scale > Self.usualGuidance.upperBound {
            notices.append(
                "Guidance of \(scale.plainText) is outside the range in which songs are known to be good "
                    + "(\(Self.usualGuidance.lowerBound.plainText) to \(Self.usualGuidance.upperBound.plainText))")
        } else if scale < Self.usualGuidance.lowerBound {
            notices.append("Guidance of \(scale.plainText) is none, as that of 1 is")
        }
    }

    /// Whether guidance is asked for by its strength, its method or its interval.
    private func asksForGuidance(_ request: ACEStepRequest) -> Bool {
        let usual = ACEStepOptions()
        return (request.guidanceScale ?? 1) > 1 && request.isAsked("guidance_scale")
            || request.guidanceMethod != usual.guidanceMethod
            || request.guidanceStart != usual.guidanceStart || request.guidanceEnd != usual.guidanceEnd
    }
}
