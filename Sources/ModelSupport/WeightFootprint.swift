import MLX
import MusicCore

/// The memory that weights take, by the headers of their files.
public struct WeightFootprint: Sendable, Equatable {
    /// Bytes that stay.
    public let bytes: Int
    /// Bytes beside them while the largest tensor is converted.
    public let transientBytes: Int

    /// The most that is in memory at once.
    public var peak: Int { bytes + transientBytes }

    /// - Parameters:
    ///   - bytes: what stays.
    ///   - transientBytes: what is beside it while the largest tensor is converted.
    public init(bytes: Int = 0, transientBytes: Int = 0) {
        self.bytes = bytes
        self.transientBytes = transientBytes
    }

    /// Of two networks that are loaded one after the other, and kept.
    public static func + (one: WeightFootprint, other: WeightFootprint) -> WeightFootprint {
        WeightFootprint(
            bytes: one.bytes + other.bytes, transientBytes: max(one.transientBytes, other.transientBytes))
    }
}

extension WeightStore {
    /// The memory that the tensors take once ``MLXNN/Module/load(from:dtype:quantization:ignoring:source:)`` has read
    /// them.
    ///
    /// - Parameters:
    ///   - dtype: number format of the parameters.
    ///   - quantization: how the weights of ``Int8Layers`` are kept.
    public func footprint(dtype: DType, quantization: LoadOptions.Quantization = .none) -> WeightFootprint {
        tensors.reduce(WeightFootprint()) { sum, entry in
            let (name, tensor) = entry
            guard tensor.dtype.isFloatingPoint else {
                return sum + WeightFootprint(bytes: tensor.count * tensor.dtype.size)
            }
            if quantization == .q8, tensor.shape.count == 2, Int8Layers.containsWeight(name) {
                // One byte for each weight and a scale for each row; beside them the tensor as it is in the file, and
                // its integers before they are put in order.
                return sum
                    + WeightFootprint(
                        bytes: tensor.count + 4 * tensor.shape[0],
                        transientBytes: tensor.count * (tensor.dtype.size + 1))
            }
            return sum
                + WeightFootprint(
                    bytes: tensor.count * dtype.size,
                    transientBytes: tensor.dtype == dtype ? 0 : tensor.count * tensor.dtype.size)
        }
    }
}
