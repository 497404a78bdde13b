import Foundation
import LoopbackClient
import MusicCore
import MusicEngine
import MusicJobs
import Testing
import VivaceServer

/// ACE-Step's REST API, as its clients use it.
@Suite struct NativeRouteTests {
    private static let envelope: Set<String> = ["data", "code", "error", "timestamp", "extra"]

    private func names(_ value: JSONValue) -> Set<String> {
        guard case .object(let object) = value else { return [] }
        return Set(object.keys)
    }

    @Test func aSongIsMadeAskedForAndLoaded() async throws {
        try await TestServer.run { server async throws in
            let reply = try await server.client.post(
                "/release_task",
                .object(["prompt": "calm piano", "audio_duration": 10, "batch_size": 2, "key_scale": "Am", "bpm": "97"])
            )
            #expect(reply.status == 200)
            #expect(reply.text.hasPrefix("{\"data\":{"))
            #expect(names(reply.json).isSuperset(of: Self.envelope))
            #expect(reply.json["code"] == 200 && reply.json["data"]["status"] == "queued")
            let id = reply.json["data"]["task_id"].plainText
            // Where some clients look for it.
            #expect(reply.json["task_id"] == .text(id))
            let job = try await server.end(of: id)
            #expect(job.state == .succeeded)
            #expect(job.request.document["caption"] == "calm piano" && job.request.document["bpm"] == 97)

            let poll = try await server.client.post(
                "/query_result", .object(["task_id_list": .list([.text(id), "x"])]))
            let items = poll.json["data"].list
            #expect(items.count == 2 && items[0]["status"] == 1 && items[0]["error"] == .null)
            #expect(items[1]["status"] == 2 && items[1]["error"] == "Task not found or expired")
            let songs = try await server.result(of: id)
            #expect(songs.count == 2)
            #expect(songs[1]["seed_value"] == "5,6" && songs[1]["seed"] == 6 && songs[0]["progress"] == 1)
            #expect(songs[0]["metas"]["bpm"] == 97 && songs[0]["metas"]["genres"] == "N/A")
            #expect(songs[0]["prompt"] == "calm piano" && songs[0]["status"] == 1)

            let file = songs[0]["file"].plainText
            #expect(file.hasPrefix("/v1/audio?path=au_") && file.hasSuffix(".mp3"))
            let audio = try await server.client.get(file)
            #expect(audio.status == 200 && audio.text == "RIFF song 0 of \(id)")
            #expect(audio.headers["content-type"] == "audio/mpeg" && audio.headers["accept-ranges"] == "bytes")
            // Clients put addresses together from two parts with a slash each.
            #expect(try await server.client.get("/" + file).status == 200)
        }
    }

    @Test func songsAreReadInParts() async throws {
        try await TestServer.run { server async throws in
            let song = try await server.song(.object(["prompt": "x", "batch_size": 1, "audio_format": "wav"]))
            let path = song["file"].plainText
            let whole = try await server.client.get(path)
            let size = whole.body.count
            for (range, status, expected) in [
                ("bytes=0-3", 206, Data("RIFF".utf8)), ("bytes=5-", 206, Data(whole.body[5...])),
                ("bytes=-2", 206, Data(whole.body.suffix(2))), ("bytes=2-1", 200, whole.body),
                ("bytes=0-1,3-4", 200, whole.body), ("lines=1-2", 200, whole.body),
                ("bytes=0-99999999999999999999999", 200, whole.body),
            ] {
                let part = try await server.client.get(path, ["Range": range])
                #expect(part.status == status && part.body == expected, "\(range)")
            }
            let part = try await server.client.get(path, ["Range": "bytes=1-2"])
            #expect(part.headers["content-range"] == "bytes 1-2/\(size)" && part.headers["content-length"] == "2")
            let beyond = try await server.client.get(path, ["Range": "bytes=\(size)-"])
            #expect(beyond.status == 416 && beyond.headers["content-range"] == "bytes */\(size)")
            let head = try await server.client.send("HEAD", path)
            #expect(head.status == 200 && head.headers["content-length"] == String(size) && head.body.isEmpty)
            let tag = try #require(whole.headers["etag"])
            #expect(try await server.client.get(path, ["If-None-Match": tag]).status == 304)
            #expect(try await server.client.get(path, ["If-None-Match": "\"other\", \(tag)"]).status == 304)
            let stale = try await server.client.get(path, ["Range": "bytes=0-1", "If-Range": "\"old\""])
            #expect(stale.status == 200 && stale.body == whole.body)
            #expect(try await server.client.get(path, ["Range": "bytes=0-1", "If-Range": tag]).status == 206)
            #expect(whole.headers["content-type"] == "audio/wav")
            #expect(whole.headers["x-content-type-options"] == "nosniff")
        }
    }

    @Test func bodiesOfEveryKindAreRead() async throws {
        try await TestServer.run { server async throws in
            func caption(_ type: String?, _ body: String) async throws -> JSONValue {
                let reply = try await server.client.send(
                    "POST", "/release_task", type.map { ["Content-Type": $0] } ?? [:], Data(body.utf8))
                guard reply.status == 200 else { return .integer(Int64(reply.status)) }
                return try await server.end(of: reply.json["data"]["task_id"].plainText).request.document["caption"]
                    ?? .null
            }
            let form = "--b\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\nfunk & soul\r\n--b--\r\n"
            #expect(try await caption("application/json", #"{"prompt":"one"}"#) == "one")
            #expect(try await caption("application/vnd.x+json; charset=utf-8", #"{"caption":"two"}"#) == "two")
            #expect(try await caption("application/x-www-form-urlencoded", "prompt=a+b%20%C3%A9") == "a b é")
            #expect(try await caption("multipart/form-data; boundary=b", form) == "funk & soul")
            #expect(try await caption("multipart/form-data; boundary=\"b\"", form) == "funk & soul")
            #expect(try await caption(nil, #"  {"prompt":"raw"}"#) == "raw")
            #expect(try await caption("text/plain", "prompt=raw+form") == "raw form")
            #expect(try await caption("text/plain", "nothing") == 415)
            #expect(try await caption("application/json", "[1]") == 400)
            #expect(try await caption("application/json", #"{"prompt":"#) == 400)
            #expect(try await caption("multipart/form-data", form) == 400)
        }
    }

    /// Names and values of many clients come to the names and values of requests.
    @Test(arguments: [
        (#"{"prompt":"x","audioDuration":"45"}"#, "duration", "45"),
        (#"{"prompt":"x","target_duration":20.5}"#, "duration", "20.5"),
        (#"{"prompt":"x","duration":-1,"bpm":0}"#, "duration", ""),
        (#"{"prompt":"x","bpm":"N/A"}"#, "bpm", ""),
        (#"{"prompt":"x","bpm":"120.4"}"#, "bpm", "120"),
        (#"{"prompt":"x","keyScale":"F# minor"}"#, "keyscale", "F# minor"),
        (#"{"prompt":"x","key":"Bbm"}"#, "keyscale", "Bbm"),
        (#"{"prompt":"x","time_signature":"3/4"}"#, "timesignature", "3/4"),
        (#"{"prompt":"x","metas":{"bpm":88}}"#, "bpm", "88"),
        (#"{"prompt":"x","metas":"{\"bpm\":87}"}"#, "bpm", "87"),
        (#"{"prompt":"x","param_obj":{"duration":33}}"#, "duration", "33"),
        (#"{"prompt":"x","bpm":90,"param_obj":{"bpm":70}}"#, "bpm", "90"),
        (#"{"prompt":"x","inferenceSteps":"12"}"#, "inference_steps", "12"),
        (#"{"prompt":"x","num_inference_steps":9}"#, "inference_steps", "9"),
        (#"{"prompt":"x","seed":42,"use_random_seed":false,"batch_size":1}"#, "seeds", "42"),
        (#"{"prompt":"x","seed":"7, 8","use_random_seed":"False"}"#, "seeds", "7,8"),
        (#"{"prompt":"x","seed":0,"use_random_seed":false,"batch_size":1}"#, "seeds", "0"),
        (#"{"prompt":"x","seed":42,"use_random_seed":true}"#, "seeds", ""),
        (#"{"prompt":"x","lyrics":"[inst]"}"#, "instrumental", "true"),
        (#"{"prompt":"x","lyrics":"[Verse]\nla"}"#, "instrumental", ""),
        (#"{"prompt":"x","thinking":"true"}"#, "thinking", "true"),
        (#"{"prompt":"x"}"#, "thinking", "false"),
        (#"{"prompt":"x"}"#, "batch_size", "2"),
        (#"{"prompt":"x","batch_size":99}"#, "batch_size", "8"),
        (#"{"prompt":"x","batch_size":"1"}"#, "batch_size", "1"),
        (#"{"prompt":"x","negative_prompt":"noise"}"#, "lm_negative_prompt", "noise"),
        (#"{"prompt":"x","vocalLanguage":"ja"}"#, "vocal_language", "ja"),
    ])
    func namesAndValuesOfClientsAreUnderstood(body: String, field: String, expected: String) async throws {
        try await TestServer.run { server async throws in
            let reply = try await server.client.send(
                "POST", "/release_task", ["Content-Type": "application/json"], Data(body.utf8))
            try #require(reply.status == 200, "\(reply.text)")
            let job = try await server.end(of: reply.json["data"]["task_id"].plainText)
            let value = job.request.document[field] ?? .null
            let text = value.list.isEmpty ? value.plainText : value.list.map(\.plainText).joined(separator: ",")
            #expect((value == .null ? "" : text) == expected)
        }
    }

    @Test func whatIsNotUsedIsSaid() async throws {
        try await TestServer.run { server async throws in
            let song = try await server.song(
                .object(["prompt": "x", "wobble": 3, "bpm": "fast", "batch_size": 1, "seed": 4]))
            let notices = song["notices"].list.map(\.plainText).joined(separator: "\n")
            #expect(notices.contains("wobble") && notices.contains("bpm is") && notices.contains("use_random_seed"))
        }
    }

    @Test func wrongShapesAreRefusedBeforeTheyAreTakenOn() async throws {
        try await TestServer.run { server async throws in
            for (fields, status, words) in [
                (["prompt": .list(["a"])], 422, "caption"), (["prompt": "x", "lm_backend": "cuda"], 422, "lm_backend"),
                (["prompt": "x", "repaint_strength": 3], 422, "repaint_strength"),
                (["prompt": "x", "chunk_mask_mode": "none"], 422, "chunk_mask_mode"),
                (["prompt": "x", "task_type": "stem_separation"], 400, "task"),
                (["prompt": "x", "task_type": "cover"], 400, "src_audio"),
                (["prompt": "x", "audio_format": "exe"], 400, "exe"),
                (
                    ["prompt": "x", "task_type": "cover", "src_audio_path": "/etc/passwd"], 400,
                    "absolute audio file paths"
                ),
                (["prompt": "x", "src_audio_path": "../x.wav"], 400, "path traversal"),
                (["prompt": "x", "srcAudioPath": "/etc/passwd"], 400, "absolute audio file paths"),
            ] as [([String: JSONValue], Int, String)] {
                let reply = try await server.client.post("/release_task", .object(fields))
                #expect(reply.status == status && reply.text.contains(words), "\(fields): \(reply.text)")
                #expect(reply.json["code"] == .integer(Int64(status)) && reply.json["error"] != .null)
            }
            #expect(try await server.service.queue.statistics().jobs.values.reduce(0, +) == 0)
        }
    }

    @Test func sourcesAreFilesHandlesAndAddresses() async throws {
        try await TestServer.run { server async throws in
            let first = try await server.song(.object(["prompt": "x", "batch_size": 1, "audio_format": "wav"]))
            let file = first["file"].plainText
            let handle = first["audio_id"].plainText
            for name in [file, handle, "http://127.0.0.1:1\(file)", "/v1/audio/\(handle)"] {
                let reply = try await server.client.post(
                    "/release_task", .object(["prompt": "y", "task_type": "cover", "src_audio_path": .text(name)]))
                try #require(reply.status == 200, "\(name): \(reply.text)")
                let job = try await server.end(of: reply.json["data"]["task_id"].plainText)
                #expect(job.request.document["src_audio"] == .text(handle) && job.state == .succeeded)
            }
            let form =
                "--b\r\nContent-Disposition: form-data; name=\"task_type\"\r\n\r\ncover\r\n--b\r\n"
                + "Content-Disposition: form-data; name=\"ctx_audio\"; filename=\"in.wav\"\r\nContent-Type: audio/wav"
                + "\r\n\r\nRIFFxyz\r\n--b--\r\n"
            let reply = try await server.client.send(
                "POST", "/release_task", ["Content-Type": "multipart/form-data; boundary=b"], Data(form.utf8))
            try #require(reply.status == 200, "\(reply.text)")
            let job = try await server.end(of: reply.json["data"]["task_id"].plainText)
            let source = job.request.document["src_audio"]?.plainText ?? ""
            #expect(Handle.kind(of: source) == .upload)
            let task = try #require(await server.runner.tasks.last)
            let path = task.request.document["src_audio"]?.plainText ?? ""
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data("RIFFxyz".utf8))

            // What is sent with a song from text alone is not used, and what is no audio is refused.
            let text = form.replacing("cover", with: "text2music")
            let plain = try await server.client.send(
                "POST", "/release_task", ["Content-Type": "multipart/form-data; boundary=b"], Data(text.utf8))
            #expect(plain.status == 200)
            #expect(
                try await server.end(of: plain.json["data"]["task_id"].plainText).request.document["src_audio"] == nil)
            let wrong = try await server.client.send(
                "POST", "/release_task", ["Content-Type": "multipart/form-data; boundary=b"],
                Data(form.replacing("RIFFxyz", with: "#!/bin/sh").utf8))
            #expect(wrong.status == 400 && wrong.json["error_code"] == "unreadableInput")
        }
    }

    @Test func aJobIsCancelledWhileItWaitsAndWhileItRuns() async throws {
        try await TestServer.run { server async throws in
            await server.runner.hold()
            var ids: [String] = []
            for _ in 0..<2 {
                let reply = try await server.client.post("/release_task", .object(["prompt": "x"]))
                ids.append(reply.json["data"]["task_id"].plainText)
            }
            for id in ids.reversed() {
                let reply = try await server.client.post("/cancel_task", .object(["task_id": .text(id)]))
                #expect(reply.status == 200 && reply.json["data"]["status"] == "cancelled")
                #expect(try await server.end(of: id).state == .cancelled)
                let element = try await server.result(of: id)[0]
                #expect(element["error"] == "Cancelled by user" && element["status"] == 2)
            }
            #expect(try await server.client.post("/cancel_task", .object([:])).status == 400)
            #expect(try await server.client.post("/cancel_task", .object(["job_id": "x"])).status == 404)
            #expect(try await server.service.library.songs(SongQuery()).total == 0)
        }
    }

    @Test func aFailedJobSaysWhyAndNothingOfTheServersInside() async throws {
        try await TestServer.run { server async throws in
            await server.runner.fail(
                MusicError(.unreadableInput, "The file /srv/data/secret/in.wav can't be read", advice: "send another"))
            let element = try await server.song(.object(["prompt": "x"]))
            #expect(element["status"] == 2 && element["error_code"] == "unreadableInput")
            #expect(element["error"].plainText.contains("in.wav") && !element["error"].plainText.contains("/srv"))
        }
    }

    @Test func theQueueHasAnEnd() async throws {
        try await TestServer.run(limits: JobLimits(waiting: 1)) { server async throws in
            await server.runner.hold()
            var last: HTTPReply?
            for _ in 0..<3 { last = try await server.client.post("/release_task", .object(["prompt": "x"])) }
            #expect(last?.status == 429 && Int(last?.headers["retry-after"] ?? "") ?? 0 >= 1)
            #expect(last?.json["detail"].plainText.contains("queue is full") == true)
        }
    }

    @Test func songsAreDescribed() async throws {
        try await TestServer.run { server async throws in
            let sample = try await server.client.post("/v1/create_sample", .object(["query": "a sad song"]))
            #expect(sample.status == 200 && sample.json["data"]["keyscale"] == "C major")
            let task = try #require(await server.runner.tasks.last)
            #expect(task.request.kind == .create && task.request.document["query"] == "a sad song")
            for path in ["/format_input", "/format_lyrics"] {
                let reply = try await server.client.post(
                    path, .object(["caption": "pop", "lyrics": "la", "temperature": 0.5, "param_obj": #"{"bpm":99}"#]))
                #expect(reply.json["data"]["key_scale"] == "C major" && reply.json["data"]["vocal_language"] == "en")
                let task = try #require(await server.runner.tasks.last)
                #expect(task.request.document["caption"] == "pop" && task.request.document["bpm"] == 99)
                #expect(task.request.document["lm_temperature"] == 0.5)
            }
            let simple = try await server.client.post("/create_random_sample", .object(["sample_type": "simple_mode"]))
            #expect(simple.json["data"]["description"] != .null)
            let custom = try await server.client.post("/create_random_sample", .object(["sample_type": "custom_mode"]))
            #expect(custom.json["data"]["caption"] != .null && custom.json["data"]["think"] == true)
            await server.runner.fail(MusicError(.modelNotFound, "no language model is installed"))
            #expect(try await server.client.post("/format_input", .object(["prompt": "x"])).status == 503)
        }
    }

    @Test func analysesAndCodesHaveTheirOwnElements() async throws {
        try await TestServer.run { server async throws in
            let first = try await server.song(.object(["prompt": "x", "batch_size": 1, "audio_format": "wav"]))
            let handle = first["audio_id"]
            let analysis = try await server.song(.object(["full_analysis_only": true, "src_audio_path": handle]))
            #expect(analysis["bpm"] == 90 && analysis["status_message"] == "Full Hardware Analysis Success")
            let codes = try await server.song(.object(["extract_codes_only": true, "src_audio_path": handle]))
            #expect(codes["audio_codes"] == "<|audio_code_1|>" && codes["file"] == "")
            let plan = try await server.song(.object(["analysis_only": true, "prompt": "pop"]))
            #expect(plan["file"] == "" && plan["dit_model"] == "None (Analysis Only)" && plan["prompt"] == "a caption")
        }
    }
}
