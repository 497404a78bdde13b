import CMLX
import Foundation
public import Safetensors

/// A file in memory, of which arrays can be made in place.
///
/// On the CPU the arrays use the file's bytes where they are: the system reads its parts when they are used, and forgets
/// them when memory is scarce or the array goes. The file must not be changed while arrays are alive; replacing it by
/// another is fine.
///
/// mlx-swift has nothing like it.
public final class MappedFile {
    private let mapping: OpaquePointer

    /// The bytes of the file, as long as this object is alive.
    public var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: cmlx_mapping_bytes(mapping), count: cmlx_mapping_size(mapping))
    }

    /// Maps a file into memory.
    ///
    /// - Throws: `POSIXError` with the system's reason.
    public init(_ url: URL) throws {
        var code: Int32 = 0
        guard let mapping = cmlx_mapping_open(url.path(percentEncoded: false), &code) else {
            throw POSIXError(POSIXErrorCode(rawValue: code) ?? .EIO)
        }
        self.mapping = mapping
    }

    deinit { cmlx_mapping_free(mapping) }

    /// A tensor of the file, which keeps the file in memory; a copy if its place does not suit its number format.
    ///
    /// - Parameter tensor: an entry of the file's header.
    /// - Throws: ``MLXError`` if the file is shorter than the entry says.
    public func array(_ tensor: SafetensorsHeader.Tensor) throws -> MLXArray {
        let shape = tensor.shape.asInt32
        guard
            let handle = cmlx_array_new_mapped(
                mapping, tensor.range.lowerBound, shape, shape.count, DType(tensor.type).cmlxDtype)
        else {
            throw MLXError.caught("tensor '\(tensor.name)': \(String(cString: cmlx_last_error()))")
        }
        return MLXArray(handle: handle)
    }
}
