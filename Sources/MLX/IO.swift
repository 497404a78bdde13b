import CMLX
import Foundation
import Safetensors

/// An error of reading or writing a file of arrays.
public enum LoadSaveError: Error {
    /// The file can't be read or written, or its contents are wrong; the text says why.
    case unableToOpen(URL, String)
    /// The file name does not end in that of a known format.
    case unknownExtension(String)
}

extension LoadSaveError: LocalizedError {
    public var errorDescription: String? {
        switch self {
        case .unableToOpen(let url, let reason): "\(url.path(percentEncoded: false)): \(reason)"
        case .unknownExtension(let name): "'\(name)' is not the file name extension of a format for arrays"
        }
    }
}

private func checkExtension(_ url: URL, _ expected: String) throws {
    guard url.isFileURL, url.pathExtension == expected else {
        throw LoadSaveError.unknownExtension(url.pathExtension)
    }
}

// MARK: - One array

/// Writes an array to a `.npy` file.
public func save(array: MLXArray, url: URL, stream: StreamOrDevice = .default) throws {
    try checkExtension(url, "npy")
    try writing(url) {
        try FileReplacement.replace(url) { temporary in
            try withError {
                evalLock.withLock {
                    _ = with(array) { check(cmlx_save_npy(temporary.path(percentEncoded: false), $0)) }
                }
            }
        }
    }
}

/// Reads the array of a `.npy` file.
public func loadArray(url: URL, stream: StreamOrDevice = .cpu) throws -> MLXArray {
    try checkExtension(url, "npy")
    return try withError {
        let array = wrap(cmlx_load_npy(url.path(percentEncoded: false), stream.ctx))
        // The file may change later.
        array.eval()
        return array
    }
}

// MARK: - Named arrays

/// Writes arrays and texts to a `.safetensors` file.
///
/// The file appears under its name when it is complete; one that was there before is replaced. The same contents make
/// the same bytes.
public func save(
    arrays: [String: MLXArray], metadata: [String: String] = [:], url: URL, stream: StreamOrDevice = .default
) throws {
    try checkExtension(url, "safetensors")
    try writing(url) { try SafetensorsFile.write(arrays, metadata, to: url) }
}

/// Reads the arrays of a `.safetensors` file.
///
/// On the CPU the arrays use the file in place: it is mapped into memory, and the system reads its parts when they
/// are used and forgets them when memory is scarce. The file must not be changed while arrays are alive; replacing it by
/// another is fine.
public func loadArrays(url: URL, stream: StreamOrDevice = .cpu) throws -> [String: MLXArray] {
    try loadArraysAndMetadata(url: url, stream: stream).0
}

/// Reads the arrays and the texts of a `.safetensors` file; see ``loadArrays(url:stream:)``.
public func loadArraysAndMetadata(
    url: URL, stream: StreamOrDevice = .cpu
) throws -> ([String: MLXArray], [String: String]) {
    try checkExtension(url, "safetensors")
    return try SafetensorsFile.load(url)
}

/// The contents of a `.safetensors` file with the given arrays and texts.
public func saveToData(arrays: [String: MLXArray], metadata: [String: String] = [:]) throws -> Data {
    var data = Data()
    try SafetensorsFile.write(arrays, metadata) { data.append(contentsOf: $0) }
    return data
}

/// Reads the arrays in the contents of a `.safetensors` file.
public func loadArrays(data: Data, stream: StreamOrDevice = .cpu) throws -> [String: MLXArray] {
    try SafetensorsFile.load(data).0
}

/// Reads the arrays and the texts in the contents of a `.safetensors` file.
public func loadArraysAndMetadata(
    data: Data, stream: StreamOrDevice = .cpu
) throws -> ([String: MLXArray], [String: String]) {
    try SafetensorsFile.load(data)
}

/// Names the file in errors of writing it.
private func writing(_ url: URL, _ body: () throws -> Void) throws {
    do {
        try body()
    } catch let error as SafetensorsError {
        throw LoadSaveError.unableToOpen(url, error.reason)
    } catch {
        throw LoadSaveError.unableToOpen(url, error.localizedDescription)
    }
}
