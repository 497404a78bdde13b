import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import MusicCore
import NIOCore

/// The Studio: plain files of one folder, at `/` and below `/studio/`.
enum StudioRoutes {
    static let all: [Route] =
        ["/", "/create/*", "/library", "/song/*", "/dj", "/dj/*", "/models", "/settings", "/settings/*"].map { path in
            // Addresses of views are the page's own affair.
            Route(.get, path, .open, .jobs) { exchange in try file("index.html", exchange) }
        }
        + [Route(.get, "/studio/*", .open, .jobs) { exchange in try file(rest(of: exchange), exchange) }]

    /// What pages may do: nothing that isn't of this server.
    private static let policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
        + "media-src 'self' blob:; connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; "
        + "form-action 'none'; frame-ancestors 'none'"

    /// Bytes of the largest file.
    private static let limit = 4 << 20

    private static func rest(of exchange: Exchange) throws -> String {
        guard let parts = RouteTable.parts(of: exchange.request.uri.path), parts.count > 1,
            !parts.contains(where: { $0.hasPrefix(".") })
        else { throw ServerFailure(404, "Not Found") }
        return parts.dropFirst().joined(separator: "/")
    }

    private static func file(_ path: String, _ exchange: Exchange) throws -> Response {
        guard let folder = exchange.state.settings.studio else {
            throw ServerFailure(404, "The Studio's pages are not beside the program; the API works without them")
        }
        let file = folder.appendingPathComponent(path)
        guard let type = types[file.pathExtension.lowercased()],
            case .content(let data) = PlainFile(path: file.path, limit: limit)
        else { throw ServerFailure(404, "Not Found") }
        let digest = SHA256.hash(data: data).prefix(12).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
        let tag = "\"\(digest.joined())\""
        // Files are asked for anew each time, and sent where they have changed.
        var headers: HTTPFields = [
            .contentType: type, .eTag: tag, .cacheControl: "no-cache", .contentSecurityPolicy: policy,
        ]
        headers[HTTPField.Name("Referrer-Policy")!] = "no-referrer"
        headers[HTTPField.Name("Cross-Origin-Opener-Policy")!] = "same-origin"
        if exchange.request.headers[.ifNoneMatch] == tag { return Response(status: .notModified, headers: headers) }
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: data)))
    }

    private static let types = [
        "html": "text/html; charset=utf-8", "css": "text/css; charset=utf-8",
        "js": "text/javascript; charset=utf-8", "json": "application/json", "svg": "image/svg+xml", "png": "image/png",
        "ico": "image/x-icon", "woff2": "font/woff2", "webmanifest": "application/manifest+json",
        "txt": "text/plain; charset=utf-8",
    ]
}
