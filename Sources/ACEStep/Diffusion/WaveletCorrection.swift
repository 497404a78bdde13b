import MLX
public import MusicCore

/// Which part of a step the wavelet correction changes.
public enum WaveletCorrectionMode: String, Sendable, Codable, CaseIterable, FieldValue {
    /// Slow movements, most at noisy flow times.
    case low
    /// Quick movements, most at clean flow times.
    case high
    /// Both, each with a strength of its own.
    case double
    /// The latents as they are, at all flow times alike.
    case pix
}

/// Differential correction in the wavelet domain (DCW): after a step, pushes the bands of the new latents away from
/// those of the music that the step predicted.
///
/// Bands are those of one level of an orthogonal wavelet along time, with zeros beyond both ends. The two bands of a
/// signal add up to it, so that with the difference `d` of latents and music and its low band `P d`
/// `x + l P d + h (d - P d)` is what the transform of both, the change of their bands and the inverse transform give.
package struct WaveletCorrection: Sendable, Equatable {
    package let mode: WaveletCorrectionMode
    /// Strength; of the low band where the mode is double.
    package let strength: Double
    /// Strength of the high band where the mode is double.
    package let highStrength: Double
    package let wavelet: Wavelet

    /// - Returns: `nil` where the strengths that the mode uses are 0, which changes nothing.
    package init?(mode: WaveletCorrectionMode, strength: Double, highStrength: Double, wavelet: Wavelet) {
        guard strength != 0 || mode == .double && highStrength != 0 else { return nil }
        (self.mode, self.strength, self.highStrength, self.wavelet) = (mode, strength, highStrength, wavelet)
    }

    /// Corrects what a step made.
    ///
    /// - Parameters:
    ///   - latents: after the step, `[1, T, channels]`, float32.
    ///   - music: that the step predicted from its first velocity, likewise.
    ///   - time: flow time from which the step went.
    /// - Returns: the corrected latents, likewise.
    package func corrected(_ latents: MLXArray, music: MLXArray, time: Float) -> MLXArray {
        let difference = latents - music
        let t = Double(time)
        switch mode {
        case .pix: return latents + Float(strength) * difference
        case .low: return latents + Float(t * strength) * lowBand(difference)
        case .high: return latents + Float((1 - t) * strength) * (difference - lowBand(difference))
        case .double:
            let low = lowBand(difference)
            return latents + Float(t * strength) * low + Float((1 - t) * highStrength) * (difference - low)
        }
    }

    /// The part of a signal in the low band: analysis and synthesis with the scaling filter `s`.
    ///
    /// With zeros beyond the ends, `a[k] = sum_j s[j] x[2k + j - (L - 2)]` for the `(T + L - 1) / 2` values that any
    /// sample takes part in, and `y[2q + r] = sum_o s[L - 2 - 2o + r] a[q + o]`.
    ///
    /// - Parameter x: `[1, T, channels]`.
    /// - Returns: likewise.
    private func lowBand(_ x: MLXArray) -> MLXArray {
        let filter = wavelet.filter.map { Float($0) }
        let (length, half) = (x.dim(1), filter.count / 2)
        let pairs = (length + 1) / 2
        let count = pairs + half - 1
        let channels = x.dim(2)
        let whole = padded(x, widths: [0, [filter.count - 2, filter.count - 2 + length % 2], 0])
            .reshaped(count + half - 1, 2, channels)
        var band = MLXArray.zeros([count, channels])
        for index in filter.indices {
            band = band + filter[index] * whole[(index / 2)..<(index / 2 + count), index % 2]
        }
        let phases: [MLXArray] = (0..<2).map { phase in
            var sum = MLXArray.zeros([pairs, channels])
            for offset in 0..<half {
                let weight = filter[filter.count - 2 - 2 * offset + phase]
                sum = sum + weight * band[offset..<(offset + pairs)]
            }
            return sum
        }
        return stacked(phases, axis: 1).reshaped(1, 2 * pairs, channels)[0..., 0..<length]
    }
}
