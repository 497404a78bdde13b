/// WAV: chunks with the tags follow the samples, an `INFO` list for every program and an ID3 tag with all fields.
struct WAVContainer: Container {
    private let chunks: [UInt8]

    init(tags: AudioTags) {
        let id3 = ID3.encode(tags)
        chunks = RIFFInfo.encode(tags) + (id3.isEmpty ? [] : RIFFChunk.encode("id3 ", id3))
    }

    mutating func write(_ bytes: UnsafeRawBufferPointer, at offset: Int, to file: AtomicFile) throws {
        try file.write(bytes, at: offset)
    }

    mutating func finish(length: Int, in file: AtomicFile) throws {
        guard !chunks.isEmpty else { return }
        guard length % 2 == 0 else { throw encoderFault("left a chunk of odd length") }
        try file.write(chunks, at: length)
        try file.write(Text.littleEndian(length + chunks.count - 8), at: 4)
    }
}
