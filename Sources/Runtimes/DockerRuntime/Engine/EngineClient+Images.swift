internal import AsyncHTTPClient
internal import Model
internal import NIOCore
internal import NIOHTTP1
internal import WorkloadRuntime

extension EngineClient {
    struct Image: Sendable {
        var id: String
        /// `repository@sha256:…`; none for an image that was made here and never pushed.
        var repositoryDigests: [String]
    }

    /// `nil` where the image is absent.
    func image(_ reference: String) async throws -> Image? {
        do {
            let reply = try await self.call(.GET, "/images/\(Self.escaped(reference))/json")
            return Image(
                id: reply["Id"]?.string ?? "",
                repositoryDigests: (reply["RepoDigests"]?.array ?? []).compactMap(\.string))
        } catch let error as EngineError where error.isNotFound {
            return nil
        }
    }

    /// - Throws: `RuntimeFailure.cannotPullContainer` in the engine's words.
    func pullImage(_ reference: String) async throws {
        do {
            let response = try await self.open(
                .POST, "/images/create", query: [("fromImage", reference)] + Self.tag(of: reference),
                patience: .transfer)
            // Progress, one JSON document a line; a failure after the head is a document too.
            var failure: String?
            var rest = ByteBuffer()
            for try await chunk in response.body {
                rest.writeImmutableBuffer(chunk)
                while let end = rest.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) {
                    let line = rest.readBytes(length: end - rest.readerIndex + 1) ?? []
                    // Anything else is progress in some other form.
                    if let message = (try? JSONValue(parsing: line))?["error"]?.string { failure = message }
                }
                rest.discardReadBytes()
            }
            if let failure { throw EngineError(status: 500, message: failure) }
        } catch let error as EngineError {
            throw RuntimeFailure.cannotPullContainer(error.description)
        } catch let error as HTTPClientError where error == .deadlineExceeded {
            throw RuntimeFailure.cannotPullContainer("pull of \(reference) took longer than an hour")
        } catch {
            throw self.interruption(error)
        }
    }

    /// Without a tag the engine would pull every tag there is.
    static func tag(of reference: String) -> [(String, String)] {
        if reference.contains("@") { return [] }
        let name = reference.split(separator: "/").last ?? ""
        return name.contains(":") ? [] : [("tag", "latest")]
    }

    /// Makes an image of a file tree, given as a tar archive.
    func importImage(_ archive: [UInt8], repository: String, tag: String) async throws {
        let response = try await self.open(
            .POST, "/images/create", query: [("fromSrc", "-"), ("repo", repository), ("tag", tag)],
            body: Body(bytes: archive, type: "application/x-tar"))
        _ = try await response.body.collect(upTo: 1024 * 1024)
    }

    /// `amd64`, `arm64`, …
    func architecture() async throws -> String { try await self.call(.GET, "/version")["Arch"]?.string ?? "" }
}
