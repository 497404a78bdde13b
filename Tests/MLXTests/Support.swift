import Foundation
import MLX
import Testing

/// All tests of this target, one after the other: some watch the memory of the process.
@Suite(.serialized) enum MLXTests {}

/// Repeatable random numbers (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func floats(_ count: Int, _ range: ClosedRange<Float> = -2...2) -> [Float] {
        (0..<count).map { _ in Float.random(in: range, using: &self) }
    }

    mutating func array(_ shape: [Int], _ range: ClosedRange<Float> = -2...2) -> MLXArray {
        MLXArray(floats(shape.reduce(1, *), range), shape)
    }

    mutating func shape(ranks: ClosedRange<Int>, lengths: ClosedRange<Int>) -> [Int] {
        let rank = Int.random(in: ranks, using: &self)
        return (0..<rank).map { _ in Int.random(in: lengths, using: &self) }
    }
}

/// An array in plain Swift, to compare with.
///
/// Everything in it is written for clarity.
struct Naive {
    var shape: [Int]
    var values: [Float]

    init(_ shape: [Int], _ values: [Float]) {
        precondition(shape.reduce(1, *) == values.count)
        self.shape = shape
        self.values = values
    }

    init(_ array: MLXArray) {
        self.init(array.shape, array.asArray(Float.self))
    }

    init(_ shape: [Int], _ value: ([Int]) -> Float) {
        self.init(shape, Naive.indices(shape).map(value))
    }

    /// All indices of a shape in row-major order.
    static func indices(_ shape: [Int]) -> [[Int]] {
        shape.reduce([[]]) { prefixes, length in prefixes.flatMap { prefix in (0..<length).map { prefix + [$0] } } }
    }

    func offset(_ index: [Int]) -> Int {
        zip(index, shape).reduce(0) { $0 * $1.1 + $1.0 }
    }

    subscript(index: [Int]) -> Float {
        get { values[offset(index)] }
        set { values[offset(index)] = newValue }
    }

    subscript(index: Int...) -> Float { self[index] }

    /// The values along some axes for each place in the others, reduced to one.
    func reduced(_ axes: [Int], keepDims: Bool, _ body: ([Float]) -> Float) -> Naive {
        let axes = Set(axes.map { $0 < 0 ? $0 + shape.count : $0 })
        let kept = shape.enumerated().map { axes.contains($0) ? 1 : $1 }
        let result = Naive(kept) { place in
            body(
                Naive.indices(shape).filter { index in
                    zip(index, place).enumerated().allSatisfy { axes.contains($0) || $1.0 == $1.1 }
                }.map { self[$0] })
        }
        return keepDims
            ? result : Naive(kept.indices.filter { !axes.contains($0) }.map { kept[$0] }, result.values)
    }
}

/// Expects shape and values of an array.
func expect(
    _ array: MLXArray, _ expected: Naive, tolerance: Float = 1e-5, _ comment: Comment? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(array.shape == expected.shape, comment, sourceLocation: sourceLocation)
    guard array.shape == expected.shape else { return }
    let values = array.asType(.float32).asArray(Float.self)
    for (i, (a, b)) in zip(values, expected.values).enumerated() where !isClose(a, b, tolerance) {
        Issue.record(
            "element \(i) is \(a), not \(b) \(comment?.description ?? "")", sourceLocation: sourceLocation)
        return
    }
}

/// Expects the values of an array, in row-major order.
func expect(
    _ array: MLXArray, _ expected: [Float], shape: [Int]? = nil, tolerance: Float = 1e-5,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    expect(
        array, Naive(shape ?? [expected.count], expected), tolerance: tolerance, sourceLocation: sourceLocation)
}

private func isClose(_ a: Float, _ b: Float, _ tolerance: Float) -> Bool {
    a == b || (a.isNaN && b.isNaN) || abs(a - b) <= tolerance * max(1, abs(a), abs(b))
}

/// The message of the error that `body` throws, or an empty text with a recorded issue.
func message(sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void) -> String {
    do {
        try body()
    } catch {
        return error.localizedDescription
    }
    Issue.record("no error was thrown", sourceLocation: sourceLocation)
    return ""
}

/// The memory of this process that is in the machine's main memory, in bytes: all of it, and the part that is not
/// the contents of files.
func residentMemory() -> (all: Int, anonymous: Int) {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    func field(_ name: String) -> Int {
        let line = status.split(separator: "\n").first { $0.hasPrefix(name + ":") } ?? ""
        return (line.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) } ?? 0) * 1024
    }
    return (field("VmRSS"), field("RssAnon"))
}

/// Calls `body` with a folder that is removed afterwards.
func withTemporaryFolder<R>(_ body: (URL) throws -> R) throws -> R {
    let folder = FileManager.default.temporaryDirectory.appending(path: "mlx-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
}
