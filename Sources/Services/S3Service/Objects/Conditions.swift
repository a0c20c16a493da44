internal import Model
internal import WireProtocol

/// The conditions under which a request wants an object (RFC 9110, section 13, in S3's order).
struct Conditions: Sendable {
    var ifMatch: String?
    var ifNoneMatch: String?
    var ifModifiedSince: Timestamp?
    var ifUnmodifiedSince: Timestamp?

    enum Verdict: Equatable, Sendable {
        case hold
        case notModified
        /// With the header that did not hold.
        case failed(String)
    }

    func verdict(etag: String, modifiedAt: Timestamp) -> Verdict {
        // Headers know whole seconds.
        let modified = Timestamp(milliseconds: modifiedAt.milliseconds / 1000 * 1000)
        if let ifMatch {
            guard Self.names(ifMatch, etag) else { return .failed("If-Match") }
        } else if let ifUnmodifiedSince, modified > ifUnmodifiedSince {
            return .failed("If-Unmodified-Since")
        }
        if let ifNoneMatch {
            if Self.names(ifNoneMatch, etag) { return .notModified }
        } else if let ifModifiedSince, modified <= ifModifiedSince {
            return .notModified
        }
        return .hold
    }

    /// For reading.
    /// - Throws: `PreconditionFailed`, or 304.
    func check(etag: String, modifiedAt: Timestamp) throws {
        switch self.verdict(etag: etag, modifiedAt: modifiedAt) {
        case .hold: return
        case .notModified: throw Failures.notModified
        case .failed(let header): throw Failures.preconditionFailed(header)
        }
    }

    /// For writing: only `If-Match` and `If-None-Match: *` exist.
    /// - Parameter etag: of the object that would be replaced; `nil` where there is none.
    static func checkWrite(ifMatch: String?, ifNoneMatch: String?, etag: String?, key: String) throws {
        if let ifNoneMatch {
            guard ifNoneMatch == "*" else { throw Failures.notImplemented("If-None-Match other than *") }
            guard etag == nil else { throw Failures.preconditionFailed("If-None-Match") }
        }
        guard let ifMatch else { return }
        guard let etag else { throw Failures.noSuchKey(key) }
        guard Self.names(ifMatch, etag) else { throw Failures.preconditionFailed("If-Match") }
    }

    /// Whether a list of entity tags names this one.
    static func names(_ list: String, _ etag: String) -> Bool {
        let plain = { (tag: Substring) in tag.filter { $0 != "\"" && $0 != " " } }
        return list.split(separator: ",").contains { tag in
            let tag = plain(tag)
            return tag == "*" || (tag.hasPrefix("W/") ? String(tag.dropFirst(2)) : tag) == plain(etag[...])
        }
    }
}
