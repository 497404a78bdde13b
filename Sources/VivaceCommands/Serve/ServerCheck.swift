import Foundation
import ModelHub
import MusicCore

/// Looks at a server from outside, and at what one would stand on here.
struct ServerCheck {
    /// What a server says of itself.
    struct Report: Encodable {
        var address: String
        /// Whether it takes jobs on.
        var isReady: Bool
        var models: [String]

        enum CodingKeys: String, CodingKey {
            case address
            case isReady = "ready"
            case models
        }

        var line: String {
            "server: \(address) is \(isReady ? "ready" : "about to end"), models: \(models.joined(separator: ", "))"
        }
    }

    private static let limit = 1 << 20, seconds = 10.0

    /// Asks a server.
    ///
    /// - Parameter address: such as `http://127.0.0.1:7860`.
    /// - Throws: ``MusicError`` `network` if it doesn't answer.
    static func ask(_ address: String) async throws -> Report {
        let base = address.hasSuffix("/") ? String(address.dropLast()) : address
        let client = HTTPClient()
        func get(_ path: String) async throws -> JSONValue {
            let request = HTTPRequest(url: try WebURL(base + path), timeout: seconds)
            return try JSONText.read(Data(try await client.data(request, limit: limit).body), what: "The answer")
        }
        do {
            guard case .object(let alive) = try await get("/livez"), alive["status"] == "ok" else {
                throw MusicError(.network, "\(base) is no server of Vivace's", advice: "check the address")
            }
            let isReady = (try? await get("/readyz")) != nil
            var names: [String] = []
            if case .object(let list) = try await get("/v1/models"), case .list(let models)? = list["data"] {
                names = models.compactMap { if case .object(let model) = $0 { model["id"]?.plainText } else { nil } }
            }
            return Report(address: base, isReady: isReady, models: names)
        } catch let error as MusicError {
            throw error
        } catch let error as TransferError where error == .badAddress(base + "/livez") {
            throw MusicError(
                .invalidRequest, "The address of the server is \(address)",
                advice: "give one such as http://127.0.0.1:7860", field: "server", value: address)
        } catch {
            throw MusicError(
                .network, "No server answers at \(base)",
                advice: "start it with `vivace serve`, or check address and port", field: "server", value: address)
        }
    }

    /// What is to be done before a server can keep its data in a folder; `nil` for nothing.
    static func obstacle(in folder: URL) -> String? {
        var place = folder
        while !FileManager.default.fileExists(atPath: place.path), place.path != "/" { place.deleteLastPathComponent() }
        guard FileManager.default.isWritableFile(atPath: place.path) else {
            return "a server can't write in \(place.path), where its data would be: name another folder with --data"
        }
        let free = try? FileManager.default.attributesOfFileSystem(forPath: place.path)[.systemFreeSize] as? Int
        guard let free, free < 1_000_000_000 else { return nil }
        return "less than 1 GB is free where a server's songs would be, in \(place.path)"
    }
}
