import Foundation
import MLX
import Testing

extension MLXTests {
    @Suite struct LinkTests {

        /// The library from which a symbol comes when one is looked for in the whole process.
        private func library(of symbol: String) -> String? {
            var info = Dl_info()
            guard let address = dlsym(nil, symbol), dladdr(address, &info) != 0, let name = info.dli_fname else {
                return nil
            }
            return URL(fileURLWithPath: String(cString: name)).lastPathComponent
        }

        @Test func linearAlgebraComesFromOpenBLAS() {
            for symbol in ["cblas_sgemm", "cblas_dgemm", "sgetrf_"] {
                #expect(library(of: symbol)?.contains("openblas") == true, "\(symbol) in \(library(of: symbol) ?? "-")")
            }
        }

        @Test func memoryComesFromThisProgram() {
            // The same functions in libmlx are hidden by those of CMLX, which the program itself contains.
            for symbol in ["_ZN3mlx4core9allocator9allocatorEv", "_ZN3mlx4core17get_active_memoryEv"] {
                #expect(library(of: symbol)?.contains("libmlx") == false, "\(symbol)")
            }
            #expect(library(of: "_ZN3mlx4core15default_deviceEv")?.contains("libmlx") == true)
        }
    }
}
