package import Foundation
package import MusicCore
import Safetensors

extension LatentsFile {
    /// Number formats of elements.
    private enum Element {
        case float16, bfloat16, float32, float64

        var byteCount: Int {
            switch self {
            case .float16, .bfloat16: 2
            case .float32: 4
            case .float64: 8
            }
        }

        /// Values of bytes in little-endian order.
        func values(_ bytes: Data) -> [Float] {
            bytes.withUnsafeBytes { raw in
                stride(from: 0, to: raw.count - byteCount + 1, by: byteCount).map { start in
                    func bits<Bits: FixedWidthInteger>(_ type: Bits.Type) -> Bits {
                        Bits(littleEndian: raw.loadUnaligned(fromByteOffset: start, as: type))
                    }
                    switch self {
                    case .float16: return Self.half(bits(UInt16.self))
                    case .bfloat16: return Float(bitPattern: UInt32(bits(UInt16.self)) << 16)
                    case .float32: return Float(bitPattern: bits(UInt32.self))
                    case .float64: return Float(Double(bitPattern: bits(UInt64.self)))
                    }
                }
            }
        }

        /// A number in the format of IEEE 754 with 16 bits.
        private static func half(_ bits: UInt16) -> Float {
            let sign: Float = bits >> 15 == 0 ? 1 : -1
            let (exponent, fraction) = (Int(bits >> 10 & 0x1f), Float(bits & 0x3ff))
            switch exponent {
            case 0: return sign * fraction * 0x1p-24
            case 31: return fraction == 0 ? sign * .infinity : .nan
            default: return sign * Float(sign: .plus, exponent: exponent - 15, significand: 1 + fraction / 1024)
            }
        }
    }

    /// The largest file that is read: more than the noise of as many and as long songs as a request can have.
    private static let largest = 256_000_000

    /// The request with the noise that its file holds.
    ///
    /// - Throws: ``MusicError`` `unreadableInput`, or `invalidRequest` if the noise doesn't go with the request.
    package static func readingNoise(of request: MusicRequest) throws -> MusicRequest {
        guard let noise = request.noise, noise.latents == nil else { return request }
        var request = request
        request.noise = try noise.reading(try read(URL(fileURLWithPath: noise.path)))
        return request
    }

    /// Reads what ``write(_:shape:to:)`` or another program wrote: the array of a `.npy` file, or of a `.safetensors`
    /// file the tensor `latents`, else its only one. Numbers of 16, 32 or 64 bits become float32.
    ///
    /// - Throws: ``MusicError`` `unreadableInput` that says what the file must be.
    package static func read(_ url: URL) throws -> Latents {
        let data: Data
        do {
            let isKnown = ["safetensors", "npy"].contains(url.pathExtension.lowercased())
            guard try isKnown || SystemFile.status(of: url) == nil else {
                throw failure(url, "is neither a .safetensors nor a .npy file")
            }
            let size = try SystemFile.status(of: url).map { Int($0.st_size) } ?? 0
            guard size <= largest else { throw failure(url, "has \(size) bytes, more than \(largest)") }
            data = try SystemFile.contents(of: url)
        } catch let fault as SystemFault {
            var error = fault.error()
            error.message = "The latents " + error.message
            (error.field, error.value) = ("latents", url.path)
            throw error
        }
        return try url.pathExtension.lowercased() == "npy" ? array(data, url) : tensor(data, url)
    }

    private static func tensor(_ data: Data, _ url: URL) throws -> Latents {
        let header: SafetensorsHeader
        do {
            header = try data.withUnsafeBytes { try SafetensorsHeader(bytes: $0) }
        } catch let error as SafetensorsError {
            throw failure(url, "is no safetensors file: \(error.reason)")
        }
        let named = header.tensors.first { $0.name == "latents" }
        guard let tensor = named ?? (header.tensors.count == 1 ? header.tensors[0] : nil) else {
            throw failure(url, "holds \(header.tensors.count) tensors, none of them named latents")
        }
        let types: [ElementType: Element] = [
            .float16: .float16, .bfloat16: .bfloat16, .float32: .float32, .float64: .float64,
        ]
        guard let element = types[tensor.type] else {
            throw failure(url, "holds numbers of the format \(tensor.type.rawValue)")
        }
        return Latents(values: element.values(data[tensor.range]), shape: tensor.shape)
    }

    /// The array of a `.npy` file of version 1, 2 or 3.
    private static func array(_ data: Data, _ url: URL) throws -> Latents {
        let magic = Data([0x93]) + Data("NUMPY".utf8)
        guard data.count > 12, data.prefix(6) == magic else { throw failure(url, "is no .npy file") }
        let lengthBytes = data[6] == 1 ? 2 : 4
        let start = 8 + lengthBytes
        let length = data[8..<start].reversed().reduce(0) { $0 << 8 | Int($1) }
        guard length <= data.count - start, let header = String(bytes: data[start..<(start + length)], encoding: .utf8)
        else { throw failure(url, "has a damaged header") }
        func text(_ key: String) -> Substring? {
            header.firstRange(of: "'\(key)':").map { header[$0.upperBound...].drop { $0 == " " } }
        }
        let kinds: [String: Element] = ["'<f2'": .float16, "'<f4'": .float32, "'<f8'": .float64]
        guard let kind = text("descr")?.prefix(5), let element = kinds[String(kind)] else {
            throw failure(url, "holds other numbers than little-endian floating-point ones")
        }
        guard text("fortran_order")?.hasPrefix("False") == true else {
            throw failure(url, "holds its values by columns")
        }
        let list = text("shape")?.dropFirst().prefix { $0 != ")" } ?? ""
        let shape = list.split(separator: ",").map { Int($0.filter { $0 != " " }) ?? -1 }
        let bytes = data[(start + length)...]
        let latents = Latents(values: element.values(bytes), shape: shape)
        guard shape.allSatisfy({ $0 >= 0 }), latents.isWhole, bytes.count % element.byteCount == 0 else {
            throw failure(url, "has \(bytes.count) bytes of values, and its shape is (\(list))")
        }
        return latents
    }

    private static func failure(_ url: URL, _ what: String) -> MusicError {
        MusicError(
            .unreadableInput, "The latents \(url.path): the file \(what)",
            advice: "give an array of float32, frames x channels or songs x frames x channels, as .safetensors with "
                + "the tensor latents or as .npy", field: "latents", value: url.path)
    }
}
