import MusicCore

/// Which part of an audio file to read, and what to turn it into.
public struct ReadOptions: Sendable, Equatable {
    /// What becomes of the channels.
    public enum Layout: String, Sendable, Codable, CaseIterable {
        /// All channels as they are.
        case asStored
        /// Two channels: mono is doubled; of more than two channels the first two are kept and the rest is dropped.
        case stereo
    }

    /// Samples per second of the result, in hertz; `nil` keeps the file's rate.
    public var sampleRate: Int?
    /// What becomes of the channels.
    public var layout: Layout
    /// Limits the result to ±1.
    public var clamps: Bool
    /// Where to start, in seconds from the beginning of the file.
    public var start: Double
    /// How many seconds to read at most.
    ///
    /// With `nil`, reading goes on to the end. Nothing past them is decoded.
    public var duration: Double?
    /// The most seconds that the result may have; a longer one is an error, found before decoding where the file says
    /// how long it is.
    public var maximumDuration: Double?

    public init(
        sampleRate: Int? = nil, layout: Layout = .asStored, clamps: Bool = false, start: Double = 0,
        duration: Double? = nil, maximumDuration: Double? = nil
    ) {
        self.sampleRate = sampleRate
        self.layout = layout
        self.clamps = clamps
        self.start = start
        self.duration = duration
        self.maximumDuration = maximumDuration
    }

    /// What music models take: two channels at 48 kHz within ±1.
    public static let stereo48kHz = ReadOptions(sampleRate: 48_000, layout: .stereo, clamps: true)

    /// - Throws: ``MusicError`` with code `invalidRequest` if a number is out of range.
    func validate() throws {
        if let sampleRate, !AudioFileReader.sampleRates.contains(sampleRate) {
            throw MusicError(
                .invalidRequest, "a sample rate of \(sampleRate) Hz is out of range",
                advice: "use 1,000 to 1,000,000 Hz")
        }
        // A year of audio: far beyond any file, and small enough to count in frames.
        let seconds = 0.0...31_557_600.0
        for (name, value) in [("start", start), ("duration", duration), ("maximum duration", maximumDuration)] {
            guard let value, !seconds.contains(value) else { continue }
            throw MusicError(
                .invalidRequest, "a \(name) of \(value) s is out of range", advice: "use 0 or more seconds")
        }
        if duration == 0 {
            throw MusicError(.invalidRequest, "a duration of 0 s leaves nothing to read", advice: "use more than 0 s")
        }
    }
}
