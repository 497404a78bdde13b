import Crypto
import Foundation
import MusicCore

/// What a file was when a song was made from it.
public struct FilePin: Codable, Equatable, Sendable {
    /// Absolute.
    public var path: String
    /// Length.
    public var bytes: Int64
    /// SHA-256 of the contents, in hexadecimal.
    public var sha256: String

    /// Reads a file through.
    ///
    /// - Throws: what the system says if it can't be read.
    init(_ file: URL) throws {
        let handle = try FileHandle(forReadingFrom: file)
        defer { try? handle.close() }
        var hash = SHA256()
        var count: Int64 = 0
        while let part = try handle.read(upToCount: 1 << 20), !part.isEmpty {
            hash.update(data: part)
            count += Int64(part.count)
        }
        path = file.standardizedFileURL.path
        bytes = count
        sha256 = hash.finalize().hexadecimal
    }

    /// Whether a file has the same contents.
    func matches(_ file: URL) -> Bool {
        // The length alone often tells, without reading the file through.
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: file.path),
            (attributes[.size] as? Int).map(Int64.init) == bytes
        else { return false }
        return (try? FilePin(file))?.sha256 == sha256
    }
}

/// A mark of the weights that a model has, to tell whether they are the same later.
enum WeightsMark {
    private static let endings: Set<String> = ["safetensors", "pt", "bin", "gguf"]
    /// Places of a file that are looked at, and bytes at each.
    private static let samples = (places: 64, bytes: 4096)

    /// The beginning of a SHA-256 over the names, the lengths, and some thousand bytes of each weight file, spread
    /// evenly: enough to tell other weights from these, in milliseconds and not minutes. A change of single tensors may
    /// be missed.
    ///
    /// - Returns: `nil` if there are no weight files that can be read.
    static func of(_ location: ModelLocation) -> String? {
        var hash = SHA256()
        var count = 0
        let folders = [location.directory] + location.components.sorted { $0.key < $1.key }.map(\.value)
        for folder in folders {
            let root = folder.resolvingSymlinksInPath()
            guard let names = FileManager.default.enumerator(atPath: root.path)?.compactMap({ $0 as? String }) else {
                continue
            }
            for name in names.sorted() where endings.contains(URL(fileURLWithPath: name).pathExtension) {
                let file = root.appendingPathComponent(name).resolvingSymlinksInPath()
                guard let handle = try? FileHandle(forReadingFrom: file) else { continue }
                defer { try? handle.close() }
                guard let length = try? handle.seekToEnd() else { continue }
                hash.update(data: Data("\(name) \(length)\n".utf8))
                for place in 0..<samples.places {
                    let offset = length * UInt64(place) / UInt64(samples.places)
                    guard (try? handle.seek(toOffset: offset)) != nil,
                        let part = try? handle.read(upToCount: samples.bytes)
                    else { return nil }
                    hash.update(data: part)
                }
                count += 1
            }
        }
        return count == 0 ? nil : String(hash.finalize().hexadecimal.prefix(32))
    }
}

extension Sequence<UInt8> {
    /// Two digits for each byte.
    var hexadecimal: String {
        map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 2 ? digits : "0" + digits
        }.joined()
    }
}
