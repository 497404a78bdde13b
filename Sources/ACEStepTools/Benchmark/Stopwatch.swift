import MLX
import ModelSupport

/// What all benchmarks measure by.
@MLXActor
enum Stopwatch {
    /// Seconds of each run after one that is not counted.
    static func timed(repeats: Int, _ body: () throws -> Void) throws -> [Double] {
        try body()
        let clock = ContinuousClock()
        return try (0..<max(1, repeats)).map { _ in
            try Task.checkCancellation()
            let start = clock.now
            try body()
            return (clock.now - start) / .seconds(1)
        }
    }

    /// Operations per second of a matrix product with the sizes of a large feed-forward layer.
    static func matrixRate(_ dtype: DType) throws -> Double {
        let (rows, depth, columns) = (384, 2048, 6144)
        let a = MLXRandom.normal([rows, depth], key: MLXRandom.key(1)).asType(dtype)
        let b = MLXRandom.normal([columns, depth], key: MLXRandom.key(2)).asType(dtype)
        eval(a, b)
        let seconds = try timed(repeats: 12) { eval(matmul(a, b.T)) }
        return 2 * Double(rows * depth * columns) / (seconds.min() ?? .infinity)
    }
}
