import MusicCore
import Testing

/// Sizes as people write them.
struct ByteCountTests {
    @Test(
        arguments: [
            ("16GB", 16_000_000_000), ("16", 16_000_000_000), (" 1.5 GiB ", 1_610_612_736), ("500mb", 500_000_000),
            ("4g", 4_000_000_000), ("1024 KiB", 1_048_576), ("123b", 123), ("0.5", 500_000_000),
        ])
    func sizesAreRead(_ text: String, _ bytes: Int) throws {
        #expect(try ByteCount.bytes(of: text, field: "max_memory") == bytes)
    }

    @Test(arguments: ["", "0", "-5", "0GB", "sixteen", "16XB", "1e400", "NaN", "inf", "1.2.3", "9999999999TB"])
    func othersAreRefused(_ text: String) {
        let error = #expect(throws: MusicError.self) { try ByteCount.bytes(of: text, field: "max_memory") }
        #expect(error?.code == .invalidRequest && error?.field == "max_memory")
        #expect(error?.description.contains("a size above 0, such as 16GB") == true)
    }
}
