import Crypto
import Foundation
import ModelHub
import Synchronization

/// A file of a fake repository.
struct FakeFile: Sendable {
    var bytes: [UInt8]
    var isLarge: Bool

    init(_ text: String) {
        bytes = Array(text.utf8)
        isLarge = false
    }

    init(_ bytes: [UInt8], isLarge: Bool) {
        self.bytes = bytes
        self.isLarge = isLarge
    }

    /// A large file with contents that depend on the seed.
    static func large(_ count: Int, seed: UInt64 = 1) -> FakeFile {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        var bytes = [UInt8](repeating: 0, count: count)
        for index in bytes.indices {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            bytes[index] = UInt8(truncatingIfNeeded: state)
        }
        return FakeFile(bytes, isLarge: true)
    }

    var sha256: String { hexadecimal(SHA256.hash(data: Data(bytes))) }
    var gitHash: String { hexadecimal(Insecure.SHA1.hash(data: Data("blob \(bytes.count)\0".utf8) + Data(bytes))) }
    /// The blob's name in the cache.
    var blobName: String { isLarge ? sha256 : gitHash }
}

func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { String(format: "%02x", $0) }.joined()
}

/// A model hub with the API of Hugging Face below its root and that of ModelScope at the same addresses as theirs.
final class FakeHub: Sendable {
    struct Repository: Sendable {
        var commit: String
        var files: [String: FakeFile]
    }

    /// What a test may do to an answer: return another one, or `nil` to leave it.
    typealias Meddler = @Sendable (TestServer.Request, TestServer.Response) -> TestServer.Response?

    private struct State {
        var repositories: [String: Repository] = [:]
        var meddler: Meddler?
        var delivery: String?
        var pageSize = 1000
        /// The token that private repositories want.
        var token: String?
    }

    private final class Shared: Sendable {
        let state: Mutex<State>
        init(_ state: State) { self.state = Mutex(state) }
    }

    private let shared: Shared
    let server: TestServer
    var address: String { server.address }

    init(_ repositories: [String: Repository] = [:]) throws {
        let shared = Shared(State(repositories: repositories))
        self.shared = shared
        server = try TestServer { request in Self.answer(request, shared.state.withLock { $0 }) }
    }

    deinit { server.stop() }

    /// Changes or adds a repository.
    func set(_ id: String, commit: String, _ files: [String: FakeFile]) {
        shared.state.withLock { $0.repositories[id] = Repository(commit: commit, files: files) }
    }

    /// Sets what meddles with answers.
    func meddle(_ meddler: Meddler?) {
        shared.state.withLock { $0.meddler = meddler }
    }

    /// Sends large files from another server: the base address that takes their SHA-256.
    func deliverLargeFiles(from address: String) {
        shared.state.withLock { $0.delivery = address }
    }

    func setPageSize(_ size: Int) { shared.state.withLock { $0.pageSize = size } }

    func requireToken(_ token: String) { shared.state.withLock { $0.token = token } }

    /// Requests for a file's contents.
    func downloads(_ path: String) -> [TestServer.Request] {
        server.requests.filter { $0.path.hasSuffix("/\(path)") && $0.path.contains("/resolve/") }
    }

    private static func answer(_ request: TestServer.Request, _ state: State) -> TestServer.Response {
        let response = plainAnswer(request, state)
        return state.meddler?(request, response) ?? response
    }

    private static func plainAnswer(_ request: TestServer.Request, _ state: State) -> TestServer.Response {
        let parts = request.path.split(separator: "/").map(String.init)
        if let token = state.token, request.headers["authorization"] != "Bearer \(token)" {
            return .status(401, ["X-Error-Code": "GatedRepo"], "{\"error\":\"Access to model is restricted\"}")
        }
        if parts.count >= 6, parts[0] == "api", parts[1] == "v1", parts[2] == "models" {
            return modelScope(request, parts, state)
        }
        if parts.count >= 6, parts[0] == "api", parts[1] == "models" {
            guard let repository = state.repositories["\(parts[2])/\(parts[3])"] else {
                return .status(404, ["X-Error-Code": "RepoNotFound"], "{\"error\":\"Repository not found\"}")
            }
            let revision = parts[5...].joined(separator: "/")
            guard ["main", repository.commit].contains(revision) else {
                return .status(404, ["X-Error-Code": "RevisionNotFound"], "{\"error\":\"Invalid rev id\"}")
            }
            switch parts[4] {
            case "revision": return .json("{\"id\":\"x\",\"sha\":\"\(repository.commit)\",\"siblings\":[]}")
            case "tree": return tree(request, repository, state)
            default: return .status(404)
            }
        }
        if parts.count >= 5, parts[2] == "resolve" {
            let path = parts[4...].joined(separator: "/")
            guard let repository = state.repositories["\(parts[0])/\(parts[1])"], let file = repository.files[path]
            else { return .status(404, ["X-Error-Code": "EntryNotFound"]) }
            if file.isLarge, let delivery = state.delivery { return .redirect(to: "\(delivery)/\(file.sha256)") }
            var response = content(of: file, request)
            response.headers["X-Repo-Commit"] = repository.commit
            response.headers["ETag"] = "\"\(file.blobName)\""
            return response
        }
        return .status(404)
    }

    /// A file's bytes, from where the request wants them.
    static func content(of file: FakeFile, _ request: TestServer.Request) -> TestServer.Response {
        guard let start = request.rangeStart else { return TestServer.Response(body: file.bytes) }
        guard start < file.bytes.count else {
            return .status(416, ["Content-Range": "bytes */\(file.bytes.count)"])
        }
        return TestServer.Response(
            status: 206,
            headers: ["Content-Range": "bytes \(start)-\(file.bytes.count - 1)/\(file.bytes.count)"],
            body: Array(file.bytes[start...]))
    }

    private static func tree(
        _ request: TestServer.Request, _ repository: Repository, _ state: State
    ) -> TestServer.Response {
        let folders = Set(repository.files.keys.filter { $0.contains("/") }.map { String($0.prefix { $0 != "/" }) })
        var entries = folders.sorted().map { "{\"type\":\"directory\",\"oid\":\"0\",\"size\":0,\"path\":\"\($0)\"}" }
        for (path, file) in repository.files.sorted(by: { $0.key < $1.key }) {
            let quoted = String(decoding: (try? JSONEncoder().encode(path)) ?? Data(), as: UTF8.self)
            var entry = "{\"type\":\"file\",\"oid\":\"\(file.gitHash)\",\"size\":\(file.bytes.count),\"path\":\(quoted)"
            if file.isLarge {
                entry += ",\"lfs\":{\"oid\":\"\(file.sha256)\",\"size\":\(file.bytes.count),\"pointerSize\":134}"
            }
            entries.append(entry + "}")
        }
        let start = Int(request.query["cursor"] ?? "0") ?? 0
        let page = entries.dropFirst(start).prefix(state.pageSize)
        var headers: [String: String] = [:]
        if start + page.count < entries.count {
            headers["Link"] = "<\(request.path)?recursive=true&cursor=\(start + page.count)>; rel=\"next\""
        }
        return .json("[\(page.joined(separator: ","))]", headers)
    }

    private static func modelScope(
        _ request: TestServer.Request, _ parts: [String], _ state: State
    ) -> TestServer.Response {
        guard let repository = state.repositories["\(parts[3])/\(parts[4])"] else {
            return .status(404, [:], "{\"Code\":10010205001,\"Message\":\"not found\",\"Success\":false}")
        }
        let isKnown = ["master", repository.commit].contains(request.query["Revision"] ?? "master")
        if parts.count == 6 {
            guard isKnown, let path = request.query["FilePath"], let file = repository.files[path] else {
                return .status(404)
            }
            return content(of: file, request)
        }
        guard isKnown else {
            return .json("{\"Code\":200,\"Data\":{\"Files\":null,\"LatestCommitter\":null},\"Success\":true}")
        }
        let older = String(repeating: "e", count: 40)
        let entries = repository.files.sorted { $0.key < $1.key }.enumerated().map { index, entry in
            "{\"Path\":\"\(entry.key)\",\"Type\":\"blob\",\"Size\":\(entry.value.bytes.count),"
                + "\"Sha256\":\"\(entry.value.sha256)\",\"IsLFS\":\(entry.value.isLarge),"
                + "\"Revision\":\"\(index == 0 ? older : repository.commit)\"}"
        }
        return .json(
            "{\"Code\":200,\"Message\":\"success\",\"Success\":true,\"Data\":{\"Files\":["
                + "{\"Path\":\"vae\",\"Type\":\"tree\",\"Size\":0},\(entries.joined(separator: ","))],"
                + "\"LatestCommitter\":{\"Id\":\"\",\"ShortId\":\"\(repository.commit.prefix(8))\"}}}")
    }
}
