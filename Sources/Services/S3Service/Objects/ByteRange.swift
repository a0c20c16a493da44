/// The header `Range` of one object.
enum ByteRange {
    enum Reading: Equatable {
        /// All of it: there is no range, or none that S3 understands.
        case whole
        case part(Range<Int>)
        case unsatisfiable
    }

    /// - Parameter size: of the object, in bytes.
    static func read(_ header: String?, size: Int) -> Reading {
        guard let header, header.hasPrefix("bytes=") else { return .whole }
        let bounds = header.dropFirst(6).split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard bounds.count == 2 else { return .whole }
        let (first, last) = (Self.number(bounds[0]), Self.number(bounds[1]))
        switch (first, last, bounds[0].isEmpty, bounds[1].isEmpty) {
        case (nil, let suffix?, true, false):
            return suffix > 0 && size > 0 ? .part(max(0, size - suffix)..<size) : .unsatisfiable
        case (let first?, nil, false, true):
            return first < size ? .part(first..<size) : .unsatisfiable
        case (let first?, let last?, false, false):
            guard first <= last else { return .whole }
            return first < size ? .part(first..<min(last, size - 1) + 1) : .unsatisfiable
        default: return .whole
        }
    }

    private static func number(_ text: Substring) -> Int? {
        text.allSatisfy { $0.isASCII && $0.isNumber } ? Int(text) : nil
    }
}
