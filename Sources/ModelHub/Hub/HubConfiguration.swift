import Foundation
import MusicCore

/// Where models come from and where they are kept: what the environment says, ready to be changed by options.
public struct HubConfiguration: Sendable {
    /// Address of Hugging Face or of a mirror, without a final slash (`HF_ENDPOINT`).
    public var endpoint = "https://huggingface.co"
    /// Address of ModelScope (`MODELSCOPE_ENDPOINT`).
    public var modelScopeEndpoint = "https://www.modelscope.cn"
    /// Token for Hugging Face (`HF_TOKEN`, or the file that `hf auth login` writes).
    public var token: String?
    /// Token for ModelScope (`MODELSCOPE_API_TOKEN`).
    public var modelScopeToken: String?
    /// The site to ask first (`VIVACE_DOWNLOAD_SOURCE`, or what a family names); `nil` for automatic, which is Hugging
    /// Face.
    ///
    /// For models that lie on both, the other one steps in when the first can't be reached.
    public var source: HubSourceName?
    /// The cache in the layout of Hugging Face's Python library (`HF_HUB_CACHE`, `HF_HOME`).
    public var cacheDirectory: URL
    /// Folders with checkpoints side by side, which are searched before the cache (`VIVACE_CHECKPOINTS_DIR`, and what
    /// the families name).
    public var checkpointDirectories: [URL] = []
    /// Names of files that are downloaded beside weights, configuration and tokenizer data: what the families name.
    public var extraFiles: Set<String>
    /// The file with the user's own model names: `models.json` below `XDG_CONFIG_HOME/vivace`.
    public var userModelsFile: URL
    /// Whether the network is off limits (`VIVACE_OFFLINE`, `HF_HUB_OFFLINE`, `TRANSFORMERS_OFFLINE`).
    public var isOffline = false
    /// Whether snapshots hold the files themselves instead of links to the blobs (`HF_HUB_DISABLE_SYMLINKS`).
    public var avoidsSymbolicLinks = false
    /// A file of trusted certificates in place of the system's (`SSL_CERT_FILE`, `CURL_CA_BUNDLE`,
    /// `REQUESTS_CA_BUNDLE`).
    public var certificatesFile: String?
    /// How many files are downloaded at the same time, at least 1.
    public var parallelDownloads = 4

    /// Why nothing may be downloaded where the caller said so.
    static let askedFor = "as asked for"
    /// The environment variable that turned the network off, for messages.
    package var offlineReason = Self.askedFor
    /// The environment variable that names the site to ask first.
    static let sourceVariable = "VIVACE_DOWNLOAD_SOURCE"
    /// Why the file with the token for Hugging Face can't be read; `nil` if it can, or isn't there.
    var tokenObstacle: SystemFault?
    package var retries = RetryPolicy()
    package var http = HTTPClient.Options()
    /// Free bytes at a directory; `nil` if unknown.
    package var freeSpace: @Sendable (URL) -> Int64? = { FileSystem.freeSpace(at: $0) }

    /// Whether the disk with the cache can hold a number of bytes more, as far as that is known.
    package func hasRoom(for bytes: Int64) -> Bool {
        // Room for links, references and what else the machine writes meanwhile.
        let reserve: Int64 = 64 << 20
        guard bytes > 0, let free = freeSpace(cacheDirectory) else { return true }
        return free >= bytes + reserve
    }

    /// Reads the environment.
    ///
    /// - Parameters:
    ///   - environment: variables by name.
    ///   - catalog: families, which may have variables and files of their own.
    /// - Throws: ``MusicError`` `invalidRequest` if a variable has a value that it can't have.
    public init(
        environment: [String: String] = ProcessInfo.processInfo.environment, catalog: ModelCatalog = ModelCatalog()
    ) throws {
        let variables = Variables(environment)
        let hubHome =
            variables.path("HF_HOME")
            ?? (variables.path("XDG_CACHE_HOME") ?? variables.home.appending(path: ".cache"))
            .appending(path: "huggingface")
        cacheDirectory =
            variables.path("HF_HUB_CACHE") ?? variables.path("HUGGINGFACE_HUB_CACHE") ?? hubHome.appending(path: "hub")
        userModelsFile = (variables.path("XDG_CONFIG_HOME") ?? variables.home.appending(path: ".config"))
            .appending(path: "vivace/models.json")
        checkpointDirectories = (["VIVACE_CHECKPOINTS_DIR"] + catalog.families.flatMap(\.checkpointVariables))
            .compactMap(variables.path)
        extraFiles = catalog.families.reduce(into: []) { $0.formUnion($1.extraFiles) }

        if let endpoint = variables["HF_ENDPOINT"] {
            self.endpoint = try Self.endpoint(endpoint, variable: "HF_ENDPOINT")
        }
        if let endpoint = variables["MODELSCOPE_ENDPOINT"] {
            modelScopeEndpoint = try Self.endpoint(endpoint, variable: "MODELSCOPE_ENDPOINT")
        }
        if !variables.isTrue("HF_HUB_DISABLE_IMPLICIT_TOKEN") {
            let file = variables.path("HF_TOKEN_PATH") ?? hubHome.appending(path: "token")
            token = try Self.token(variables["HF_TOKEN"] ?? variables["HUGGING_FACE_HUB_TOKEN"], from: "HF_TOKEN")
            if token == nil { try readToken(in: file) }
        }
        modelScopeToken = try Self.token(variables["MODELSCOPE_API_TOKEN"], from: "MODELSCOPE_API_TOKEN")
        let choices = [Self.sourceVariable] + catalog.families.flatMap(\.sourceVariables)
        if let choice = choices.lazy.compactMap({ variables[$0] }).first { source = try Self.source(named: choice) }
        for name in ["VIVACE_OFFLINE", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"] where variables.isTrue(name) {
            isOffline = true
            offlineReason = name
            break
        }
        avoidsSymbolicLinks = variables.isTrue("HF_HUB_DISABLE_SYMLINKS")
        certificatesFile =
            variables["CURL_CA_BUNDLE"] ?? variables["SSL_CERT_FILE"] ?? variables["REQUESTS_CA_BUNDLE"]
    }

    /// The site of that name; `nil` for `auto`.
    ///
    /// - Throws: ``MusicError`` `invalidRequest` for any other name.
    public static func source(named text: String) throws -> HubSourceName? {
        let name = text.lowercased()
        if name == "auto" { return nil }
        guard let source = HubSourceName(rawValue: name) else {
            throw MusicError(
                .invalidRequest, "the source of models must be auto, huggingface or modelscope, not '\(text)'",
                advice: "choose auto, \(HubSourceName.allCases.map(\.rawValue).joined(separator: " or "))")
        }
        return source
    }

    func makeClient() -> HTTPClient {
        var options = http
        options.certificates = certificatesFile
        return HTTPClient(options: options)
    }

    func makeSource(_ name: HubSourceName, client: HTTPClient, retries: RetryPolicy) -> any HubSource {
        switch name {
        case .huggingFace:
            HuggingFaceSource(endpoint: endpoint, token: token, client: client, retries: retries)
        case .modelScope:
            ModelScopeSource(endpoint: modelScopeEndpoint, token: modelScopeToken, client: client, retries: retries)
        }
    }

    private static func endpoint(_ text: String, variable: String) throws -> String {
        var text = text
        while text.hasSuffix("/") { text.removeLast() }
        guard text.hasPrefix("https://") || text.hasPrefix("http://"), !text.contains(where: \.isWhitespace) else {
            throw MusicError(
                .invalidRequest, "\(variable) must be a web address, not '\(text)'",
                advice: "set it to something like https://huggingface.co, or unset it")
        }
        return text
    }

    /// Takes the token in a file, which need not be there; one that can't be read matters only where it is wanted.
    private mutating func readToken(in file: URL) throws {
        let data: Data
        do {
            data = try SystemFile.contents(of: file)
        } catch {
            if !error.isAbsence { tokenObstacle = error }
            return
        }
        token = try Self.token(String(decoding: data, as: UTF8.self), from: file.path)
    }

    /// A token without the white space around it; `nil` if nothing is left.
    private static func token(_ text: String?, from place: String) throws -> String? {
        guard let token = text?.trimmingCharacters(in: .whitespacesAndNewlines), !token.isEmpty else { return nil }
        guard token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw MusicError(
                .invalidRequest, "the token in \(place) has characters that no token has",
                advice: "copy it anew from the site's settings")
        }
        return token
    }
}

/// Environment variables with the conventions of Hugging Face's library: empty is unset, `~` and `$NAME` expand in
/// paths, and `1`, `ON`, `YES` and `TRUE` mean true.
private struct Variables {
    private let values: [String: String]

    init(_ values: [String: String]) {
        self.values = values
    }

    var home: URL { URL(filePath: self["HOME"] ?? NSHomeDirectory(), directoryHint: .isDirectory) }

    subscript(name: String) -> String? { values[name].flatMap { $0.isEmpty ? nil : $0 } }

    func isTrue(_ name: String) -> Bool {
        ["1", "ON", "YES", "TRUE"].contains((self[name] ?? "").uppercased())
    }

    func path(_ name: String) -> URL? {
        self[name].map { URL(filePath: expanded($0), directoryHint: .isDirectory) }
    }

    private func expanded(_ text: String) -> String {
        var result = ""
        var rest = Substring(text)
        if rest == "~" || rest.hasPrefix("~/") {
            result = home.path
            rest = rest.dropFirst()
        }
        while let dollar = rest.firstIndex(of: "$") {
            result += rest[..<dollar]
            rest = rest[rest.index(after: dollar)...]
            let isBraced = rest.first == "{"
            let name = (isBraced ? rest.dropFirst() : rest).prefix {
                $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_")
            }
            let end = rest.index(rest.startIndex, offsetBy: name.count + (isBraced ? 1 : 0))
            let isClosed = !isBraced || (end < rest.endIndex && rest[end] == "}")
            if let value = values[String(name)], isClosed {
                result += value
                rest = rest[(isBraced ? rest.index(after: end) : end)...]
            } else {
                result += "$"
            }
        }
        return result + rest
    }
}
