import MLX
import Testing

extension MLXTests {
    @Suite struct NestedTests {

        private let tree = NestedDictionary<String, Int>(values: [
            "b": .value(1),
            "layers": .array([.dictionary(["w": .value(2)]), .none, .value(3)]),
            "a": .dictionary(["x": .value(4), "empty": .none]),
        ])

        @Test func flatFormsAreInOrderAndReversible() {
            let flat = tree.flattened()
            #expect(flat.map(\.0) == ["a.x", "b", "layers.0.w", "layers.2"])
            #expect(flat.map(\.1) == [4, 1, 2, 3])
            #expect(tree.flattenedValues() == [4, 1, 2, 3])
            #expect(tree.flattened(prefix: "p").first?.0 == "p.a.x")
            let again = NestedDictionary<String, Int>.unflattened(flat)
            #expect(again.flattened().map(\.0) == flat.map(\.0))
            #expect(again["layers"] == .array([.dictionary(["w": .value(2)]), .none, .value(3)]))
            #expect(NestedDictionary<String, Int>.unflattened(["x": 1])[unwrapping: "x"] == 1)
            func names(_ flat: [(String, Int)]) -> [String] {
                NestedDictionary<String, Int>.unflattened(flat).flattened().map { "\($0.0)=\($0.1)" }
            }
            #expect(names([("a", 1), ("a", 2)]) == ["a=2"])
            #expect(names([("a", 1), ("a.", 2)]) == ["a=1"])
            #expect(names([("a.", 1), ("a.", 2), ("a..b", 3)]) == ["a.=2"])
            #expect(names([("a.b", 1), ("a", 2), ("c.d", 3)]) == ["a=2", "c.d=3"])
            #expect(NestedDictionary<String, Int>.unflattened([]).isEmpty)
        }

        @Test func numbersAreListsOnlyIfAllAreSmallNumbers() {
            func tree(_ paths: String...) -> NestedItem<String, Int> {
                .unflattened(paths.map { ($0, 0) })
            }
            #expect(tree("0", "2") == .array([.value(0), .none, .value(0)]))
            #expect(tree("0", "x") == .dictionary(["0": .value(0), "x": .value(0)]))
            #expect(tree("01") == .dictionary(["01": .value(0)]))
            #expect(tree("-1") == .dictionary(["-1": .value(0)]))
            #expect(tree("a.99999999999") == .dictionary(["a": .dictionary(["99999999999": .value(0)])]))
            #expect(NestedDictionary<String, Int>.unflattened([("1", 7)]).flattened().map(\.0) == ["1"])
        }

        @Test func treesCanBeMapped() {
            #expect(tree.mapValues { $0 * 10 }.flattenedValues() == [40, 10, 20, 30])
            #expect(
                tree.mapValues { (path: String, value: Int) in "\(path)=\(value)" }.flattenedValues().first == "a.x=4")
            let large: NestedDictionary<String, Int> = tree.compactMapValues { $0 > 2 ? $0 : nil }
            #expect(large.flattened().map(\.0) == ["a.x", "layers.0"])
            let empty: NestedDictionary<String, Int> = tree.compactMapValues { _ in nil }
            #expect(empty.isEmpty)
            #expect(tree.reduce(0, +) == 10)
            #expect(tree.replacingValues(with: [7, 8, 9, 10]).flattenedValues() == [7, 8, 9, 10])
        }

        @Test func treesCanBeMappedTogether() {
            let other = NestedDictionary<String, String>(values: ["b": .value("one"), "layers": .array([.none])])
            let (joined, marked) = tree.mapValues(other) { value, text in ("\(value)\(text ?? "")", text) }
            #expect(joined.flattenedValues() == ["4", "1one", "2", "3"])
            #expect(marked.flattened().map(\.0) == ["b"])
            let single = tree.mapValues(other) { value, text in text?.count ?? value }
            #expect(single.flattenedValues() == [4, 3, 2, 3])
            let (a, b, c) = tree.mapValues(other, other) { value, x, y in (value, x, y.map { _ in value }) }
            #expect(a.flattenedValues() == [4, 1, 2, 3])
            #expect(b.flattenedValues() == ["one"])
            #expect(c.flattenedValues() == [1])
            let (d, e) = tree.mapValues(other, other) { value, x, _ in (value + 1, x) }
            #expect(d.flattenedValues() == [5, 2, 3, 4])
            #expect(e.flattenedValues() == ["one"])
        }

        @Test func theDictionaryIsACollection() {
            var tree = tree
            #expect(tree.count == 3)
            #expect(Set(tree.map(\.key)) == ["a", "b", "layers"])
            #expect(Set(tree.keys) == ["a", "b", "layers"])
            #expect(tree[unwrapping: "b"] == 1)
            #expect(tree[unwrapping: "layers"] == nil)
            tree[unwrapping: "b"] = nil
            tree["c"] = .value(9)
            #expect(Set(tree.keys) == ["a", "c", "layers"])
            #expect(tree.asDictionary()["c"] as? Int == 9)
            #expect(NestedDictionary(item: tree.asItem()) == tree)
        }

        @Test func theDescriptionIsIndented() {
            #expect(
                NestedDictionary<String, Int>(values: ["a": .array([.value(1), .none])]).description == """
                    [
                      a: [
                        1,
                        none
                      ]
                    ]
                    """)
        }
    }
}
