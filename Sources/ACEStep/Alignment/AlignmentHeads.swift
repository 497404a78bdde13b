import MusicCore

/// The heads of the transformer's cross-attention that follow the lyrics.
package struct AlignmentHeads: Sendable, Equatable {
    /// Heads by layer, both from 0 on.
    package let heads: [Int: [Int]]
    /// What the user should know of them; `nil` if they are known to follow.
    package let notice: String?

    /// Those of published models with 24 layers.
    private static let ofSmall = [2: [6], 3: [10, 11], 4: [3], 5: [8, 9], 6: [8]]
    /// Those of published models with 32 layers.
    private static let ofXL = [3: [18, 27], 4: [22], 5: [5, 6, 7], 6: [2, 12, 13], 7: [20, 21]]

    /// - Parameters:
    ///   - configured: what the checkpoint says, by layer; `nil` if it says nothing.
    ///   - layers: number of layers of the transformer.
    ///   - headCount: number of heads of each.
    package init(configured: [Int: [Int]]?, layers: Int, headCount: Int) {
        func existing(_ map: [Int: [Int]]) -> [Int: [Int]] {
            map.filter { (0..<layers).contains($0.key) }
                .mapValues { $0.filter { (0..<headCount).contains($0) } }.filter { !$0.value.isEmpty }
        }
        if let configured {
            heads = existing(configured)
            notice =
                heads.isEmpty ? "The model has no attention head that follows the lyrics: there are no times" : nil
        } else if layers == 24 || layers == 32 {
            heads = existing(layers == 24 ? Self.ofSmall : Self.ofXL)
            notice = heads.isEmpty ? "The model's heads are not those that follow the lyrics: there are no times" : nil
        } else {
            heads = existing(Self.ofSmall)
            notice =
                "The checkpoint doesn't say which attention heads follow the lyrics, and its \(layers) layers are of "
                + (heads.isEmpty
                    ? "no known model: there are no times" : "no known model: the times may be by chance")
        }
    }

    /// Whether there is any.
    package var isEmpty: Bool { heads.isEmpty }

    /// Layers that have any, in order.
    var layers: [Int] { heads.keys.sorted() }
}
