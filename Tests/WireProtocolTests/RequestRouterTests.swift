internal import Testing

@testable internal import WireProtocol

struct RequestRouterTests {
    private let router = RequestRouter(DispatcherFixture.registry)

    private func found(_ request: WireRequest, signingName: String? = nil) -> String {
        switch self.router.route(request, signingName: signingName) {
        case .operation(let service, let entry, let dialect):
            "\(service.description.name).\(entry.name) \(dialect.rawValue)"
        case .noOperation(let service, let name, let dialect): "no \(service.name).\(name) \(dialect.rawValue)"
        case .noService(let name, let dialect): "nothing for \(name) \(dialect.rawValue)"
        }
    }

    private func request(_ method: String, _ target: String, _ headers: HeaderList = [:], _ body: String = "")
        -> WireRequest
    {
        WireRequest(method: method, target: target, headers: headers, body: Array(body.utf8))
    }

    private static let form: HeaderList = ["Content-Type": "application/x-www-form-urlencoded"]

    @Test func theTargetHeaderWinsOverTheScope() {
        #expect(
            self.found(DispatcherFixture.json("ListClusters"), signingName: "lambda") == "ECS.ListClusters awsJSON11")
    }

    @Test func theContentTypeTellsTheVersionOfJSON() {
        var request = DispatcherFixture.json("ListClusters")
        request.headers = [
            "Content-Type": "application/x-amz-json-1.0",
            "X-Amz-Target": "AmazonEC2ContainerServiceV20141113.ListClusters",
        ]
        #expect(self.found(request) == "ECS.ListClusters awsJSON10")
    }

    @Test(arguments: [
        "AmazonEC2ContainerServiceV20141113", "AmazonEC2ContainerServiceV20141113.", ".ListClusters",
        "Other.ListClusters", "",
    ])
    func aTargetThatNamesNothing(target: String) {
        let found = self.found(self.request("POST", "/", ["X-Amz-Target": target]))
        #expect(found == "nothing for \(target) awsJSON11", "\(found)")
    }

    @Test(arguments: [("GET", "/"), ("POST", "/other"), ("PUT", "/")])
    func aJSONCallHasOneMethodAndPath(method: String, target: String) {
        var request = DispatcherFixture.json("ListClusters")
        (request.method, request.target) = (method, target)
        #expect(self.found(request) == "no ECS.\(method) \(target) awsJSON11")
    }

    @Test func theScopeTellsWhoseFormItIs() {
        let action = "Action=DescribeTargetGroups&Version=2015-12-01"
        #expect(
            self.found(self.request("POST", "/", Self.form, action), signingName: "elasticloadbalancing")
                == "ELBv2.DescribeTargetGroups awsQuery")
        #expect(
            self.found(self.request("POST", "/", Self.form, action), signingName: "sts")
                == "no STS.DescribeTargetGroups for version 2015-12-01 awsQuery")
        #expect(
            self.found(self.request("GET", "/?" + action), signingName: "elasticloadbalancing")
                == "ELBv2.DescribeTargetGroups awsQuery")
    }

    @Test func classicLoadBalancersAreAnotherService() {
        let action = "Action=DescribeLoadBalancers&Version=2012-06-01"
        #expect(
            self.found(self.request("POST", "/", Self.form, action), signingName: "elasticloadbalancing")
                == "no ELBv2.DescribeLoadBalancers for version 2012-06-01 awsQuery")
    }

    @Test(arguments: [("DELETE", "/"), ("POST", "/x")])
    func aQueryCallHasTwoMethodsAndOnePath(method: String, target: String) {
        let action = "Action=GetCallerIdentity&Version=2011-06-15"
        #expect(
            self.found(self.request(method, target, Self.form, action), signingName: "sts")
                == "no STS.\(method) \(target) awsQuery")
    }

    @Test func aPathIsAnOperationOfRestJSON() {
        #expect(
            self.found(self.request("GET", "/2015-03-31/functions/f"), signingName: "lambda")
                == "Lambda.GetFunction restJSON1")
        #expect(
            self.found(self.request("GET", "/2015-03-31/functions/f"), signingName: nil)
                == "Lambda.GetFunction restJSON1")
        #expect(
            self.found(self.request("GET", "/2018-10-31/layers"), signingName: "lambda")
                == "no Lambda.ListLayers restJSON1")
        #expect(
            self.found(self.request("PATCH", "/2015-03-31/functions/f"), signingName: "lambda")
                == "no Lambda.PATCH /2015-03-31/functions/f restJSON1")
    }

    @Test func anUnsignedFormIsKnownByActionAndVersion() {
        let action = "Action=GetCallerIdentity&Version=2011-06-15"
        #expect(self.found(self.request("POST", "/", Self.form, action)) == "STS.GetCallerIdentity awsQuery")
        #expect(
            self.found(self.request("POST", "/", Self.form, "Action=Nothing&Version=2011-06-15"))
                == "nothing for Nothing for version 2011-06-15 awsQuery")
        // Only forms are read as forms.
        #expect(
            self.found(self.request("POST", "/", ["Content-Type": "text/plain"], action))
                == "nothing for POST / restXML")
    }

    @Test func anotherServiceIsNamed() {
        #expect(self.found(self.request("GET", "/bucket"), signingName: "s3") == "nothing for s3 restXML")
        #expect(
            self.found(self.request("POST", "/", Self.form, "Action=DescribeVpcs"), signingName: "ec2")
                == "nothing for ec2 ec2Query")
        #expect(
            self.found(self.request("POST", "/", ["Content-Type": "application/json"]), signingName: "eks")
                == "nothing for eks restJSON1")
    }

    @Test func cborIsNamedByItsPath() {
        let cbor: HeaderList = ["smithy-protocol": "rpc-v2-cbor", "Content-Type": "application/cbor"]
        #expect(
            self.found(
                self.request("POST", "/service/GraniteServiceVersion20100801/operation/ListMetrics", cbor),
                signingName: "monitoring")
                == "nothing for GraniteServiceVersion20100801.ListMetrics rpcV2CBOR")
        #expect(
            self.found(
                self.request("POST", "/service/AmazonEC2ContainerServiceV20141113/operation/ListClusters", cbor),
                signingName: "ecs")
                == "no ECS.ListClusters in protocol rpc-v2-cbor rpcV2CBOR")
        #expect(self.found(self.request("POST", "/elsewhere", cbor)) == "nothing for POST /elsewhere rpcV2CBOR")
    }
}
