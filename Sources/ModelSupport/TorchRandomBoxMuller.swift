/// The Box-Muller transform in single precision.
///
/// Every product that is followed by a sum is fused with it (one rounding), and logarithm, sine and cosine are the
/// polynomials of the Cephes library for single precision (Moshier, 1992). PyTorch evaluates them in this very order
/// on x86 processors with AVX2, so that the results agree to the last bit.
enum BoxMuller {
    /// Turns 16 uniform values in [0, 1) into 16 standard normal ones: value `j` and value `j + 8` form a pair.
    static func transformBlock(_ values: UnsafeMutableBufferPointer<Float>, at start: Int) {
        for first in start..<start + 8 {
            let second = first + 8
            let radius = (-2 * logarithm(1 - values[first])).squareRoot()
            let (sine, cosine) = sineAndCosine(6.283185307179586 * values[second])
            values[first] = radius * cosine + 0  // turns -0 into +0
            values[second] = radius * sine + 0
        }
    }

    /// The natural logarithm of a normal number above 0.
    static func logarithm(_ value: Float) -> Float {
        let bits = value.bitPattern
        var exponent = Float(Int32(bits >> 23) - 126)
        var x = Float(bitPattern: bits & 0x007F_FFFF | 0x3F00_0000)  // mantissa in [0.5, 1)
        if x < 0.707106781186547524 {
            exponent -= 1
            x = (x - 1) + x
        } else {
            x -= 1
        }
        let square = x * x
        var series: Float = 7.0376836292E-2
        series = fused(series, x, -1.1514610310E-1)
        series = fused(series, x, 1.1676998740E-1)
        series = fused(series, x, -1.2420140846E-1)
        series = fused(series, x, 1.4249322787E-1)
        series = fused(series, x, -1.6668057665E-1)
        series = fused(series, x, 2.0000714765E-1)
        series = fused(series, x, -2.4999993993E-1)
        series = fused(series, x, 3.3333331174E-1)
        // ln 2 is split in two, so that the product with the exponent is exact in its upper part.
        var correction = fused(series * x, square, exponent * -2.12194440e-4)
        correction = fused(square, -0.5, correction)
        return fused(exponent, 0.693359375, x + correction)
    }

    /// Sine and cosine of an angle in [0, 8192] radians.
    static func sineAndCosine(_ angle: Float) -> (sine: Float, cosine: Float) {
        let octant = (Int32(angle * 1.27323954473516) + 1) & ~1
        let multiple = Float(octant)
        // The angle less a multiple of a quarter of π, which is split in three.
        var x = fused(multiple, -0.78515625, angle)
        x = fused(multiple, -2.4187564849853515625e-4, x)
        x = fused(multiple, -3.77489497744594108e-8, x)
        let square = x * x

        var even: Float = 2.443315711809948E-005
        even = fused(even, square, -1.388731625493765E-003)
        even = fused(even, square, 4.166664568298827E-002)
        even = fused(even * square, square, square * -0.5) + 1

        var odd: Float = -1.9515295891E-4
        odd = fused(odd, square, 8.3321608736E-3)
        odd = fused(odd, square, -1.6666654611E-1)
        odd = fused(odd * square, x, x)

        let swapped = octant & 2 != 0
        let sine = swapped ? even : odd
        let cosine = swapped ? odd : even
        return (octant & 4 != 0 ? -sine : sine, (octant - 2) & 4 == 0 ? -cosine : cosine)
    }

    /// `a * b + c` with one rounding.
    @inline(__always)
    private static func fused(_ a: Float, _ b: Float, _ c: Float) -> Float {
        c.addingProduct(a, b)
    }
}
