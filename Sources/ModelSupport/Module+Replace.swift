import MLX
import MLXNN

extension Module {
    /// Puts a module into the place of the one at a path, such as `layers.3.mlp.up_proj`.
    ///
    /// Through the module that holds it: an update by the whole path makes lists with holes, which mlx-swift refuses.
    ///
    /// - Throws: `UpdateError` if there is no such place, or it is not in a `@ModuleInfo` of a suitable type.
    func replaceModule(at path: String, by module: Module) throws {
        let parts = path.split(separator: ".")
        let modules = Dictionary(namedModules(), uniquingKeysWith: { first, _ in first })
        // The nearest module above; what is between is a key, and indices of lists and dictionaries.
        for count in stride(from: parts.count - 1, through: 0, by: -1) {
            guard let owner = modules[parts[..<count].joined(separator: ".")] else { continue }
            let key = String(parts[count])
            let place = parts[count...].joined(separator: ".")
            guard let item = owner.children()[key] else { break }
            let whole = NestedDictionary<String, Module>(values: [key: item]).mapValues { $0 == place ? module : $1 }
            try owner.update(modules: whole, verify: .none)
            return
        }
        throw UpdateError.keyNotFound(path: parts.map(String.init), modules: ["\(type(of: self))"])
    }
}
