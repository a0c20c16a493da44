internal import Synchronization

/// The model's regular expressions, compiled at first use. They are written for Java; those that Swift's engine refuses
/// accept every text (a test lists them).
final class PatternCache: Sendable {
    /// A regular expression is not `Sendable`; it never leaves the lock that it is used under.
    private struct Compiled: ~Copyable {
        var byPattern: [String: Regex<AnyRegexOutput>?] = [:]
    }

    private let compiled = Mutex(Compiled())

    /// Whether the whole text matches.
    func matches(_ text: String, _ pattern: String) -> Bool {
        self.compiled.withLock { compiled in
            let regex: Regex<AnyRegexOutput>?
            if let known = compiled.byPattern[pattern] {
                regex = known
            } else {
                // A pattern that does not compile accepts everything.
                regex = try? Regex(pattern).matchingSemantics(.unicodeScalar)
                compiled.byPattern[pattern] = .some(regex)
            }
            guard let regex else { return true }
            // Matching fails with an error only where a custom component throws; there is none.
            return (try? regex.wholeMatch(in: text)) != nil
        }
    }
}
