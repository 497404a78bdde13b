import Foundation
import MusicCore

extension AudioBuffer {
    /// The reference's two-stage level rule: divide by the peak where it exceeds full scale, then bring the peak to
    /// -1 dBFS.
    ///
    /// Every channel is scaled alike. The arithmetic is in float32, in the reference's order.
    package func withPeakRule() -> AudioBuffer {
        let limit = max(peak, 1)
        let limited = limit > 1 ? channels.map { $0.map { $0 / limit } } : channels
        let limitedPeak = limit > 1 ? AudioBuffer(sampleRate: sampleRate, channels: limited).peak : peak
        let target = Float(pow(10, -1.0 / 20))
        let gain = target / max(limitedPeak, 1e-6)
        return AudioBuffer(sampleRate: sampleRate, channels: limited.map { $0.map { $0 * gain } })
    }
}
