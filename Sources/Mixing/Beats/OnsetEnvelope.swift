import Foundation
import MusicCore

/// How strongly something begins, frame by frame: the rise of the loudness in four bands of frequency.
package struct OnsetEnvelope {
    /// Frames per second.
    package static let rate = 200.0

    /// One value for each frame, 0 or more; the mean of the neighbourhood is taken off.
    package var values: [Float]
    /// The same of the lowest band alone, in which bass drums are.
    package var low: [Float]

    /// Where bands begin and end, in hertz.
    private static let edges = [160.0, 800, 4000]
    /// Levels below this are silence: 60 dB below full scale, as a mean square.
    private static let floor: Float = 1e-6

    /// - Parameter audio: any number of channels, at any rate of 8 kHz or more.
    package init(_ audio: AudioBuffer) {
        let rate = Double(audio.sampleRate)
        let count = Int(audio.duration * Self.rate)
        var mono = [Float](repeating: 0, count: audio.frameCount)
        for channel in audio.channels {
            for frame in mono.indices { mono[frame] += channel[frame] / Float(audio.channels.count) }
        }
        // Bands are what low passes leave between them.
        var bands: [[Float]] = []
        var below = [Float](repeating: 0, count: mono.count)
        for edge in Self.edges {
            let passed = Self.lowPassed(mono, at: edge / rate)
            bands.append(zip(passed, below).map { $0 - $1 })
            below = passed
        }
        bands.append(zip(mono, below).map { $0 - $1 })
        let rises = bands.map { Self.rises(of: $0, rate: rate, count: count) }
        values = (0..<count).map { frame in rises.reduce(0) { $0 + $1[frame] } }
        low = rises[0]
        values = Self.sharpened(values)
        low = Self.sharpened(low)
    }

    /// A second-order low pass of Butterworth's kind (bilinear transform).
    ///
    /// - Parameter frequency: the edge, as a part of the sample rate.
    private static func lowPassed(_ samples: [Float], at frequency: Double) -> [Float] {
        let warped = tan(Double.pi * min(frequency, 0.49))
        let scale = 1 / (1 + 2.0.squareRoot() * warped + warped * warped)
        let gain = Float(warped * warped * scale)
        let first = Float(2 * (warped * warped - 1) * scale)
        let second = Float((1 - 2.0.squareRoot() * warped + warped * warped) * scale)
        var (x1, x2, y1, y2) = (Float(0), Float(0), Float(0), Float(0))
        return samples.map { x in
            let y = gain * (x + 2 * x1 + x2) - first * y1 - second * y2
            (x2, x1, y2, y1) = (x1, x, y1, y)
            return y
        }
    }

    /// How far the level of a band rises in each frame, in units of ten decibels.
    private static func rises(of band: [Float], rate: Double, count: Int) -> [Float] {
        var levels = [Float](repeating: 0, count: count)
        for frame in 0..<count {
            let start = Int(Double(frame) / Self.rate * rate)
            let end = min(band.count, Int(Double(frame + 1) / Self.rate * rate))
            var energy: Float = 0
            for sample in band[start..<end] { energy += sample * sample }
            levels[frame] = log10(max(Self.floor, energy / Float(max(1, end - start))))
        }
        // Over two frames, so that a low note's own swings don't count.
        return (0..<count).map { frame in frame < 2 ? 0 : max(0, levels[frame] - levels[frame - 2]) }
    }

    /// Without what is usual in a second around.
    private static func sharpened(_ values: [Float]) -> [Float] {
        let half = Int(rate / 2)
        var sums = [Double(0)]
        for value in values { sums.append(sums[sums.count - 1] + Double(value)) }
        return values.indices.map { frame in
            let (start, end) = (max(0, frame - half), min(values.count, frame + half + 1))
            return max(0, values[frame] - Float((sums[end] - sums[start]) / Double(end - start)))
        }
    }

    /// The envelope at a place between frames, widened by a triangle of one frame to each side.
    static func value(of envelope: [Float], at place: Double) -> Float {
        let frame = Int(place.rounded(.down))
        guard frame >= 1, frame + 2 < envelope.count else { return 0 }
        let part = Float(place - Double(frame))
        func smooth(_ index: Int) -> Float {
            0.25 * envelope[index - 1] + 0.5 * envelope[index] + 0.25 * envelope[index + 1]
        }
        return smooth(frame) * (1 - part) + smooth(frame + 1) * part
    }
}
