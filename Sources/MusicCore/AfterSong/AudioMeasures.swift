import Foundation

/// What is measured in a finished song.
public struct AudioMeasures: Sendable, Equatable, Codable {
    /// Seconds.
    public var duration: Double
    /// Largest sample in dB of full scale; `nil` for silence.
    public var peak: Double?
    /// Integrated loudness in LUFS; `nil` where nobody measured it, or it is too short or too quiet.
    public var loudness: Double?
    /// Part of the samples at full scale, 0 to 1.
    public var clipped: Double
    /// Seconds of silence at the end.
    public var deadTail: Double
    /// Part of the level that is a constant, 0 to 1.
    public var offset: Double
    /// Part of the power that is steady noise, 0 to 1.
    public var noise: Double
    /// Beats per minute as they are heard; `nil` where nothing repeats.
    public var tempo: Double?
    /// Whether that is the tempo that was asked for, or its half or double; `nil` if none was.
    public var tempoFits: Bool?
    /// Key as it is heard, such as `A minor`; `nil` where there are no tones.
    public var key: String?
    /// Whether that is the key that was asked for; `nil` if none was.
    public var keyFits: Bool?
    /// What makes it no song, in words; `nil` if nothing does.
    public var fault: String?

    private enum CodingKeys: String, CodingKey {
        case duration
        case peak = "peak_db"
        case loudness = "loudness_lufs"
        case clipped = "clipped_share"
        case deadTail = "dead_tail_seconds"
        case offset = "dc_share"
        case noise = "noise_share"
        case tempo
        case tempoFits = "tempo_fits"
        case key
        case keyFits = "key_fits"
        case fault
    }

    /// Magnitude from which on a sample is at full scale.
    private static let fullScale = Float(32_767) / 32_768

    /// Measures a sound, all but its loudness.
    ///
    /// - Parameters:
    ///   - audio: the samples, all of them finite.
    ///   - bpm: beats per minute that were asked for.
    ///   - key: that was asked for, as `A minor`.
    public init(_ audio: AudioBuffer, bpm: Int? = nil, key askedKey: String? = nil) {
        let mono = audio.mono
        duration = audio.duration
        peak = audio.peak > 0 ? 20 * log10(Double(audio.peak)) : nil
        let count = audio.channels.reduce(0) { $0 + $1.count }
        let full = audio.channels.reduce(0) { $0 + $1.count { abs($0) >= Self.fullScale } }
        clipped = Double(full) / Double(max(1, count))
        deadTail = audio.deadTail
        offset = audio.offsetShare ?? 0
        noise = SoundBands(mono).noiseShare
        tempo = TempoEstimate.tempo(of: mono, sampleRate: audio.sampleRate)
        key = KeyEstimate.key(of: mono, sampleRate: audio.sampleRate)
        fault = audio.fault()?.description
        if let bpm, let tempo { tempoFits = TempoEstimate.fits(tempo, asked: Double(bpm)) }
        if let askedKey, let key { keyFits = KeyEstimate.isSame(key, askedKey) }
    }
}
