import Foundation
import ModelHub
import MusicCore
import Testing

@Suite struct ReferenceTests {
    @Test(arguments: [
        ("a/b", "a/b", nil, ""), ("ACE-Step/Ace-Step1.5", "ACE-Step/Ace-Step1.5", nil, ""),
        ("a/b@v1", "a/b", "v1", ""), ("a/b/c", "a/b", nil, "c"), ("a/b/c/d", "a/b", nil, "c/d"),
        ("a/b/c/", "a/b", nil, "c"), ("a/b@main/c", "a/b", "main", "c"),
        ("a/b@refs/pr/3", "a/b", "refs/pr/3", ""), ("a/b@refs/pr/3/c/d", "a/b", "refs/pr/3", "c/d"),
    ])
    func forms(text: String, repository: String, revision: String?, folder: String) throws {
        let reference = try #require(try HubReference(text))
        #expect(reference.repository.description == repository)
        #expect(reference.revision == revision)
        #expect(reference.folder == folder)
        #expect(try HubReference(reference.description) == reference)
    }

    @Test(arguments: [
        "", "a", "/a/b", "a/", "a/-b", "a/b--c", "a/b..c", "a/b.git", "a/ü", "a b/c", "a/b c", ".a/b", "a/b.", "@/x",
    ])
    func notReferences(text: String) throws {
        #expect(try HubReference(text) == nil)
    }

    @Test func longNames() {
        #expect(RepositoryID("a/" + String(repeating: "b", count: 96)) != nil)
        #expect(RepositoryID("a/" + String(repeating: "b", count: 97)) == nil)
    }

    @Test func conflictingPaths() {
        #expect(RemotePath.conflict(in: ["a", "b/c", "b/d", "bc"]) == nil)
        #expect(RemotePath.conflict(in: ["b/c", "b"]) == "b")
        #expect(RemotePath.conflict(in: ["b", "b/c/d"]) == "b")
        #expect(RemotePath.conflict(in: ["b/c", "b/c/d"]) == "b/c")
        #expect(RemotePath.conflict(in: ["x", "x"]) == "x")
    }

    @Test(arguments: [
        ("model.safetensors", true), ("a/b/config.json", true), ("merges.txt", true), ("silence_latent.pt", true),
        ("x/silence_latent.pt", true), ("tokenizer.json", true), ("chat_template.jinja", true),
        ("model.safetensors.index.json", true), ("modeling.py", false), ("pytorch_model.bin", false),
        ("weights.pt", false), ("README.md", false), (".gitattributes", false), ("a/.hidden.json", false),
        ("cover.png", false), ("model.onnx", false), ("model.gguf", false),
    ])
    func neededFiles(path: String, isNeeded: Bool) {
        #expect(FileSelection(extraFiles: ["silence_latent.pt"]).isNeeded(path) == isNeeded)
    }
}

@Suite struct HTTPTests {
    @Test func addresses() throws {
        let url = try WebURL("HTTPS://Example.COM/a/b?c=d#e")
        #expect(url.origin == WebURL.Origin(scheme: "https", host: "example.com", port: 443))
        #expect(url.shown == "https://Example.COM/a/b" || url.shown == "https://example.com/a/b")
        #expect(try url.resolving("/x").text.hasSuffix("/x"))
        #expect(try url.resolving("//other.org:81/x").origin == .init(scheme: "https", host: "other.org", port: 81))
        #expect(try url.resolving("http://example.com/").origin != url.origin)
        #expect(try WebURL("http://h:80/").origin == WebURL("http://h/").origin)
        #expect(try WebURL("http://[::1]:8080/").origin.port == 8080)
    }

    @Test(arguments: ["", "x", "ftp://h/", "file:///etc/passwd", "http://u:p@h/", "http://h:99999/"])
    func noAddresses(text: String) {
        #expect(throws: TransferError.self) { _ = try WebURL(text) }
    }

    @Test func encoding() {
        #expect(WebURL.encode("a b/ü&?#%", keeping: "/") == "a%20b/%C3%BC%26%3F%23%25")
        #expect(WebURL.encode("refs/pr/1") == "refs%2Fpr%2F1")
    }

    @Test(
        arguments: [
            ("bytes 0-9/10", 0, 9, 10), ("bytes 5-9/10", 5, 9, 10), ("Bytes 5-9/*", 5, 9, nil),
        ] as [(String, Int64, Int64, Int64?)])
    func ranges(text: String, start: Int64, end: Int64, total: Int64?) throws {
        let range = try #require(ContentRange(text))
        #expect(range.start == start && range.end == end && range.total == total)
    }

    @Test(arguments: ["", "bytes */10", "bytes 9-5/10", "bytes -5-9/10", "bytes 0-9/9", "items 0-9/10", "bytes a-b/c"])
    func noRanges(text: String) {
        #expect(ContentRange(text) == nil)
    }

    @Test func retryAfter() throws {
        let now = Date(timeIntervalSince1970: 1_445_412_480 - 90)
        #expect(RetryPolicy.seconds(retryAfter: "Wed, 21 Oct 2015 07:28:00 GMT", now: now) == 90)
        #expect(RetryPolicy.seconds(retryAfter: "120") == 120)
        #expect(RetryPolicy.seconds(retryAfter: "-3") == 0)
        #expect(RetryPolicy.seconds(retryAfter: "Wed, 21 Oct 1999 07:28:00 GMT") == 0)
        for text in [
            "", "soon", "inf", "nan", "Wed, 21 Foo 2015 07:28:00 GMT", "Wed, 21 Oct 2015 07:28:00 CET",
            "Wed, 21 Oct -2147483648 07:28:00 GMT", "Wed, 2147483647 Oct 2015 07:28:00 GMT",
            "Wed, 21 Oct 2015 07:99:00 GMT",
        ] {
            #expect(RetryPolicy.seconds(retryAfter: text) == nil, "\(text)")
        }
    }

    @Test func backoffGrowsAndEnds() throws {
        let policy = RetryPolicy()
        let error = TransferError.timedOut(host: "h")
        let delays = (1..<policy.maximumAttempts).compactMap { policy.delay(after: error, attempt: $0) }
        #expect(delays.count == policy.maximumAttempts - 1)
        for (index, delay) in delays.enumerated() {
            let base = min(policy.maximumDelay, policy.firstDelay * Double(1 << index))
            #expect((base...base * 1.25).contains(delay))
        }
        #expect(policy.delay(after: error, attempt: policy.maximumAttempts) == nil)
        #expect(policy.delay(after: TransferError.certificate(host: "h", ""), attempt: 1) == nil)
        #expect(policy.delay(after: CancellationError(), attempt: 1) == nil)
    }

    @Test func bodiesAreBounded() async throws {
        let server = try TestServer { _ in TestServer.Response(body: Array(repeating: 1, count: 1000)) }
        defer { server.stop() }
        let request = HTTPRequest(url: try WebURL(server.address))
        #expect(try await HTTPClient().data(request, limit: 1000).body.count == 1000)
        await #expect(throws: TransferError.tooLarge(host: "127.0.0.1", limit: 999)) {
            _ = try await HTTPClient().data(request, limit: 999)
        }
    }

    @Test func headerCanNotBeForged() async throws {
        let server = try TestServer { _ in .status(200) }
        defer { server.stop() }
        let environment = ["HOME": "/nonexistent", "HF_TOKEN": "good\r\nX-Evil: 1"]
        #expect(throws: MusicError.self) { _ = try HubConfiguration(environment: environment) }
        _ = try await HTTPClient().data(HTTPRequest(url: try WebURL(server.address)), limit: 10)
        #expect(server.requests[0].headers["user-agent"] == "vivace")
        #expect(server.requests[0].headers["accept-encoding"] == "identity")
    }
}

@Suite struct ConfigurationTests {
    private func configuration(_ environment: [String: String]) throws -> HubConfiguration {
        try HubConfiguration(
            environment: ["HOME": "/home/u"].merging(environment) { $1 }, catalog: Checkpoints.catalog)
    }

    @Test(
        arguments: [
            ([:], "/home/u/.cache/huggingface/hub"),
            (["XDG_CACHE_HOME": "/c"], "/c/huggingface/hub"),
            (["XDG_CACHE_HOME": "/c", "HF_HOME": "/h"], "/h/hub"),
            (["HF_HOME": "~/h"], "/home/u/h/hub"),
            (["HF_HOME": "$BASE/h", "BASE": "/b"], "/b/h/hub"),
            (["HF_HOME": "${BASE}/h", "BASE": "/b"], "/b/h/hub"),
            (["HF_HOME": "/x$NOT_SET/h"], "/x$NOT_SET/h/hub"),
            (["HF_HOME": "/h", "HUGGINGFACE_HUB_CACHE": "/old"], "/old"),
            (["HF_HOME": "/h", "HUGGINGFACE_HUB_CACHE": "/old", "HF_HUB_CACHE": "/new"], "/new"),
            (["HF_HUB_CACHE": ""], "/home/u/.cache/huggingface/hub"),
        ] as [([String: String], String)])
    func cacheDirectory(environment: [String: String], path: String) throws {
        #expect(try configuration(environment).cacheDirectory.path == path)
    }

    @Test func endpoints() throws {
        #expect(try configuration([:]).endpoint == "https://huggingface.co")
        #expect(try configuration([:]).modelScopeEndpoint == "https://www.modelscope.cn")
        #expect(try configuration(["HF_ENDPOINT": "https://mirror/hub//"]).endpoint == "https://mirror/hub")
        for text in ["mirror", "ftp://x", "https://a b"] {
            #expect(throws: MusicError.self) { _ = try configuration(["HF_ENDPOINT": text]) }
        }
    }

    @Test func tokens() throws {
        let workspace = try Workspace()
        try workspace.write("hf/token", "  hf_file\n")
        try workspace.write("other", "hf_other")
        let home = workspace.root.appending(path: "hf").path
        #expect(try configuration(["HF_HOME": home]).token == "hf_file")
        #expect(try configuration(["HF_HOME": home, "HF_TOKEN": " hf_env\n"]).token == "hf_env")
        #expect(try configuration(["HF_HOME": home, "HUGGING_FACE_HUB_TOKEN": "hf_old"]).token == "hf_old")
        let path = workspace.root.appending(path: "other").path
        #expect(try configuration(["HF_HOME": home, "HF_TOKEN_PATH": path]).token == "hf_other")
        #expect(try configuration(["HF_HOME": home, "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1"]).token == nil)
        #expect(try configuration([:]).token == nil)
        #expect(throws: MusicError.self) { _ = try configuration(["HF_TOKEN": "with space"]) }
    }

    @Test func switches() throws {
        #expect(try !configuration([:]).isOffline)
        for value in ["1", "on", "Yes", "TRUE"] { #expect(try configuration(["VIVACE_OFFLINE": value]).isOffline) }
        for value in ["0", "", "no", "2"] { #expect(try !configuration(["HF_HUB_OFFLINE": value]).isOffline) }
        #expect(try configuration(["ACESTEP_DOWNLOAD_SOURCE": "ModelScope"]).source == .modelScope)
        #expect(try configuration(["ACESTEP_DOWNLOAD_SOURCE": "auto"]).source == nil)
        let error = #expect(throws: MusicError.self) { _ = try configuration(["ACESTEP_DOWNLOAD_SOURCE": "ftp"]) }
        #expect(error?.advice.contains("huggingface or modelscope") == true)
        // The hub's own variable goes before those of a family.
        let both = ["VIVACE_DOWNLOAD_SOURCE": "modelscope", "ACESTEP_DOWNLOAD_SOURCE": "huggingface"]
        #expect(try configuration(both).source == .modelScope)
        #expect(try configuration(["SSL_CERT_FILE": "/ca.pem"]).certificatesFile == "/ca.pem")
    }
}

@Suite struct RegistryTests {
    private let registry = ModelRegistry(catalog: Checkpoints.catalog)

    @Test(arguments: [
        ("trubo", "turbo"), ("tubro", "turbo"), ("turbo-xl", "xl-turbo"), ("basse", "base"), ("lm-0.6", "lm-0.6b"),
        ("acestep-v15-tubo", "turbo"), ("ACE-Step/acestep-v15-bas", "base"), ("built-in", "builtin"),
        ("shift3", "turbo-shift3"), ("XL_TURBO", "xl-turbo"),
    ])
    func nearNames(text: String, expected: String) {
        #expect(registry.names(near: text).first == expected)
    }

    @Test func byteCounts() {
        let texts = [0, 999, 1000, 9_949, 99_999, 337_000_000, 6_334_000_000, 19_950_000_000].map { ByteCount.text($0) }
        #expect(texts == ["0 B", "999 B", "1.00 kB", "9.95 kB", "100 kB", "337 MB", "6.33 GB", "19.9 GB"])
    }
}
