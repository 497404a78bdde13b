// swift-tools-version: 6.1
import PackageDescription

// One manifest, two array back ends: on macOS the `MLX` and `MLXNN` modules are those of ml-explore/mlx-swift,
// on Linux they are the targets of this package with the same names and the same semantics. The manifest runs on the
// machine that builds: for iOS that is a Mac.
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

// Targets whose code depends on which of the two it is ask for this condition, and not for the system.
let arrays = strict + (usesMLXSwift ? [] : [.define("VIVACE_CMLX")])

var dependencies: [Package.Dependency] = [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
    .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
    .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
    .package(url: "https://github.com/apple/swift-metrics", exact: "2.13.0"),
    .package(url: "https://github.com/apple/swift-nio.git", exact: "2.101.2"),
    .package(url: "https://github.com/LebJe/TOMLKit", exact: "0.6.0"),
]

// Floors, lowest first; a target imports only from floors below its own. `scripts/check-floors` keeps it so.
var targets: [Target] = [
    // Floor 0: C
    .systemLibrary(
        name: "CSndfile", pkgConfig: "sndfile", providers: [.apt(["libsndfile1-dev"]), .brew(["libsndfile"])]),
    .systemLibrary(name: "CSoxr", pkgConfig: "soxr", providers: [.apt(["libsoxr-dev"]), .brew(["libsoxr"])]),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(
        name: "CLibSoundTouch", pkgConfig: "soundtouch",
        providers: [.apt(["libsoundtouch-dev"]), .brew(["sound-touch"])]),
    .target(name: "CSoundTouch", dependencies: ["CLibSoundTouch"]),
    .systemLibrary(
        name: "CLibEdit", pkgConfig: "libedit", providers: [.apt(["libedit-dev"]), .brew(["libedit"])]),
    .target(name: "CLineEdit", dependencies: ["CLibEdit"]),
    // libcurl is opened when the first download begins, and needs to be here at build time for its header alone.
    .target(name: "CCurl", linkerSettings: [.linkedLibrary("dl", .when(platforms: [.linux]))]),

    // Floor 1: file formats, Foundation alone
    .target(name: "StreamingJSON", swiftSettings: strict),
    .target(name: "Safetensors", dependencies: ["StreamingJSON"], swiftSettings: strict),

    // Floor 2: no tensors. MusicCore is the leaf that every floor above 1 may import.
    .target(name: "MusicCore", dependencies: ["StreamingJSON"], swiftSettings: strict),
    .target(name: "AudioFile", dependencies: ["MusicCore", "CSndfile", "CSoxr"], swiftSettings: strict),
    .target(name: "Tokenizers", dependencies: ["MusicCore", "StreamingJSON"], swiftSettings: strict),
    .target(
        name: "ModelHub",
        dependencies: ["MusicCore", "CCurl", .product(name: "Crypto", package: "swift-crypto")],
        swiftSettings: strict),

    // Floor 3: tensors, no model family; and networks that several families use
    .target(
        name: "ModelSupport", dependencies: ["MusicCore", "StreamingJSON", "Safetensors", mlx, mlxNN],
        swiftSettings: arrays),
    .target(name: "Oobleck", dependencies: ["MusicCore", "ModelSupport", mlx, mlxNN], swiftSettings: strict),
    .target(name: "Qwen3", dependencies: ["MusicCore", "ModelSupport", mlx, mlxNN], swiftSettings: strict),

    // Music as samples: beats, stretching, transitions
    .target(name: "Mixing", dependencies: ["MusicCore", "AudioFile", "CSoundTouch"], swiftSettings: strict),

    // Plans of sets out of conversations, with services or without
    .target(name: "DJ", dependencies: ["MusicCore", "ModelHub"], swiftSettings: strict),

    // Floor 4: model families; they never import each other
    .target(
        name: "ACEStep",
        dependencies: ["MusicCore", "ModelSupport", "Tokenizers", "Oobleck", "Qwen3", mlx, mlxNN],
        swiftSettings: strict),

    // The reference's own names for requests and results
    .target(name: "ACEStepForms", dependencies: ["MusicCore", "ACEStep"], swiftSettings: strict),

    // What measures the family: benchmarks of its stages, checkpoints of full size with random weights
    .target(
        name: "ACEStepTools",
        dependencies: [
            "MusicCore", "Safetensors", "ModelSupport", "Tokenizers", "Oobleck", "Qwen3", "ACEStep", "CZlib", mlx,
        ],
        swiftSettings: strict),

    // Floor 5: the one way from an order to songs
    .target(
        name: "MusicEngine",
        dependencies: [
            "MusicCore", "Safetensors", "AudioFile", "Mixing", .product(name: "Crypto", package: "swift-crypto"),
        ],
        swiftSettings: strict),

    // Floor 6: jobs that outlive their process, the library of songs, and the worker that runs them
    .target(
        name: "MusicJobs",
        dependencies: ["MusicCore", "AudioFile", "Mixing", "MusicEngine", .product(name: "GRDB", package: "GRDB.swift")],
        swiftSettings: strict),

    // Floor 7: the public way in for programs
    .target(
        name: "Vivace",
        dependencies: [
            "MusicCore", "AudioFile", "ModelHub", "ModelSupport", "MusicEngine", "ACEStep", "ACEStepForms",
        ],
        swiftSettings: strict),

    // Floor 8: the server, which speaks the dialects of ACE-Step's clients
    .target(
        name: "VivaceServer",
        dependencies: [
            "MusicCore", "ModelHub", "DJ", "MusicEngine", "MusicJobs", "CZlib",
            .product(name: "Hummingbird", package: "hummingbird"), .product(name: "NIOCore", package: "swift-nio"),
            .product(name: "Logging", package: "swift-log"), .product(name: "CoreMetrics", package: "swift-metrics"),
            .product(name: "Crypto", package: "swift-crypto"),
        ],
        swiftSettings: strict),

    // Floor 9
    .target(
        name: "VivaceCommands",
        dependencies: [
            "MusicCore", "AudioFile", "ModelHub", "Mixing", "DJ", "MusicEngine", "MusicJobs", "VivaceServer", "CZlib",
            "CLineEdit",
            .product(name: "Logging", package: "swift-log"), "TOMLKit",
            .product(name: "ArgumentParser", package: "swift-argument-parser"),
        ],
        swiftSettings: strict),
    .executableTarget(
        name: "vivace",
        dependencies: ["VivaceCommands", "Vivace", "ACEStep", "ACEStepTools", "ModelSupport"],
        swiftSettings: strict),

    // Tests
    .target(
        name: "TestSupport", dependencies: ["ModelSupport", mlx, mlxNN], path: "Tests/TestSupport",
        swiftSettings: strict),
    .testTarget(name: "MusicCoreTests", dependencies: ["MusicCore"], swiftSettings: strict),
    .testTarget(
        name: "FuzzTests",
        dependencies: [
            "StreamingJSON", "Safetensors", "MusicCore", "AudioFile", "Tokenizers", "ModelHub", "ModelSupport",
            "ACEStep", "MusicEngine",
        ],
        swiftSettings: strict),
    .testTarget(name: "SafetensorsTests", dependencies: ["Safetensors", "StreamingJSON"], swiftSettings: strict),
    .testTarget(
        name: "AudioFileTests", dependencies: ["AudioFile", "MusicCore", "CSndfile"], swiftSettings: strict),
    .testTarget(name: "MixingTests", dependencies: ["Mixing", "AudioFile", "MusicCore"], swiftSettings: strict),
    .testTarget(name: "DJTests", dependencies: ["DJ", "MusicCore", "FakeProvider"], swiftSettings: strict),
    // Answers as the services do that the DJ asks.
    .target(
        name: "FakeProvider",
        dependencies: [
            .product(name: "Hummingbird", package: "hummingbird"), .product(name: "NIOCore", package: "swift-nio"),
            .product(name: "Logging", package: "swift-log"),
        ], path: "Tests/FakeProvider", swiftSettings: strict),
    .executableTarget(
        name: "ModelHubProbe", dependencies: ["ModelHub", "ACEStep", "MusicCore"], path: "Tests/ModelHubProbe",
        swiftSettings: strict),
    .testTarget(
        name: "ModelHubTests",
        dependencies: [
            "ModelHub", "ModelHubProbe", "ACEStep", "MusicCore", .product(name: "Crypto", package: "swift-crypto"),
        ],
        swiftSettings: strict),
    .testTarget(
        name: "TokenizersTests", dependencies: ["Tokenizers", "MusicCore"], exclude: ["Fixtures"], swiftSettings: strict
    ),
    .testTarget(
        name: "MusicEngineTests", dependencies: ["MusicEngine", "MusicCore", "AudioFile", "ToneFamily"],
        swiftSettings: strict),
    // A worker whose model can be told to fail, and a process that makes jobs until it is killed.
    .executableTarget(
        name: "JobsProbe", dependencies: ["MusicJobs", "MusicEngine", "MusicCore", "ToneFamily"],
        path: "Tests/JobsProbe", swiftSettings: strict),
    .testTarget(
        name: "MusicJobsTests",
        dependencies: ["MusicJobs", "JobsProbe", "MusicEngine", "MusicCore", "ToneFamily"], swiftSettings: strict),
    // Sends a server exactly the bytes that a test wants.
    .target(
        name: "LoopbackClient", dependencies: ["MusicCore"], path: "Tests/LoopbackClient", swiftSettings: strict),
    .testTarget(
        name: "VivaceServerTests",
        dependencies: [
            "VivaceServer", "LoopbackClient", "FakeProvider", "DJ", "MusicJobs", "MusicEngine", "MusicCore", "ModelHub",
            "Vivace",
            .product(name: "Logging", package: "swift-log"), .product(name: "Crypto", package: "swift-crypto"),
        ], swiftSettings: strict),
    .testTarget(
        name: "ACEStepFormsTests", dependencies: ["ACEStepForms", "ACEStep", "MusicCore"], swiftSettings: strict),
    .testTarget(
        name: "ACEStepToolsTests",
        dependencies: [
            "ACEStepTools", "ACEStep", "ModelSupport", "MusicCore", "TestSupport", "Tokenizers", mlx, mlxNN,
        ],
        swiftSettings: strict),
    // A family that nothing but tests knows, and the command line with it.
    .target(name: "ToneFamily", dependencies: ["MusicCore"], path: "Tests/ToneFamily", swiftSettings: strict),
    .executableTarget(
        name: "ToneProbe", dependencies: ["ToneFamily", "Vivace", "VivaceCommands", "MusicCore"],
        path: "Tests/ToneProbe", swiftSettings: strict),
    .testTarget(
        name: "VivaceTests", dependencies: ["Vivace", "ToneFamily"], swiftSettings: strict),
    .testTarget(
        name: "VivaceCommandsTests",
        dependencies: [
            "vivace", "ToneProbe", "ACEStep", "MusicEngine", "MusicCore", "MusicJobs", "VivaceServer", "VivaceCommands",
            .product(name: "ArgumentParser", package: "swift-argument-parser"),
            .product(name: "Logging", package: "swift-log"),
        ],
        exclude: ["Goldens"], swiftSettings: strict),
    .testTarget(
        name: "EndToEndTests", dependencies: ["vivace", "AudioFile", "MusicCore", "CZlib", "LoopbackClient"],
        swiftSettings: strict),
    .testTarget(
        name: "ModelSupportTests",
        dependencies: ["ModelSupport", "MusicCore", "TestSupport", mlx, mlxNN],
        exclude: ["Fixtures"],
        swiftSettings: arrays),
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
    dependencies.append(.package(url: "https://github.com/ml-explore/mlx-swift", exact: "0.31.6"))
} else {
    targets += [
        .systemLibrary(name: "CLibMLX", pkgConfig: "mlx"),
        .target(name: "CMLX", dependencies: ["CLibMLX"]),
        .target(name: "MLX", dependencies: ["CMLX", "Safetensors"], swiftSettings: strict),
        .target(name: "MLXNN", dependencies: ["MLX"], swiftSettings: strict),
        .target(name: "MLXOptimizers", dependencies: ["MLX", "MLXNN"], swiftSettings: strict),
        .testTarget(name: "MLXTests", dependencies: ["MLX"], swiftSettings: strict),
        .testTarget(name: "MLXNNTests", dependencies: ["MLX", "MLXNN", "MLXOptimizers"], swiftSettings: strict),
    ]
}

var products: [Product] = [
    .executable(name: "vivace", targets: ["vivace"]),
    .library(name: "Vivace", targets: ["Vivace"]),
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
    platforms: [.macOS(.v15), .iOS(.v18)],
    products: products,
    dependencies: dependencies,
    targets: targets,
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx20
)
