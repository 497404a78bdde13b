import CMLX
import Foundation

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
    try replaceFile(url) { temporary in
        try withError {
            evalLock.withLock {
                _ = with(array) { check(cmlx_save_npy(temporary.path(percentEncoded: false), $0)) }
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
    try replaceFile(url) { temporary in
        let file = try FileHandle(forWritingTo: temporary)
        defer { try? file.close() }
        try SafetensorsFile.write(arrays, metadata) { try file.write(contentsOf: $0) }
        try file.close()
    }
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

// MARK: - Replacing files

/// Lets `write` fill a new file beside `url`, which then takes the place of `url`.
///
/// If that fails nothing is left behind.
private func replaceFile(_ url: URL, _ write: (URL) throws -> Void) throws {
    let name = ".\(url.deletingPathExtension().lastPathComponent).\(UUID().uuidString).\(url.pathExtension)"
    let temporary = url.deletingLastPathComponent().appending(path: name)
    guard FileManager.default.createFile(atPath: temporary.path(percentEncoded: false), contents: nil) else {
        throw LoadSaveError.unableToOpen(url, "a file can't be made there: \(String(cString: strerror(errno)))")
    }
    do {
        try write(temporary)
        guard rename(temporary.path(percentEncoded: false), url.path(percentEncoded: false)) == 0 else {
            throw LoadSaveError.unableToOpen(url, String(cString: strerror(errno)))
        }
    } catch {
        try? FileManager.default.removeItem(at: temporary)
        throw error as? LoadSaveError ?? LoadSaveError.unableToOpen(url, error.localizedDescription)
    }
}
