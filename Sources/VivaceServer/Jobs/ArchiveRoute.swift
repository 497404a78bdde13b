import Foundation
import HTTPTypes
import Hummingbird
import MusicCore
import MusicJobs
import NIOCore

/// `GET /v1/jobs/{id}/archive`: the songs of a job, or of all jobs of its batch, in one ZIP file.
enum ArchiveRoute {
    @Sendable static func answer(_ exchange: Exchange) async throws -> Response {
        let owner = try exchange.requiredOwner()
        let id = exchange.parameters["id"] ?? ""
        let queue = exchange.service.queue
        let job = try await queue.status(of: id, owner: owner).job
        var jobs = [job]
        if let batch = job.batch {
            jobs = try await queue.jobs(JobQuery(owner: owner, batch: batch, limit: 1000)).reversed()
        }
        let archive = try await archive(jobs, owner, exchange.service.library)
        let headers: HTTPFields = [
            .contentType: "application/zip", .contentLength: String(archive.size), .cacheControl: "no-store",
            .contentDisposition: "attachment; filename=\"songs-\(job.id.prefix(8)).zip\"",
        ]
        let body = ResponseBody { writer in
            try await archive.write { try await writer.write(ByteBuffer(bytes: $0)) }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: headers, body: body)
    }

    private static func archive(_ jobs: [Job], _ owner: String, _ library: SongLibrary) async throws -> StoredArchive {
        var members: [StoredArchive.Member] = []
        for song in jobs.flatMap({ $0.result?.songs ?? [] }) {
            // Songs that were removed for good are left out.
            guard let record = try? await library.song(song.handle, owner: owner) else { continue }
            let place = String(members.count + 1)
            let number = String(repeating: "0", count: max(0, 2 - place.count)) + place
            members.append(
                try StoredArchive.Member(
                    "\(number)-\(record.file)", file: try await library.file(of: record.id, owner: owner)))
        }
        guard !members.isEmpty else {
            throw ServerFailure(404, "The job has no songs, or not yet", code: "notFound")
        }
        return try StoredArchive(members)
    }
}
