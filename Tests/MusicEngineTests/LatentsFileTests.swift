import Foundation
import MusicCore
import MusicEngine
import Testing
import ToneFamily

/// Latents in files: what is written is read, what other programs write too, and the rest is refused in words.
struct LatentsFileTests {
    private let values: [Float] = [0.5, -1, 2, 1e-3, 0, -0.25]

    @Test(arguments: ["npy", "safetensors"], [[3, 2], [1, 3, 2]])
    func whatIsWrittenIsRead(_ kind: String, _ shape: [Int]) throws {
        let folder = try Folder()
        let file = folder["a.\(kind)"]
        try LatentsFile.write(values, shape: shape, to: file)
        #expect(try LatentsFile.read(file) == Latents(values: values, shape: shape))
    }

    private func npy(
        _ type: String, _ shape: String, _ bytes: [UInt8], version: UInt8 = 1, order: String = "False"
    ) -> Data {
        let header = Data("{'descr': '\(type)', 'fortran_order': \(order), 'shape': \(shape), }\n".utf8)
        let length: [UInt8] =
            version == 1
            ? [UInt8(header.count), 0] : [UInt8(header.count), 0, 0, 0]
        return Data([0x93]) + Data("NUMPY".utf8) + Data([version, 0]) + Data(length) + header + Data(bytes)
    }

    private func read(_ data: Data, _ name: String = "a.npy") throws -> Latents {
        let folder = try Folder()
        try data.write(to: folder[name])
        return try LatentsFile.read(folder[name])
    }

    @Test func otherNumberFormatsBecomeFloats() throws {
        // 1, -2, the smallest subnormal, infinity in IEEE 754 with 16 bits.
        let half: [UInt8] = [0x00, 0x3c, 0x00, 0xc0, 0x01, 0x00, 0x00, 0x7c]
        #expect(try read(npy("<f2", "(2, 2)", half)).values == [1, -2, 0x1p-24, .infinity])
        let double = withUnsafeBytes(of: (-0.75).bitPattern.littleEndian) { Array($0) }
        #expect(try read(npy("<f8", "(1,1)", double, version: 2)) == Latents(values: [-0.75], shape: [1, 1]))
    }

    private func safetensors(_ header: String, _ bytes: [UInt8]) -> Data {
        withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Data($0) } + Data(header.utf8) + Data(bytes)
    }

    @Test func theTensorNamedLatentsIsTaken() throws {
        let two =
            #"{"a":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]},"#
            + #""latents":{"dtype":"BF16","shape":[1,1],"data_offsets":[4,6]}}"#
        #expect(try read(safetensors(two, [0, 0, 0, 0, 0xc0, 0x3f]), "a.safetensors").values == [1.5])
        let one = #"{"noise":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]}}"#
        #expect(try read(safetensors(one, [0, 0, 0x80, 0x3f]), "a.safetensors").values == [1])
        let unnamed = two.replacing("latents", with: "b")
        #expect(throws: MusicError.self) { try read(safetensors(unnamed, [0, 0, 0, 0, 0, 0]), "a.safetensors") }
        let whole = #"{"latents":{"dtype":"I32","shape":[1,1],"data_offsets":[0,4]}}"#
        #expect(throws: MusicError.self) { try read(safetensors(whole, [0, 0, 0, 0]), "a.safetensors") }
    }

    @Test func othersAreRefusedInWords() throws {
        let four: [UInt8] = [0, 0, 0, 0]
        let wrong = [
            Data(), Data("<html>".utf8), npy(">f4", "(1, 1)", four), npy("<i4", "(1, 1)", four),
            npy("<f4", "(2, 1)", four), npy("<f4", "(-1, -1)", four), npy("<f4", "(1, 1)", four + [0]),
            npy("<f4", "(9999999999, 9999999999)", four), npy("<f4", "(1, 1)", four, order: "True"),
            npy("<f4", "(1, 1)", four).prefix(40),
        ]
        for data in wrong {
            let error = #expect(throws: MusicError.self) { try read(data) }
            #expect(error?.code == .unreadableInput && error?.field == "latents")
        }
        let kind = #expect(throws: MusicError.self) { try read(Data("x".utf8), "a.wav") }
        #expect(kind?.message.contains("neither a .safetensors nor a .npy file") == true)
        let folder = try Folder()
        #expect(throws: MusicError.self) { try LatentsFile.read(folder["gone.npy"]) }
    }

    @Test func aNumberNamesASongOfTheFile() throws {
        let folder = try Folder()
        try LatentsFile.write(values, shape: [3, 1, 2], to: folder["a.npy"])
        func noise(_ name: String) throws -> Latents? {
            var request = MusicRequest(prompt: "x")
            request.noise = LatentsInput(named: folder[name].path)
            return try LatentsFile.readingNoise(of: request).noise?.latents
        }
        #expect(try noise("a.npy#2") == Latents(values: [2, 1e-3], shape: [1, 2]))
        #expect(try noise("a.npy")?.shape == [3, 1, 2])
        #expect(throws: MusicError.self) { try noise("a.npy#4") }
    }

    // MARK: Families without latents

    @Test func aToneHasNoLatentsAndNoSteps() async throws {
        let folder = try Folder()
        let engine = try toneEngine(folder)
        func failure(_ order: GenerationOrder) async -> MusicError? {
            do {
                _ = try await GenerationSession(engine, order).result()
                return nil
            } catch {
                return error as? MusicError
            }
        }
        var noisy = MusicRequest(prompt: "x", duration: 0.2)
        noisy.noise = LatentsInput(latents: Latents(values: [1], shape: [1, 1]))
        #expect(await failure(GenerationOrder(request: noisy))?.field == "latents")
        var silent = MusicRequest(prompt: "x", duration: 0.2)
        silent.output = .latents
        #expect(await failure(GenerationOrder(request: silent))?.field == "output_type")
        var called = GenerationOrder(request: MusicRequest(prompt: "x", duration: 0.2))
        called.onStepEnd = { _ in .goOn }
        #expect(await failure(called)?.code == .unsupported)
        #expect(await failure(GenerationOrder(request: MusicRequest(prompt: "x", duration: 0.2))) == nil)
    }
}
