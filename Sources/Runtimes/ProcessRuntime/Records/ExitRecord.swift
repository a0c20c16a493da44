internal import Model

/// How a workload ended: written by the shim, or by the runtime where the shim itself was killed.
struct ExitRecord: Equatable, Sendable {
    /// 128 + n for signal n; `nil` where nobody saw the end.
    var code: Int?
    var at: Timestamp

    var json: JSONValue {
        .object([
            .init("code", self.code.map { .integer(Int64($0)) } ?? .null), .init("at", .integer(self.at.milliseconds)),
        ])
    }

    init(code: Int?, at: Timestamp) {
        self.code = code
        self.at = at
    }

    init?(json: JSONValue) {
        guard let at = json["at"]?.integer else { return nil }
        self.init(code: json["code"]?.integer.map { Int($0) }, at: Timestamp(milliseconds: at))
    }
}
