import Foundation
import ModelHub
import MusicCore
import Testing

/// Families that the hub has never heard of.
@Suite struct FamilyTests {
    private let workspace: Workspace

    init() throws {
        workspace = try Workspace()
    }

    private static let codec = ModelComponent(
        role: "codec", repository: RepositoryID(owner: "lab", name: "codec"), directoryName: "codec", bytes: 7_000_000,
        files: [.weights("codec.safetensors")], licence: "CC-BY-NC-4.0", isGated: true)
    private static let generator = ModelComponent(
        role: "generator", repository: RepositoryID(owner: "lab", name: "tone"), directoryName: "tone",
        bytes: 30_000_000, files: [.file("tone.json"), .file("tones.bin"), .weights("tone.safetensors")],
        licence: "MIT")

    /// A family with a generator and a codec that its models share.
    private static let tone = FamilyCatalog(
        family: "tone", title: "Tone",
        models: [
            KnownModel(
                name: "tone-small", purpose: .music, layout: "tone", components: [generator, codec],
                summary: "plays a tone", parameters: "3M", isRecommended: true)
        ],
        preferred: ["tone-small"], extraFiles: ["tones.bin"], checkpointVariables: ["TONE_DIR"],
        folderDescription: "a folder with tone.json",
        recognise: { folder in
            guard folder.hasFile("tone.json") else {
                return folder.hasFile("codec.safetensors") ? .part("codec") : .unknown
            }
            return .model(
                FoundModel(
                    purpose: .music, layout: "tone", parts: [.init("generator", folder.url)],
                    missingFiles: folder.missing([.weights("tone.safetensors")]), missingParts: [codec]))
        })

    /// A family that knows folders alone.
    private static let choir = FamilyCatalog(
        family: "choir", title: "Choir", models: [], folderDescription: "a folder with choir.json",
        recognise: { folder in
            guard folder.hasFile("choir.json") else { return .unknown }
            return .model(FoundModel(purpose: .music, layout: "choir", parts: [.init("singers", folder.url)]))
        })

    private static let catalog = ModelCatalog([tone, choir])

    private func locator(hub: String = "http://127.0.0.1:1", _ extra: [String: String] = [:]) throws -> ModelLocator {
        var environment = ["HOME": workspace.root.path, "HF_HUB_CACHE": workspace.cache.path, "HF_ENDPOINT": hub]
        environment.merge(extra) { $1 }
        var configuration = try HubConfiguration(environment: environment, catalog: Self.catalog)
        configuration.retries.maximumAttempts = 1
        return ModelLocator(configuration: configuration, registry: ModelRegistry(catalog: Self.catalog))
    }

    private func failure(_ name: String) async throws -> MusicError {
        try #require(await #expect(throws: MusicError.self) { _ = try await locator().resolve(name) })
    }

    @Test func aStrangeFolderIsOfferedToEveryFamily() async throws {
        try workspace.write("strange/config.json")
        let path = workspace.root.appending(path: "strange").path
        let error = try await failure(path)
        #expect(error.code == .modelNotFound && error.value == path)
        #expect(error.message.contains("asked: Tone, Choir"))
        #expect(error.advice == "Tone needs a folder with tone.json; Choir needs a folder with choir.json")
        #expect(error.suggestion == .install(models: ["tone-small"], bytes: 37_000_000))
    }

    @Test func everyFamilyFindsItsFolders() async throws {
        try workspace.write("choir/choir.json")
        let choir = try await locator().resolve(workspace.root.appending(path: "choir").path)
        #expect(choir.layout == "choir" && choir.directories.keys.map(\.rawValue) == ["singers"])
        #expect(choir.location.components.isEmpty)
    }

    @Test func missingFilesAndPartsAreNamed() async throws {
        try workspace.write("tone/tone.json")
        let path = workspace.root.appending(path: "tone").path
        let incomplete = try await failure(path)
        #expect(incomplete.code == .invalidCheckpoint && incomplete.message.hasSuffix("missing tone.safetensors"))
        try workspace.write("tone/tone.safetensors")
        let alone = try await failure(path)
        #expect(alone.message.contains("the part 'generator' alone, and lab/codec, which it needs, is not on"))
        #expect(alone.suggestion == .install(models: ["lab/codec"], bytes: 7_000_000))
        try workspace.write("codec/codec.safetensors")
        let part = try await failure(workspace.root.appending(path: "codec").path)
        #expect(part.message.contains("the part 'codec' of a model of Tone"))
        // The family's own variable names a folder of checkpoints.
        let model = try await locator(["TONE_DIR": workspace.root.path]).resolve(path)
        #expect(model.location.components.keys.sorted() == ["codec"])
        #expect(model.notices.count == 1)
    }

    @Test func knownModelsAreDownloadedListedAndRemoved() async throws {
        let files: [String: FakeFile] = [
            "tone.json": FakeFile("{}"), "tones.bin": .large(900, seed: 3), "other.bin": .large(900, seed: 4),
            "tone.safetensors": .large(5000, seed: 5),
        ]
        let hub = try FakeHub([
            "lab/tone": .init(commit: commitA, files: files),
            "lab/codec": .init(commit: commitB, files: ["codec.safetensors": .large(4000, seed: 6)]),
        ])
        let locator = try locator(hub: hub.address)
        let error = await #expect(throws: MusicError.self) { _ = try await locator.resolve("tone-small") }
        #expect(error?.message.contains("missing tone.json, tones.bin, tone.safetensors of lab/tone; codec") == true)
        #expect(error?.message.contains("the owners of lab/codec ask you to accept their terms first") == true)

        let model = try await locator.pull(["TONE-SMALL"])[0]
        #expect(model.layout == "tone" && model.purpose == .music)
        #expect(FileManager.default.fileExists(atPath: model.directory.appending(path: "tones.bin").path))
        #expect(!FileManager.default.fileExists(atPath: model.directory.appending(path: "other.bin").path))
        let listed = try #require(try locator.inventory().models.first)
        #expect(listed.status == .installed && listed.kind == "generator" && listed.isGated == true)
        #expect(listed.licence == "MIT AND CC-BY-NC-4.0" && listed.directory == model.directory.path)
        #expect(try await locator.verify("tone-small").isIntact)
        try locator.remove(try locator.removal(of: "tone-small"))
        #expect(try locator.inventory().models.first?.status == .absent)
    }

    @Test func strangersKeepThePartsThatTheyNeed() async throws {
        for (repository, files) in [
            ("lab--tone", ["tone.json", "tones.bin", "tone.safetensors"]), ("lab--codec", ["codec.safetensors"]),
            ("someone--tuned", ["tone.json", "tone.safetensors"]),
        ] {
            for file in files { try workspace.write("hub/models--\(repository)/snapshots/\(commitA)/\(file)") }
            try workspace.write("hub/models--\(repository)/refs/main", commitA)
        }
        let locator = try locator()
        #expect(try locator.removal(of: "tone-small").kept == ["codec": ["someone/tuned"]])
        #expect(try locator.inventory().models.contains { $0.name == "someone/tuned" && $0.origin == .cache })
    }
}
