import MusicCore

/// Turns the bytes that an encoder writes into those of the finished file: puts the tags in, and takes out what would
/// make two files with the same content differ.
protocol Container {
    /// Takes bytes that the encoder writes at an offset of its own file. Encoders write from the start to the end and
    /// go back only to complete their header.
    mutating func write(_ bytes: UnsafeRawBufferPointer, at offset: Int, to file: AtomicFile) throws

    /// Completes the file after the encoder's last byte.
    ///
    /// - Parameter length: length of the encoder's own file.
    mutating func finish(length: Int, in file: AtomicFile) throws
}

extension AudioFormat {
    /// The container of the format's files.
    func container(tags: AudioTags) -> any Container {
        switch self {
        case .wav: WAVContainer(tags: tags)
        case .flac: FLACContainer(tags: tags)
        case .mp3: MP3Container(tags: tags)
        case .opus: OggContainer(codec: .opus, tags: tags)
        case .vorbis: OggContainer(codec: .vorbis, tags: tags)
        }
    }
}

/// An encoder did something that its format doesn't allow.
func encoderFault(_ what: String) -> MusicError {
    MusicError(.internal, "the audio encoder \(what)", advice: "choose another file format, such as .wav")
}
