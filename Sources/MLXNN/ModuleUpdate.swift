import MLX

/// One module's part of ``Module/update(modules:verify:path:modulePath:)``.
///
/// Containers are taken as mlx-swift takes them, so that what passes here passes there: the first element of a list
/// tells whether the list replaces modules or leads on to what lies below them, and a dictionary replaces all entries.
struct ModuleUpdate {
    let module: Module
    let verify: Module.VerifyUpdate
    let modulePath: [String]

    /// Replaces the modules that `modules` holds.
    func run(_ modules: ModuleChildren, path: [String]) throws {
        let items = module.items()
        for (key, item) in items {
            if let value = modules[key] {
                try replace(item, by: value, key: key, path: path + [key])
            }
        }
        let unused = modules.keys.filter { items[$0] == nil }.sorted()
        if verify.contains(.noUnusedKeys), !unused.isEmpty {
            throw UpdateError.unhandledKeys(path: path, modules: modulePath, keys: unused)
        }
    }

    private func replace(
        _ item: ModuleItem, by value: NestedItem<String, Module>, key: String, path: [String]
    ) throws {
        switch (item, value) {
        case (.value(.module), .value(let newModule)), (.none, .value(let newModule)):
            try module.updateModule(key: key, newModule)

        case (.value(.module), .none):
            try module.updateModule(key: key, Module?.none as Any)

        case (.value(.module(let child)), .dictionary(let values)):
            try update(child, values, path: path)

        case (.array(let items), .array(let values)):
            switch values.first {
            case .value: try replaceElements(of: items, by: values, key: key, path: path)
            case .dictionary: try updateElements(of: items, by: values, key: key, path: path)
            default: throw UpdateError.unexpectedStructure(key: key, item: typeName(module))
            }

        case (.dictionary, .dictionary(let values)):
            let newModules = try values.mapValues { value in
                guard case .value(let newModule) = value else {
                    throw UpdateError.unableToCollectModulesFromContainer(path: path, modules: modulePath)
                }
                return newModule
            }
            try module.updateModule(key: key, newModules)

        case (.value(.parameters), .value):
            throw UpdateError.settingArrayWithModule(path: path, modules: modulePath)

        default:
            throw UpdateError.incompatibleItems(
                path: path, modules: modulePath, item: item.description, value: value.description)
        }
    }

    /// Replaces an array or a tuple by another of the length of `values`; elements without a value are kept.
    private func replaceElements(
        of items: [ModuleItem], by values: [NestedItem<String, Module>], key: String, path: [String]
    ) throws {
        let newModules = try values.enumerated().map { index, value in
            switch value {
            case .value(let newModule):
                return newModule
            case .none:
                if index < items.count, case .value(.module(let kept)) = items[index] { return kept }
                fallthrough
            default:
                throw UpdateError.unableToCollectModulesFromContainer(path: path, modules: modulePath)
            }
        }
        try module.updateModule(key: key, newModules)
    }

    /// Updates the elements of an array or a tuple in place, from the first on; those past the end of `values` stay.
    private func updateElements(
        of items: [ModuleItem], by values: [NestedItem<String, Module>], key: String, path: [String]
    ) throws {
        for (index, (item, value)) in zip(items, values).enumerated() {
            guard case .value(.module(let child)) = item, case .dictionary(let values) = value else {
                throw UpdateError.mismatchedContainers(base: typeName(module), key: key)
            }
            try update(child, values, path: path + [String(index)])
        }
    }

    private func update(_ child: Module, _ values: [String: NestedItem<String, Module>], path: [String]) throws {
        try child.update(
            modules: NestedDictionary(values: values), verify: verify, path: path, modulePath: modulePath)
    }
}
