/// MP3: an ID3 tag comes before the first frame.
struct MP3Container: Container {
    private let tag: [UInt8]

    init(tags: AudioTags) { tag = ID3.encode(tags) }

    mutating func write(_ bytes: UnsafeRawBufferPointer, at offset: Int, to file: AtomicFile) throws {
        try file.write(bytes, at: tag.count + offset)
    }

    mutating func finish(length: Int, in file: AtomicFile) throws { try file.write(tag, at: 0) }
}
