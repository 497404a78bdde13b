import Foundation
import Hummingbird
import MusicCore

/// Routes of the reference for training, which this server doesn't have: they say so.
enum LaterRoutes {
    static let all: [Route] =
        [
            Route(.get, "/v1/training/status") { exchange in
                try Reply.wrapped(
                    JSONValue([
                        "is_training": false, "should_stop": false, "current_step": .integer(0),
                        "current_loss": .null, "current_epoch": .integer(0), "status": "Idle", "config": .object([:]),
                        "tensor_dir": "", "loss_history": .list([]), "tensorboard_url": .null,
                        "tensorboard_logdir": .null, "training_log": "", "start_time": .null,
                        "steps_per_second": .number(0), "estimated_time_remaining": .number(0), "error": .null,
                    ]), now: exchange.now)
            }
        ]
        + ["start", "start_lokr", "stop", "load_tensor_info", "export"].map { name in
            Route(.post, "/v1/training/\(name)") { _ in throw missing("training") }
        }
        + [
            "scan", "load", "auto_label", "auto_label_async", "save", "preprocess", "preprocess_async",
        ].map { name in Route(.post, "/v1/dataset/\(name)") { _ in throw missing("data sets") } }
        + ["samples", "auto_label_status", "preprocess_status"].map { name in
            Route(.get, "/v1/dataset/\(name)") { _ in throw missing("data sets") }
        }
        + [
            Route(.get, "/v1/dataset/sample/{index}") { _ in throw missing("data sets") },
            Route(.put, "/v1/dataset/sample/{index}") { _ in throw missing("data sets") },
        ]

    private static func missing(_ what: String) -> ServerFailure {
        ServerFailure(501, "This server has no \(what) yet; it makes songs with the models that are installed")
    }
}
