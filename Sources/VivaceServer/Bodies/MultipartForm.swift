import Foundation

/// The parts of a `multipart/form-data` body.
struct MultipartForm {
    struct Part {
        var name: String
        /// `nil` for a text.
        var fileName: String?
        var data: Data
    }

    static let mostParts = 500
    private static let longestHead = 16 << 10

    private(set) var parts: [Part] = []

    /// - Parameter type: the header field `Content-Type`, which names the boundary.
    /// - Throws: ``ServerFailure`` 400 or 413.
    init(_ data: Data, type: String) throws {
        guard let boundary = Self.parameter("boundary", of: type), (1...70).contains(boundary.utf8.count) else {
            throw ServerFailure(400, "The multipart form names no boundary of 1 to 70 characters")
        }
        let delimiter = Data("--\(boundary)".utf8)
        guard var start = data.range(of: delimiter)?.upperBound else { throw Self.cut }
        while true {
            let rest = data[start...]
            if rest.starts(with: Data("--".utf8)) { return }
            guard let line = rest.range(of: Data("\r\n".utf8)),
                data[start..<line.lowerBound].allSatisfy({ $0 == 32 || $0 == 9 })
            else { throw Self.cut }
            guard let end = data[line.lowerBound...].range(of: Data("\r\n".utf8) + delimiter) else { throw Self.cut }
            // The line break before the first header counts as the empty line of a part without headers.
            guard let head = data[line.lowerBound..<end.lowerBound].range(of: Data("\r\n\r\n".utf8)) else {
                throw Self.cut
            }
            guard head.lowerBound - line.lowerBound <= Self.longestHead, parts.count < Self.mostParts else {
                throw ServerFailure(413, "The multipart form has too many parts, or a part with too long a head")
            }
            try add(
                head: data[line.upperBound..<max(line.upperBound, head.lowerBound)],
                data[head.upperBound..<end.lowerBound])
            start = end.upperBound
        }
    }

    private static let cut = ServerFailure(400, "The multipart form is incomplete, or not separated by its boundary")

    private mutating func add(head: Data, _ content: Data) throws {
        let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n")
        for line in lines {
            guard let colon = line.firstIndex(of: ":"), line[..<colon].lowercased() == "content-disposition" else {
                continue
            }
            let value = String(line[line.index(after: colon)...])
            guard let name = Self.parameter("name", of: value) else { break }
            parts.append(Part(name: name, fileName: Self.parameter("filename", of: value), data: Data(content)))
            return
        }
        throw ServerFailure(400, "The multipart form has a part without a name")
    }

    /// A parameter of a header field, quoted or not.
    static func parameter(_ name: String, of field: String) -> String? {
        var rest = field[...]
        while let semicolon = rest.firstIndex(of: ";") {
            rest = rest[rest.index(after: semicolon)...].drop { $0 == " " || $0 == "\t" }
            guard let equals = rest.firstIndex(of: "=") else { return nil }
            let key = rest[..<equals].trimmingCharacters(in: .whitespaces).lowercased()
            rest = rest[rest.index(after: equals)...].drop { $0 == " " }
            var value = ""
            if rest.first == "\"" {
                rest = rest.dropFirst()
                while let character = rest.popFirst(), character != "\"" {
                    if character == "\\", let next = rest.first, next == "\"" || next == "\\" {
                        rest.removeFirst(); value.append(next)
                    } else {
                        value.append(character)
                    }
                }
            } else {
                value = rest.prefix { $0 != ";" }.trimmingCharacters(in: .whitespaces)
            }
            if key == name { return value }
        }
        return nil
    }
}
