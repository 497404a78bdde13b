import Foundation
import MLX
import Testing

extension MLXTests {
    @Suite struct SafetensorsTests {

        private let samples: [String: MLXArray] = [
            "bool": MLXArray([true, false, true]), "u8": MLXArray([0, 255] as [UInt8]),
            "u16": MLXArray([65535] as [UInt16]), "u32": MLXArray([UInt32.max]), "u64": MLXArray([UInt64.max]),
            "i8": MLXArray([-128, 127] as [Int8]), "i16": MLXArray([Int16.min]), "i32": MLXArray([1, -2, 3]),
            "i64": MLXArray(int64: [1 << 40, -1]), "f16": MLXArray([0.5, -65504] as [Float16]),
            "bf16": MLXArray([1.5, -3] as [Float]).asType(.bfloat16), "f32": MLXArray(0..<6, [2, 3]).asType(.float32),
            "f64": MLXArray(float64: .pi), "c64": MLXArray(real: 1, imaginary: -2), "scalar": MLXArray(7),
            "empty": zeros([0, 4]), "transposed": MLXArray(0..<6, [2, 3]).T, "ünïcødé \"quoted\"\n": MLXArray([1]),
        ]

        private func expectSamples(_ loaded: [String: MLXArray]) {
            #expect(Set(loaded.keys) == Set(samples.keys))
            for (name, array) in samples {
                guard let other = loaded[name] else { continue }
                #expect(other.dtype == array.dtype, "\(name)")
                #expect(other.shape == array.shape, "\(name)")
                #expect(other.asData().data == array.asData().data, "\(name)")
            }
        }

        @Test func everythingComesBack() throws {
            try withTemporaryFolder { folder in
                let url = folder.appending(path: "all.safetensors")
                let metadata = ["format": "pt", "odd \"key\"": "line\nbreak \u{1F3B5}"]
                try save(arrays: samples, metadata: metadata, url: url)
                let (arrays, texts) = try loadArraysAndMetadata(url: url)
                expectSamples(arrays)
                #expect(texts == metadata)
                expectSamples(try loadArrays(url: url))
                // No temporary file is left.
                #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path()) == ["all.safetensors"])
            }
        }

        @Test func memoryAndFilesHaveTheSameFormat() throws {
            let data = try saveToData(arrays: samples, metadata: ["a": "b"])
            expectSamples(try loadArrays(data: data))
            #expect(try loadArraysAndMetadata(data: data).1 == ["a": "b"])
            #expect(try saveToData(arrays: samples, metadata: ["a": "b"]) == data)
            try withTemporaryFolder { folder in
                let url = folder.appending(path: "x.safetensors")
                try save(arrays: samples, metadata: ["a": "b"], url: url)
                #expect(try Data(contentsOf: url) == data)
            }
        }

        @Test func aFileCanReplaceTheOneItCameFrom() throws {
            try withTemporaryFolder { folder in
                let url = folder.appending(path: "x.safetensors")
                try save(arrays: ["x": MLXArray(0..<1000)], url: url)
                let loaded = try loadArrays(url: url)
                try save(arrays: loaded.mapValues { $0 + 1 }.merging(loaded.map { ("old", $1) }) { $1 }, url: url)
                let again = try loadArrays(url: url)
                #expect(again["x"]?[999].item(Int.self) == 1000)
                #expect(again["old"]?[999].item(Int.self) == 999)
                #expect(loaded["x"]?[999].item(Int.self) == 999)
            }
        }

        @Test func loadingCostsNoMemory() async {
            // It watches the memory of the whole process, so it has one of its own.
            await #expect(processExitsWith: .success) {
                let elements = 32 << 20
                try withTemporaryFolder { folder in
                    let url = folder.appending(path: "big.safetensors")
                    let file = try SafetensorsTests.makeFile(
                        url, #"{"x":{"dtype":"BF16","shape":[\#(elements)],"data_offsets":[0,\#(2 * elements)]}}"#)
                    try file.truncate(atOffset: file.offset() + UInt64(2 * elements))
                    try file.close()

                    let before = residentMemory()
                    let active = Memory.activeMemory
                    let loaded = try loadArrays(url: url)
                    let x = try #require(loaded["x"])
                    #expect(residentMemory().all - before.all < 4 << 20)

                    // Reading it all brings in pages of the file, which the system may take back, but no copy.
                    #expect(x.sum(stream: .cpu).item(Float.self) == 0)
                    #expect(residentMemory().anonymous - before.anonymous < 8 << 20)
                    #expect(Memory.activeMemory <= active + 4096)

                    // The array outlives the file's name.
                    try FileManager.default.removeItem(at: url)
                    #expect(x[elements - 1].item(Float.self) == 0)
                    #expect((x[0..<3] + 1).asArray(Float.self) == [1, 1, 1])
                }
            }
        }

        @Test func loadedArraysAreNeverWrittenTo() throws {
            try withTemporaryFolder { folder in
                let url = folder.appending(path: "x.safetensors")
                try save(arrays: ["x": MLXArray([1, 2, 3] as [Float])], url: url)
                var x = try #require(try loadArrays(url: url)["x"])
                // Each of these could reuse the memory of its argument, which nothing else refers to.
                for _ in 0..<3 {
                    x = x * 2
                    eval(x)
                }
                expect(x, [8, 16, 24])
                var y = try #require(try loadArrays(url: url)["x"])
                y[0] = MLXArray(Float(9))
                eval(y)
                y = exp(y * 0)
                eval(y)
                expect(try #require(try loadArrays(url: url)["x"]), [1, 2, 3])
            }
        }

        @Test func unalignedTensorsLoad() throws {
            let header =
                #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"F32","shape":[2],"data_offsets":[1,9]}}  "#
            var data = Data([5])
            data.append([Float(1.5), -2].withUnsafeBytes { Data($0) })
            let file = Self.contents(header, data)
            try withTemporaryFolder { folder in
                let url = folder.appending(path: "x.safetensors")
                try file.write(to: url)
                for arrays in [try loadArrays(url: url), try loadArrays(data: file)] {
                    #expect(arrays["a"]?.item(Int.self) == 5)
                    expect(try #require(arrays["b"]), [1.5, -2])
                }
            }
        }

        // MARK: Files that lie

        private static func contents(_ header: String, _ data: Data, length: UInt64? = nil) -> Data {
            var file = withUnsafeBytes(of: (length ?? UInt64(header.utf8.count)).littleEndian) { Data($0) }
            file.append(Data(header.utf8))
            file.append(data)
            return file
        }

        /// A file with a header that is padded to a multiple of 8 bytes, as most are, open at its end.
        private static func makeFile(_ url: URL, _ header: String) throws -> FileHandle {
            let padding = String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
            try Self.contents(header + padding, Data()).write(to: url)
            let file = try FileHandle(forUpdating: url)
            try file.seekToEnd()
            return file
        }

        /// What a header may claim is tested beside its reader.
        @Test func liesAreErrorsThatNameTheFile() throws {
            let entry = #"{"dtype":"F32","shape":[2],"data_offsets":[0,8]}"#
            let cases: [(String, Data, String)] = [
                ("empty file", Data(), "0 bytes"),
                ("huge length", Self.contents("{}", Data(), length: .max), "more than any real header"),
                ("not JSON", Self.contents("hello", Data(count: 8)), "not valid JSON"),
                ("two of a name", Self.contents(#"{"x":\#(entry),"x":\#(entry)}"#, Data(count: 8)), "two entries 'x'"),
                ("truncated data", Self.contents(#"{"x":\#(entry)}"#, Data(count: 7)), "truncated"),
            ]
            try withTemporaryFolder { folder in
                for (name, data, reason) in cases {
                    let url = folder.appending(path: "lies.safetensors")
                    try data.write(to: url)
                    let text = message { _ = try loadArrays(url: url) }
                    #expect(text.contains(reason), "\(name): \(text)")
                    #expect(text.hasPrefix(url.path()), "\(name): \(text)")
                    #expect(message { _ = try loadArraysAndMetadata(data: data) }.contains(reason), "\(name)")
                }
            }
        }

        /// libmlx writes such files where it is given no metadata.
        @Test func metadataMayBeNull() throws {
            let header = #"{"__metadata__":null,"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#
            let (arrays, texts) = try loadArraysAndMetadata(data: Self.contents(header, Data(count: 4)))
            #expect(arrays["x"]?.item(Float.self) == 0)
            #expect(texts.isEmpty)
        }

        @Test func damagedHeadersNeverCrash() throws {
            let good = try saveToData(arrays: ["a": MLXArray([1, 2]), "b": zeros([2, 2])], metadata: ["k": "v"])
            var random = SeededGenerator(91)
            var failures = 0
            for _ in 0..<3000 {
                var bad = good
                for _ in 0..<Int.random(in: 1...4, using: &random) {
                    bad[Int.random(in: 0..<bad.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
                }
                if Bool.random(using: &random) {
                    bad = bad.prefix(Int.random(in: 0...bad.count, using: &random))
                }
                do {
                    for array in try loadArrays(data: Data(bad)).values { eval(array) }
                } catch {
                    failures += 1
                }
            }
            #expect(failures > 1000)
        }

        @Test func filesThatAreNotThere() throws {
            try withTemporaryFolder { folder in
                let missing = folder.appending(path: "missing.safetensors")
                #expect(message { _ = try loadArrays(url: missing) }.contains("No such file"))
                let nested = folder.appending(path: "folder.safetensors")
                try FileManager.default.createDirectory(at: nested, withIntermediateDirectories: true)
                #expect(message { _ = try loadArrays(url: nested) }.contains("folder"))
                #expect(
                    message { try save(arrays: [:], url: folder.appending(path: "no/x.safetensors")) }.contains(
                        "No such file"))
                #expect(
                    message { try save(arrays: ["x": MLXArray(1)], url: nested) }.contains(nested.lastPathComponent))
                #expect(throws: LoadSaveError.self) { try loadArrays(url: folder.appending(path: "x.bin")) }
                #expect(throws: LoadSaveError.self) { try save(arrays: [:], url: folder.appending(path: "x.bin")) }
                #expect(throws: LoadSaveError.self) { try loadArray(url: folder.appending(path: "x.bin")) }
                #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path()) == ["folder.safetensors"])
            }
        }

        @Test func anErrorWhileSavingLeavesNothingBehind() throws {
            try withTemporaryFolder { folder in
                let url = folder.appending(path: "x.safetensors")
                try save(arrays: ["x": MLXArray([1])], url: url)
                var broken = MLXArray(0)
                withErrorHandler({ _ in }) { broken = matmul(ones([2]), ones([3])) }
                #expect(throws: (any Error).self) { try save(arrays: ["y": broken], url: url) }
                #expect(try loadArrays(url: url).keys.sorted() == ["x"])
                #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path()) == ["x.safetensors"])
            }
        }

        @Test func npyFiles() throws {
            try withTemporaryFolder { folder in
                let url = folder.appending(path: "x.npy")
                let x = MLXArray(0..<6, [2, 3]).asType(.float16)
                try save(array: x, url: url)
                let y = try loadArray(url: url)
                #expect(y.dtype == .float16)
                expect(y, Naive(x))
                let file = try Data(contentsOf: url)
                try file.dropLast(4).write(to: url)
                #expect(throws: (any Error).self) { try loadArray(url: url) }
                try Data("not npy".utf8).write(to: url)
                #expect(throws: (any Error).self) { try loadArray(url: url) }
            }
        }
    }
}
