import Foundation
import MusicCore
import Testing

/// Catalogs of families, and what folders lack.
struct CatalogTests {
    private func withFolder(_ files: [String: String], _ body: (FolderView) throws -> Void) throws {
        let root = FileManager.default.temporaryDirectory.appending(
            path: "catalog-\(UUID().uuidString)", directoryHint: .isDirectory)
        defer { try? FileManager.default.removeItem(at: root) }
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        for (path, text) in files {
            let url = root.appending(path: path)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: url)
        }
        try body(FolderView(root))
    }

    private static let index =
        #"{"weight_map":{"a":"w-00001-of-00002.safetensors","b":"w-00002-of-00002.safetensors"}}"#

    @Test(
        arguments: [
            ([:], [FileRequirement.file("a.json")], ["a.json"]),
            (["a.json": ""], [.file("a.json")], []),
            (["a.json/b": ""], [.file("a.json")], ["a.json"]),
            ([:], [.weights("w.safetensors")], ["w.safetensors"]),
            (["w.safetensors": ""], [.weights("w.safetensors")], []),
            (["mine.safetensors": ""], [.weights("w.safetensors")], []),
            (["w-00001-of-00002.safetensors": ""], [.weights("w.safetensors")], ["w.safetensors.index.json"]),
            (
                ["w.safetensors.index.json": index, "w-00001-of-00002.safetensors": ""], [.weights("w.safetensors")],
                ["w-00002-of-00002.safetensors"]
            ),
            (["w.safetensors.index.json": "{"], [.weights("w.safetensors")], ["w.safetensors.index.json"]),
            (
                ["w.safetensors.index.json": #"{"weight_map":{"a":"../x.safetensors"}}"#], [.weights("w.safetensors")],
                ["w.safetensors.index.json"]
            ),
            (["vocab.json": ""], [.tokenizer], ["tokenizer.json"]),
            (["vocab.json": "", "merges.txt": ""], [.tokenizer], []), (["tokenizer.json": ""], [.tokenizer], []),
            ([:], [.pipeline], ["model_index.json"]),
            (
                ["model_index.json": #"{"_class_name":"X","net":["a","B"],"none":[null,null],"scheduler":["a","C"]}"#],
                [.pipeline],
                ["net/config.json", "net/diffusion_pytorch_model.safetensors", "scheduler/scheduler_config.json"]
            ),
        ] as [([String: String], [FileRequirement], [String])])
    func missingFilesAreNamed(files: [String: String], needed: [FileRequirement], missing: [String]) throws {
        try withFolder(files) { #expect($0.missing(needed) == missing) }
    }

    @Test func foldersAreSeenByNamesAndSmallFiles() throws {
        let large = "{\"a\": \"\(String(repeating: "x", count: 1 << 20))\"}"
        try withFolder(["b/c": "", ".hidden/c": "", "a.json": "{\"k\": 1}", "list.json": "[]", "large.json": large]) {
            #expect($0.folders.map(\.name) == ["b"])
            #expect($0.object("a.json")?["k"] as? Int == 1)
            #expect($0.object("list.json") == nil && $0.object("none.json") == nil)
            #expect($0.object("large.json") == nil && $0.object("large.json", limit: 2 << 20) != nil)
            #expect($0.folder("b").parent.url.path == $0.url.path)
            #expect(!$0.folder("nothing").exists && $0.folder("nothing").names == [])
        }
    }

    private func model(
        _ name: String, _ purpose: ModelPurpose = .music, memory: Int64 = 0, licences: [String] = ["MIT"]
    ) -> KnownModel {
        KnownModel(
            name: name, aliases: ["\(name)-alias"], purpose: purpose, layout: "plain",
            components: licences.enumerated().map { index, licence in
                ModelComponent(
                    role: ModelRole(rawValue: "part\(index)"), repository: RepositoryID(owner: "o", name: name),
                    directoryName: name, bytes: 5, files: [], licence: licence, isGated: index == 1)
            }, summary: "s", parameters: "1B", minimumMemory: memory, isRecommended: name == "b")
    }

    private func family(_ name: String, _ models: [KnownModel], _ answer: FolderContents) -> FamilyCatalog {
        FamilyCatalog(
            family: name, title: name, models: models, preferred: models.map(\.name).reversed(),
            folderDescription: "a folder", recognise: { _ in answer })
    }

    @Test func modelsAreChosenByTheFamiliesOrder() {
        let catalog = ModelCatalog([
            family("one", [model("a"), model("b", memory: 20), model("p", .planning)], .unknown),
            family("two", [model("c")], .unknown),
        ])
        #expect(catalog.preferred(for: .music).map(\.name) == ["b", "a", "c"])
        #expect(catalog.preferred(for: .music, memory: 19).map(\.name) == ["a", "c"])
        #expect(catalog.preferred(for: .planning).map(\.name) == ["p"])
        #expect(catalog.recommended(for: .music)?.name == "b" && catalog.recommended(for: .planning) == nil)
        #expect(catalog.model(named: "C-Alias")?.name == "c" && catalog.model(named: "d") == nil)
    }

    @Test func whoCanSayMostOfAFolderIsHeard() {
        let folder = FolderView(URL(filePath: "/nowhere"))
        let found = FolderContents.model(
            FoundModel(purpose: .music, layout: "plain", parts: [.init("own", folder.url)]))
        let part = family("part", [], .part("vae"))
        let several = family("several", [], .several([folder.url]))
        let whole = family("whole", [], found)
        let stranger = family("stranger", [], .unknown)
        #expect(ModelCatalog([stranger, part, several, whole]).contents(of: folder)?.family.family == "whole")
        #expect(ModelCatalog([stranger, part, several]).contents(of: folder)?.family.family == "several")
        #expect(ModelCatalog([stranger, part]).contents(of: folder)?.contents == .part("vae"))
        #expect(ModelCatalog([stranger]).contents(of: folder) == nil)
    }

    @Test func licencesAreAnExpression() {
        let model = model("a", licences: ["MIT", "Apache-2.0", "MIT"])
        #expect(model.licence == "MIT AND Apache-2.0" && model.isGated && model.bytes == 15)
    }

    @Test func namesAreTextInJSON() throws {
        let model = model("a", .planning)
        let data = try JSONEncoder().encode(model)
        #expect(String(decoding: data, as: UTF8.self).contains(#""purpose":"planning""#))
        #expect(try JSONDecoder().decode(KnownModel.self, from: data) == model)
    }
}
