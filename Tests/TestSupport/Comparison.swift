import MLX
import Testing

/// The largest absolute difference of two arrays, in float32; infinite if the shapes differ or a value is not finite.
package func largestDifference(_ one: MLXArray, _ other: MLXArray) -> Float {
    guard one.shape == other.shape else { return .infinity }
    return largestDifference(one.asType(.float32).asArray(Float.self), other.asType(.float32).asArray(Float.self))
}

/// The largest absolute difference of two lists; infinite if the lengths differ or a value is not finite.
package func largestDifference(_ one: [Float], _ other: [Float]) -> Float {
    guard one.count == other.count else { return .infinity }
    return zip(one, other).reduce(Float(0)) { largest, pair in
        let difference = abs(pair.0 - pair.1)
        return difference.isFinite ? max(largest, difference) : .infinity
    }
}

/// The largest absolute difference as a share of the reference's largest magnitude.
package func relativeDifference(_ made: MLXArray, _ reference: MLXArray) -> Float {
    let peak = reference.asType(.float32).asArray(Float.self).reduce(Float(0)) { max($0, abs($1)) }
    return largestDifference(made, reference) / max(peak, .leastNormalMagnitude)
}

/// The cosine of the angle between two arrays seen as vectors; NaN if the shapes differ.
package func cosine(_ one: MLXArray, _ other: MLXArray) -> Double {
    guard one.shape == other.shape else { return .nan }
    let pairs = zip(one.asType(.float32).asArray(Float.self), other.asType(.float32).asArray(Float.self))
    var (product, first, second) = (0.0, 0.0, 0.0)
    for (a, b) in pairs {
        product += Double(a) * Double(b)
        first += Double(a) * Double(a)
        second += Double(b) * Double(b)
    }
    return product / (first * second).squareRoot()
}

/// Expects that what was made is near the reference, absolutely and as a share of the reference's peak.
package func expectNear(
    _ made: MLXArray, _ reference: MLXArray, absolute: Float, relative: Float = 1e-4,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(made.shape == reference.shape, sourceLocation: sourceLocation)
    #expect(largestDifference(made, reference) <= absolute, sourceLocation: sourceLocation)
    #expect(relativeDifference(made, reference) <= relative, sourceLocation: sourceLocation)
}
