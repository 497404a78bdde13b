import AudioFile
import Foundation
import Mixing
import MusicCore

/// Music whose beats are known.
struct Drums {
    var tempo: Double
    /// Seconds until the first beat.
    var phase = 0.0
    var seconds = 20.0
    /// Hertz of what is struck on each beat.
    var pitch = 60.0
    /// Hertz of a tone that goes on all the time.
    var tone: Double?
    var seed: UInt64 = 1
    var sampleRate = 48_000

    var beats: [Double] { Array(stride(from: phase, to: seconds - 0.2, by: 60 / tempo)) }

    func audio() -> AudioBuffer {
        var numbers = Numbers(seed)
        let rate = Double(sampleRate)
        var samples = (0..<Int(seconds * rate)).map { frame in
            0.002 * numbers.next() + (tone.map { 0.2 * Float(sin(2 * .pi * $0 * Double(frame) / rate)) } ?? 0)
        }
        for (index, beat) in beats.enumerated() {
            let strength: Float = index % 4 == 0 ? 0.6 : 0.4
            let start = Int(beat * rate)
            for frame in 0..<Int(0.15 * rate) where start + frame < samples.count {
                let time = Double(frame) / rate
                samples[start + frame] += strength * Float(sin(2 * .pi * pitch * time) * exp(-time * 30))
            }
        }
        return AudioBuffer(sampleRate: sampleRate, channels: [samples, samples])
    }
}

/// Numbers from -1 to 1 that follow from a seed (SplitMix64).
struct Numbers {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> Float {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return Float((mixed ^ (mixed >> 31)) >> 40) / Float(1 << 23) - 1
    }
}

/// A folder that is gone when it is let go of.
final class Folder {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("mixing-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(at: url) }

    func song(_ audio: AudioBuffer, _ name: String, tempo: Double? = nil) throws -> MixSong {
        let file = url.appendingPathComponent(name + ".wav")
        try AudioFile.write(audio, to: file, options: WriteOptions(bitDepth: .float32))
        return MixSong(path: file.path, title: name, tempo: tempo)
    }

    func mixed(_ mix: SongMix, _ name: String = "mix.wav") throws -> AudioBuffer {
        let file = url.appendingPathComponent(name)
        try mix.write(to: file, options: WriteOptions(bitDepth: .float32))
        return try AudioFile.read(file)
    }
}
