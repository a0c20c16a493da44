internal import S3API
internal import Testing

@testable internal import WireProtocol

/// S3's operations share paths and are told apart by queries, headers and the host's name.
struct ObjectStorageRoutingTests {
    private let router: RequestRouter

    init() {
        var registry = DispatcherFixture.registry
        registry.register(S3.service, validationErrors: ValidationErrors { _, _ in AWSError(code: "X", message: "") })
        registry.handle(S3.ListBuckets.self) { _, _ in .init() }
        registry.handle(S3.CreateBucket.self) { _, _ in .init() }
        registry.handle(S3.ListObjects.self) { _, _ in .init() }
        registry.handle(S3.ListObjectsV2.self) { _, _ in .init() }
        registry.handle(S3.GetBucketLocation.self) { _, _ in .init() }
        registry.handle(S3.GetObject.self) { _, _ in .init() }
        registry.handle(S3.ListParts.self) { _, _ in .init() }
        registry.handle(S3.PutObject.self) { _, _ in .init() }
        registry.handle(S3.CopyObject.self) { _, _ in .init() }
        registry.handle(S3.UploadPart.self) { _, _ in .init() }
        registry.handle(S3.UploadPartCopy.self) { _, _ in .init() }
        registry.handle(S3.DeleteObject.self) { _, _ in .init() }
        registry.handle(S3.AbortMultipartUpload.self) { _, _ in .init() }
        self.router = RequestRouter(registry)
    }

    private func found(_ method: String, _ target: String, _ headers: HeaderList = [:]) -> String {
        let request = BucketHost.pathStyle(WireRequest(method: method, target: target, headers: headers))
        return switch self.router.route(request, signingName: "s3") {
        case .operation(_, let entry, _): entry.name
        case .noOperation(_, let name, _): "no \(name)"
        case .noService(let name, _): "nothing for \(name)"
        }
    }

    @Test(arguments: [
        ("GET", "/", "ListBuckets"), ("PUT", "/b", "CreateBucket"), ("PUT", "/b/", "CreateBucket"),
        ("GET", "/b", "ListObjects"), ("GET", "/b?list-type=2&prefix=a", "ListObjectsV2"),
        ("GET", "/b/?location", "GetBucketLocation"), ("GET", "/b?acl", "no GetBucketAcl"),
        ("GET", "/b/k", "GetObject"), ("GET", "/b/k?uploadId=u", "ListParts"), ("GET", "/b//k/", "GetObject"),
        ("GET", "/b/k?torrent", "no GetObjectTorrent"), ("PUT", "/b/k", "PutObject"),
        ("PUT", "/b/k?partNumber=1&uploadId=u", "UploadPart"), ("DELETE", "/b/k", "DeleteObject"),
        ("DELETE", "/b/k?uploadId=u", "AbortMultipartUpload"), ("PATCH", "/b/k", "no PATCH /b/k"),
    ])
    func queriesTellOperationsApart(method: String, target: String, operation: String) {
        #expect(self.found(method, target) == operation)
    }

    @Test func aSourceMakesACopy() {
        let source: HeaderList = ["x-amz-copy-source": "/b/other"]
        #expect(self.found("PUT", "/b/k", source) == "CopyObject")
        #expect(self.found("PUT", "/b/k?partNumber=1&uploadId=u", source) == "UploadPartCopy")
    }

    @Test(
        arguments: [
            ("127.0.0.1:4566", nil), ("localhost:4566", nil), ("s3.localhost:4566", nil), ("[::1]:4566", nil),
            ("things.localhost:4566", "things"), ("a.b.s3.localhost", "a.b"), ("s3.amazonaws.com", nil),
            ("s3.eu-west-1.amazonaws.com", nil), ("things.s3.amazonaws.com", "things"),
            ("things.s3.eu-west-1.amazonaws.com", "things"),
            ("my.s3.bucket.s3-eu-west-1.amazonaws.com", "my.s3.bucket"),
            ("things.s3.cn-north-1.amazonaws.com.cn", "things"), ("ecs.us-east-1.amazonaws.com", nil),
            ("example.com", nil),
        ] as [(String, String?)])
    func theHostMayNameTheBucket(host: String, bucket: String?) {
        #expect(BucketHost.bucket(in: host) == bucket)
    }

    @Test func aBucketOfTheHostComesBeforeThePath() {
        #expect(self.found("PUT", "/", ["Host": "things.localhost:4566"]) == "CreateBucket")
        #expect(self.found("GET", "/a/b?x", ["Host": "things.s3.localhost"]) == "GetObject")
    }

    @Test(arguments: [("/b//a//", "/a//"), ("/b/a%2Fb%20c", "a/b c"), ("/b/./../x", "./../x"), ("/b/a+b", "a+b")])
    func aKeyIsWhateverFollows(path: String, key: String) {
        #expect(PathTemplate("/{Bucket}/{Key+}").labels(of: path, query: "")?["Key"] == key)
    }

    @Test func onlyBodiesOfObjectsAreStreamed() {
        let head = { (method: String, target: String) in WireRequest(method: method, target: target) }
        #expect(self.router.streamsBody(head("PUT", "/b/k"), signingName: "s3"))
        #expect(self.router.streamsBody(head("PUT", "/b/k?partNumber=1&uploadId=u"), signingName: "s3"))
        #expect(!self.router.streamsBody(head("PUT", "/b"), signingName: "s3"))
        #expect(!self.router.streamsBody(head("GET", "/b/k"), signingName: "s3"))
    }

    @Test(arguments: [
        ("<a><b>1</b><b>2</b></a>", ["1", "2"]), ("<?xml version=\"1.0\"?>\n<!-- x --><n:a x='>'><n:b/></n:a>", [""]),
        ("<a><b>&lt;&#x26;&#65;&unknown;&</b></a>", ["<&A&unknown;&"]), ("<a><b><![CDATA[<x>]]> y</b></a>", ["<x> y"]),
    ])
    func xmlIsRead(text: String, children: [String]) throws {
        let root = try #require(XMLElement(parsing: Array(text.utf8)))
        #expect(root.name == "a" && root.children.map(\.name) == children.map { _ in "b" })
        #expect(root.children.map(\.text) == children)
    }

    @Test(arguments: ["", "a", "<a", "<a>", "<a></b>", "<a><b></a></b>", "<a", "<a x='>", "<!--", "<a></ab>"])
    func brokenXMLIsRefused(text: String) {
        #expect(XMLElement(parsing: Array(text.utf8)) == nil)
    }

    @Test func deepXMLIsRefusedAndLongXMLTakesNoLongerThanItIs() {
        let deep = String(repeating: "<a>", count: 100_000)
        #expect(XMLElement(parsing: Array(deep.utf8)) == nil)
        let part = "<Part><ETag>&quot;0123456789abcdef0123456789abcdef&quot;</ETag><PartNumber>1</PartNumber></Part>"
        let long = "<C>" + String(repeating: part, count: 10_000) + "</C>"
        #expect(XMLElement(parsing: Array(long.utf8))?.children.count == 10_000)
    }
}
