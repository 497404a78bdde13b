import Foundation
import Safetensors
import Testing

/// A header is believed only as far as the file bears it out.
struct HeaderTests {
    private static func entry(
        _ dtype: String = "F32", _ shape: String = "[2]", _ offsets: String = "[0,8]"
    ) -> String {
        #"{"dtype":"\#(dtype)","shape":\#(shape),"data_offsets":\#(offsets)}"#
    }

    @Test func entriesAndMetadataAreRead() throws {
        let header = try parsed(
            contents(
                """
                {"__metadata__": {"format": "pt"}, "a": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]},
                 "b": {"dtype": "BF16", "shape": [], "data_offsets": [24, 26], "comment": [{"of": "others"}, null]},
                 "none": {"dtype": "F16", "shape": [0, 4], "data_offsets": [26, 26]}}
                """, data: 26))
        #expect(header.metadata == ["format": "pt"])
        #expect(header.tensors.map(\.name) == ["a", "b", "none"])
        #expect(header.tensors.map(\.type) == [.float32, .bfloat16, .float16])
        #expect(header.tensors.map(\.shape) == [[2, 3], [], [0, 4]])
        #expect(header.tensors.map(\.count) == [6, 1, 0])
        #expect(header.tensors.map(\.range.count) == [24, 2, 0])
        #expect(header.tensors[1].range.lowerBound - header.tensors[0].range.lowerBound == 24)
    }

    /// What MLX writes if it is given none.
    @Test func metadataMayBeNull() throws {
        let header = try parsed(contents(#"{"__metadata__": null, "x": \#(Self.entry())}"#, data: 8))
        #expect(header.metadata.isEmpty)
        #expect(header.tensors.map(\.name) == ["x"])
    }

    @Test func tensorsMayBeInAnyOrder() throws {
        let header = try parsed(
            contents(
                #"{"late": \#(Self.entry("F32", "[2]", "[4,12]")), "early": \#(Self.entry("F16", "[2]", "[0,4]"))}"#,
                data: 12))
        #expect(header.tensors.map(\.name) == ["late", "early"])
    }

    private struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let data: Data
        let kind: SafetensorsError.Kind
        let tensor: String?
        let reason: String
        var testDescription: String { name }

        init(
            _ name: String, _ header: String, data: Int = 8, length: UInt64? = nil,
            kind: SafetensorsError.Kind = .invalidHeader, tensor: String? = nil, _ reason: String
        ) {
            self.name = name
            self.data = contents(header, data: data, length: length)
            self.kind = kind
            self.tensor = tensor
            self.reason = reason
        }

        /// With one tensor 'x'.
        init(
            _ name: String, entry: String, data: Int = 8, kind: SafetensorsError.Kind = .invalidTensor,
            _ reason: String
        ) {
            self.init(name, #"{"x":\#(entry)}"#, data: data, kind: kind, tensor: "x", reason)
        }
    }

    private static let e = entry()
    private static let cases = [
        Case("no header", "", data: 0, "not valid JSON"),
        Case("length beyond the end", "{}", data: 0, length: 99, kind: .truncated, "the file ends after 2"),
        Case("length that has bits of the sign", "{}", data: 0, length: .max, "more than any real header"),
        Case("length beyond the limit", "{}", data: 0, length: 100_000_001, "more than any real header"),
        Case("list", "[1]", "not a JSON object"), Case("text", "hello", "not valid JSON"),
        Case("truncated JSON", #"{"x":{"dtype":"F3"#, "not valid JSON"),
        Case("trailing text", #"{"x":\#(e)}x"#, "the end is expected"),
        Case("trailing comma", #"{"x":\#(e),}"#, "a string is expected"),
        Case("two tensors of a name", #"{"x":\#(e),"x":\#(e)}"#, "two entries 'x'"),
        Case("two tensors of a name in other words", #"{"x":\#(e),"\u0078":\#(e)}"#, "two entries 'x'"),
        Case("two fields of a name", #"{"x":{"dtype":"F32","dtype":"F16"}}"#, "two entries 'dtype'"),
        Case("two texts of a name", #"{"__metadata__":{"k":"a","k":"b"}}"#, data: 0, "two entries 'k'"),
        Case("two metadata", #"{"__metadata__":{},"__metadata__":{}}"#, data: 0, "two entries '__metadata__'"),
        Case(
            "deep nesting", #"{"x":{"y":"# + String(repeating: "[", count: 100_000), data: 0, "nested too deep"),
        Case("unknown escape", #"{"\x":1}"#, "an escape is expected"),
        Case("half a surrogate pair", #"{"\ud800":\#(e)}"#, "not valid text"),
        Case("control character", "{\"\u{1}\":1}", "control character"),
        Case("metadata in a list", #"{"__metadata__":[],"x":\#(e)}"#, "__metadata__ is not a JSON object"),
        Case("metadata in numbers", #"{"__metadata__":{"k":1},"x":\#(e)}"#, "'k' is not a string"),
        Case("entry is a number", #"{"x":5}"#, "'x' is not a JSON object"),
        Case("entry is a text", #"{"x":"text"}"#, "'x' is not a JSON object"),

        Case("no dtype", entry: #"{"shape":[2],"data_offsets":[0,8]}"#, "no dtype"),
        Case("no shape", entry: #"{"dtype":"F32","data_offsets":[0,8]}"#, "no list shape"),
        Case("no offsets", entry: #"{"dtype":"F32","shape":[2]}"#, "no list data_offsets"),
        Case("nothing", entry: "{}", "no dtype"),
        Case(
            "unknown dtype", entry: entry("F8_E4M3"), kind: .unsupportedType("F8_E4M3"),
            "'F8_E4M3', which is not supported"),
        Case("dtype is a number", entry: #"{"dtype":1,"shape":[2],"data_offsets":[0,8]}"#, "not a string"),
        Case("shape is a number", entry: entry("F32", "2"), "no list shape"),
        Case("negative length", entry: entry("F32", "[-2]"), "whole numbers"),
        Case("length with a fraction", entry: entry("F32", "[2.0]"), "whole numbers"),
        Case("length with an exponent", entry: entry("F32", "[2e0]"), "whole numbers"),
        Case("length with a zero before it", entry: entry("F32", "[02]"), "whole numbers"),
        Case("length in a text", entry: entry("F32", #"["2"]"#), "whole numbers"),
        Case("length beyond 64 bits", entry: entry("F32", "[99999999999999999999]"), "whole numbers"),
        Case("length beyond 32 bits", entry: entry("F32", "[4294967296]"), "too large"),
        Case("size beyond 64 bits", entry: entry("F32", "[2147483647,2147483647,2147483647]"), "overflows"),
        Case("one offset", entry: entry("F32", "[2]", "[8]"), "1 data_offsets"),
        Case("three offsets", entry: entry("F32", "[2]", "[0,8,8]"), "3 data_offsets"),
        Case("offsets in reverse", entry: entry("F32", "[2]", "[8,0]"), "before it begins"),
        Case("negative offset", entry: entry("F32", "[2]", "[-8,0]"), "whole numbers"),
        Case("offsets beyond the end", entry: entry("F32", "[2]", "[4,12]"), kind: .truncated, "may be truncated"),
        Case(
            "huge offsets", entry: entry("F32", "[2]", "[9007199254740984,9007199254740992]"), kind: .truncated,
            "may be truncated"),
        Case("too few bytes", entry: entry("F32", "[3]"), "needs 12 bytes"),
        Case("too many bytes for the dtype", entry: entry("F16"), "needs 4 bytes"),
        Case("file too short", entry: e, data: 7, kind: .truncated, "only 7 bytes of data"),

        Case(
            "overlap", #"{"x":\#(e),"y":\#(entry("F32", "[1]", "[4,8]"))}"#, kind: .invalidTensor, tensor: "y",
            "the tensors 'x' and 'y' overlap"),
        Case("hole before", #"{"x":\#(entry("F32", "[1]", "[4,8]"))}"#, "4 bytes from byte"),
        Case(
            "hole between", #"{"x":\#(entry("U8", "[2]", "[0,2]")),"y":\#(entry("F32", "[1]", "[4,8]"))}"#,
            "2 bytes from byte"),
        Case("hole after", #"{"x":\#(entry("F32", "[1]", "[0,4]"))}"#, "belong to no tensor"),
    ]

    @Test(arguments: cases)
    private func liesAreErrorsThatSayWhatIsWrong(_ lie: Case) throws {
        let error = try refusal(lie.data)
        #expect(error.kind == lie.kind)
        #expect(error.tensor == lie.tensor)
        #expect(error.file == nil)
        #expect(error.reason.contains(lie.reason), "\(error.reason)")
        #expect(!error.reason.contains("\n"))
    }

    @Test func textThatIsNotUTF8IsRefused() throws {
        var data = contents(#"{"??":1}"#)
        data[10] = 0xC3
        data[11] = 0x28
        #expect(try refusal(data).reason.contains("UTF-8"))
    }

    @Test(arguments: [0, 3, 7]) func filesWithoutALengthAreRefused(_ count: Int) throws {
        let error = try refusal(Data(count: count))
        #expect(error.kind == .truncated)
        #expect(error.reason.contains("\(count) bytes"))
    }

    @Test func filesAndMemoryAreReadAlike() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "x.safetensors")
            let good = contents(#"{"x":\#(Self.e)}"#, data: 8)
            try good.write(to: url)
            #expect(try SafetensorsHeader(contentsOf: url) == parsed(good))
            for lie in Self.cases {
                try lie.data.write(to: url)
                let error = #expect(throws: SafetensorsError.self) { try SafetensorsHeader(contentsOf: url) }
                #expect(error?.reason == (try refusal(lie.data).reason))
                #expect(error?.file == url)
                #expect(error?.errorDescription?.hasPrefix(url.path()) == true)
            }
        }
    }

    @Test func filesThatCanNotBeReadSayWhy() throws {
        try withTemporaryFolder { folder in
            for url in [folder, folder.appending(path: "missing.safetensors")] {
                let error = #expect(throws: SafetensorsError.self) { try SafetensorsHeader(contentsOf: url) }
                #expect(error?.kind == .unreadable)
                #expect(error?.file == url)
            }
        }
    }

    /// Whatever is accepted is within the file.
    @Test func damagedHeadersNeverReachBeyondTheFile() throws {
        let good = contents(
            #"{"__metadata__":{"k":"v"},"a":\#(Self.e),"b":\#(Self.entry("F16", "[2,2]", "[8,16]"))}"#, data: 16)
        var state: UInt64 = 91
        func next(_ count: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(count))
        }
        var refused = 0
        for _ in 0..<500 {
            var bad = good
            for _ in 0...next(3) { bad[next(bad.count)] = UInt8(next(256)) }
            if next(2) == 0 { bad = bad.prefix(next(bad.count + 1)) }
            do {
                let header = try parsed(Data(bad))
                for tensor in header.tensors {
                    #expect(tensor.range.upperBound <= bad.count)
                    #expect(tensor.range.count == tensor.count * tensor.type.byteCount)
                }
            } catch is SafetensorsError {
                refused += 1
            }
        }
        #expect(refused > 200)
    }
}
