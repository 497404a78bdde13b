import ArgumentParser
import Foundation
import MusicCore
import MusicEngine

/// `vivace adapter convert`: an adapter in the spelling of another program.
struct AdapterConvertCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convert",
        abstract: "Write an adapter in the spelling of another program, with the same effect.",
        discussion: """
            peft is a folder as PEFT and the official trainer write it; comfyui and diffusers are one file each.
            Example: vivace adapter convert final/adapter --to comfyui --output voice.safetensors
            """)

    @Argument(help: "A folder or a .safetensors file.", completion: .file())
    var adapter: String

    @Option(help: "peft, comfyui or diffusers.")
    var to: AdapterFormat

    @Option(
        name: .shortAndLong, help: ArgumentHelp("The file or folder to make; it must not exist yet.", valueName: "path")
    )
    var output: String

    func run() async throws {
        let environment = try CommandEnvironment.required()
        let url = try PathArgument.url(output, "--output")
        let leftOut = try await environment.engine.adapterTools.convert(adapter, to: to, at: url)
        if !leftOut.isEmpty {
            let shown = leftOut.prefix(3).joined(separator: ", ")
            Terminal.note("note: \(leftOut.count) tensors belong to no module and are left out: \(shown)")
        }
        Terminal.output(output)
    }
}

extension AdapterFormat: ExpressibleByArgument {}
