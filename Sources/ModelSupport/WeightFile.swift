import Foundation
import MLX
import MusicCore
import Safetensors

/// One safetensors file of a checkpoint: its header, read once, and its tensors, read when they are asked for.
@MLXActor
final class WeightFile {
    nonisolated let url: URL
    /// The entries of the header by name.
    nonisolated let tensors: [String: SafetensorsHeader.Tensor]
    /// Free text that the writer stored.
    nonisolated let metadata: [String: String]
    #if !VIVACE_CMLX
        private var arrays: [String: MLXArray] = [:]
    #else
        private var mapping: MappedFile?
    #endif

    /// Reads and checks the header.
    ///
    /// - Throws: ``MusicError`` with code `invalidCheckpoint` that names the file and what is wrong with it, or what
    ///   ``SystemFault`` makes of the system's reason not to read it.
    nonisolated init(_ url: URL) throws {
        self.url = url
        do {
            let header = try SafetensorsHeader(contentsOf: url)
            tensors = Dictionary(uniqueKeysWithValues: header.tensors.map { ($0.name, $0) })
            metadata = header.metadata
        } catch let error as SafetensorsError {
            if let code = error.systemCode { throw Self.refused(url, code) }
            let name = ConfigurationFile.shortName(url)
            if error.kind == .unreadable {
                throw MusicError(
                    .invalidCheckpoint, "\(name) can't be opened: \(error.reason)",
                    advice: "check that the file exists and is readable: \(url.path)")
            }
            if let content = FileContent(fileAt: url), content.kind != .safetensors {
                let isWeights = content.kind == .weights
                throw content.error(
                    .invalidCheckpoint, name, wanted: "weights in the format safetensors",
                    advice: isWeights ? "use the checkpoint's safetensors files, or convert it to such" : nil)
            }
            if case .unsupportedType(let type) = error.kind {
                let format = WeightScheme.description(of: type).map { " is in \($0), \(type)" }
                throw MusicError(
                    .invalidCheckpoint,
                    "\(name): the tensor '\(error.tensor ?? "")'\(format ?? " has the unknown number format '\(type)'")",
                    advice: WeightScheme.advice)
            }
            throw MusicError(.invalidCheckpoint, "\(name): \(error.reason)", advice: "download the file again")
        }
    }

    /// A tensor, to be read when it is evaluated.
    ///
    /// - Throws: ``MusicError`` with code `invalidCheckpoint` if the file has become another, `outOfMemory`, or what
    ///   ``SystemFault`` makes of the system's reason not to read it.
    func array(_ tensor: SafetensorsHeader.Tensor) throws -> MLXArray {
        do {
            #if !VIVACE_CMLX
                // An array that was evaluated keeps its data, so that none is kept here once it is handed out.
                if arrays[tensor.name] == nil { arrays = try loadArrays(url: url) }
                guard let array = arrays.removeValue(forKey: tensor.name) else {
                    throw MusicError(
                        .invalidCheckpoint, "\(ConfigurationFile.shortName(url)) has changed while it was in use",
                        advice: "load the model again")
                }
                return array
            #else
                let mapping = try self.mapping ?? MappedFile(url)
                self.mapping = mapping
                return try mapping.array(tensor)
            #endif
        } catch let error as POSIXError {
            throw Self.refused(url, error.code.rawValue)
        } catch let error as MLXError {
            throw error.explained(at: "reading \(ConfigurationFile.shortName(url))")
        }
    }

    /// The system doesn't read the file.
    private nonisolated static func refused(_ url: URL, _ code: Int32) -> MusicError {
        SystemFault(code, path: url.path)
            .error(.invalidCheckpoint, advice: "copy or download the checkpoint again")
    }
}

#if !VIVACE_CMLX
    extension DType {
        /// The number format of elements in a safetensors file.
        init(_ type: ElementType) {
            self =
                switch type {
                case .bool: .bool
                case .uint8: .uint8
                case .uint16: .uint16
                case .uint32: .uint32
                case .uint64: .uint64
                case .int8: .int8
                case .int16: .int16
                case .int32: .int32
                case .int64: .int64
                case .float16: .float16
                case .bfloat16: .bfloat16
                case .float32: .float32
                case .float64: .float64
                case .complex64: .complex64
                }
        }
    }
#endif
