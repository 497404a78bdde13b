// The elementwise functions as methods. Each does what the function of the same name does.

extension MLXArray {

    /// The absolute value of each element.
    public func abs(stream: StreamOrDevice = .default) -> MLXArray {
        MLX.abs(self, stream: stream)
    }

    /// The complex conjugate of each element.
    public func conjugate(stream: StreamOrDevice = .default) -> MLXArray {
        MLX.conjugate(self, stream: stream)
    }

    /// The cosine of each element, in radians.
    public func cos(stream: StreamOrDevice = .default) -> MLXArray {
        MLX.cos(self, stream: stream)
    }

    /// The exponential function of each element.
    public func exp(stream: StreamOrDevice = .default) -> MLXArray {
        MLX.exp(self, stream: stream)
    }

    /// Each element rounded down.
    public func floor(stream: StreamOrDevice = .default) -> MLXArray {
        MLX.floor(self, stream: stream)
    }

    /// The natural logarithm of each element.
    public func log(stream: StreamOrDevice = .default) -> MLXArray {
        MLX.log(self, stream: stream)
    }

    /// The logarithm to base 10 of each element.
    public func log10(stream: StreamOrDevice = .default) -> MLXArray {
        MLX.log10(self, stream: stream)
    }

    /// The natural logarithm of 1 + x for each element x, accurate near 0.
    public func log1p(stream: StreamOrDevice = .default) -> MLXArray {
        MLX.log1p(self, stream: stream)
    }

    /// The logarithm to base 2 of each element.
    public func log2(stream: StreamOrDevice = .default) -> MLXArray {
        MLX.log2(self, stream: stream)
    }

    /// 1 / x for each element x.
    public func reciprocal(stream: StreamOrDevice = .default) -> MLXArray {
        MLX.reciprocal(self, stream: stream)
    }

    /// 1 / √x for each element x.
    public func rsqrt(stream: StreamOrDevice = .default) -> MLXArray {
        MLX.rsqrt(self, stream: stream)
    }

    /// The sine of each element, in radians.
    public func sin(stream: StreamOrDevice = .default) -> MLXArray {
        MLX.sin(self, stream: stream)
    }

    /// The square root of each element.
    public func sqrt(stream: StreamOrDevice = .default) -> MLXArray {
        MLX.sqrt(self, stream: stream)
    }

    /// The square of each element.
    public func square(stream: StreamOrDevice = .default) -> MLXArray {
        MLX.square(self, stream: stream)
    }

    /// Each element rounded to a number of decimals, ties to even.
    public func round(decimals: Int = 0, stream: StreamOrDevice = .default) -> MLXArray {
        MLX.round(self, decimals: decimals, stream: stream)
    }

    /// Elementwise quotient, rounded down, with broadcasting.
    public func floorDivide(_ other: some ScalarOrArray, stream: StreamOrDevice = .default) -> MLXArray {
        MLX.floorDivide(self, other, stream: stream)
    }

    /// Elementwise power, with broadcasting.
    public func pow(_ other: some ScalarOrArray, stream: StreamOrDevice = .default) -> MLXArray {
        MLX.pow(self, other, stream: stream)
    }

    /// Whether all pairs of elements are close, see ``isClose(_:_:rtol:atol:equalNaN:stream:)``, as a scalar.
    public func allClose(
        _ other: some ScalarOrArray, rtol: Double = 1e-5, atol: Double = 1e-8, equalNaN: Bool = false,
        stream: StreamOrDevice = .default
    ) -> MLXArray {
        MLX.allClose(self, other, rtol: rtol, atol: atol, equalNaN: equalNaN, stream: stream)
    }

    /// Whether the arrays have one shape and equal elements, as a scalar.
    ///
    /// NaN equals NaN if `equalNAN` says so.
    public func arrayEqual(
        _ other: some ScalarOrArray, equalNAN: Bool = false, stream: StreamOrDevice = .default
    ) -> MLXArray {
        MLX.arrayEqual(self, other, equalNAN: equalNAN, stream: stream)
    }

    /// The matrix product; see ``matmul(_:_:stream:)``.
    public func matmul(_ other: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
        MLX.matmul(self, other, stream: stream)
    }
}
