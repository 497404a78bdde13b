import Foundation
import Testing

/// Damaged files, under a fixed seed, for each reader of bytes that come from elsewhere.
///
/// Each reader has a process of its own: what it traps on ends that process alone, and its memory can be watched.
@Suite(.timeLimit(.minutes(60)))
struct FuzzTests {
    @Test(arguments: Reader.allCases)
    func damagedFilesAreReadOrRefused(_ reader: Reader) async throws {
        let folder = try Self.newFolder(reader.rawValue)
        let outcome = await #expect(
            processExitsWith: .success, "what it read last is \(folder.path)/input"
        ) { [reader, path = folder.path as String] in
            let folder = URL(fileURLWithPath: path)
            try Fuzzing.run(
                try reader.prepared(in: folder), name: reader.rawValue, rounds: Fuzzing.rounds, in: folder)
        }
        if outcome != nil { try FileManager.default.removeItem(at: folder) }
    }

    // MARK: The fuzzer itself

    private struct Foreign: Error {}
    private struct Own: Error {}

    private static let good = [Array("{\"length\": 12, \"list\": [1, 2, 3]}".utf8)]

    @Test func anErrorOfAForeignTypeIsFound() throws {
        let folder = try Self.newFolder("foreign")
        defer { try? FileManager.default.removeItem(at: folder) }
        func run(_ error: any Error) throws {
            let reader = FuzzedReader(good: Self.good, isOwn: { $0 is Own }) { bytes, _ in
                if bytes != Self.good[0] { throw error }
            }
            try Fuzzing.run(reader, name: "test", rounds: 20, in: folder)
        }
        try run(Own())
        let finding = #expect(throws: FuzzFinding.self) { try run(Foreign()) }
        #expect(finding?.description.hasPrefix("test, round 0: it throws a Foreign") == true)
    }

    @Test func aGoodFileMustBeAccepted() throws {
        let folder = try Self.newFolder("good")
        defer { try? FileManager.default.removeItem(at: folder) }
        let reader = FuzzedReader(good: Self.good, isOwn: { $0 is Own }) { _, _ in throw Own() }
        #expect(throws: FuzzFinding.self) { try Fuzzing.run(reader, name: "test", rounds: 0, in: folder) }
    }

    @Test func muchMemoryIsFound() async throws {
        let folder = try Self.newFolder("memory")
        defer { try? FileManager.default.removeItem(at: folder) }
        await #expect(processExitsWith: .success) { [path = folder.path as String] in
            func run(_ count: Int) throws {
                let reader = FuzzedReader(good: FuzzTests.good, isOwn: { $0 is Own }) { bytes, _ in
                    guard bytes != FuzzTests.good[0] else { return }
                    let block = [UInt8](repeating: 1, count: count)
                    if block[bytes.count] != 1 { throw Own() }
                }
                try Fuzzing.run(reader, name: "test", rounds: 3, in: URL(fileURLWithPath: path))
            }
            try run(1 << 20)
            let finding = #expect(throws: FuzzFinding.self) { try run(2 * Fuzzing.memory) }
            #expect(finding?.description.contains("bytes for") == true)
        }
    }

    @Test func roundsAreTheSameEachTimeAndDifferFromEachOther() {
        func files(_ name: String) -> [[UInt8]] {
            (0..<50).map { round in
                var mutator = Mutator(random: FuzzRandom(name, round: round))
                return mutator.mutated(Self.good[0])
            }
        }
        #expect(files("a") == files("a"))
        #expect(files("a") != files("b"))
        #expect(Set(files("a")).count > 40)
    }

    @Test(arguments: Mutator.Mutation.allCases)
    func everyMutationDamages(_ mutation: Mutator.Mutation) {
        var mutator = Mutator(random: FuzzRandom(seed: 1))
        let results = (0..<40).map { _ in
            var bytes = Self.good[0]
            mutator.apply(mutation, to: &bytes)
            return bytes
        }
        #expect(results.filter { $0 != Self.good[0] }.count >= 10)
        var empty: [UInt8] = []
        for _ in 0..<40 { mutator.apply(mutation, to: &empty) }
        #expect(empty.count <= 40 * Mutator.growth)
    }

    private static func newFolder(_ name: String) throws -> URL {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("vivace-fuzz-\(name)-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }
}
