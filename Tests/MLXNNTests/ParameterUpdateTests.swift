import Foundation
import MLX
import MLXNN
import Testing

extension NNTests {
    @Suite struct ParameterUpdates {
        @Test func replacesOnlyWhatIsGiven() {
            let linear = Linear(2, 1)
            let bias = linear.bias!.asArray(Float.self)
            linear.update(parameters: ModuleParameters.unflattened(["weight": floats([5, 6], [1, 2])]))
            expect(linear.weight, [5, 6])
            #expect(linear.bias!.asArray(Float.self) == bias)
        }

        @Test func oneElementOfAList() {
            let zoo = Zoo()
            zoo.update(parameters: ModuleParameters(values: ["list": .array([.none, .value(floats([40, 50]))])]))
            expect(zoo.list[0], [3])
            expect(zoo.list[1], [40, 50])
        }

        @Test func withoutVerifyingShapesMayChange() throws {
            let linear = Linear(2, 1, bias: false)
            try linear.update(
                parameters: ModuleParameters.unflattened(["weight": floats([5, 6], [2, 1])]), verify: .none)
            #expect(linear.weight.shape == [2, 1])
        }

        @Test func oneMissingKey() {
            let error = failure(Stack(2)) { $0.filter { $0.0 != "layers.1.in_proj.bias" } }
            guard case .keyNotFound(let path, let modules)? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(path == ["layers", "1", "in_proj", "bias"])
            #expect(modules == ["Stack", "Block", "Linear"])
            #expect(error?.errorDescription == "layers.1.in_proj.bias in Stack.Block.Linear is missing")
        }

        @Test func oneUnexpectedKey() {
            let error = failure(Stack(2)) { $0 + [("layers.0.in_proj.scale", floats([1]))] }
            guard case .unhandledKeys(let path, _, let keys)? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(path == ["layers", "0", "in_proj"])
            #expect(keys == ["scale"])
            #expect(error?.errorDescription == "Stack.Block.Linear has no layers.0.in_proj.scale")
        }

        @Test func oneWrongShape() {
            let error = failure(Linear(2, 3, bias: false)) { _ in [("weight", floats([1, 2, 3, 4, 5, 6], [2, 3]))] }
            guard case .mismatchedSize(let path, let modules, let expected, let actual)? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(path == ["weight"] && modules == ["Linear"])
            #expect(expected == [3, 2] && actual == [2, 3])
            #expect(error?.errorDescription == "weight in Linear has the shape [2, 3], expected [3, 2]")
        }

        @Test func namesEverythingThatIsWrong() {
            let stack = Stack(12)
            let old = stack.layers[3].output.weight.asArray(Float.self)
            let error = failure(stack) { parameters in
                parameters.filter {
                    !["layers.10.norm.weight", "layers.9.in_proj.bias", "layers.9.norm.weight"].contains($0.0)
                }.map {
                    switch $0.0 {
                    case "layers.3.out_proj.weight": ($0.0, floats([1, 2]))
                    case "layers.4.norm.weight": ($0.0, floats([1, 2], [2, 1]))
                    case "layers.5.norm.weight": ($0.0, floats([30, 40]))
                    default: $0
                    }
                } + [
                    ("extra.a.weight", floats([1])), ("extra.a.bias", floats([1])), ("lm_head.weight", floats([1])),
                    ("layers.14.norm.weight", floats([1])), ("layers.2.in_proj.scale", floats([1])),
                ]
            }
            #expect(
                error?.errorDescription == """
                    Stack can't be updated: \
                    3 missing keys: layers.9.in_proj.bias, layers.9.norm.weight, layers.10.norm.weight; \
                    5 unexpected keys: extra.a.bias, extra.a.weight, layers.2.in_proj.scale, layers.14.norm.weight, \
                    lm_head (arrays with the keys weight); \
                    2 mis-shaped parameters: layers.3.out_proj.weight (expected [2, 3], actual [2]), \
                    layers.4.norm.weight (expected [2], actual [2, 1])
                    """)
            guard case .unableToSet? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            // What was wrong did not get in, what was right did.
            #expect(stack.layers[3].output.weight.asArray(Float.self) == old)
            expect(stack.layers[5].norm.weight, [30, 40])
        }

        @Test func anArrayForAnAbsentBiasIsUnexpected() {
            let error = failure(Linear(1, 2, bias: false)) { $0 + [("bias", floats([1, 2]))] }
            #expect(error?.errorDescription == "bias in Linear is nil and can't take an array of shape [2]")
        }

        @Test func anArrayForASettingIsRefused() {
            let error = failure(LayerNorm(dimensions: 2)) { $0 + [("eps", floats([1]))] }
            #expect(
                error?.errorDescription == "eps in LayerNorm is a setting (Float) and can't take an array of shape [1]")
        }

        @Test func anArrayForAModuleIsRefused() {
            let error = failure(Stack(1, head: true)) { parameters in
                parameters.filter { !$0.0.hasPrefix("lm_head") } + [("lm_head", floats([1]))]
            }
            #expect(
                error?.errorDescription == "lm_head in Stack is a module (Linear) and can't take an array of shape [1]")
        }

        @Test func eachCheckByItself() throws {
            let wrong = ModuleParameters.unflattened(["weight": floats([1]), "scale": floats([1])])
            for (verify, text) in [
                (Module.VerifyUpdate.noUnusedKeys, "Linear has no scale"),
                (.allModelKeysSet, "bias in Linear is missing"),
                (.shapeMismatch, "weight in Linear has the shape [1], expected [3, 2]"),
            ] {
                let error = #expect(throws: UpdateError.self) {
                    try Linear(2, 3).update(parameters: wrong, verify: verify)
                }
                #expect(error?.errorDescription == text)
            }
            try Linear(2, 3).update(parameters: wrong, verify: .none)
        }

        @Test func elementsBeyondAListAndEntriesBesideADictionaryAreUnexpected() {
            let error = failure(Zoo()) {
                $0 + [("list.2", floats([1])), ("named.y", floats([1])), ("map.m.weight", floats([1]))]
            }
            #expect(
                error?.errorDescription
                    == "Zoo can't be updated: 3 unexpected keys: list.2, map.m.weight, named.y")
        }

        @Test func aSubclassMayDoWithoutAParameter() throws {
            final class Tolerant: Module {
                let weight = floats([1])
                let bias = floats([2])

                override func updateMissing(
                    parameter: String, verify: VerifyUpdate, path: [String], modulePath: [String]
                ) throws {
                    if parameter == "bias" { return }
                    try super.updateMissing(parameter: parameter, verify: verify, path: path, modulePath: modulePath)
                }
            }
            let module = Tolerant()
            try module.update(parameters: ModuleParameters.unflattened(["weight": floats([5])]), verify: .all)
            expect(module.weight, [5])
            #expect(throws: UpdateError.self) {
                try module.update(parameters: ModuleParameters.unflattened(["bias": floats([5])]), verify: .all)
            }
        }

        @Test func stateNeedsNoValue() throws {
            final class Stateful: Module {
                let _table = floats([1])
            }
            try Stateful().update(parameters: ModuleParameters(), verify: .all)
        }

        @Test func twoThousandTensorsFindTheirPlaces() throws {
            let stack = Stack(500)
            let parameters = Stack(500).parameters().mapValues { $0 + 1 }
            #expect(parameters.flattened().count == 2000)
            try stack.update(parameters: parameters, verify: .all)
            for (made, expected) in zip(stack.parameters().flattened(), parameters.flattened()) {
                #expect(made.0 == expected.0 && made.1.asArray(Float.self) == expected.1.asArray(Float.self))
            }
        }

        /// The error of a strict update by the module's own parameters, changed.
        private func failure(
            _ module: Module, _ change: ([(String, MLXArray)]) -> [(String, MLXArray)]
        ) -> UpdateError? {
            let parameters = change(module.parameters().flattened())
            return #expect(throws: UpdateError.self) {
                try module.update(parameters: ModuleParameters.unflattened(parameters), verify: .all)
            }
        }
    }
}
