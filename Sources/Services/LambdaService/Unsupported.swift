internal import LambdaAPI
internal import WireProtocol

/// Refuses by name the members that are not implemented here. A value that asks for nothing (an empty VPC, `PassThrough`)
/// is let through.
struct Unsupported {
    private var names: [String] = []

    mutating func refuse(_ name: String, if isUsed: Bool) {
        if isUsed { self.names.append(name) }
    }

    func check() throws {
        guard !self.names.isEmpty else { return }
        throw Lambda.Errors.invalidParameterValueException(
            "\(self.names.joined(separator: ", ")) is not supported by this implementation of Lambda.")
    }
}

extension Lambda.CreateFunctionRequest {
    func checkSupported() throws {
        var unsupported = Unsupported()
        unsupported.refuse("PackageType Image", if: self.packageType == .image)
        unsupported.refuse("Code.S3Bucket", if: self.code.s3Bucket != nil || self.code.s3Key != nil)
        unsupported.refuse("Code.ImageUri", if: self.code.imageUri != nil)
        unsupported.refuse("Code.SourceKMSKeyArn", if: self.code.sourceKMSKeyArn != nil)
        unsupported.refuse("VpcConfig", if: self.vpcConfig?.isUsed == true)
        unsupported.refuse("DeadLetterConfig", if: self.deadLetterConfig?.targetArn?.isEmpty == false)
        unsupported.refuse("KMSKeyArn", if: self.kmsKeyArn?.isEmpty == false)
        unsupported.refuse("TracingConfig Active", if: self.tracingConfig?.mode == .active)
        unsupported.refuse("Layers", if: self.layers?.isEmpty == false)
        unsupported.refuse("FileSystemConfigs", if: self.fileSystemConfigs?.isEmpty == false)
        unsupported.refuse("ImageConfig", if: self.imageConfig != nil)
        unsupported.refuse("CodeSigningConfigArn", if: self.codeSigningConfigArn != nil)
        unsupported.refuse("SnapStart", if: self.snapStart?.applyOn == .publishedVersions)
        unsupported.refuse("LoggingConfig.LogFormat JSON", if: self.loggingConfig?.logFormat == .json)
        unsupported.refuse("LoggingConfig.ApplicationLogLevel", if: self.loggingConfig?.applicationLogLevel != nil)
        unsupported.refuse("LoggingConfig.SystemLogLevel", if: self.loggingConfig?.systemLogLevel != nil)
        unsupported.refuse("CapacityProviderConfig", if: self.capacityProviderConfig != nil)
        unsupported.refuse("PublishTo", if: self.publishTo != nil)
        unsupported.refuse("DurableConfig", if: self.durableConfig != nil)
        unsupported.refuse("TenancyConfig", if: self.tenancyConfig != nil)
        try unsupported.check()
    }
}

extension Lambda.UpdateFunctionConfigurationRequest {
    func checkSupported() throws {
        var unsupported = Unsupported()
        unsupported.refuse("VpcConfig", if: self.vpcConfig?.isUsed == true)
        unsupported.refuse("DeadLetterConfig", if: self.deadLetterConfig?.targetArn?.isEmpty == false)
        unsupported.refuse("KMSKeyArn", if: self.kmsKeyArn?.isEmpty == false)
        unsupported.refuse("TracingConfig Active", if: self.tracingConfig?.mode == .active)
        unsupported.refuse("Layers", if: self.layers?.isEmpty == false)
        unsupported.refuse("FileSystemConfigs", if: self.fileSystemConfigs?.isEmpty == false)
        unsupported.refuse("ImageConfig", if: self.imageConfig != nil)
        unsupported.refuse("SnapStart", if: self.snapStart?.applyOn == .publishedVersions)
        unsupported.refuse("LoggingConfig.LogFormat JSON", if: self.loggingConfig?.logFormat == .json)
        unsupported.refuse("LoggingConfig.ApplicationLogLevel", if: self.loggingConfig?.applicationLogLevel != nil)
        unsupported.refuse("LoggingConfig.SystemLogLevel", if: self.loggingConfig?.systemLogLevel != nil)
        unsupported.refuse("CapacityProviderConfig", if: self.capacityProviderConfig != nil)
        unsupported.refuse("DurableConfig", if: self.durableConfig != nil)
        try unsupported.check()
    }
}

extension Lambda.UpdateFunctionCodeRequest {
    func checkSupported() throws {
        var unsupported = Unsupported()
        unsupported.refuse("S3Bucket", if: self.s3Bucket != nil || self.s3Key != nil)
        unsupported.refuse("ImageUri", if: self.imageUri != nil)
        unsupported.refuse("SourceKMSKeyArn", if: self.sourceKMSKeyArn != nil)
        unsupported.refuse("PublishTo", if: self.publishTo != nil)
        try unsupported.check()
    }
}

extension Lambda.VpcConfig {
    fileprivate var isUsed: Bool { self.subnetIds?.isEmpty == false || self.securityGroupIds?.isEmpty == false }
}
