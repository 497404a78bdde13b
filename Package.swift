// swift-tools-version: 6.1
import PackageDescription

// One manifest, two array back ends: on macOS the `MLX` and `MLXNN` modules are those of ml-explore/mlx-swift,
// on Linux they are the targets of this package with the same names and the same semantics.
#if os(macOS)
    let usesMLXSwift = true
#else
    let usesMLXSwift = false
#endif

let mlx: Target.Dependency = usesMLXSwift ? .product(name: "MLX", package: "mlx-swift") : "MLX"
let mlxNN: Target.Dependency = usesMLXSwift ? .product(name: "MLXNN", package: "mlx-swift") : "MLXNN"

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

var dependencies: [Package.Dependency] = [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
]

// Floors, lowest first; a target imports only from floors below its own. `scripts/check-floors` keeps it so.
var targets: [Target] = [
    // Floor 0: C
    .systemLibrary(
        name: "CSndfile", pkgConfig: "sndfile", providers: [.apt(["libsndfile1-dev"]), .brew(["libsndfile"])]),
    .systemLibrary(name: "CSoxr", pkgConfig: "soxr", providers: [.apt(["libsoxr-dev"]), .brew(["libsoxr"])]),
    // libcurl is opened when the first download begins, and needs to be here at build time for its header alone.
    .target(name: "CCurl", linkerSettings: [.linkedLibrary("dl", .when(platforms: [.linux]))]),

    // Floor 2: no tensors. MusicCore is the leaf that every floor above 1 may import.
    .target(name: "MusicCore", swiftSettings: strict),
    .target(name: "AudioFile", dependencies: ["MusicCore", "CSndfile", "CSoxr"], swiftSettings: strict),
    .target(name: "Tokenizers", dependencies: ["MusicCore"], swiftSettings: strict),
    .target(
        name: "ModelHub",
        dependencies: ["MusicCore", "CCurl", .product(name: "Crypto", package: "swift-crypto")],
        swiftSettings: strict),

    // Floor 2: tensors, no model family
    .target(name: "ModelSupport", dependencies: ["MusicCore", mlx, mlxNN], swiftSettings: strict),

    // Floor 3: networks that several families use
    .target(name: "Oobleck", dependencies: ["MusicCore", "ModelSupport", mlx, mlxNN], swiftSettings: strict),
    .target(name: "Qwen3", dependencies: ["MusicCore", "ModelSupport", mlx, mlxNN], swiftSettings: strict),

    // Floor 4: model families; they never import each other
    .target(
        name: "ACEStep",
        dependencies: ["MusicCore", "ModelSupport", "Tokenizers", "Oobleck", "Qwen3", mlx, mlxNN],
        swiftSettings: strict),

    // Floor 5
    .target(
        name: "MusicManager",
        dependencies: ["MusicCore", "ModelHub", .product(name: "Crypto", package: "swift-crypto")],
        swiftSettings: strict),

    // Floor 6: the public way in for programs
    .target(
        name: "MusicPipeline", dependencies: ["MusicCore", "AudioFile", "ModelHub", "MusicManager", "ACEStep"],
        swiftSettings: strict),

    // Floor 7
    .target(
        name: "VivaceCommands",
        dependencies: [
            "MusicCore", "AudioFile", "ModelHub", "MusicManager",
            .product(name: "ArgumentParser", package: "swift-argument-parser"),
        ],
        swiftSettings: strict),
    .executableTarget(
        name: "vivace", dependencies: ["VivaceCommands", "MusicManager", "ACEStep", "ModelHub", "ModelSupport"],
        swiftSettings: strict),

    // Tests
    .target(name: "TestSupport", dependencies: [mlx], path: "Tests/TestSupport", swiftSettings: strict),
    .testTarget(name: "MusicCoreTests", dependencies: ["MusicCore"], swiftSettings: strict),
    .testTarget(
        name: "AudioFileTests", dependencies: ["AudioFile", "MusicCore", "CSndfile"], swiftSettings: strict),
    .executableTarget(
        name: "ModelHubProbe", dependencies: ["ModelHub", "MusicCore"], path: "Tests/ModelHubProbe",
        swiftSettings: strict),
    .testTarget(
        name: "ModelHubTests",
        dependencies: [
            "ModelHub", "ModelHubProbe", "MusicCore", .product(name: "Crypto", package: "swift-crypto"),
        ],
        swiftSettings: strict),
    .testTarget(
        name: "TokenizersTests", dependencies: ["Tokenizers", "MusicCore"], exclude: ["Fixtures"], swiftSettings: strict
    ),
    .testTarget(
        name: "MusicManagerTests", dependencies: ["MusicManager", "MusicCore"], swiftSettings: strict),
    .testTarget(
        name: "MusicPipelineTests", dependencies: ["MusicPipeline", "MusicCore", "MusicManager", "AudioFile"],
        swiftSettings: strict),
    .testTarget(
        name: "EndToEndTests", dependencies: ["vivace", "AudioFile", "MusicCore"], swiftSettings: strict),
    .testTarget(
        name: "ModelSupportTests",
        dependencies: ["ModelSupport", "MusicCore", "TestSupport", mlx, mlxNN],
        exclude: ["Fixtures"],
        swiftSettings: strict),
    .testTarget(
        name: "OobleckTests", dependencies: ["Oobleck", "ModelSupport", "MusicCore", "TestSupport", mlx],
        swiftSettings: strict),
    .testTarget(
        name: "Qwen3Tests", dependencies: ["Qwen3", "ModelSupport", "MusicCore", "TestSupport", mlx],
        swiftSettings: strict),
    .testTarget(
        name: "ACEStepTests",
        dependencies: [
            "ACEStep", "Oobleck", "ModelSupport", "MusicCore", "TestSupport", "Tokenizers", mlx, mlxNN,
        ],
        swiftSettings: strict),
]

if usesMLXSwift {
    dependencies.append(.package(url: "https://github.com/ml-explore/mlx-swift", from: "0.31.6"))
} else {
    targets += [
        .systemLibrary(name: "CLibMLX", pkgConfig: "mlx"),
        .target(
            name: "CMLX",
            dependencies: ["CLibMLX"],
            // OpenBLAS is needed by the executable itself, so that `cblas_sgemm` and LAPACK resolve to it and not to the
            // reference libraries that libmlx brings along.
            linkerSettings: [.linkedLibrary("openblas"), .linkedLibrary("dnnl"), .linkedLibrary("gomp")]),
        .target(name: "MLX", dependencies: ["CMLX"], swiftSettings: strict),
        .target(name: "MLXNN", dependencies: ["MLX"], swiftSettings: strict),
        .target(name: "MLXOptimizers", dependencies: ["MLX", "MLXNN"], swiftSettings: strict),
        .testTarget(name: "MLXTests", dependencies: ["MLX"], swiftSettings: strict),
        .testTarget(name: "MLXNNTests", dependencies: ["MLX", "MLXNN", "MLXOptimizers"], swiftSettings: strict),
    ]
}

var products: [Product] = [
    .executable(name: "vivace", targets: ["vivace"]),
    .library(name: "ACEStep", targets: ["ACEStep"]),
    .library(name: "MusicPipeline", targets: ["MusicPipeline"]),
    .library(name: "MusicManager", targets: ["MusicManager", "MusicCore"]),
]

// VIVACE_TESTS names test targets, with commas between them: then the package is these and what they need, and no more
// is built. `make asan` and `make tsan` set it.
if let names = Context.environment["VIVACE_TESTS"] {
    var needed: Set<String> = []
    var waiting = names.split(separator: ",").map(String.init)
    while let name = waiting.popLast() {
        guard needed.insert(name).inserted, let target = targets.first(where: { $0.name == name }) else { continue }
        for case .byNameItem(let other, _) in target.dependencies { waiting.append(other) }
    }
    targets.removeAll { !needed.contains($0.name) }
    products = []
}

let package = Package(
    name: "Vivace",
    platforms: [.macOS(.v15)],
    products: products,
    dependencies: dependencies,
    targets: targets,
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx20
)
