import MusicCore

/// Arithmetic on logits; it gives the same bits on every machine.
package enum LogitMath {
    /// Classifier-free guidance: `u + scale * (c - u)` in float32.
    ///
    /// - Parameters:
    ///   - conditional: logits for the prompt, replaced by the result.
    ///   - unconditional: logits for the negative prompt, as many.
    ///   - scale: 1 leaves the conditional logits as they are.
    package static func guide(
        _ conditional: UnsafeMutableBufferPointer<Float>, away unconditional: UnsafeBufferPointer<Float>, scale: Float
    ) {
        precondition(conditional.count == unconditional.count, "the logits differ in number")
        guard let c = conditional.baseAddress, let u = unconditional.baseAddress else { return }
        for index in 0..<conditional.count { c[index] = u[index] + scale * (c[index] - u[index]) }
    }

    /// The largest value and its lowest index; `nil` if there is none but NaN.
    package static func largest(_ values: UnsafeBufferPointer<Float>) -> (index: Int, value: Float)? {
        var best: (index: Int, value: Float)?
        var start = 0
        while start < values.count {
            let end = min(start + 4096, values.count)
            let part = UnsafeBufferPointer(rebasing: values[start..<end])
            if let index = index(ofLargestAbove: best?.value ?? -.infinity, in: part) {
                best = (start + index, part[index])
            }
            start = end
        }
        return best ?? values.firstIndex(of: -.infinity).map { ($0, -.infinity) }
    }

    /// The lowest index of the largest value, if that is larger than a limit; NaN is passed over.
    static func index(ofLargestAbove limit: Float, in values: UnsafeBufferPointer<Float>) -> Int? {
        guard let base = values.baseAddress else { return nil }
        var lanes = (SIMD16<Float>(repeating: limit), SIMD16<Float>(repeating: limit))
        let raw = UnsafeRawPointer(base)
        var index = 0
        while index + 32 <= values.count {
            let one = raw.loadUnaligned(fromByteOffset: index * 4, as: SIMD16<Float>.self)
            let two = raw.loadUnaligned(fromByteOffset: index * 4 + 64, as: SIMD16<Float>.self)
            lanes.0.replace(with: one, where: one .> lanes.0)
            lanes.1.replace(with: two, where: two .> lanes.1)
            index += 32
        }
        lanes.0.replace(with: lanes.1, where: lanes.1 .> lanes.0)
        var largest = lanes.0.max()
        while index < values.count {
            if base[index] > largest { largest = base[index] }
            index += 1
        }
        guard largest > limit else { return nil }
        index = 0
        while base[index] != largest { index += 1 }
        return index
    }

    /// `exp((x - largest) / temperature)` of each value, at most 1, for finite or infinitely negative values.
    ///
    /// A polynomial of degree 6 after reduction by powers of two, within 2 units in the last place of float32; it is
    /// made of additions and multiplications alone, which IEEE 754 defines to the bit.
    package static func weights(
        of values: UnsafeBufferPointer<Float>, largest: Float, temperature: Float, into weights: inout [Float]
    ) {
        let count = values.count
        if weights.count < count { weights = [Float](repeating: 0, count: count) }
        guard let base = values.baseAddress else { return }
        let scale = 1 / temperature
        let raw = UnsafeRawPointer(base)
        weights.withUnsafeMutableBytes { output in
            var index = 0
            while index + 16 <= count {
                let part = raw.loadUnaligned(fromByteOffset: index * 4, as: SIMD16<Float>.self)
                output.storeBytes(
                    of: exponential((part - largest) * scale), toByteOffset: index * 4, as: SIMD16<Float>.self)
                index += 16
            }
            while index < count {
                let part = SIMD16<Float>(repeating: (base[index] - largest) * scale)
                output.storeBytes(of: exponential(part)[0], toByteOffset: index * 4, as: Float.self)
                index += 1
            }
        }
    }

    /// e to the power of numbers up to 0; 0 below -87.
    @inline(__always)
    private static func exponential(_ x: SIMD16<Float>) -> SIMD16<Float> {
        let small = x .< -87
        var x = x
        x.replace(with: 0, where: small)
        // Adding and subtracting 1.5 * 2^23 rounds to whole numbers.
        let magic: Float = 12_582_912
        let shifted = x * 1.442_695_04 + magic
        let n = shifted - magic
        let r = (x - n * 0.693_359_375) + n * 2.121_944_4e-4
        var p = SIMD16<Float>(repeating: 1.0 / 720)
        p = p * r + 1.0 / 120
        p = p * r + 1.0 / 24
        p = p * r + 1.0 / 6
        p = p * r + 0.5
        p = p * r + 1
        p = p * r + 1
        // The whole number is in the lowest bits of the sum.
        let exponent = unsafeBitCast(shifted, to: SIMD16<Int32>.self) &- Int32(bitPattern: magic.bitPattern) &+ 127
        let power = unsafeBitCast(exponent &<< 23, to: SIMD16<Float>.self)
        var result = p * power
        result.replace(with: 0, where: small)
        return result
    }
}
