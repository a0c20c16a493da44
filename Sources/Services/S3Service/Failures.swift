internal import S3API
internal import WireProtocol

/// S3's own errors that the model does not list, and those that it lists with S3's words.
enum Failures {
    static func noSuchBucket(_ name: String) -> AWSError {
        AWSError(
            code: "NoSuchBucket", message: "The specified bucket does not exist", status: 404,
            members: ["BucketName": .string(name)])
    }

    static func noSuchKey(_ key: String) -> AWSError {
        AWSError(
            code: "NoSuchKey", message: "The specified key does not exist.", status: 404,
            members: ["Key": .string(key)])
    }

    static func noSuchUpload(_ id: String) -> AWSError {
        AWSError(
            code: "NoSuchUpload",
            message: "The specified upload does not exist. The upload ID may be invalid, or the upload may have been "
                + "aborted or completed.", status: 404, members: ["UploadId": .string(id)])
    }

    static func bucketNotEmpty(_ name: String) -> AWSError {
        AWSError(
            code: "BucketNotEmpty", message: "The bucket you tried to delete is not empty", status: 409,
            members: ["BucketName": .string(name)])
    }

    static func invalidArgument(_ message: String, _ name: String, _ value: String) -> AWSError {
        AWSError(
            code: "InvalidArgument", message: message,
            members: ["ArgumentName": .string(name), "ArgumentValue": .string(value)])
    }

    static func invalidRequest(_ message: String) -> AWSError { S3.Errors.invalidRequest(message) }

    /// - Parameter condition: the header that did not hold.
    static func preconditionFailed(_ condition: String) -> AWSError {
        AWSError(
            code: "PreconditionFailed",
            message: "At least one of the pre-conditions you specified did not hold", status: 412,
            members: ["Condition": .string(condition)])
    }

    static let notModified = AWSError(code: "NotModified", message: "Not Modified", status: 304)

    /// - Parameter size: of the object, in bytes.
    static func invalidRange(_ range: String, size: Int) -> AWSError {
        AWSError(
            code: "InvalidRange", message: "The requested range is not satisfiable", status: 416,
            members: ["RangeRequested": .string(range), "ActualObjectSize": .integer(size)])
    }

    static func tooLarge(_ size: Int, maximum: Int) -> AWSError {
        AWSError(
            code: "EntityTooLarge", message: "Your proposed upload exceeds the maximum allowed size",
            members: ["ProposedSize": .integer(size), "MaxSizeAllowed": .integer(maximum)])
    }

    static let missingLength = AWSError(
        code: "MissingContentLength", message: "You must provide the Content-Length HTTP header.", status: 411)

    static func notImplemented(_ what: String) -> AWSError {
        AWSError(code: "NotImplemented", message: "\(what) is not supported by Teal", status: 501)
    }
}

extension ValidationErrors {
    /// S3 names one broken member, each in its own way.
    static let s3 = ValidationErrors { operation, failures in
        guard let failure = failures.first else { return Failures.invalidRequest("The request is not valid.") }
        let name = failure.path.split(separator: ".").last.map(String.init) ?? failure.path
        switch (failure.reason, name) {
        case (.missing, "Key"), (.missing, "Delete"), (.missing, "Tagging"), (.missing, "TagSet"),
            (.missing, "MultipartUpload"), (.missing, "Objects"), (.missing, "Object"), (.missing, "Value"):
            return AWSError(
                code: "MalformedXML",
                message: "The XML you provided was not well-formed or did not validate against our published schema")
        case (.missing, _):
            return Failures.invalidRequest("Missing required parameter for this request: '\(name)'")
        case (_, "x-amz-storage-class"):
            return AWSError(code: "InvalidStorageClass", message: "The storage class you specified is not valid")
        case (_, "LocationConstraint"):
            return AWSError(
                code: "InvalidLocationConstraint", message: "The specified location-constraint is not valid",
                members: ["LocationConstraint": .string(failure.value)])
        case (_, "x-amz-sdk-checksum-algorithm"), (_, "x-amz-checksum-algorithm"):
            return Failures.invalidRequest(
                "Checksum algorithm provided is unsupported. Please try again with any of the valid types: "
                    + "[CRC32, CRC32C, CRC64NVME, SHA1, SHA256]")
        default:
            return Failures.invalidArgument(failure.sentence, name, failure.value)
        }
    }
}
