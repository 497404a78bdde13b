/// Sequences of tokens by their common beginnings.
struct TokenTree: Sendable {
    /// A place in the tree.
    typealias Node = Int

    /// Before the first token.
    static let root: Node = 0

    /// Where the edges of a node begin; one entry more than there are nodes.
    private var firstEdge: [Int] = []
    /// The tokens that can follow, ascending within a node.
    private var edgeTokens: [Int] = []
    private var edgeNodes: [Node] = []
    private var isEnd: [Bool] = []

    /// Builds the tree of some sequences; empty ones are left out.
    init(_ sequences: [[Int]]) {
        let sequences = sequences.filter { !$0.isEmpty }.sorted { $0.lexicographicallyPrecedes($1) }
        // Nodes in the order of their numbers: the sequences through each, and how many tokens they share.
        var nodes: [(range: Range<Int>, depth: Int)] = [(0..<sequences.count, 0)]
        var next = 0
        while next < nodes.count {
            var (range, depth) = nodes[next]
            next += 1
            firstEdge.append(edgeTokens.count)
            let start = range.lowerBound
            while let index = range.first, sequences[index].count == depth { range = (index + 1)..<range.upperBound }
            isEnd.append(range.lowerBound > start)
            var low = range.lowerBound
            while low < range.upperBound {
                let token = sequences[low][depth]
                var high = low + 1
                while high < range.upperBound, sequences[high][depth] == token { high += 1 }
                edgeTokens.append(token)
                edgeNodes.append(nodes.count)
                nodes.append((low..<high, depth + 1))
                low = high
            }
        }
        firstEdge.append(edgeTokens.count)
    }

    var isEmpty: Bool { edgeTokens.isEmpty }

    /// The tokens that can follow a node, ascending.
    func successors(of node: Node) -> ArraySlice<Int> { edgeTokens[firstEdge[node]..<firstEdge[node + 1]] }

    /// Whether a sequence ends at a node.
    func isComplete(_ node: Node) -> Bool { isEnd[node] }

    /// The node that a token leads to; `nil` if it can't follow.
    func child(of node: Node, _ token: Int) -> Node? {
        var low = firstEdge[node]
        var high = firstEdge[node + 1]
        while low < high {
            let middle = (low + high) / 2
            if edgeTokens[middle] < token { low = middle + 1 } else { high = middle }
        }
        return low < firstEdge[node + 1] && edgeTokens[low] == token ? edgeNodes[low] : nil
    }
}
