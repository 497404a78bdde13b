import Foundation
import MusicCore

/// What happens where two pieces of music meet.
package enum Fades {
    /// Two stretches of one length as one: the first goes, the second comes, at equal power all the way.
    package static func crossfaded(_ first: [[Float]], _ second: [[Float]]) -> [[Float]] {
        let count = first[0].count
        return zip(first, second).map { leaving, coming in
            (0..<count).map { frame in
                let angle = (Float(frame) + 0.5) / Float(count) * .pi / 2
                return leaving[frame] * cos(angle) + coming[frame] * sin(angle)
            }
        }
    }

    /// The same for two stretches that are nearly alike, at equal amplitude.
    static func blended(_ first: ArraySlice<Float>, _ second: ArraySlice<Float>) -> [Float] {
        let count = first.count
        return zip(first, second).enumerated().map { frame, pair in
            let part = (Float(frame) + 0.5) / Float(count)
            return pair.0 * (1 - part) + pair.1 * part
        }
    }

    /// Brings peaks below a limit, by a gain that is the same for all channels and never jumps.
    ///
    /// The gain is the least that is needed within some milliseconds, smoothed over the same time, and so never above
    /// what a sample needs.
    package static func limited(_ channels: [[Float]], to limit: Float, sampleRate: Int) -> [[Float]] {
        let count = channels[0].count
        var needed = [Float](repeating: 1, count: count)
        var isNeeded = false
        for channel in channels {
            for frame in 0..<count where abs(channel[frame]) > limit {
                needed[frame] = min(needed[frame], limit / abs(channel[frame]))
                isNeeded = true
            }
        }
        guard isNeeded else { return channels }
        let half = max(1, sampleRate / 200)
        let least = slidingMinimum(needed, half: half)
        var sums = [Double(0)]
        for value in least { sums.append(sums[sums.count - 1] + Double(value)) }
        let gains = (0..<count).map { frame in
            let (start, end) = (max(0, frame - half), min(count, frame + half + 1))
            return Float((sums[end] - sums[start]) / Double(end - start))
        }
        return channels.map { channel in zip(channel, gains).map { $0 * $1 } }
    }

    /// The least value within `half` places to each side.
    private static func slidingMinimum(_ values: [Float], half: Int) -> [Float] {
        var queue: [Int] = []
        var head = 0
        var result = [Float](repeating: 1, count: values.count)
        for index in 0..<(values.count + half) {
            if index < values.count {
                while queue.count > head, values[queue[queue.count - 1]] >= values[index] { queue.removeLast() }
                queue.append(index)
            }
            let centre = index - half
            guard centre >= 0 else { continue }
            while queue[head] < centre - half { head += 1 }
            result[centre] = values[queue[head]]
        }
        return result
    }

    /// From where to where something is heard: what is more than 60 dB below the peak at both ends counts as silence.
    static func soundingRange(_ audio: AudioBuffer) -> Range<Int> {
        let limit = audio.peak * 0.001
        guard limit > 0 else { return 0..<audio.frameCount }
        func isSounding(_ frame: Int) -> Bool { audio.channels.contains { abs($0[frame]) > limit } }
        guard let first = (0..<audio.frameCount).first(where: isSounding),
            let last = (0..<audio.frameCount).last(where: isSounding)
        else { return 0..<audio.frameCount }
        return first..<(last + 1)
    }

    /// Fades the ends over some frames, so that cut music doesn't click.
    static func rounded(_ channels: [[Float]], start: Int, end: Int) -> [[Float]] {
        channels.map { channel in
            var channel = channel
            for frame in 0..<min(start, channel.count) {
                channel[frame] *= 0.5 - 0.5 * cos(.pi * (Float(frame) + 0.5) / Float(start))
            }
            for frame in 0..<min(end, channel.count) {
                channel[channel.count - 1 - frame] *= 0.5 - 0.5 * cos(.pi * (Float(frame) + 0.5) / Float(end))
            }
            return channel
        }
    }
}

extension AudioBuffer {
    /// Some of the frames, as far as there are any; those outside are zero.
    func frames(_ range: Range<Int>) -> [[Float]] {
        channels.map { channel in
            let inside = range.clamped(to: 0..<channel.count)
            guard !inside.isEmpty else { return [Float](repeating: 0, count: range.count) }
            return [Float](repeating: 0, count: inside.lowerBound - range.lowerBound) + channel[inside]
                + [Float](repeating: 0, count: range.upperBound - inside.upperBound)
        }
    }

    /// Some of the frames as audio.
    package func slice(_ range: Range<Int>) -> AudioBuffer {
        AudioBuffer(sampleRate: sampleRate, channels: frames(range))
    }
}
