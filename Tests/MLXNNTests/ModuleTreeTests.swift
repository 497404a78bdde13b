import Foundation
import MLX
import MLXNN
import Testing

extension NNTests {
    @Suite struct ModuleTree {
        @Test func keysOfParameters() {
            #expect(
                keys(Zoo().parameters()) == [
                    "array", "child_module.bias", "child_module.weight", "layers.0.weight", "list.0", "list.1",
                    "map.l.weight", "mixed.0.bias", "mixed.0.weight", "named.x", "other_name", "pair.0", "pair.1",
                ])
        }

        @Test func arraysAreFoundWhereTheyStand() {
            let parameters = Dictionary(uniqueKeysWithValues: Zoo().parameters().flattened())
            for (key, value) in [("list.1", [4, 5]), ("pair.1", [7, 8]), ("named.x", [9]), ("other_name", [11])] {
                #expect(parameters[key]?.asArray(Float.self) == value.map(Float.init), "\(key)")
            }
        }

        @Test func flattenedParametersGoBackIntoTheSameTree() throws {
            let zoo = Zoo()
            let doubled = ModuleParameters.unflattened(zoo.parameters().flattened().map { ($0.0, $0.1 * 2) })
            try zoo.update(parameters: doubled, verify: .all)
            #expect(keys(zoo.parameters()) == keys(doubled))
            expect(zoo.array, [2, 4])
            expect(zoo.pair.1, [14, 16])
            expect(zoo.other, [22])
            expect(zoo._hidden, [10])
        }

        @Test func stateIsNoParameterButPartOfTheInnerState() {
            let zoo = Zoo()
            #expect(!keys(zoo.parameters()).contains { $0.hasPrefix("_") })
            #expect(zoo.innerState().count == zoo.parameters().flattened().count + 1)
            #expect(zoo.innerState().contains { $0 === zoo._hidden })
            eval(zoo)
        }

        @Test func itemsHoldEveryProperty() {
            let items = Zoo().items()
            #expect(
                Set(items.keys) == [
                    "array", "list", "pair", "named", "absent", "_hidden", "size", "rate", "renamed", "other_name",
                    "child_module", "maybe", "layers", "mixed", "map",
                ])
            if case .value(.other(let size))? = items["size"] {
                #expect(size as? Int == 3)
            } else {
                Issue.record("size is no setting")
            }
            for key in ["absent", "maybe", "renamed"] {
                guard case .some(.none) = items[key] else {
                    Issue.record("\(key) is not nil: \(String(describing: items[key]))")
                    continue
                }
            }
        }

        @Test func propertiesOfSuperclassesCount() {
            class Base: Module {
                let first = floats([1])
            }
            final class Derived: Base {
                let second = floats([2])
            }
            #expect(keys(Derived().parameters()) == ["first", "second"])
        }

        @Test func childrenAndLeaves() {
            let zoo = Zoo()
            #expect(keys(zoo.children()) == ["child_module", "layers.0", "layers.1", "map.l", "mixed.0", "mixed.1"])
            let stack = Stack(2, head: true)
            #expect(keys(stack.children()) == ["layers.0", "layers.1", "lm_head"])
            #expect(
                keys(stack.leafModules()) == [
                    "layers.0.in_proj", "layers.0.norm", "layers.0.out_proj", "layers.1.in_proj", "layers.1.norm",
                    "layers.1.out_proj", "lm_head",
                ])
        }

        @Test func visitsParentsBeforeChildren() {
            let stack = Stack(2)
            let named = stack.namedModules()
            #expect(named.count == 9)
            #expect(stack.modules().count == 9)
            #expect(named.first?.0 == "" && named.first?.1 === stack)
            let order = Dictionary(uniqueKeysWithValues: named.enumerated().map { ($1.0, $0) })
            for index in 0..<2 {
                #expect(order["layers.\(index)"]! < order["layers.\(index).in_proj"]!)
            }
            #expect(Set(named.map { ObjectIdentifier($0.1) }).count == 9)
        }

        @Test func mapsParametersInPlaceOfThemselves() {
            let shapes = Stack(1).mapParameters { $0.shape }
            let flat = Dictionary(uniqueKeysWithValues: shapes.flattened())
            #expect(
                flat == [
                    "layers.0.in_proj.weight": [3, 2], "layers.0.in_proj.bias": [3],
                    "layers.0.out_proj.weight": [2, 3],
                    "layers.0.norm.weight": [2],
                ])
            #expect(Stack(1).mapParameters { $0.ndim == 2 ? $0.shape : nil }.flattened().count == 2)
        }

        @Test func filtersLocalParameters() {
            let local = Zoo().filterMap(filter: Module.filterLocalParameters, map: Module.mapParameters { $0.shape })
            #expect(keys(local) == ["array", "list.0", "list.1", "named.x", "other_name", "pair.0", "pair.1"])
        }

        @Test func filtersSettings() {
            let settings = Zoo().filterMap(
                filter: Module.filterOther, map: Module.mapOther { ($0 as? any BinaryFloatingPoint).map { Double($0) } }
            )
            #expect(settings.flattened().map { "\($0.0) \($0.1)" } == ["rate 0.5"])
        }

        @Test func appliesAFunctionToParameters() {
            let zoo = Zoo()
            zoo.apply { $0 + 1 }
            expect(zoo.array, [2, 3])
            expect(zoo._hidden, [10])
            zoo.apply(filter: Module.filterLocalParameters) { $0.asType(.float16) }
            #expect(zoo.array.dtype == .float16)
            #expect(zoo.child.weight.dtype == .float32)
        }

        @Test func aModuleMayShowAnothersProperties() throws {
            final class Adapter: Module {
                let adapted: Linear
                @ParameterInfo(key: "lora_a") var a: MLXArray

                init(_ adapted: Linear) {
                    self.adapted = adapted
                    _a.wrappedValue = floats([1, 2])
                }

                override func items() -> ModuleItems {
                    var items = adapted.items()
                    for (key, item) in super.items() where key != "adapted" { items[key] = item }
                    return items
                }
            }
            let adapter = Adapter(Linear(2, 2))
            #expect(keys(adapter.parameters()) == ["bias", "lora_a", "weight"])
            try adapter.update(parameters: adapter.mapParameters { $0 * 0 + 7 }, verify: .all)
            expect(adapter.adapted.bias!, [7, 7])
            expect(adapter.a, [7, 7])
        }

        @Test func describesTheTree() {
            final class Inner: Module {
                let width = 4
                let norm = LayerNorm(dimensions: 4, eps: 0.5)
            }
            final class Outer: Module {
                let name = "outer"
                let rate: Float = 0.25
                let inner = Inner()
                let list = [Linear(2, 3), Linear(3, 2, bias: false)]
                let deep = [["x": Inner()]]
                @ModuleInfo(key: "named_child") var child = Embedding(embeddingCount: 5, dimensions: 2)
            }
            #expect(
                Outer().description == """
                    Outer(name=outer, rate=0.25) {
                      deep: [
                        [
                          x: Inner(width=4) {
                            norm: LayerNorm(dimensions=4, eps=0.5),
                          }
                        ]
                      ],
                      inner: Inner(width=4) {
                        norm: LayerNorm(dimensions=4, eps=0.5),
                      },
                      list: [
                        Linear(inputDimensions=2, outputDimensions=3, bias=true),
                        Linear(inputDimensions=3, outputDimensions=2, bias=false)
                      ],
                      named_child: Embedding(embeddingCount=5, dimensions=2),
                    }
                    """)
            #expect("\(RMSNorm(dimensions: 3, eps: 0.25))" == "RMSNorm(dimensions=3, eps=0.25)")
            #expect(
                "\(QuantizedLinear(64, 32, groupSize: 32))"
                    == "QuantizedLinear(inputDimensions=64, outputDimensions=32, bias=true)")
        }
    }
}
