/// One operation of an AWS API; generated.
package protocol AWSOperation: Sendable {
    associatedtype Input: Shape
    associatedtype Output: Shape
    /// As in the model: `CreateService`.
    static var name: String { get }
    static var service: ServiceDescription { get }
    /// Method, path and success status of the HTTP-bound protocols; `POST /` and 200 for the others.
    static var http: HTTPBinding { get }
    /// The element around the output: in awsQuery (`CreateListenerResult`), and the root in restXml where it is not named
    /// after the output's shape (`ListBucketResult`); `nil` where there is none.
    static var resultWrapper: String? { get }
}

package struct HTTPBinding: Sendable, Equatable {
    package let method: String
    /// The path template of the model, such as `/2015-03-31/functions/{FunctionName}/invocations`.
    package let path: String
    package let status: Int

    package init(method: String = "POST", path: String = "/", status: Int = 200) {
        self.method = method
        self.path = path
        self.status = status
    }
}

package enum WireDialect: String, Sendable, CaseIterable {
    case awsJSON10
    case awsJSON11
    case awsQuery
    case ec2Query
    case restJSON1
    case restXML
    case rpcV2CBOR
}

/// What the protocols need to know of a service; generated.
package struct ServiceDescription: Sendable {
    /// As design.md names it: `ECS`, `ELBv2`.
    package let name: String
    /// The name in a credential scope: `ecs`, `elasticloadbalancing`.
    package let signingName: String
    package let apiVersion: String
    /// Before the dot of `X-Amz-Target`; `nil` where the service has no JSON dialect.
    package let targetPrefix: String?
    package let xmlNamespace: String?
    /// The dialects it speaks, best first.
    package let dialects: [WireDialect]
    /// Every operation name of the model, whether implemented here or not.
    package let operationNames: [String]
    /// Operations that are found by their path and not implemented here, so that the refusal can name them.
    package let unservedPaths: [UnservedPath]
    /// It once spoke awsQuery only: clients of its other dialects ask for the codes of that time (`QueryCompatibility`).
    package let isQueryCompatible: Bool

    package struct UnservedPath: Sendable {
        package let operation: String
        package let method: String
        /// The path template of the model.
        package let path: String

        package init(operation: String, method: String, path: String) {
            self.operation = operation
            self.method = method
            self.path = path
        }
    }

    package init(
        name: String, signingName: String, apiVersion: String, targetPrefix: String?, xmlNamespace: String?,
        dialects: [WireDialect], operationNames: [String], unservedPaths: [UnservedPath] = [],
        isQueryCompatible: Bool = false
    ) {
        self.name = name
        self.signingName = signingName
        self.apiVersion = apiVersion
        self.targetPrefix = targetPrefix
        self.xmlNamespace = xmlNamespace
        self.dialects = dialects
        self.operationNames = operationNames
        self.unservedPaths = unservedPaths
        self.isQueryCompatible = isQueryCompatible
    }
}
