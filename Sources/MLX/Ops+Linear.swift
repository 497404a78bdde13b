import CMLX

// MARK: - Products

/// The matrix product of the last two axes, with broadcasting of the others.
///
/// A one-dimensional argument is a row vector on the left, a column vector on the right.
public func matmul(_ a: MLXArray, _ b: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
    binary(cmlx_matmul, a, b, stream)
}

/// `alpha · (a @ b) + beta · c`, with `c` broadcast to the product.
public func addMM(
    _ c: some ScalarOrArray, _ a: some ScalarOrArray, _ b: some ScalarOrArray, alpha: Float = 1.0,
    beta: Float = 1.0, stream: StreamOrDevice = .default
) -> MLXArray {
    let (a, b) = toArrays(a, b)
    let c = c.asMLXArray(dtype: a.dtype)
    return with(a, b) { a, b in with(c) { wrap(cmlx_addmm($0, a, b, alpha, beta, stream.ctx)) } }
}

/// The inner product over the last axes.
public func inner(_ a: MLXArray, _ b: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
    binary(cmlx_inner, a, b, stream)
}

/// All products of an element of `a` and one of `b`, both flattened, as a matrix.
public func outer(_ a: MLXArray, _ b: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
    binary(cmlx_outer, a, b, stream)
}

/// The Kronecker product.
public func kron(_ a: MLXArray, _ b: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
    binary(cmlx_kron, a, b, stream)
}

/// The sum of products over the last `axes` axes of `a` and the first of `b`.
public func tensordot(_ a: MLXArray, _ b: MLXArray, axes: Int = 1, stream: StreamOrDevice = .default) -> MLXArray {
    tensordot(a, b, axes: (Array(Swift.max(a.ndim - axes, 0)..<a.ndim), Array(0..<Swift.max(axes, 0))), stream: stream)
}

/// The sum of products over two axes of `a` and two of `b`.
public func tensordot(
    _ a: MLXArray, _ b: MLXArray, axes: ((Int, Int), (Int, Int)), stream: StreamOrDevice = .default
) -> MLXArray {
    tensordot(a, b, axes: ([axes.0.0, axes.0.1], [axes.1.0, axes.1.1]), stream: stream)
}

/// The sum of products over axes of `a` and as many of `b`.
public func tensordot(
    _ a: MLXArray, _ b: MLXArray, axes: (some Collection<Int>, some Collection<Int>),
    stream: StreamOrDevice = .default
) -> MLXArray {
    let (left, right) = (axes.0.asInt32, axes.1.asInt32)
    guard left.count == right.count else {
        report("[tensordot] \(left.count) axes can't meet \(right.count)")
        return MLXArray(handle: nil)
    }
    return with(a, b) { wrap(cmlx_tensordot($0, $1, left, right, left.count, stream.ctx)) }
}

/// The sum of products that `subscripts` describes, for instance `"ij,jk->ik"`.
public func einsum(_ subscripts: String, _ operands: MLXArray..., stream: StreamOrDevice = .default) -> MLXArray {
    einsum(subscripts, operands: operands, stream: stream)
}

/// The sum of products that `subscripts` describes, for instance `"ij,jk->ik"`.
public func einsum(
    _ subscripts: String, operands: some Collection<MLXArray>, stream: StreamOrDevice = .default
) -> MLXArray {
    with(operands) { wrap(cmlx_einsum(subscripts, $0, $1, stream.ctx)) }
}

/// The product of the matrices that index arrays choose from stacks; without indices all are taken in order.
///
/// - Parameters:
///   - a: Matrices, in the last two axes.
///   - b: Matrices, in the last two axes.
///   - lhsIndices: Which of `a`, counted over its leading axes.
///   - rhsIndices: Which of `b`, counted over its leading axes.
///   - sortedIndices: Whether the indices ascend, which may be faster.
///   - stream: Where to compute.
public func gatherMM(
    _ a: MLXArray, _ b: MLXArray, lhsIndices: MLXArray? = nil, rhsIndices: MLXArray? = nil,
    sortedIndices: Bool = false, stream: StreamOrDevice = .default
) -> MLXArray {
    with(a, b) { a, b in
        with(optional: lhsIndices) { lhs in
            with(optional: rhsIndices) { wrap(cmlx_gather_mm(a, b, lhs, $0, sortedIndices, stream.ctx)) }
        }
    }
}

// MARK: - Convolutions

/// One-dimensional convolution, channels last.
///
/// - Parameters:
///   - array: The input, of shape (N, L, Cin).
///   - weight: The kernels, of shape (Cout, K, Cin / groups).
///   - stride: The step of the kernel.
///   - padding: The zeros before and behind the input.
///   - dilation: The distance between the kernel's elements.
///   - groups: The number of groups of channels that don't mix.
///   - stream: Where to compute.
/// - Returns: (N, (L + 2 · padding - dilation · (K - 1) - 1) / stride + 1, Cout)
public func conv1d(
    _ array: MLXArray, _ weight: MLXArray, stride: Int = 1, padding: Int = 0, dilation: Int = 1, groups: Int = 1,
    stream: StreamOrDevice = .default
) -> MLXArray {
    with(array, weight) {
        wrap(cmlx_conv1d($0, $1, stride.int32, padding.int32, dilation.int32, groups.int32, stream.ctx))
    }
}

/// Two-dimensional convolution, channels last: input (N, H, W, Cin), weight (Cout, KH, KW, Cin / groups).
public func conv2d(
    _ array: MLXArray, _ weight: MLXArray, stride: IntOrPair = 1, padding: IntOrPair = 0, dilation: IntOrPair = 1,
    groups: Int = 1, stream: StreamOrDevice = .default
) -> MLXArray {
    with(array, weight) {
        wrap(
            cmlx_conv2d(
                $0, $1, stride.int32, padding.int32, dilation.int32, groups.int32, stream.ctx))
    }
}

/// Convolution over any number of axes, channels last, with all its parameters.
///
/// - Parameters:
///   - array: The input, of shape (N, ..., Cin).
///   - weight: The kernels, of shape (Cout, ..., Cin / groups).
///   - strides: The step of the kernel, for all axes or for each.
///   - padding: The zeros at both ends, for all axes or for each.
///   - kernelDilation: The distance between the kernel's elements.
///   - inputDilation: The distance between the input's elements.
///   - groups: The number of groups of channels that don't mix.
///   - flip: Whether the kernel is reversed.
///   - stream: Where to compute.
public func convGeneral(
    _ array: MLXArray, _ weight: MLXArray, strides: IntOrArray = 1, padding: IntOrArray = 0,
    kernelDilation: IntOrArray = 1, inputDilation: IntOrArray = 1, groups: Int = 1, flip: Bool = false,
    stream: StreamOrDevice = .default
) -> MLXArray {
    convGeneral(
        array, weight, strides, padding.asInt32Array, padding.asInt32Array, kernelDilation, inputDilation, groups,
        flip, stream)
}

/// Convolution over any number of axes, with different padding before and behind.
public func convGeneral(
    _ array: MLXArray, _ weight: MLXArray, strides: IntOrArray = 1, padding: (Int, Int),
    kernelDilation: IntOrArray = 1, inputDilation: IntOrArray = 1, groups: Int = 1, flip: Bool = false,
    stream: StreamOrDevice = .default
) -> MLXArray {
    convGeneral(
        array, weight, strides, [padding.0.int32], [padding.1.int32], kernelDilation, inputDilation, groups, flip,
        stream)
}

private func convGeneral(
    _ array: MLXArray, _ weight: MLXArray, _ strides: IntOrArray, _ low: [Int32], _ high: [Int32],
    _ kernelDilation: IntOrArray, _ inputDilation: IntOrArray, _ groups: Int, _ flip: Bool, _ stream: StreamOrDevice
) -> MLXArray {
    let (strides, kernel, input) = (
        strides.asInt32Array, kernelDilation.asInt32Array, inputDilation.asInt32Array
    )
    return with(array, weight) {
        wrap(
            cmlx_conv_general(
                $0, $1, strides, strides.count, low, low.count, high, high.count, kernel, kernel.count, input,
                input.count, groups.int32, flip, stream.ctx))
    }
}

/// Transposed one-dimensional convolution, channels last.
///
/// - Parameters:
///   - array: The input, of shape (N, L, Cin).
///   - weight: The kernels, of shape (Cout, K, Cin / groups).
///   - stride: The step of the output for each step of the input.
///   - padding: What is cut off at both ends of the output.
///   - dilation: The distance between the kernel's elements.
///   - outputPadding: What is added at the end of the output.
///   - groups: The number of groups of channels that don't mix.
///   - stream: Where to compute.
/// - Returns: (N, (L - 1) · stride - 2 · padding + dilation · (K - 1) + outputPadding + 1, Cout)
public func convTransposed1d(
    _ array: MLXArray, _ weight: MLXArray, stride: Int = 1, padding: Int = 0, dilation: Int = 1,
    outputPadding: Int = 0, groups: Int = 1, stream: StreamOrDevice = .default
) -> MLXArray {
    with(array, weight) {
        wrap(
            cmlx_conv_transpose1d(
                $0, $1, stride.int32, padding.int32, dilation.int32, outputPadding.int32, groups.int32, stream.ctx))
    }
}

/// Transposed two-dimensional convolution, channels last: input (N, H, W, Cin), weight (Cout, KH, KW, Cin / groups).
public func convTransposed2d(
    _ array: MLXArray, _ weight: MLXArray, stride: IntOrPair = 1, padding: IntOrPair = 0, dilation: IntOrPair = 1,
    outputPadding: IntOrPair = 0, groups: Int = 1, stream: StreamOrDevice = .default
) -> MLXArray {
    with(array, weight) {
        wrap(
            cmlx_conv_transpose2d(
                $0, $1, stride.int32, padding.int32, dilation.int32, outputPadding.int32, groups.int32, stream.ctx))
    }
}

extension IntOrPair {
    /// Both values as the C interface takes them.
    fileprivate var int32: [Int32] { [first.int32, second.int32] }
}
