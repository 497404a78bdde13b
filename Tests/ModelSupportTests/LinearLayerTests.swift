import Foundation
import MLX
import MLXNN
import ModelSupport
import MusicCore
import TestSupport
import Testing

/// Layers in 8 bits, layers around layers, and putting one in the place of another.
@MLXActor
struct LinearLayerTests {
    /// A network as the project writes them, with a list of modules and a projection that is wrapped.
    private final class Network: Module {
        final class Part: Module {
            @ModuleInfo(key: "q_proj") var query: any LinearLayer
            @ModuleInfo(key: "other") var other: any LinearLayer

            init(_ width: Int, wraps: Bool = false) {
                let linear = Linear(width, width)
                _query.wrappedValue = wraps ? AddingLayer(linear) : linear
                _other.wrappedValue = Linear(width, width)
            }
        }

        let layers: [Part]
        @ModuleInfo(key: "to_out") var output: [any LinearLayer]

        init(_ width: Int, wraps: Bool = false) {
            layers = (0..<3).map { Part(width, wraps: wraps && $0 == 1) }
            _output.wrappedValue = [Linear(width, width), Linear(width, width)]
        }
    }

    private func save(_ network: Network, in folder: URL) throws -> WeightStore {
        let arrays = Dictionary(uniqueKeysWithValues: network.parameters().flattened())
        eval(Array(arrays.values))
        try MLX.save(arrays: arrays, url: folder.appendingPathComponent("model.safetensors"))
        return try WeightStore(folder: folder)
    }

    @Test func int8LayersAreNearTheirLinear() {
        let linear = Linear(40, 24)
        let layer = Int8Linear(weight: linear.weight, bias: linear.bias)
        #expect(layer.inputDimensions == 40)
        #expect(layer.outputDimensions == 24)
        #expect(layer.dtype == .float32)
        #expect(Set(layer.parameters().flattened().map(\.0)) == ["packed", "scales", "bias"])
        #expect(layer.trainableParameters().flattened().isEmpty)
        layer.unfreeze()
        #expect(layer.trainableParameters().flattened().isEmpty)
        // Half a step of 1/127 of the largest weight, which is below 1/6.
        #expect(largestDifference(layer.denseWeight(), linear.weight) < 0.5 / 6 / 127 + 1e-6)
        let x = MLXRandom.normal([3, 40], key: MLXRandom.key(1))
        #expect(cosine(layer(x), linear(x)) > 0.999)
        #expect(layer(x.asType(.bfloat16)).dtype == .bfloat16)
    }

    @Test func weightsAreRoundedAsTheyAreLoaded() throws {
        try Fixtures.withTemporaryFolder { folder in
            let source = Network(16)
            let store = try save(source, in: folder)
            let network = Network(16)
            try network.load(from: store, dtype: .float32, quantization: .q8)
            for (layer, original) in zip(network.layers, source.layers) {
                let query = try #require(layer.query as? Int8Linear)
                let difference = largestDifference(query.denseWeight(), original.query.denseWeight())
                #expect(difference < 0.5 / 4 / 127 + 1e-6)
                expectNear(try #require(query.bias), try #require(original.query.bias), absolute: 0)
                // Others stay as they are.
                #expect(layer.other is Linear)
                expectNear(layer.other.denseWeight(), original.other.denseWeight(), absolute: 0)
            }
            // The first of the list is a projection; the second stays beside it.
            #expect(network.output[0] is Int8Linear)
            #expect(network.output[1] is Linear)
            expectNear(network.output[1].denseWeight(), source.output[1].denseWeight(), absolute: 0)
        }
    }

    @Test func basesWithinOtherLayersAreRoundedToo() throws {
        try Fixtures.withTemporaryFolder { folder in
            let store = try save(Network(16, wraps: true), in: folder)
            let network = Network(16, wraps: true)
            try network.load(from: store, dtype: .float32, quantization: .q8)
            let wrapper = try #require(network.layers[1].query as? AddingLayer)
            #expect(wrapper.base is Int8Linear)
            #expect(network.hasInt8Layers)
        }
    }

    @Test func modulesAreReplacedByTheirPaths() throws {
        let network = Network(4)
        let kept = network.output[0]
        try network.replaceModules([
            ("layers.1.q_proj", AddingLayer(network.layers[1].query)), ("to_out.1", AddingLayer(network.output[1])),
            ("layers.1.q_proj.inner", Linear(4, 4)),
        ])
        #expect(network.layers[1].query is AddingLayer)
        #expect(network.layers[0].query is Linear)
        #expect(network.output[0] === kept)
        #expect(network.output[1] is AddingLayer)
        #expect(throws: (any Error).self) { try network.replaceModules([("layers.1.nothing", Linear(4, 4))]) }
    }

    #if VIVACE_CMLX
        /// Beside what stays, a tensor or two are in memory: far less than the network in its own number format.
        @Test func loadingIn8BitsNeverNeedsTheWholeNetwork() async {
            // It watches the memory of the whole process, so it has one of its own.
            await #expect(processExitsWith: .success) {
                try await LinearLayerTests.measureLoading()
            }
        }

        private static func measureLoading() throws {
            final class Deep: Module {
                final class Part: Module {
                    @ModuleInfo(key: "up_proj") var up: any LinearLayer
                    override init() { _up.wrappedValue = Linear(1024, 1024, bias: false) }
                }
                let layers = (0..<24).map { _ in Part() }
            }
            try Fixtures.withTemporaryFolder { folder in
                let weight = MLXRandom.normal([1024, 1024], key: MLXRandom.key(3)).asType(.bfloat16)
                let arrays = (0..<24).map { ("layers.\($0).up_proj.weight", weight) }
                try MLX.save(
                    arrays: Dictionary(uniqueKeysWithValues: arrays),
                    url: folder.appendingPathComponent("model.safetensors"))
                let store = try WeightStore(folder: folder)
                let module = Deep()
                Memory.clearCache()
                Memory.peakMemory = 0
                let before = Memory.activeMemory
                try module.load(from: store, dtype: .float32, quantization: .q8)
                let footprint = store.footprint(dtype: .float32, quantization: .q8)
                #expect(footprint.bytes == 24 * (1024 * 1024 + 4 * 1024))
                let peak = Memory.peakMemory - before
                #expect(peak < footprint.peak + (4 << 20), "\(peak) of \(footprint.peak)")
                let kept = Memory.activeMemory - before
                #expect(kept < footprint.bytes + (4 << 20), "\(kept) of \(footprint.bytes)")
            }
        }
    #endif
}
