import Foundation

/// An interpreter for the subset of Python's pickle language that tensors and containers of them are written in.
///
/// Its values hold no Swift objects but indices into tables, so that neither deep nor circular structures of a
/// hostile file can exhaust the stack; they are bounded when the result is put together.
struct TorchPickle {
    /// A value on the stack.
    private enum Value {
        case none
        case boolean(Bool)
        case integer(Int)
        case number(Double)
        /// Index into `strings`.
        case string(Int)
        /// Index into `containers`.
        case container(Int)
        /// Index into `tensors`.
        case tensor(Int)
        case storage(Int)
        case global(Global)
    }

    /// What a pickle may refer to outside itself.
    private enum Global {
        case rebuildTensor
        case rebuildParameter
        case orderedDictionary
        case size
        case storage(TorchDType)

        init(module: String, name: String) throws {
            switch (module, name) {
            case ("torch._utils", "_rebuild_tensor_v2"): self = .rebuildTensor
            case ("torch._utils", "_rebuild_parameter"): self = .rebuildParameter
            case ("collections", "OrderedDict"): self = .orderedDictionary
            case ("torch", "Size"): self = .size
            default:
                guard module == "torch", let dtype = TorchDType(storageClass: name) else {
                    throw TorchArchiveFault(
                        "it refers to \(module).\(name), which is neither a tensor nor a number",
                        advice:
                            "the file may carry program code, which is never run; use a file that holds tensors only")
                }
                self = .storage(dtype)
            }
        }
    }

    private struct Container {
        enum Kind { case tuple, list, dictionary }
        var kind: Kind
        /// Elements, or the values of a dictionary.
        var values: [Value] = []
        /// The keys of a dictionary.
        var keys: [Value] = []
    }

    private let bytes: [UInt8]
    private var position = 0
    private var stack: [Value] = []
    private var marks: [Int] = []
    private var memo: [Int: Value] = [:]
    private var strings: [String] = []
    private var containers: [Container] = []
    private var tensors: [TorchTensor] = []
    private var storages: [TorchStorages.Storage] = []

    private static let maximumDepth = 64
    private static let maximumNodes = 1 << 20

    init(_ data: Data) {
        bytes = [UInt8](data)
    }

    /// Runs the pickle to its end and returns what it built.
    mutating func run(_ source: inout TorchStorages) throws -> TorchValue {
        while true {
            let code = try byte()
            switch code {
            case 0x80:  // PROTO
                let version = try byte()
                guard (2...5).contains(version) else {
                    throw TorchArchiveFault("its pickle has protocol \(version), not one from 2 to 5")
                }
            case 0x95: _ = try take(8)  // FRAME: a length that matters to buffered readers only
            case UInt8(ascii: "."):
                let result = try pop()
                guard stack.isEmpty, marks.isEmpty else { throw TorchArchiveFault("its pickle leaves values over") }
                var nodes = 0
                return try finished(result, depth: 0, nodes: &nodes)

            case UInt8(ascii: "("): marks.append(stack.count)
            case UInt8(ascii: ")"): push(.tuple, [])
            case UInt8(ascii: "t"): push(.tuple, try popToMark())
            case 0x85: push(.tuple, try pop(1))
            case 0x86: push(.tuple, try pop(2))
            case 0x87: push(.tuple, try pop(3))
            case UInt8(ascii: "]"): push(.list, [])
            case UInt8(ascii: "a"): try append(try pop(1))
            case UInt8(ascii: "e"): try append(try popToMark())
            case UInt8(ascii: "}"): push(.dictionary, [])
            case UInt8(ascii: "s"): try set(try pop(2))
            case UInt8(ascii: "u"): try set(try popToMark())

            case UInt8(ascii: "q"): memo[Int(try byte())] = try top()
            case UInt8(ascii: "r"): memo[try unsigned(4)] = try top()
            case 0x94: memo[memo.count] = try top()
            case UInt8(ascii: "h"): stack.append(try remembered(Int(try byte())))
            case UInt8(ascii: "j"): stack.append(try remembered(try unsigned(4)))

            case UInt8(ascii: "N"): stack.append(.none)
            case 0x88: stack.append(.boolean(true))
            case 0x89: stack.append(.boolean(false))
            case UInt8(ascii: "K"): stack.append(.integer(Int(try byte())))
            case UInt8(ascii: "M"): stack.append(.integer(try unsigned(2)))
            case UInt8(ascii: "J"): stack.append(.integer(Int(Int32(truncatingIfNeeded: try unsigned(4)))))
            case 0x8A: stack.append(.integer(try signed(Int(try byte()))))
            case UInt8(ascii: "G"): stack.append(.number(try double()))
            case UInt8(ascii: "X"): try pushString(try unsigned(4))
            case 0x8C: try pushString(try unsigned(1))
            case 0x8D: try pushString(try unsigned(8))

            case UInt8(ascii: "c"):
                let module = try line()
                stack.append(.global(try Global(module: module, name: try line())))
            case 0x93:
                let name = try string(try pop())
                stack.append(.global(try Global(module: try string(try pop()), name: name)))
            case UInt8(ascii: "Q"): try loadStorage(&source)
            case UInt8(ascii: "R"): try call(source)
            case UInt8(ascii: "b"): try setAttributes()

            default:
                throw TorchArchiveFault(
                    "its pickle has the instruction 0x\(String(code, radix: 16)), which tensors don't need",
                    advice: "the file may carry program code, which is never run; use a file that holds tensors only")
            }
        }
    }

    // MARK: Instructions

    private mutating func push(_ kind: Container.Kind, _ values: [Value]) {
        containers.append(Container(kind: kind, values: values))
        stack.append(.container(containers.count - 1))
    }

    private mutating func pushString(_ length: Int) throws {
        guard let text = String(validating: try take(length), as: UTF8.self) else {
            throw TorchArchiveFault("its pickle has a string that isn't UTF-8")
        }
        strings.append(text)
        stack.append(.string(strings.count - 1))
    }

    private mutating func append(_ values: [Value]) throws {
        let list = try container(try top(), .list)
        containers[list].values += values
    }

    private mutating func set(_ items: [Value]) throws {
        let dictionary = try container(try top(), .dictionary)
        guard items.count.isMultiple(of: 2) else { throw TorchArchiveFault("its pickle has a key without a value") }
        for index in stride(from: 0, to: items.count, by: 2) {
            containers[dictionary].keys.append(items[index])
            containers[dictionary].values.append(items[index + 1])
        }
    }

    /// A persistent id: ("storage", class, key, device, number of elements).
    private mutating func loadStorage(_ source: inout TorchStorages) throws {
        let id = containers[try container(try pop(), .tuple)].values
        guard id.count == 5, try string(id[0]) == "storage", case .global(.storage(let dtype)) = id[1],
            case .integer(let count) = id[4]
        else {
            throw TorchArchiveFault("its pickle refers to an object that is no storage")
        }
        storages.append(try source.storage(key: try string(id[2]), dtype: dtype, count: count))
        stack.append(.storage(storages.count - 1))
    }

    private mutating func call(_ source: TorchStorages) throws {
        let arguments = containers[try container(try pop(), .tuple)].values
        guard case .global(let global) = try pop() else {
            throw TorchArchiveFault("its pickle calls something that is no function")
        }
        switch global {
        case .rebuildTensor:
            // Storage, offset, sizes, strides; then whether gradients are wanted, hooks and metadata.
            guard (6...7).contains(arguments.count), case .storage(let index) = arguments[0],
                case .integer(let offset) = arguments[1]
            else {
                throw TorchArchiveFault("its pickle builds a tensor from something else than a storage")
            }
            let storage = storages[index]
            let tensor = try TorchTensor(
                shape: try integers(arguments[2]), dtype: storage.dtype, strides: try integers(arguments[3]),
                offset: offset, storage: storage.bytes, isBigEndian: source.isBigEndian,
                limit: source.repetitionLimit)
            tensors.append(tensor)
            stack.append(.tensor(tensors.count - 1))
        case .rebuildParameter:
            guard arguments.count == 3, case .tensor = arguments[0] else {
                throw TorchArchiveFault("its pickle builds a parameter from something else than a tensor")
            }
            stack.append(arguments[0])
        case .orderedDictionary:
            guard arguments.isEmpty else {
                throw TorchArchiveFault("its pickle builds an ordered dictionary from arguments")
            }
            push(.dictionary, [])
        case .size:
            guard arguments.count == 1 else { throw TorchArchiveFault("its pickle builds a size from nothing") }
            push(.tuple, try integers(arguments[0]).map { .integer($0) })
        case .storage:
            throw TorchArchiveFault("its pickle builds a storage from arguments")
        }
    }

    /// Passes over attributes that a state dictionary has beside its entries; they don't matter to its tensors.
    private mutating func setAttributes() throws {
        _ = try container(try pop(), .dictionary)
        _ = try container(try top(), .dictionary)
    }

    // MARK: Stack

    private func top() throws -> Value {
        guard let value = stack.last, stack.count > marks.last ?? 0 else {
            throw TorchArchiveFault("its pickle takes a value from an empty stack")
        }
        return value
    }

    private mutating func pop() throws -> Value {
        let value = try top()
        stack.removeLast()
        return value
    }

    private mutating func pop(_ count: Int) throws -> [Value] {
        guard stack.count - count >= marks.last ?? 0 else {
            throw TorchArchiveFault("its pickle takes a value from an empty stack")
        }
        defer { stack.removeLast(count) }
        return Array(stack.suffix(count))
    }

    private mutating func popToMark() throws -> [Value] {
        guard let mark = marks.popLast() else { throw TorchArchiveFault("its pickle has no mark where one belongs") }
        defer { stack.removeLast(stack.count - mark) }
        return Array(stack[mark...])
    }

    private func remembered(_ index: Int) throws -> Value {
        guard let value = memo[index] else { throw TorchArchiveFault("its pickle recalls what it never stored") }
        return value
    }

    // MARK: Values

    private func container(_ value: Value, _ kind: Container.Kind) throws -> Int {
        guard case .container(let index) = value, containers[index].kind == kind else {
            throw TorchArchiveFault("its pickle has another value where a \(kind) belongs")
        }
        return index
    }

    private func string(_ value: Value) throws -> String {
        guard case .string(let index) = value else {
            throw TorchArchiveFault("its pickle has another value where a string belongs")
        }
        return strings[index]
    }

    private func integers(_ value: Value) throws -> [Int] {
        try containers[try container(value, .tuple)].values.map {
            guard case .integer(let integer) = $0 else {
                throw TorchArchiveFault("its pickle has another value where an integer belongs")
            }
            return integer
        }
    }

    /// The object that a value stands for, with all it contains.
    private func finished(_ value: Value, depth: Int, nodes: inout Int) throws -> TorchValue {
        nodes += 1
        guard depth <= Self.maximumDepth, nodes <= Self.maximumNodes else {
            throw TorchArchiveFault("its objects are nested too deep or are too many")
        }
        switch value {
        case .none: return .none
        case .boolean(let value): return .boolean(value)
        case .integer(let value): return .integer(value)
        case .number(let value): return .number(value)
        case .string(let index): return .string(strings[index])
        case .tensor(let index): return .tensor(tensors[index])
        case .container(let index):
            let elements = try containers[index].values.map {
                try finished($0, depth: depth + 1, nodes: &nodes)
            }
            guard containers[index].kind == .dictionary else { return .list(elements) }
            let keys = try containers[index].keys.map { key in
                if case .integer(let integer) = key { return String(integer) }
                return try string(key)
            }
            return .dictionary(Dictionary(zip(keys, elements)) { _, later in later })
        case .storage, .global:
            throw TorchArchiveFault("it holds a storage or a class by itself")
        }
    }

    // MARK: Bytes

    private mutating func take(_ length: Int) throws -> ArraySlice<UInt8> {
        guard length >= 0, length <= bytes.count - position else {
            throw TorchArchiveFault("its pickle ends too early")
        }
        defer { position += length }
        return bytes[position..<position + length]
    }

    private mutating func byte() throws -> UInt8 {
        guard position < bytes.count else { throw TorchArchiveFault("its pickle ends too early") }
        defer { position += 1 }
        return bytes[position]
    }

    /// A little-endian number without sign; those beyond `Int` count as the largest.
    private mutating func unsigned(_ length: Int) throws -> Int {
        let value = try take(length).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return Int(clamping: value)
    }

    /// A little-endian number in two's complement of 0 to 8 bytes.
    private mutating func signed(_ length: Int) throws -> Int {
        guard length <= 8 else { throw TorchArchiveFault("its pickle has an integer of more than 64 bits") }
        let digits = try take(length)
        let sign: UInt64 = (digits.last ?? 0) & 0x80 == 0 ? 0 : .max
        return Int(truncatingIfNeeded: digits.reversed().reduce(sign) { $0 << 8 | UInt64($1) })
    }

    /// A big-endian double-precision number.
    private mutating func double() throws -> Double {
        Double(bitPattern: try take(8).reduce(0) { $0 << 8 | UInt64($1) })
    }

    private mutating func line() throws -> String {
        guard let end = bytes[position...].firstIndex(of: UInt8(ascii: "\n")) else {
            throw TorchArchiveFault("its pickle ends too early")
        }
        defer { position = end + 1 }
        return String(decoding: bytes[position..<end], as: UTF8.self)
    }
}
