import AudioFile
import Foundation
import MusicCore

/// What the readers accept, before it is damaged.
enum GoodFiles {
    /// The folder of the tests.
    static let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()

    private static func bytes(_ path: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: tests.appendingPathComponent(path)))
    }

    // MARK: Tensors and tokens

    static func safetensors() throws -> [[UInt8]] {
        let header =
            #"{"__metadata__":{"format":"pt","note":"a\u00e9\n"},"a.weight":{"dtype":"F32","shape":[2,3],"#
            + #""data_offsets":[0,24]},"b":{"dtype":"BF16","shape":[],"data_offsets":[24,26]},"empty":{"dtype":"I64","#
            + #""shape":[4,0],"data_offsets":[26,26]},"c":{"dtype":"U8","shape":[5],"data_offsets":[26,31]}}"#
        let length = (0..<8).map { UInt8(truncatingIfNeeded: header.utf8.count >> (8 * $0)) }
        return [
            length + Array(header.utf8) + [UInt8](0..<31),
            try bytes("Fixtures/modules/turbo-f32/timestep_embedding.safetensors"),
        ]
    }

    static func torchArchives() throws -> [[UInt8]] {
        try [
            "single", "nested", "nested-protocol3", "nested-protocol4", "nested-protocol5", "state", "tuple", "types",
            "views", "big-endian",
        ].map { try bytes("ModelSupportTests/Fixtures/Torch/\($0).pt") }
    }

    static func tokenizers() throws -> [[UInt8]] {
        try ["small", "unknowns", "characters", "saved-qwen2"].map {
            try bytes("TokenizersTests/Fixtures/\($0)/tokenizer.json")
        }
    }

    // MARK: Texts

    static let json = [
        #"{"a": [1, -2.5e3, 0, true, false, null], "b": {"c": "d\u00e9\ud83d\ude00\n", "": []}, "é": "日本", "n": 1e-7}"#,
        "{\"x\": [[[[1], [2]], {}], \"\\\\\\\"/\"], \"seed\": 18446744073709551615}\n",
    ].map { Array($0.utf8) }

    static let requests = [
        #"{"caption": "slow jazz", "lyrics": "[Verse]\nla", "bpm": 96, "keyscale": "F# minor", "duration": 12.5, "#
            + #""seeds": [4, 18446744073709551615], "batch_size": 2, "timesteps": [0.9, 0.5], "infer_method": "ode", "#
            + #""thinking": true, "lm_temperature": 0.85, "audio_format": "flac", "model": "turbo"}"#,
        #"{"params": {"task_type": "repaint", "src_audio": "a.wav", "repainting_start": 1, "repainting_end": -1, "#
            + #""vocal_language": "en", "instruction": "x"}, "config": {"batch_size": 3, "use_random_seed": false, "#
            + #""seeds": "1,2,3"}}"#,
        #"{"model": "base", "parameters": {"prompt": "x", "task": "lego", "src_audio": "a.wav", "track": "drums", "#
            + #""regions": [[1, 2.5], [3, -1]], "guidance_scale": 7.0, "cfg_interval_start": 0.1, "seed": -1, "#
            + #""shift": 3, "cot_bpm": 90, "repaint_strength": 0.5, "sampler_mode": "heun"}}"#,
    ].map { Array($0.utf8) }

    static let recipe =
        #"{"device":"cpu","model":"builtin","precision":"f32","request":{"batch_size":1,"bpm":96,"caption":"x","#
        + #""duration":12.5,"lyrics":"[Verse]\nla","regions":[[1,2]],"seeds":[18446744073709551615],"shift":3,"#
        + #""task_type":"text2music"},"variant":"ace-step turbo","vivace":"0.1.0"}"#

    static let addresses = [
        "https://hub.example/api/models/owner/name/tree/main?recursive=true&cursor=abc%3D",
        "http://[::1]:8080/a/b#c", "https://xn--bcher-kva.example:443/%E6%9D%B1",
    ]

    static let linkHeaders = [
        "<https://hub.example/api/models/a/tree/b?cursor=x>; rel=\"next\"",
        "</first>; rel=\"first\", <?cursor=y>; title=\"a\"; rel=next",
    ]

    static let contentRanges = [
        "bytes 0-499/1234", "bytes 500-999/*", "Bytes 9223372036854775806-9223372036854775807/*",
    ]

    static let hubReferences = [
        "owner/name", "owner/name@v1.0/folder/inner", "owner/na.me-2@refs/pr/12/x", "a/b@0123456789abcdef",
    ]

    static let httpHeads = [
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 206 Partial Content\r\nContent-Length: 500\r\n"
            + "Content-Range: bytes 0-499/1234\r\nETag: \"abc\"\r\nLink: </b>; rel=next\r\n\r\n",
        "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 120\r\nX-Empty:\r\n\r\n",
        "HTTP/2 503\nretry-after: Wed, 21 Oct 2015 07:28:00 GMT\nlocation: //other.example/x\n\n",
    ]

    private static let commit = "0123456789abcdef0123456789abcdef01234567"
    private static let sha256 = commit + "89abcdef0123456789abcdef"

    static let hubPages = [
        #"[{"type":"directory","oid":"x","size":0,"path":"vae"},{"type":"file","oid":"\#(commit)","size":12,"#
            + #""path":"vae/config.json"},{"type":"file","oid":"\#(commit)","size":34,"path":"vae/a.safetensors","#
            + #""lfs":{"oid":"\#(sha256)","size":34,"pointerSize":134},"xetHash":"y"}]"#,
        #"{"id":"owner/name","sha":"\#(commit)","siblings":[{"rfilename":"a"}]}"#,
    ]

    static let modelScopeListings = [
        #"{"Code":200,"Message":"success","Data":{"Files":[{"Path":"vae","Type":"tree"},{"Path":"vae/config.json","#
            + #""Type":"blob","Size":12,"Sha256":"\#(sha256)","IsLFS":true,"Revision":"\#(commit)"},{"Path":"é.json","#
            + #""Size":0,"Sha256":""}],"LatestCommitter":{"Id":"","ShortId":"01234567"}}}"#,
        #"{"Code":404,"Message":"no such model","Data":null}"#,
    ]

    // MARK: Audio

    /// A twentieth of a second with all tags.
    static func audio(_ format: AudioFormat, in folder: URL) throws -> [[UInt8]] {
        let file = folder.appendingPathComponent("good.\(format.fileExtension)")
        let tags = AudioTags(
            title: "Title", artist: "Ärtist", album: "Album", date: "2025-06-01", genre: "Jazz", comment: "東京",
            lyrics: "[Verse]\nla la", software: "Vivace", recipe: recipe)
        let wave = (0..<2400).map { 0.5 * Float(($0 * 7919) % 200 - 100) / 100 }
        try AudioFile.write(
            AudioBuffer(sampleRate: 48_000, channels: [wave, wave.reversed()]), to: file,
            options: WriteOptions(tags: tags))
        return [[UInt8](try Data(contentsOf: file))]
    }

    /// With tags of all versions, and with none.
    static func mp3(in folder: URL) throws -> [[UInt8]] {
        let whole = try audio(.mp3, in: folder)[0]
        let length = 10 + whole[6..<10].reduce(0) { $0 << 7 | Int($1) }
        let sound = Array(whole[length...])
        func tag(_ version: UInt8, _ flags: UInt8, _ frames: [UInt8]) -> [UInt8] {
            Array("ID3".utf8) + [version, 0, flags, 0, 0, UInt8(frames.count >> 7), UInt8(frames.count & 0x7F)] + frames
        }
        // A title in UTF-16 with its byte order mark, a comment in Latin-1, and padding.
        let title: [UInt8] = [1, 0xFF, 0xFE, 0x41, 0, 0x42, 0]
        let comment: [UInt8] = [0, 0x65, 0x6E, 0x67, 0, 0xE4, 0x42]
        let padding = [UInt8](repeating: 0, count: 12)
        let older = Array("TT2".utf8) + [0, 0, 7] + title + Array("COM".utf8) + [0, 0, 7] + comment + padding
        let newer =
            Array("TIT2".utf8) + [0, 0, 0, 7, 0, 0] + title + Array("COMM".utf8) + [0, 0, 0, 7, 0, 0] + comment
            + padding
        return [whole, sound, tag(2, 0, older) + sound, tag(3, 0, newer) + sound, tag(3, 0x80, newer) + sound]
    }

    /// AIFF and AU, each of some samples of 16 bits.
    static var otherAudio: [[UInt8]] {
        let samples = (0..<200).flatMap { [UInt8($0), UInt8(255 - $0)] }
        func big(_ number: Int) -> [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) } }
        func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] { Array(name.utf8) + big(content.count) + content }
        // One channel, 200 frames, 16 bits, and 44100 Hz as an 80-bit number.
        let common: [UInt8] = [0, 1] + big(200) + [0, 16, 0x40, 0x0E, 0xAC, 0x44, 0, 0, 0, 0, 0, 0]
        let aiff =
            Array("AIFF".utf8) + chunk("COMM", common) + chunk("NAME", Array("Tune".utf8))
            + chunk("SSND", big(0) + big(0) + samples)
        let au = Array(".snd".utf8) + big(28) + big(samples.count) + big(3) + big(8000) + big(1) + big(0) + samples
        return [chunk("FORM", aiff), au]
    }
}
