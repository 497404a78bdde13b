import Foundation
import ModelSupport
import MusicCore

/// The adapters of a model that were read: several jobs with the same ones read them once.
///
/// A file that has changed on the disk is read anew. What a job holds stays with it; nothing here is part of the model.
@MLXActor
final class AdapterShelf {
    /// What a file was when it was read.
    private struct Mark: Hashable {
        let path: String
        let inode: UInt64
        let bytes: Int64
        let seconds: Int
        let nanoseconds: Int

        init(_ url: URL) throws {
            do throws(SystemFault) {
                guard let status = try SystemFile.status(of: url) else {
                    throw SystemFault(ENOENT, path: url.path)
                }
                path = url.path
                inode = UInt64(status.st_ino)
                bytes = Int64(status.st_size)
                #if canImport(Darwin)
                    let time = status.st_mtimespec
                #else
                    let time = status.st_mtim
                #endif
                seconds = Int(time.tv_sec)
                nanoseconds = Int(time.tv_nsec)
            } catch {
                throw error.error(advice: "check the path of the adapter")
            }
        }
    }

    /// Most adapters that are kept, and bytes of them, where nobody uses them.
    private static let most = (count: 8, bytes: 2 << 30)

    private var kept: [(marks: [Mark], adapter: LoadedAdapter)] = []

    nonisolated init() {}

    /// An adapter, read if it isn't kept.
    ///
    /// - Parameters:
    ///   - path: of its file or folder.
    ///   - targets: of the transformer.
    ///   - transformer: without adapters.
    /// - Throws: ``MusicError`` with code `unreadableInput`, or `CancellationError`.
    func adapter(
        _ path: String, _ targets: AdapterTargets, for transformer: DiffusionTransformer
    ) throws -> LoadedAdapter {
        let files = try AdapterFiles(path: path)
        let marks = try files.all.map { try Mark($0) }
        if let index = kept.firstIndex(where: { $0.marks == marks }) {
            let entry = kept.remove(at: index)
            kept.append(entry)
            return entry.adapter
        }
        let adapter = try LoadedAdapter(try MatchedAdapter(try AdapterFile(files), targets), for: transformer)
        kept.append((marks, adapter))
        while kept.count > 1, kept.count > Self.most.count || bytes > Self.most.bytes { kept.removeFirst() }
        return adapter
    }

    /// Keeps none of them any longer.
    func clear() { kept = [] }

    /// Bytes of those that are kept.
    var bytes: Int { kept.reduce(0) { $0 + $1.adapter.byteCount } }

    /// Number of those that are kept.
    var count: Int { kept.count }
}
