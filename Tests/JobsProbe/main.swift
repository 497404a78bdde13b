import Foundation
import MusicCore
import MusicEngine
import MusicJobs

// JobsProbe worker FOLDER    a worker whose model can be told to fail
// JobsProbe make FOLDER      a process that takes on and does jobs until it is killed, and tells each that is taken on

let arguments = CommandLine.arguments
guard arguments.count == 3 else {
    FileHandle.standardError.write(Data("usage: JobsProbe worker|make FOLDER\n".utf8))
    exit(2)
}
let folder = URL(fileURLWithPath: arguments[2])

switch arguments[1] {
case "worker":
    let output = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)
    dup2(STDERR_FILENO, STDOUT_FILENO)
    await WorkerService(EngineRunner(try troubleEngine(folder)), input: STDIN_FILENO, output: output).run()
case "make":
    let service = try await JobService.open(
        at: folder, runner: EngineRunner(try troubleEngine(folder)), limits: JobLimits(waiting: 12))
    try await service.start()
    for number in 0... {
        let request = JobRequest(
            .generate, document: ["caption": .text("song \(number)"), "duration": 0.2, "batch_size": 2])
        do {
            let admission = try await service.queue.submit(JobSubmission(request))
            FileHandle.standardOutput.write(Data("taken \(admission.job.id)\n".utf8))
            if number % 7 == 3 {
                _ = try await service.queue.cancel(admission.job.id)
                FileHandle.standardOutput.write(Data("cancelled \(admission.job.id)\n".utf8))
            }
            if number % 5 == 4 {
                for song in try await service.library.songs(SongQuery(limit: 1)).songs {
                    _ = try await service.library.trash(song.id)
                }
            }
        } catch is JobRefusal {
            try await Task.sleep(for: .milliseconds(2))
        }
    }
default:
    exit(2)
}
