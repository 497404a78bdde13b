import Foundation

/// How a sound is spread over frequencies and moments.
struct SoundBands {
    /// A band of frequencies, half an octave wide.
    struct Band {
        /// Its part of the sound's power.
        var share: Double
        /// Level in decibels, of each moment.
        var levels: [Double]
        /// How even its power is over its frequencies, all in all: near 1 for noise, near 0 for tones.
        var flatness: Double
        /// Frequencies that were told apart in it.
        var bins: Int

        /// Standard deviation of the levels in decibels.
        var unsteadiness: Double { levels.deviation }
    }

    let bands: [Band]
    /// Level of the whole in decibels, of each moment.
    let levels: [Double]

    private static let window = 2048
    /// Windows of a moment.
    private static let group = 4
    /// Lowest frequencies that are told apart too badly.
    private static let firstBin = 8

    /// - Parameters:
    ///   - mono: the samples.
    init(_ mono: [Float]) {
        let transform = FourierTransform(length: Self.window)
        let shape = (0..<Self.window).map { Float(0.5 - 0.5 * cos(2 * Double.pi * Double($0) / Double(Self.window))) }
        let moments = mono.count / (Self.window * Self.group)
        let bins = Self.window / 2 + 1
        var total = [Double](repeating: 0, count: bins)
        var edges = [Self.firstBin]
        while let last = edges.last, last < bins - 1 {
            edges.append(min(bins - 1, Int((Double(last) * 2.0.squareRoot()).rounded())))
        }
        var power = [[Double]](repeating: [], count: edges.count - 1)
        for moment in 0..<moments {
            var own = [Double](repeating: 0, count: bins)
            // Two windows in one transform.
            for pair in stride(from: 0, to: Self.group, by: 2) {
                let windows = (0..<2).map { index -> [Float] in
                    let start = (moment * Self.group + pair + index) * Self.window
                    return zip(mono[start..<start + Self.window], shape).map { $0 * $1 }
                }
                for (bin, value) in transform.power(of: windows[0], and: windows[1]).enumerated() {
                    own[bin] += Double(value)
                }
            }
            for bin in 0..<bins { total[bin] += own[bin] }
            for band in power.indices { power[band].append(own[edges[band]..<edges[band + 1]].reduce(0, +)) }
        }
        let all = total[Self.firstBin...].reduce(1e-30, +)
        bands = power.indices.map { band in
            let own = total[edges[band]..<edges[band + 1]].map { $0 + 1e-30 }
            let mean = own.reduce(0, +) / Double(own.count)
            let geometric = exp(own.reduce(0) { $0 + log($1) } / Double(own.count))
            return Band(
                share: own.reduce(0, +) / all, levels: power[band].map { 10 * log10($0 + 1e-30) },
                flatness: geometric / mean, bins: own.count)
        }
        levels = (0..<moments).map { moment in 10 * log10(power.reduce(1e-30) { $0 + $1[moment] }) }
    }

    /// The part of the power, 0 to 1, that is in bands of steady noise.
    var noiseShare: Double {
        guard levels.count > 1 else { return 0 }
        return bands.reduce(0) { sum, band in
            // The level of noise varies the less the more frequencies it has.
            let usual = 4.34 / Double(Self.group * band.bins).squareRoot()
            let isNoise = band.flatness > 0.8 && band.unsteadiness < 1.6 * usual + 0.3
            return sum + (isNoise ? band.share : 0)
        }
    }

    /// Whether nothing changes: neither the level nor that of any band that is heard.
    var isFrozen: Bool {
        guard levels.count > 1, levels.deviation < 0.2 else { return false }
        return bands.allSatisfy { $0.share < 1e-3 || $0.unsteadiness < 0.5 }
    }
}

extension [Double] {
    /// Standard deviation.
    fileprivate var deviation: Double {
        let mean = reduce(0, +) / Double(Swift.max(1, count))
        return (reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(Swift.max(1, count))).squareRoot()
    }
}
