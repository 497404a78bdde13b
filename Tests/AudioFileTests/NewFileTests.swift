import AudioFile
import Foundation
import MusicCore
import Testing

/// Names that are taken in the moment in which they are found to be free.
struct NewFileTests {
    private static let audio = AudioBuffer(
        sampleRate: 8_000, channels: [Signal.sine(440, rate: 8_000, count: 900)])

    @Test func namesCountOn() {
        func first(_ names: FileNames) -> [String] { names.prefix(3).map(\.relativePath) }
        #expect(first(FileNames("song", ending: "wav")) == ["song.wav", "song-2.wav", "song-3.wav"])
        #expect(first(FileNames(URL(fileURLWithPath: "a.b.wav"), from: 2)) == ["a.b-2.wav", "a.b-3.wav", "a.b-4.wav"])
        #expect(first(FileNames(URL(fileURLWithPath: "x/y.png"))) == ["x/y.png", "x/y-2.png", "x/y-3.png"])
        #expect(
            first(FileNames("k", ending: "flac", in: URL(fileURLWithPath: "/d/e"), from: 1))
                == ["/d/e/k-1.flac", "/d/e/k-2.flac", "/d/e/k-3.flac"])
    }

    @Test func nothingIsReplaced() throws {
        let scratch = try Scratch()
        try Data("old".utf8).write(to: scratch.file("a.wav"))
        try FileManager.default.createSymbolicLink(
            at: scratch.file("a-2.wav"), withDestinationURL: scratch.file("nowhere"))
        let file = try AudioFile.writeNew(Self.audio, names: FileNames(scratch.file("a.wav")))
        #expect(file.lastPathComponent == "a-3.wav")
        #expect(try scratch.names == ["a-2.wav", "a-3.wav", "a.wav"])
        #expect(try Data(contentsOf: scratch.file("a.wav")) == Data("old".utf8))
        #expect(try AudioFile.read(file).frameCount == 900)

        // Not even without a name that is free.
        let taken = [scratch.file("a.wav"), scratch.file("a-3.wav")]
        expectError(.unwritableOutput, "which stays") { _ = try AudioFile.writeNew(Self.audio, names: taken) }
        #expect(try scratch.names == ["a-2.wav", "a-3.wav", "a.wav"])
    }

    @Test func everyoneOfManyAtTheSameTimeGetsAName() async throws {
        let scratch = try Scratch()
        let names = FileNames(scratch.file("a.bin"))
        let count = 40
        let files = try await withThrowingTaskGroup(of: (Int, URL).self) { group in
            for number in 0..<count {
                group.addTask { (number, try NewFile.write(Data("\(number)".utf8), names: names)) }
            }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        #expect(Set(files.values).count == count)
        for (number, file) in files { #expect(try String(contentsOf: file, encoding: .utf8) == "\(number)") }
        #expect(try scratch.names.count == count)
    }

    @Test(arguments: [EPERM, ENOTSUP, ENOSYS])
    func fileSystemsWithoutLinks(code: Int32) throws {
        let scratch = try Scratch()
        try Data("old".utf8).write(to: scratch.file("a.bin"))
        let file = try NewFile.write(Data("new".utf8), names: FileNames(scratch.file("a.bin"))) { _, _ in
            errno = code
            return -1
        }
        #expect(file.lastPathComponent == "a-2.bin")
        #expect(try String(contentsOf: file, encoding: .utf8) == "new")
        #expect(try String(contentsOf: scratch.file("a.bin"), encoding: .utf8) == "old")
        #expect(try scratch.names == ["a-2.bin", "a.bin"])
    }

    @Test func aFileMayTakeThePlaceOfAnother() throws {
        let scratch = try Scratch()
        for text in ["old", "new"] { try NewFile.replace(scratch.file("a.bin"), with: Data(text.utf8)) }
        #expect(try String(contentsOf: scratch.file("a.bin"), encoding: .utf8) == "new")
        expectError(.unwritableOutput, "doesn't exist") {
            try NewFile.replace(scratch.file("no/a.bin"), with: Data())
        }
        #expect(try scratch.names == ["a.bin"])
    }
}
