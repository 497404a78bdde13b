import Foundation
import Testing

/// Advice in the words of the command line: flags, and commands to run.
@Suite("Error wording")
struct ErrorWordingTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func errors(of arguments: [String]) throws -> String {
        let environment = [
            "HF_HUB_CACHE": folder.url.path, "XDG_CONFIG_HOME": folder.url.path, "VIVACE_OFFLINE": "1",
            "ACESTEP_CHECKPOINTS_DIR": "", "VIVACE_CHECKPOINTS_DIR": "",
        ]
        let outcome = try Vivace.run(arguments, in: folder.url, environment: environment)
        #expect(outcome.status != 0)
        return outcome.errors
    }

    @Test(
        "advice can be typed",
        arguments: [
            (["models", "path", "trubo"], "did you mean turbo? give a short name"),
            (["models", "path", "trubo"], "or see 'vivace models list'"),
            (["models", "path", "turbo"], "(VIVACE_OFFLINE); run 'vivace models pull turbo' (about 6.33 GB)"),
            (["models", "path", "/"], "run 'vivace models pull turbo'"),
            (["generate", "x", "--model", "builtin", "--task", "repaint"], "; give --source"),
            (
                ["generate", "x", "--model", "builtin", "--lm", "lm-1.7b"],
                "run 'vivace models pull lm-1.7b' (about 3.74 GB)"
            ),
        ])
    func adviceCanBeTyped(arguments: [String], text: String) throws {
        let errors = try errors(of: arguments)
        #expect(errors.contains(text), "\(errors)")
    }
}
