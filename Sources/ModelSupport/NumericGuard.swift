import MusicCore

/// Checks that numbers are music and not the result of a numerical accident.
public enum NumericGuard {
    /// The magnitude below which a signal counts as silence.
    public static let silence: Float = 1e-6

    /// Requires finite values that are not all zero.
    ///
    /// - Parameters:
    ///   - values: latents or samples.
    ///   - what: what they are, for the message: `the latents`.
    ///   - place: where they arose: `diffusion, step 3 of 8`.
    /// - Throws: ``MusicError`` with code `numericalFailure` that names the place.
    public static func check(_ values: some Sequence<Float>, _ what: String, at place: String) throws {
        var bad: Float?
        var peak: Float = 0
        for value in values {
            if !value.isFinite {
                bad = value
                break
            }
            peak = max(peak, abs(value))
        }
        if let bad {
            throw failure("\(what) became \(bad.isNaN ? "NaN" : "infinite")", place)
        }
        if peak == 0 { throw failure("\(what) are all zero", place) }
    }

    /// Requires samples that are finite and not silent.
    ///
    /// - Throws: ``MusicError`` with code `numericalFailure` that names the place.
    public static func checkAudible(_ audio: AudioBuffer, at place: String) throws {
        let peak = audio.peak
        if !peak.isFinite { throw failure("the samples became \(peak.isNaN ? "NaN" : "infinite")", place) }
        if peak < silence { throw failure("the samples are silent (peak \(peak))", place) }
    }

    private static func failure(_ what: String, _ place: String) -> MusicError {
        MusicError(
            .numericalFailure, "Generation failed at \(place): \(what)",
            advice: "try the number format f32, another seed, or download the checkpoint again")
    }
}
