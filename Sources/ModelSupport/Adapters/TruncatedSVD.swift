import Foundation
import MLX

/// The largest singular values of a matrix with their vectors, by subspace iteration.
///
/// N. Halko, P. G. Martinsson, J. A. Tropp, "Finding structure with randomness", SIAM Review 53 (2011), algorithm 4.4.
/// The products are those of the array library; what is left are thin matrices, in double precision.
package struct TruncatedSVD {
    /// Left vectors times the roots of the values, `[rows, rank]`.
    package let up: MLXArray
    /// The roots of the values times right vectors, `[rank, columns]`.
    package let down: MLXArray
    /// Square norm of the matrix, and of what the product of the two lacks of it.
    package let energy: (whole: Double, lost: Double)

    /// Vectors beyond those that are wanted, and rounds, which make the wanted ones exact.
    private static let (extra, rounds) = (12, 4)

    /// - Parameters:
    ///   - matrix: float32 `[rows, columns]`.
    ///   - rank: most values; fewer where the matrix has fewer.
    package init(_ matrix: MLXArray, rank: Int) {
        let (rows, columns) = matrix.shape2
        let width = min(rank + Self.extra, rows, columns)
        var generator = TorchGenerator(seed: 0)
        var basis = MLXArray(generator.randn(columns * width), [columns, width])
        var left = Self.orthonormal(matmul(matrix, basis))
        for _ in 0..<Self.rounds {
            basis = Self.orthonormal(matmul(matrix.T, left))
            left = Self.orthonormal(matmul(matrix, basis))
        }
        // The matrix in the basis is small on one side: its own values are those of the whole.
        let core = matmul(left.T, matrix)
        let (values, vectors) = SymmetricEigen.decompose(
            matmul(core, core.T).asArray(Float.self).map(Double.init), count: width)
        let floor = (values.first ?? 0) * 1e-14
        let count = max(1, min(rank, values.filter { $0 > floor }.count))
        let chosen = MLXArray(
            (0..<width).flatMap { row in (0..<count).map { Float(vectors[row * width + $0]) } }, [width, count])
        let roots = MLXArray(values.prefix(count).map { Float(max($0, 0).squareRoot().squareRoot()) })
        let divisors = MLXArray(
            values.prefix(count).map { value in
                let root = max(value, 0).squareRoot().squareRoot()
                return Float(root > 0 ? 1 / root : 0)
            })
        up = matmul(left, chosen) * roots
        // Σ^-1/2 Uᵀ M is Σ^1/2 Vᵀ.
        down = matmul(chosen.T, core) * divisors.expandedDimensions(axis: 1)
        let rest = matrix - matmul(up, down)
        energy = (Double((matrix * matrix).sum().item(Float.self)), Double((rest * rest).sum().item(Float.self)))
    }

    /// Columns of length 1 at right angles that span the same space; twice, since once loses digits.
    private static func orthonormal(_ matrix: MLXArray) -> MLXArray {
        let (rows, columns) = matrix.shape2
        var vectors = matrix.T.asArray(Float.self).map(Double.init)
        vectors.withUnsafeMutableBufferPointer { values in
            for index in 0..<columns {
                let own = index * rows
                for _ in 0..<2 {
                    for other in 0..<index {
                        let before = other * rows
                        var product = 0.0
                        for row in 0..<rows { product += values[own + row] * values[before + row] }
                        for row in 0..<rows { values[own + row] -= product * values[before + row] }
                    }
                }
                var square = 0.0
                for row in 0..<rows { square += values[own + row] * values[own + row] }
                let scale = square > 1e-60 ? 1 / square.squareRoot() : 0
                for row in 0..<rows { values[own + row] *= scale }
            }
        }
        return MLXArray(vectors.map(Float.init), [columns, rows]).T
    }
}

/// Eigenvalues of small symmetric matrices, by Jacobi's rotations.
enum SymmetricEigen {
    private static let mostSweeps = 60

    /// - Parameters:
    ///   - matrix: `count * count` values by rows.
    ///   - count: of its rows.
    /// - Returns: values, falling, and by rows the matrix whose columns are their vectors.
    static func decompose(_ matrix: [Double], count: Int) -> (values: [Double], vectors: [Double]) {
        var a = matrix
        var v = [Double](repeating: 0, count: count * count)
        for index in 0..<count { v[index * count + index] = 1 }
        for _ in 0..<mostSweeps {
            var off = 0.0
            var diagonal = 0.0
            for row in 0..<count {
                diagonal += a[row * count + row] * a[row * count + row]
                for column in 0..<row { off += a[row * count + column] * a[row * count + column] }
            }
            guard off > diagonal * 1e-26 else { break }
            for p in 0..<count {
                for q in (p + 1)..<max(p + 1, count) { rotate(&a, &v, p, q, count) }
            }
        }
        let order = (0..<count).sorted { a[$0 * count + $0] > a[$1 * count + $1] }
        var vectors = [Double](repeating: 0, count: count * count)
        for (place, index) in order.enumerated() {
            for row in 0..<count { vectors[row * count + place] = v[row * count + index] }
        }
        return (order.map { a[$0 * count + $0] }, vectors)
    }

    /// Turns the plane of two axes until their product is 0.
    private static func rotate(_ a: inout [Double], _ v: inout [Double], _ p: Int, _ q: Int, _ n: Int) {
        let product = a[p * n + q]
        guard product != 0 else { return }
        let theta = (a[q * n + q] - a[p * n + p]) / (2 * product)
        let t = (theta < 0 ? -1 : 1) / (abs(theta) + (theta * theta + 1).squareRoot())
        let c = 1 / (t * t + 1).squareRoot()
        let s = t * c
        for k in 0..<n {
            let (x, y) = (a[k * n + p], a[k * n + q])
            a[k * n + p] = c * x - s * y
            a[k * n + q] = s * x + c * y
        }
        for k in 0..<n {
            let (x, y) = (a[p * n + k], a[q * n + k])
            a[p * n + k] = c * x - s * y
            a[q * n + k] = s * x + c * y
        }
        for k in 0..<n {
            let (x, y) = (v[k * n + p], v[k * n + q])
            v[k * n + p] = c * x - s * y
            v[k * n + q] = s * x + c * y
        }
    }
}
