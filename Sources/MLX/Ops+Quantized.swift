import CMLX

/// How ``quantized(_:groupSize:bits:mode:globalScale:stream:)`` stores a matrix.
public enum QuantizationMode: String, Codable, Sendable {
    /// Each group has a scale and a bias: w ≈ scale · q + bias with unsigned integers q.
    case affine
    /// Microscaling: 4-bit floats, one 8-bit exponent for each group of 32.
    case mxfp4
    /// Microscaling: 8-bit floats, one 8-bit exponent for each group of 32.
    case mxfp8
    /// 4-bit floats, one 8-bit float as scale for each group of 16.
    case nvfp4
}

/// A matrix in few bits per element, with a scale for each group of elements along the last axis.
///
/// - Parameters:
///   - w: The matrix; its last axis must be a multiple of the group's size.
///   - groupSize: The size of a group; the mode's own by default.
///   - bits: The bits of an element; the mode's own by default.
///   - mode: How to store it.
///   - globalScale: A scale for the whole matrix, for ``QuantizationMode/nvfp4``.
///   - stream: Where to compute.
/// - Returns: The elements packed into `uint32`, the scales, and in mode ``QuantizationMode/affine`` the biases.
public func quantized(
    _ w: MLXArray, groupSize: Int? = nil, bits: Int? = nil, mode: QuantizationMode = .affine,
    globalScale: MLXArray? = nil, stream: StreamOrDevice = .default
) -> (wq: MLXArray, scales: MLXArray, biases: MLXArray?) {
    let arrays = with(w) { w in
        with(optional: globalScale) {
            wrap(list: cmlx_quantize(w, .init(groupSize), .init(bits), mode.rawValue, $0, stream.ctx))
        }
    }
    guard arrays.count >= 2 else {
        return (MLXArray(handle: nil), MLXArray(handle: nil), nil)
    }
    return (arrays[0], arrays[1], arrays.count > 2 ? arrays[2] : nil)
}

/// The matrix that ``quantized(_:groupSize:bits:mode:globalScale:stream:)`` packed, approximately.
///
/// - Parameters:
///   - w: The packed elements.
///   - scales: The scales of the groups.
///   - biases: The biases of the groups, in mode ``QuantizationMode/affine``.
///   - groupSize: The size of a group; the mode's own by default.
///   - bits: The bits of an element; the mode's own by default.
///   - mode: How the matrix is stored.
///   - globalScale: The scale of the whole matrix, for ``QuantizationMode/nvfp4``.
///   - dtype: The element type of the result; that of the scales by default.
///   - stream: Where to compute.
public func dequantized(
    _ w: MLXArray, scales: MLXArray, biases: MLXArray?, groupSize: Int? = nil, bits: Int? = nil,
    mode: QuantizationMode = .affine, globalScale: MLXArray? = nil, dtype: DType? = nil,
    stream: StreamOrDevice = .default
) -> MLXArray {
    with(w, scales) { w, scales in
        with(optional: biases) { biases in
            with(optional: globalScale) {
                wrap(
                    cmlx_dequantize(
                        w, scales, biases, .init(groupSize), .init(bits), mode.rawValue, $0, .init(dtype), stream.ctx))
            }
        }
    }
}

/// The matrix product of `x` with a quantized matrix, which is transposed if `transpose`.
public func quantizedMM(
    _ x: MLXArray, _ w: MLXArray, scales: MLXArray, biases: MLXArray?, transpose: Bool = true,
    groupSize: Int? = nil, bits: Int? = nil, mode: QuantizationMode = .affine, stream: StreamOrDevice = .default
) -> MLXArray {
    with(x, w) { x, w in
        with(scales) { scales in
            with(optional: biases) {
                wrap(
                    cmlx_quantized_matmul(
                        x, w, scales, $0, transpose, .init(groupSize), .init(bits), mode.rawValue, stream.ctx))
            }
        }
    }
}

/// The matrix product of `x` with a quantized matrix.
///
/// The older name of ``quantizedMM(_:_:scales:biases:transpose:groupSize:bits:mode:stream:)``.
@available(*, deprecated, renamed: "quantizedMM(_:_:scales:biases:transpose:groupSize:bits:mode:stream:)")
public func quantizedMatmul(
    _ x: MLXArray, _ w: MLXArray, scales: MLXArray, biases: MLXArray?, transpose: Bool = true,
    groupSize: Int? = nil, bits: Int? = nil, mode: QuantizationMode = .affine, stream: StreamOrDevice = .default
) -> MLXArray {
    quantizedMM(
        x, w, scales: scales, biases: biases, transpose: transpose, groupSize: groupSize, bits: bits, mode: mode,
        stream: stream)
}

/// The products of matrices with quantized matrices that index arrays choose from stacks; see
/// ``gatherMM(_:_:lhsIndices:rhsIndices:sortedIndices:stream:)``.
public func gatherQuantizedMM(
    _ x: MLXArray, _ w: MLXArray, scales: MLXArray, biases: MLXArray?, lhsIndices: MLXArray? = nil,
    rhsIndices: MLXArray? = nil, transpose: Bool = true, groupSize: Int? = nil, bits: Int? = nil,
    mode: QuantizationMode = .affine, sortedIndices: Bool = false, stream: StreamOrDevice = .default
) -> MLXArray {
    with(x, w) { x, w in
        with(scales) { scales in
            with(optional: biases) { biases in
                with(optional: lhsIndices) { lhs in
                    with(optional: rhsIndices) {
                        wrap(
                            cmlx_gather_qmm(
                                x, w, scales, biases, lhs, $0, transpose, .init(groupSize), .init(bits),
                                mode.rawValue, sortedIndices, stream.ctx))
                    }
                }
            }
        }
    }
}
