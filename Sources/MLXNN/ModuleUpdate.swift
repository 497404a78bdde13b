import MLX

/// One module's part of ``Module/update(modules:verify:path:modulePath:)``.
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
            try replaceElements(of: items, by: values, key: key, path: path)

        case (.dictionary(let items), .dictionary(let values)):
            try replaceEntries(of: items, by: values, key: key, path: path)

        case (.none, .none):
            break

        case (.value(.parameters), .value):
            throw UpdateError.settingArrayWithModule(path: path, modules: modulePath)

        default:
            throw UpdateError.incompatibleItems(
                path: path, modules: modulePath, item: item.description, value: value.description)
        }
    }

    /// Replaces, or updates in place, elements of an array or a tuple; those without a value stay.
    private func replaceElements(
        of items: [ModuleItem], by values: [NestedItem<String, Module>], key: String, path: [String]
    ) throws {
        var newModules = [Module]()
        var isReplaced = false
        for index in 0..<max(items.count, values.count) {
            let item = index < items.count ? items[index] : .none
            let value = index < values.count ? values[index] : .none
            let (newModule, isNew) = try element(item, value, path: path + [String(index)])
            newModules.append(newModule)
            isReplaced = isReplaced || isNew
        }
        if isReplaced { try module.updateModule(key: key, newModules) }
    }

    /// Replaces, or updates in place, entries of a dictionary; those without a value stay.
    private func replaceEntries(
        of items: [String: ModuleItem], by values: [String: NestedItem<String, Module>], key: String, path: [String]
    ) throws {
        var newModules = [String: Module]()
        var isReplaced = false
        for name in Set(items.keys).union(values.keys) {
            let (newModule, isNew) = try element(items[name] ?? .none, values[name] ?? .none, path: path + [name])
            newModules[name] = newModule
            isReplaced = isReplaced || isNew
        }
        if isReplaced { try module.updateModule(key: key, newModules) }
    }

    /// The module that an element of a container becomes, and whether it is another than before.
    private func element(
        _ item: ModuleItem, _ value: NestedItem<String, Module>, path: [String]
    ) throws -> (Module, isNew: Bool) {
        switch (item, value) {
        case (.value(.parameters), .value):
            throw UpdateError.settingArrayWithModule(path: path, modules: modulePath)
        case (_, .value(let newModule)):
            return (newModule, true)
        case (.value(.module(let child)), .none):
            return (child, false)
        case (.value(.module(let child)), .dictionary(let values)):
            try update(child, values, path: path)
            return (child, false)
        default:
            throw UpdateError.unableToCollectModulesFromContainer(path: path, modules: modulePath)
        }
    }

    private func update(_ child: Module, _ values: [String: NestedItem<String, Module>], path: [String]) throws {
        try child.update(
            modules: NestedDictionary(values: values), verify: verify, path: path, modulePath: modulePath)
    }
}
