internal import CloudWatchAPI
package import WireProtocol

extension AWSError {
    /// The code that CloudWatch's newer operations give every broken input; it is not in the model.
    static func validation(_ message: String) -> AWSError { AWSError(code: "ValidationError", message: message) }
}

extension ValidationErrors {
    /// The operations on metric data word broken inputs one way, those on alarms another.
    package static let cloudWatch = ValidationErrors { operation, failures in
        guard let first = failures.first, ["PutMetricData", "GetMetricStatistics", "ListMetrics"].contains(operation)
        else {
            let noun = failures.count == 1 ? "error" : "errors"
            let details = failures.map { $0.sentence(at: Self.lowercased($0.path)) }
            return .validation("\(failures.count) validation \(noun) detected: \(details.joined(separator: "; "))")
        }
        let path = Self.withMember(first.path)
        switch first.reason {
        case .missing: return CloudWatch.Errors.missingRequiredParameterException("The parameter \(path) is required.")
        case .length(.atMost(let limit)):
            let isList = first.value == "[…]"
            return CloudWatch.Errors.invalidParameterValueException(
                isList
                    ? "The collection \(path) must not have a size greater than \(limit)."
                    : "The parameter \(path) must not be longer than \(limit) characters.")
        case .notInEnum(let values):
            return CloudWatch.Errors.invalidParameterValueException(
                "The parameter \(path) must be a value in the set [ \(values.joined(separator: ", ")) ].")
        case .wrongType, .length(.atLeast), .range, .pattern, .union:
            return CloudWatch.Errors.invalidParameterValueException(
                "The value \(first.value) for parameter \(path) is invalid.")
        }
    }

    /// `alarmName`, `metrics.1.member.id`.
    private static func lowercased(_ path: String) -> String {
        path.split(separator: ".").map { $0.prefix(1).lowercased() + $0.dropFirst() }.joined(separator: ".")
    }

    /// `MetricData.member.1.Unit`: the index behind the word, as in a query.
    private static func withMember(_ path: String) -> String {
        var parts: [Substring] = []
        for part in path.split(separator: ".") {
            if part == "member", let index = parts.popLast() {
                parts += [part, index]
            } else {
                parts.append(part)
            }
        }
        return parts.joined(separator: ".")
    }
}
