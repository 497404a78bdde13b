import Foundation
import MusicCore
import Testing

/// Sounds that are no songs, and songs, made of seeds.
struct AudioFaultTests {
    /// SplitMix64: the same numbers everywhere.
    private struct Numbers {
        var state: UInt64

        mutating func next() -> Double {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
            return Double((z ^ z >> 31) >> 11) / Double(1 << 53)
        }

        /// Nearly normal: the sum of uniform ones.
        mutating func normal() -> Double { (0..<6).reduce(-3.0) { sum, _ in sum + next() } * 1.41 }
    }

    private static let rate = 24_000

    private static func stereo(_ left: [Double], _ right: [Double]? = nil) -> AudioBuffer {
        AudioBuffer(
            sampleRate: rate, channels: [left.map { Float($0) }, (right ?? left).map { Float($0) }])
    }

    /// A melody of decaying tones over a beat.
    private static func music(_ seed: UInt64, seconds: Double = 8) -> [Double] {
        var numbers = Numbers(state: seed)
        var samples = [Double](repeating: 0, count: Int(seconds * Double(rate)))
        let beat = 0.3 + 0.3 * numbers.next()
        var time = 0.0
        while time < seconds {
            let frequency = 110 * pow(2, (numbers.next() * 24).rounded() / 12)
            let level = 0.1 + 0.2 * numbers.next()
            let start = Int(time * Double(rate))
            for index in start..<min(samples.count, start + Int(2 * beat * Double(rate))) {
                let t = Double(index - start) / Double(rate)
                samples[index] += level * exp(-3 * t) * sin(2 * .pi * frequency * t)
                samples[index] += 0.2 * exp(-60 * t) * numbers.normal()
            }
            time += beat
        }
        return samples
    }

    private static func noise(_ seed: UInt64, seconds: Double = 6, level: Double = 0.2) -> [Double] {
        var numbers = Numbers(state: seed)
        return (0..<Int(seconds * Double(rate))).map { _ in level * numbers.normal() }
    }

    /// Noise through a low pass of first order, or several.
    private static func dark(_ noise: [Double], _ share: Double) -> [Double] {
        var state = 0.0
        return noise.map { value in
            state += share * (value - state)
            return state
        }
    }

    /// Pink noise, by poles whose powers add up to it (Kellet).
    private static func pink(_ seed: UInt64) -> [Double] {
        var b = [0.0, 0.0, 0.0]
        return noise(seed).map { white in
            b[0] = 0.99765 * b[0] + white * 0.0990460
            b[1] = 0.96300 * b[1] + white * 0.2965164
            b[2] = 0.57000 * b[2] + white * 1.0526913
            return 0.2 * (b[0] + b[1] + b[2] + white * 0.1848)
        }
    }

    /// Every broken sound, by what it is.
    static let broken: [(name: String, audio: AudioBuffer)] = {
        var all: [(String, AudioBuffer)] = []
        for seed in 1...6 as ClosedRange<UInt64> {
            var numbers = Numbers(state: seed)
            var one = music(seed)
            one[Int(numbers.next() * Double(one.count))] = seed.isMultiple(of: 2) ? .nan : -.infinity
            all.append(("a number \(seed)", stereo(music(seed), one)))
            all.append(("white noise \(seed)", stereo(noise(seed, level: 0.05 * Double(seed)))))
            all.append(("two noises \(seed)", stereo(noise(seed), noise(seed + 100))))
            all.append(("pink noise \(seed)", stereo(pink(seed))))
            all.append(("dark noise \(seed)", stereo(dark(noise(seed), 0.5 / Double(seed)))))
            let offset = 0.06 * Double(seed) * (seed.isMultiple(of: 2) ? 1 : -1)
            all.append(("offset \(seed)", stereo(music(seed).map { 0.5 * $0 + offset }, music(seed))))
            let length = 8 - 0.35 * Double(6 + seed)
            let silent = music(seed, seconds: length) + [Double](repeating: 0, count: Int((8 - length) * Double(rate)))
            all.append(("silent end \(seed)", stereo(silent)))
            let tone = 100.0 * Double(seed)
            let hum = (0..<5 * rate).map { 0.3 * sin(2 * .pi * tone * Double($0) / Double(rate)) }
            all.append(("one tone \(seed)", stereo(hum)))
        }
        for level in [0, 1e-8, 1e-5, 9e-5] {
            all.append(("silence \(level)", stereo(music(1).map { max(-1, min(1, $0)) * level })))
        }
        return all
    }()

    @Test func everythingThatIsBrokenIsCaught() {
        #expect(Self.broken.count >= 40)
        for (name, audio) in Self.broken {
            #expect(audio.fault() != nil, "\(name)")
        }
    }

    @Test func theFaultIsTheOneThatItIs() {
        let kinds: [String: (AudioFault) -> Bool] = [
            "a number": { $0 == .notANumber || $0 == .infinite }, "white": { $0 == .steadyNoise },
            "two": { $0 == .steadyNoise }, "pink": { $0 == .steadyNoise }, "dark": { $0 == .steadyNoise },
            "offset": { if case .offset = $0 { true } else { false } },
            "silent": { if case .deadTail = $0 { true } else { false } }, "one": { $0 == .frozen },
            "silence": { if case .silent = $0 { true } else { false } },
        ]
        for (name, audio) in Self.broken {
            guard let fault = audio.fault(), let kind = kinds.first(where: { name.hasPrefix($0.key) }) else { continue }
            #expect(kind.value(fault), "\(name): \(fault.description)")
        }
    }

    @Test func songsAreNotRefused() {
        for seed in 1...20 as ClosedRange<UInt64> {
            let own = Self.music(seed)
            #expect(Self.stereo(own).fault() == nil, "\(seed)")
            // With some noise under it, and with a quiet end that is short enough.
            let noisy = zip(own, Self.noise(seed, seconds: 8, level: 0.01)).map { $0 + $1 }
            #expect(Self.stereo(noisy).fault() == nil, "noisy \(seed)")
            let ended = Self.music(seed, seconds: 6.6) + [Double](repeating: 0, count: Int(1.4 * Double(Self.rate)))
            #expect(Self.stereo(ended).fault() == nil, "ended \(seed)")
        }
    }

    @Test func onlyWhatIsAskedForIsLookedFor() {
        let noise = Self.stereo(Self.noise(1))
        #expect(noise.fault([.offset, .deadTail]) == nil)
        let ended = Self.stereo(Self.music(1, seconds: 3) + [Double](repeating: 0, count: 5 * Self.rate))
        #expect(ended.fault([.noise]) == nil && ended.fault([.deadTail]) != nil)
        // Of a second of sound nobody can tell whether it changes.
        #expect(Self.stereo(Self.noise(1, seconds: 1)).fault() == nil)
    }

    @Test func tempoAndKeyAreHeard() {
        // A minor scale over a beat of 120.
        var samples = [Double](repeating: 0, count: 12 * Self.rate)
        let scale = [57, 60, 64, 57, 62, 64, 65, 64, 60, 59, 60, 57]
        for beat in 0..<24 {
            let frequency = 440 * pow(2, (Double(scale[beat % scale.count]) - 69) / 12)
            let start = beat * Self.rate / 2
            for index in start..<min(samples.count, start + Self.rate / 2) {
                let t = Double(index - start) / Double(Self.rate)
                samples[index] += 0.3 * exp(-4 * t) * (sin(2 * .pi * frequency * t) + sin(4 * .pi * frequency * t) / 3)
            }
        }
        let measures = AudioMeasures(Self.stereo(samples), bpm: 120, key: "A minor")
        #expect(measures.tempoFits == true && measures.keyFits == true, "\(measures)")
        let other = AudioMeasures(Self.stereo(samples), bpm: 97, key: "Eb major")
        #expect(other.tempoFits == false && other.keyFits == false)
    }
}
