import MLX

extension Module: IndentedDescription {
    /// The tree of modules as text: type names, settings and children by key.
    ///
    /// - Parameter indent: the column at which the text starts; only the lines after the first are indented.
    public func description(indent: Int) -> String {
        let head = typeName(self) + describeExtra(indent)
        let children = children()
        if children.isEmpty { return head }
        let margin = String(repeating: " ", count: indent)
        let lines = children.sorted { $0.key < $1.key }.map { key, value in
            "\(margin)  \(key): \(value.description(indent: indent + 2)),\n"
        }
        return head + " {\n" + lines.joined() + margin + "}"
    }
}
