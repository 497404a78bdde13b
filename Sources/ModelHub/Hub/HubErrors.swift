import Foundation
import MusicCore

/// Turns failures of exchanges and files into what a user can act upon.
enum HubErrors {
    /// What was going on when an exchange failed.
    struct Context {
        /// What was wanted, such as `model.safetensors of owner/name`.
        var subject: String
        var source: HubSourceName
        var repository: RepositoryID
        /// The repository's page.
        var page: String
        /// Whether a token was sent.
        var hasToken: Bool
        /// Why the file with the token can't be read; `nil` if it can, or isn't there.
        var tokenObstacle: SystemFault?
        /// The site that may serve the same and was not tried yet; `nil` if there is none.
        var substitute: HubSourceName?
        /// Known names near the one asked for.
        var suggestions: [String] = []
    }

    /// The error for a user; cancellation and errors that are made for users stay as they are.
    static func explain(_ error: any Error, _ context: Context) -> any Error {
        switch error {
        case let error as TransferError: explain(error, context)
        case let error as HTTPStatusError: explain(error, context)
        default: error
        }
    }

    private static func explain(_ error: TransferError, _ context: Context) -> any Error {
        let what = "can't download \(context.subject) from \(context.source.title)"
        let resume = "what has arrived is kept: download again to go on"
        return switch error {
        case .cancelled:
            CancellationError()
        case .noLibrary(let reason):
            MusicError(
                .network, "\(what): libcurl can't be loaded (\(reason))",
                advice: "install it, on Debian with: apt-get install libcurl4")
        case .badAddress(let text):
            MusicError(
                .network, "\(what): '\(text)' must be a web address",
                advice: "check HF_ENDPOINT and MODELSCOPE_ENDPOINT")
        case .unresolved(let host):
            MusicError(
                .network, "\(what): the name \(host) can't be resolved",
                advice: "check the network; to work without it, set VIVACE_OFFLINE=1 and use models that are here")
        case .unreachable(let host, let reason):
            MusicError(
                .network, "\(what): no connection to \(host) (\(reason))",
                advice: advice("check the network, and HTTPS_PROXY if there is a proxy", otherSite(context)))
        case .proxy(let proxy, let reason):
            MusicError(
                .network, "\(what): the proxy \(proxy) fails (\(reason))",
                advice: "check HTTPS_PROXY, ALL_PROXY and NO_PROXY")
        case .certificate(let host, let reason):
            MusicError(
                .network, "\(what): the certificate of \(host) is not trusted (\(reason))",
                advice: "check the clock; behind a company's proxy, set SSL_CERT_FILE to the file with its certificate")
        case .timedOut(let host):
            MusicError(
                .network, "\(what): \(host) went silent, or sends next to nothing",
                advice: advice(resume, otherSite(context)))
        case .dropped(let host, let reason):
            MusicError(.network, "\(what): the connection to \(host) broke (\(reason))", advice: resume)
        case .unexpectedAnswer(let host, let reason):
            MusicError(
                .network, "\(what): the answer of \(host) makes no sense: \(reason)",
                advice:
                    "a login page of the network or a proxy may answer in its place; open \(context.page) in a browser")
        case .tooLarge(let host, let limit):
            MusicError(
                .network, "\(what): \(host) sends more than the \(limit) bytes that are possible",
                advice: "check the endpoint and the repository's name")
        case .badRedirect(let host, let reason):
            MusicError(.network, "\(what): the redirect of \(host) is refused: \(reason)", advice: "check the endpoint")
        }
    }

    private static func explain(_ error: HTTPStatusError, _ context: Context) -> MusicError {
        let what = "can't download \(context.subject) from \(context.source.title)"
        let code = error.head.headers["x-error-code"] ?? ""
        let variable = context.source == .huggingFace ? "HF_TOKEN" : "MODELSCOPE_API_TOKEN"
        switch error.status {
        case 401, 403:
            // Hugging Face hides whether a repository exists from those who may not see it.
            if code == "RepoNotFound" || (error.status == 401 && code.isEmpty && !context.hasToken) {
                if let unread = unreadToken(context, what) { return unread }
                return MusicError(
                    .modelNotFound,
                    "\(what): there is no public repository \(context.repository) (status \(error.status))",
                    advice: "if it is private or gated, set \(variable) to a token that may read it, from "
                        + context.page, field: "model", suggestion: nearest(context))
            }
            if let unread = unreadToken(context, what) { return unread }
            let reason = code == "GatedRepo" ? "its owners ask everyone to accept their terms" : "access is denied"
            let advice =
                context.hasToken
                ? "accept the terms at \(context.page) with the account of your token, and check that the token in "
                    + "\(variable) may read it"
                : "accept the terms at \(context.page), then set \(variable) to a token of your account"
            return MusicError(.network, "\(what): \(reason) (status \(error.status))", advice: advice)
        case 404:
            let thing: String
            switch code {
            case "RevisionNotFound": thing = "there is no such revision"
            case "EntryNotFound": thing = "there is no such file"
            default: thing = "there is no repository \(context.repository)"
            }
            return MusicError(
                .modelNotFound, "\(what): \(thing) (status 404)", field: "model",
                suggestion: nearest(context).map { .anyOf([$0, .listModels]) } ?? .listModels)
        case 407:
            return MusicError(
                .network, "\(what): the proxy wants a login (status 407)", advice: "put it into HTTPS_PROXY")
        case 416:
            return MusicError(.network, "\(what): the server serves no such range", advice: "download again")
        case 429:
            let wait = error.head.headers["retry-after"].map { "; it asks to wait \($0) s" } ?? ""
            return MusicError(
                .network, "\(what): too many requests (status 429\(wait))",
                advice: context.hasToken
                    ? "try again later" : "try again later; with \(variable) set the limit is higher")
        case 500...:
            return MusicError(
                .network, "\(what): the site has a fault (status \(error.status))",
                advice: advice("try again later", otherSite(context)))
        default:
            return MusicError(
                .network, "\(what): status \(error.status)", advice: "open \(context.page) in a browser")
        }
    }

    private static func nearest(_ context: Context) -> Suggestion? {
        context.suggestions.isEmpty ? nil : .didYouMean(context.suggestions)
    }

    /// Where access is refused and there is a token that can't be read, that is the reason.
    private static func unreadToken(_ context: Context, _ what: String) -> MusicError? {
        guard let obstacle = context.tokenObstacle, context.source == .huggingFace else { return nil }
        var error = obstacle.error()
        error.message = "\(what): access is denied without a token, and \(error.message)"
        return error
    }

    /// Advice to go to the site that was not tried yet, if there is one.
    private static func otherSite(_ context: Context) -> String? { context.substitute.map(advice(toTry:)) }

    /// Advice to go to another site.
    static func advice(toTry site: HubSourceName) -> String {
        "\(site.title) has the same files: \(HubConfiguration.sourceVariable)=\(site.rawValue)"
    }

    private static func advice(_ parts: String?...) -> String { parts.compactMap { $0 }.joined(separator: "; ") }

    /// Whether another site may serve what this one could not: it was out of reach, silent, or at fault.
    static func callsForOtherSource(_ error: any Error) -> Bool {
        switch error {
        case let error as TransferError:
            if case .certificate = error { return true }
            return error.isTransient
        case let error as HTTPStatusError: return error.isTransient
        default: return false
        }
    }
}
