import MusicCore

/// A source between stretches of silence.
package struct ExtendedAudio: Sendable, Equatable {
    package let audio: AudioBuffer
    /// The samples that are the source's own.
    package let own: Range<Int>
}

extension AudioBuffer {
    /// The audio with seconds of digital silence before and after it.
    package func extended(leading: Double, trailing: Double) -> ExtendedAudio {
        let before = Int((leading * Double(sampleRate)).rounded())
        let after = Int((trailing * Double(sampleRate)).rounded())
        let own = before..<(before + frameCount)
        guard before + after > 0 else { return ExtendedAudio(audio: self, own: own) }
        let longer = channels.map { channel in
            [Float](repeating: 0, count: before) + channel + [Float](repeating: 0, count: after)
        }
        return ExtendedAudio(audio: AudioBuffer(sampleRate: sampleRate, channels: longer), own: own)
    }
}

/// Joins a repainted song with the source's own samples outside the regions.
///
/// Outside the regions the result is the source, bit by bit. The two are faded into each other within a region, at its
/// ends, for as long as the source goes on there; where it does not, because the song is extended, within the source.
package struct KeptSource: Sendable, Equatable {
    /// Length of a crossfade in seconds.
    package static let crossfade = 0.025

    private let source: ExtendedAudio
    /// The regions as samples, from low to high, apart from each other; the last may reach to `Int.max`.
    private let regions: [Range<Int>]

    package init(extended: ExtendedAudio, regions: [RepaintRegion]) {
        source = extended
        let rate = Double(extended.audio.sampleRate)
        let ranges = regions.map { region -> Range<Int> in
            let start = Int((region.start * rate).rounded())
            return start..<max(start, region.end.map { Int(($0 * rate).rounded()) } ?? Int.max)
        }.sorted { $0.lowerBound < $1.lowerBound }
        var merged: [Range<Int>] = []
        for range in ranges {
            if let last = merged.last, range.lowerBound <= last.upperBound {
                merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        self.regions = merged.isEmpty ? [0..<Int.max] : merged
    }

    /// The song: the source outside the regions, what was made within.
    ///
    /// What was made is limited to full scale by one factor; the source keeps its level. The song ends with what was
    /// made or with the source, whichever lasts longer outside of regions.
    ///
    /// - Parameter made: the decoder's samples, from the beginning of the extended source.
    package func joined(with made: AudioBuffer) -> AudioBuffer {
        let keepsTail = (regions.last?.upperBound ?? 0) < source.own.upperBound
        let length = keepsTail ? source.audio.frameCount : min(made.frameCount, source.audio.frameCount)
        let weights = weights(length)
        let scale = 1 / max(1, made.peak)
        let channels = zip(source.audio.channels, made.channels).map { own, new -> [Float] in
            (0..<length).map { index in
                let weight = weights[index]
                if weight == 0 { return own[index] }
                let sample = index < new.count ? new[index] * scale : 0
                return weight == 1 ? sample : own[index] + (sample - own[index]) * weight
            }
        }
        return AudioBuffer(sampleRate: source.audio.sampleRate, channels: channels)
    }

    /// How much of each sample is made: 0 outside the regions, 1 inside, rising and falling evenly between.
    private func weights(_ length: Int) -> [Float] {
        var weights = [Float](repeating: 0, count: length)
        for region in regions {
            let start = min(region.lowerBound, length)
            let end = min(region.upperBound, length)
            for index in start..<end { weights[index] = 1 }
            let fade = max(1, Int(Self.crossfade * Double(source.audio.sampleRate)))
            if start > 0, start < length { ramp(&weights, at: start, inside: end - start, fade: fade, rising: true) }
            if end < length, end > start { ramp(&weights, at: end, inside: end - start, fade: fade, rising: false) }
        }
        return weights
    }

    private func ramp(_ weights: inout [Float], at edge: Int, inside: Int, fade: Int, rising: Bool) {
        // Samples on the region's side of the edge that the source has.
        let common = rising ? source.own.upperBound - edge : edge - source.own.lowerBound
        if common > 0 {
            let length = min(fade, common, max(1, inside / 2))
            for step in 0..<length {
                let index = rising ? edge + step : edge - 1 - step
                weights[index] = min(weights[index], (Float(step) + 0.5) / Float(length))
            }
        } else {
            let length = min(fade, source.own.count)
            for step in 0..<length {
                let index = rising ? edge - 1 - step : edge + step
                guard weights.indices.contains(index) else { continue }
                weights[index] = max(weights[index], 1 - (Float(step) + 0.5) / Float(length))
            }
        }
    }
}
