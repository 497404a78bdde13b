import ACEStep
import Foundation
import MusicCore
import Testing

/// What ACE-Step tells a hub about itself.
struct ACEStepCatalogTests {
    private let catalog = ModelCatalog([.aceStep])

    @Test func everyNameIsUniqueAndComplete() {
        let models = catalog.models
        let names = models.flatMap(\.names).map { $0.lowercased() }
        #expect(Set(names).count == names.count)
        for model in models {
            #expect(!model.summary.isEmpty && !model.licence.isEmpty && !model.parameters.isEmpty)
            #expect(model.bytes > 100_000_000)
            #expect(model.components.allSatisfy { $0.repository.owner == "ACE-Step" && !$0.files.isEmpty })
            #expect(model.components.allSatisfy { $0.sites == [.huggingFace, .modelScope] && !$0.isGated })
        }
        for name in [
            "turbo", "turbo-shift1", "turbo-shift3", "turbo-continuous", "sft", "base", "xl-turbo", "xl-sft", "xl-base",
            "xl-turbo-diffusers", "xl-sft-diffusers", "xl-base-diffusers", "lm-0.6b", "lm-1.7b", "lm-4b",
            "acestep-v15-turbo", "acestep-v15-xl-base", "acestep-5Hz-lm-0.6B",
        ] {
            #expect(catalog.model(named: name) != nil, "\(name)")
        }
    }

    @Test func whatModelsNeed() throws {
        let base = try #require(catalog.model(named: "base"))
        #expect(
            base.components.map(\.place) == [
                "ACE-Step/acestep-v15-base", "ACE-Step/Ace-Step1.5/vae", "ACE-Step/Ace-Step1.5/Qwen3-Embedding-0.6B",
            ])
        #expect(base.licence == "MIT AND Apache-2.0")
        #expect(try #require(catalog.model(named: "turbo")).ownComponent.folder == "acestep-v15-turbo")
        #expect(try #require(catalog.model(named: "lm-1.7b")).components.map(\.folder) == ["acestep-5Hz-lm-1.7B"])
        #expect(try #require(catalog.model(named: "xl-turbo-diffusers")).components.count == 1)
    }

    @Test func defaults() {
        #expect(
            catalog.preferred(for: .music).map(\.name) == ["turbo", "xl-turbo", "sft", "xl-sft", "base", "xl-base"])
        #expect(catalog.recommended(for: .music)?.name == "turbo")
        #expect(catalog.recommended(for: .planning)?.name == "lm-0.6b")
    }

    @Test(
        arguments: [
            ("8", []), ("16", ["lm-0.6b"]), ("24", ["lm-1.7b", "lm-0.6b"]),
            ("48", ["lm-4b", "lm-1.7b", "lm-0.6b"]),
        ] as [(String, [String])])
    func languageModelsByMemoryLargestFirst(tier: String, names: [String]) throws {
        let memory = try ACEStepFamily().memoryTiers.tier(named: tier).bytes
        #expect(catalog.preferred(for: .planning, memory: memory).map(\.name) == names)
    }
}
