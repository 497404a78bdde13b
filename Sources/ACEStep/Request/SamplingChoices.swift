import MusicCore

/// How the flow from noise to music is followed from step to step.
public enum Solver: String, Sendable, Codable, CaseIterable, FieldValue {
    /// Straight steps along the predicted velocity (Euler).
    case euler = "ode"
    /// Every step predicts the finished music and mixes it with fresh noise for the next flow time.
    case stochastic = "sde"
    /// Every step averages the velocities at both its ends: second order, two evaluations (Heun).
    case heun
    /// Every step extrapolates the finished music from the last two predictions of it: second order, one evaluation
    /// (DPM-Solver++ 2M; Lu et al., 2022).
    case multistep = "dpmpp_2m"

    /// What a song is tried with whose latents became NaN or infinite with this one.
    package var alternative: Solver { self == .euler ? .stochastic : .euler }
}

/// How predictions with and without the condition are combined.
public enum GuidanceMethod: String, Sendable, Codable, CaseIterable, FieldValue {
    /// Adaptive projected guidance.
    case apg
    /// Angle-based dynamic guidance.
    case adg
}

/// What a cover strength below 1 means.
public enum CoverRule: String, Sendable, Codable, CaseIterable, FieldValue {
    /// That part of the steps follows the source, the rest follows the text alone, as ACE-Step's own program does.
    case `switch`
    /// All steps mix the velocity for the cover with that for the text alone, as Diffusers does.
    case blend
}
