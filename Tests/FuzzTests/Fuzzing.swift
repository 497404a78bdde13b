import Foundation

/// A reader of foreign bytes, and what it is tried with.
struct FuzzedReader {
    /// Files that it accepts.
    var good: [[UInt8]]
    /// Whether an error is of the reader's own type.
    var isOwn: (any Error) -> Bool
    /// Reads a file.
    ///
    /// - Parameters:
    ///   - bytes: what it holds.
    ///   - file: where it lies.
    var read: (_ bytes: [UInt8], _ file: URL) throws -> Void
}

/// What a reader must not do.
struct FuzzFinding: Error, CustomStringConvertible {
    var description: String
}

/// Feeds a reader with damaged files.
///
/// It may return or throw an error of its own type, whatever it gets, and take no more memory than a small multiple of
/// the file. Round `n` of a reader has the same file on every machine.
enum Fuzzing {
    /// Rounds for each reader.
    static var rounds: Int {
        ProcessInfo.processInfo.environment["VIVACE_FUZZ_ROUNDS"].flatMap { Int($0) } ?? 300
    }

    /// The most bytes that the process may grow by: some times the largest file, with room for what decoders and the
    /// allocator keep.
    static let memory = 64 << 20

    /// Runs the rounds.
    ///
    /// The file of the round is written to `folder` before it is read, so that it is there when the process ends in it.
    ///
    /// - Throws: ``FuzzFinding`` with the first offence.
    static func run(_ reader: FuzzedReader, name: String, rounds: Int, in folder: URL) throws {
        let file = folder.appendingPathComponent("input")
        guard !reader.good.isEmpty else { throw FuzzFinding(description: "\(name) has no good file") }
        for (index, bytes) in reader.good.enumerated() {
            do {
                try Data(bytes).write(to: file)
                try reader.read(bytes, file)
            } catch {
                throw FuzzFinding(description: "\(name) refuses good file \(index): \(error)")
            }
        }
        let before = peakMemory()
        for round in 0..<rounds {
            var mutator = Mutator(random: FuzzRandom(name, round: round))
            let bytes = mutator.mutated(mutator.random.pick(reader.good))
            try Data(bytes).write(to: file)
            do {
                try reader.read(bytes, file)
            } catch let finding as FuzzFinding {
                throw FuzzFinding(description: "\(name), round \(round): \(finding)")
            } catch  where !reader.isOwn(error) {
                throw FuzzFinding(description: "\(name), round \(round): it throws a \(type(of: error)): \(error)")
            } catch {
                // Its own refusal.
            }
            let growth = peakMemory() - before
            guard growth <= memory else {
                throw FuzzFinding(description: "\(name), round \(round): it takes \(growth) bytes for \(bytes.count)")
            }
        }
    }

    /// The most memory in bytes that the process ever had.
    private static func peakMemory() -> Int {
        #if os(Linux)
            // `getrusage` would tell the parent's too, from which the process was made.
            let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
            let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
            let number = line?.split(whereSeparator: \.isWhitespace).dropFirst().first
            return (number.flatMap { Int($0) } ?? 0) << 10
        #else
            var usage = rusage()
            getrusage(RUSAGE_SELF, &usage)
            return usage.ru_maxrss
        #endif
    }
}
