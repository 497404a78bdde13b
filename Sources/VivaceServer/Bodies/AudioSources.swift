import Foundation
import MusicCore
import MusicJobs

/// Brings the audio of a request to handles: uploads, results of before, and files in allowed folders.
struct AudioSources {
    let exchange: Exchange
    let owner: String

    /// The handle of what a client sent or named.
    ///
    /// - Parameters:
    ///   - file: wins over a name.
    ///   - text: a handle, with or without the address of a song before it, or a path.
    /// - Returns: `nil` where there is neither.
    /// - Throws: ``ServerFailure``, ``JobRefusal``, ``MusicError``.
    func handle(_ file: BodyForm.File?, named text: String?) async throws -> String? {
        if let file { return try await store(file.data, name: file.name) }
        guard let text = text?.trimming, !text.isEmpty else { return nil }
        if let handle = Self.handle(in: text) { return handle }
        if text.hasPrefix("/") {
            guard exchange.context.isLocal else { throw InputFolders.refusal }
            let data = try exchange.state.folders.read(text, limit: exchange.state.settings.limits.upload)
            return try await store(data, name: String(text.split(separator: "/").last ?? "audio"))
        }
        if text.split(whereSeparator: { $0 == "/" || $0 == "\\" }).contains("..") {
            throw ServerFailure(400, "path traversal in audio file paths is not allowed")
        }
        throw ServerFailure(
            400, "Audio is named by a handle, au_... of a result or up_... of an upload, or sent as a file")
    }

    /// Stores a file as an upload.
    func store(_ data: Data, name: String) async throws -> String {
        do {
            return try await exchange.service.uploads.store(data, owner: owner, name: name).id
        } catch let error as MusicError where error.code == .unreadableInput {
            throw Self.unreadable(name, error)
        }
    }

    /// What is said of a file that is no audio; the error itself names it as it is called here.
    static func unreadable(_ name: String, _ error: MusicError) -> ServerFailure {
        ServerFailure(
            400, "The audio file \(String(name.prefix(80))) can't be read; send WAV, FLAC, MP3, Ogg or Opus",
            code: error.code.rawValue)
    }

    /// The handle in a text; `nil` if there is none.
    static func handle(in text: String) -> String? {
        if Handle.kind(of: text) != nil { return text }
        guard let range = text.range(of: "/v1/audio") else { return nil }
        var rest = text[range.upperBound...]
        if rest.hasPrefix("?path=") { rest = rest.dropFirst(6) } else if rest.hasPrefix("/") { rest = rest.dropFirst() }
        guard let handle = String(rest).removingPercentEncoding, Handle.kind(of: handle) != nil else { return nil }
        return handle
    }

    /// Puts the handles into a request.
    func complete(_ result: inout RestReader.Result, _ files: [BodyForm.File]) async throws {
        func file(_ names: [String]) -> BodyForm.File? { files.first { names.contains($0.field) } }
        if result.usesSource {
            let sent = file(["ctx_audio", "src_audio"] + RestFields.source)
            if let handle = try await handle(sent, named: result.source) {
                result.request.document["src_audio"] = .text(handle)
            }
        } else if let source = result.source?.trimming, !source.isEmpty, Self.handle(in: source) == nil {
            // What is not used is refused all the same, so that a path never passes.
            _ = try await handle(nil, named: source)
        }
        guard result.request.kind == .generate else { return }
        let sent = file(["ref_audio", "reference_audio"] + RestFields.reference)
        if let handle = try await handle(sent, named: result.reference) {
            result.request.document["reference_audio"] = .text(handle)
        }
    }
}
