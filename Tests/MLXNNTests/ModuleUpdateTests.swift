import MLX
import MLXNN
import Testing

extension NNTests {
    @Suite struct ModuleUpdates {
        @Test func replacesAModule() throws {
            let zoo = Zoo()
            let replacement = Linear(5, 7)
            try zoo.update(modules: ModuleChildren(values: ["child_module": .value(replacement)]), verify: .all)
            #expect(zoo.child === replacement)
            #expect(zoo.parameters().flattened().contains { $0.0 == "child_module.weight" && $0.1.shape == [7, 5] })
        }

        @Test func setsAndClearsAnOptionalModule() throws {
            let zoo = Zoo()
            try zoo.update(modules: ModuleChildren(values: ["maybe": .value(Linear(1, 1))]), verify: .noUnusedKeys)
            #expect(zoo.maybe != nil)
            #expect(keys(zoo.parameters()).contains("maybe.weight"))
            try zoo.update(modules: ModuleChildren(values: ["maybe": .none]), verify: .noUnusedKeys)
            #expect(zoo.maybe == nil)
            #expect(!keys(zoo.parameters()).contains("maybe.weight"))
        }

        @Test func replacesAListByOneOfAnotherLength() throws {
            let zoo = Zoo()
            zoo.update(modules: ModuleChildren(values: ["layers": .array([.value(Linear(4, 4)), .none])]))
            #expect((zoo.layers[0] as? Linear)?.weight.shape == [4, 4])
            #expect(zoo.layers.count == 2 && zoo.layers[1] is Tanh)
            zoo.update(modules: ModuleChildren(values: ["layers": .array([.value(Sigmoid())])]))
            #expect(zoo.layers.count == 1 && zoo.layers[0] is Sigmoid)
            zoo.update(modules: ModuleChildren(values: ["layers": .array([.value(ReLU()), .value(Tanh())])]))
            #expect(zoo.layers.count == 2 && zoo.layers[1] is Tanh)
        }

        @Test func replacesInATuple() throws {
            let zoo = Zoo()
            let second = zoo.mixed.1
            zoo.update(modules: ModuleChildren(values: ["mixed": .array([.value(Linear(8, 9)), .none])]))
            #expect(zoo.mixed.0.shape == (9, 8))
            #expect(zoo.mixed.1 === second)
        }

        @Test func replacesBelowAnArrayWithoutInfo() throws {
            let stack = Stack(3)
            try stack.update(
                modules: ModuleChildren.unflattened([
                    ("layers.0.in_proj", Linear(2, 3)), ("layers.1.in_proj", Linear(2, 5)),
                ]), verify: .all)
            #expect(stack.layers.map { $0.input.shape.0 } == [3, 5, 3])
        }

        @Test func replacesADictionary() throws {
            let module = Named()
            try module.update(
                modules: ModuleChildren.unflattened([("parts.a", Sigmoid() as Module), ("parts.c", ReLU())]),
                verify: .all)
            #expect(module.parts["a"] is Sigmoid && module.parts["c"] is ReLU)
            #expect(module.parts["b"] == nil)
        }

        final class Named: Module {
            @ModuleInfo var parts: [String: any UnaryLayer] = ["a": Linear(1, 1), "b": Tanh()]
        }

        /// What mlx-swift refuses, with the same cases.
        @Test func refusesContainersWithHoles() {
            func refusal(_ module: Module, _ modules: [String: NestedItem<String, Module>]) -> String {
                do {
                    try module.update(modules: ModuleChildren(values: modules), verify: .none)
                    return "none"
                } catch let error as UpdateError {
                    return "\(Mirror(reflecting: error).children.first?.label ?? "")"
                } catch {
                    return "\(error)"
                }
            }
            let layer = NestedItem<String, Module>.value(Linear(1, 1))
            let below = NestedItem<String, Module>.dictionary(["in_proj": .value(Linear(2, 3))])
            #expect(refusal(Zoo(), ["layers": .array([.none, layer])]) == "unexpectedStructure")
            #expect(refusal(Zoo(), ["layers": .array([])]) == "unexpectedStructure")
            #expect(refusal(Zoo(), ["layers": .array([layer, layer, .none])]) == "unableToCollectModulesFromContainer")
            #expect(refusal(Zoo(), ["layers": .array([layer, below])]) == "unableToCollectModulesFromContainer")
            #expect(refusal(Zoo(), ["mixed": .array([layer])]) == "needModuleInfo")
            #expect(refusal(Stack(3), ["layers": .array([.none, below])]) == "unexpectedStructure")
            #expect(refusal(Stack(3), ["layers": .array([below, .none, below])]) == "mismatchedContainers")
            #expect(refusal(Named(), ["parts": .dictionary(["a": below])]) == "unableToCollectModulesFromContainer")
            #expect(refusal(Zoo(), ["absent": .none]) == "incompatibleItems")
        }

        @Test func refusesWhatCanNotBeReplaced() {
            let zoo = Zoo()
            for (key, value, text) in [
                ("map", NestedItem.dictionary(["l": .value(Linear(1, 1))]), "Zoo.map can't be replaced"),
                ("child_module", .value(Tanh()), "Zoo.child_module can't hold a value of type Tanh"),
                ("child_module", .none, "Zoo.child_module can't hold"),
                ("array", .value(Tanh()), "array in Zoo is an array and can't become a module"),
                ("list", .array([.value(Tanh())]), "Zoo.list can't be replaced"),
                ("nowhere", .value(Tanh()), "Zoo has no nowhere"),
            ] as [(String, NestedItem<String, Module>, String)] {
                let error = #expect(throws: UpdateError.self, "\(key)") {
                    try zoo.update(modules: ModuleChildren(values: [key: value]), verify: .all)
                }
                #expect(error?.errorDescription?.hasPrefix(text) == true, "\(error?.errorDescription ?? "")")
            }
            #expect(zoo.child.shape == (3, 2))
        }
    }

    @Suite struct Freezing {
        @Test func frozenParametersAreNotTrainable() {
            let stack = Stack(1, head: true)
            stack.freeze()
            #expect(stack.trainableParameters().flattened().isEmpty)
            #expect(stack.parameters().flattened().count == 6)
            stack.layers[0].input.unfreeze()
            #expect(keys(stack.trainableParameters()) == ["layers.0.in_proj.bias", "layers.0.in_proj.weight"])
            stack.unfreeze()
            #expect(stack.trainableParameters().flattened().count == 6)
        }

        @Test func byKey() {
            let stack = Stack(2)
            stack.freeze()
            stack.unfreeze(keys: ["bias"])
            #expect(keys(stack.trainableParameters()) == ["layers.0.in_proj.bias", "layers.1.in_proj.bias"])
        }

        @Test func withoutDescending() {
            let zoo = Zoo()
            zoo.freeze(recursive: false)
            #expect(
                keys(zoo.trainableParameters()) == [
                    "child_module.bias", "child_module.weight", "layers.0.weight", "map.l.weight", "mixed.0.bias",
                    "mixed.0.weight",
                ])
            #expect(
                zoo.noGrad() == ["array", "list.0", "list.1", "pair.0", "pair.1", "named.x", "other_name"])
            zoo.unfreeze(recursive: false, keys: ["list.1"])
            #expect(keys(zoo.trainableParameters()).contains("list.1"))
            #expect(!keys(zoo.trainableParameters()).contains("list.0"))
        }

        @Test func strictNamesAllMissingKeysAndChangesNothing() throws {
            let linear = Linear(1, 1)
            try linear.freeze(keys: ["bias"], strict: true)
            #expect(keys(linear.trainableParameters()) == ["weight"])
            let error = #expect(throws: UpdateError.self) {
                try linear.freeze(keys: ["weight", "scale", "gain"], strict: true)
            }
            #expect(error?.errorDescription == "Linear can't be updated: 2 missing keys: gain, scale")
            #expect(keys(linear.trainableParameters()) == ["weight"])
        }

        @Test func subclassesHearOfIt() {
            final class Listener: Module {
                let weight = floats([1])
                var frozen = [Set<String>]()
                var modes = [Bool]()
                override func didSetNoGrad(_ noGrad: Set<String>) { frozen.append(noGrad) }
                override func didSetTrain(_ mode: Bool) { modes.append(mode) }
            }
            let listener = Listener()
            listener.freeze()
            listener.unfreeze()
            #expect(listener.frozen == [["weight"], []])
            listener.train(false)
            listener.train()
            #expect(listener.modes == [false, true])
        }

        @Test func trainingModeReachesEveryModule() {
            let stack = Stack(2)
            #expect(stack.modules().allSatisfy { $0.training })
            stack.train(false)
            #expect(stack.modules().allSatisfy { !$0.training })
        }
    }
}
