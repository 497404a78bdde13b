import Foundation
import MLX
import Testing

extension MLXTests {
    @Suite struct LinkTests {

        /// The name of the file from which a symbol comes when one is looked for in the whole process.
        private func library(of symbol: String) -> String? {
            // Such a file has no length, and gives a page at a time.
            guard let address = dlsym(nil, symbol).map({ UInt(bitPattern: $0) }),
                let data = try? FileHandle(forReadingAtPath: "/proc/self/maps")?.readToEnd()
            else { return nil }
            let maps = String(decoding: data, as: UTF8.self)
            // A line begins with the first and the last address of a mapping and ends with the path of its file.
            for line in maps.split(separator: "\n") {
                let fields = line.split(separator: " ")
                let bounds = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
                if bounds.count == 2, (bounds[0]..<bounds[1]).contains(address), fields.count >= 6 {
                    return URL(fileURLWithPath: String(fields[5])).lastPathComponent
                }
            }
            return nil
        }

        @Test func memoryComesFromThisProgram() {
            // The same functions in libmlx are hidden by those of CMLX, which the program itself contains.
            for symbol in ["_ZN3mlx4core9allocator9allocatorEv", "_ZN3mlx4core17get_active_memoryEv"] {
                #expect(library(of: symbol)?.contains("libmlx") == false, "\(symbol)")
            }
            #expect(library(of: "_ZN3mlx4core14default_deviceEv")?.contains("libmlx") == true)
        }
    }
}
