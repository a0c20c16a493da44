internal import Model

/// What a new shim tells the runtime that waits for it, over a pipe.
enum ShimReport: Equatable {
    case started(StartRecord)
    /// The program could not be started; in words for `CannotStartContainerError`.
    case failed(String)

    /// The descriptor of the pipe in the shim.
    static let descriptor: Int32 = 3
    /// The descriptor in the shim that holds the lock of its folder for as long as the shim lives.
    static let lockDescriptor: Int32 = 4

    var json: JSONValue {
        switch self {
        case .started(let record): .object([.init("started", record.json)])
        case .failed(let reason): .object([.init("failed", .string(reason))])
        }
    }

    init?(json: JSONValue) {
        if let reason = json["failed"]?.string {
            self = .failed(reason)
        } else if let record = json["started"].flatMap(StartRecord.init(json:)) {
            self = .started(record)
        } else {
            return nil
        }
    }
}
