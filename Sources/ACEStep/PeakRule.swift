import Foundation
import MusicCore

extension AudioBuffer {
    /// The reference's two-stage level rule: divide by the peak where it exceeds full scale, then bring the peak to
    /// a level.
    ///
    /// Every channel is scaled alike. The arithmetic is in float32, in the reference's order.
    ///
    /// - Parameter level: peak in dB of full scale, at most 0.
    package func withPeakRule(level: Double = -1) -> AudioBuffer {
        let limit = max(peak, 1)
        let limited = limit > 1 ? channels.map { $0.map { $0 / limit } } : channels
        let limitedPeak = limit > 1 ? AudioBuffer(sampleRate: sampleRate, channels: limited).peak : peak
        let target = Float(pow(10, level / 20))
        let gain = target / max(limitedPeak, 1e-6)
        return AudioBuffer(sampleRate: sampleRate, channels: limited.map { $0.map { $0 * gain } })
    }
}
