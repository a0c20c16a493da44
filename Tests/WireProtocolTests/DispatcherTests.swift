internal import Model
internal import Testing

@testable internal import WireProtocol

struct DispatcherTests {
    private let fixture = DispatcherFixture()

    @Test func answersInTheRegionOfTheSignature() async throws {
        let reply = await self.fixture.send(
            DispatcherFixture.json("DescribeClusters", #"{"clusters":["blue"]}"#), service: "ecs", region: "eu-west-3")
        #expect(reply.status == 200)
        let cluster = try JSONValue(parsing: reply.body)["clusters"]?.array?.first
        #expect(cluster?["clusterName"] == .string("blue"))
        #expect(cluster?["status"] == .string("eu-west-3"))
        #expect(reply.headers["x-amzn-RequestId"]?.isEmpty == false)
    }

    @Test func wordsAnErrorInTheServicesProtocol() async {
        let json = await self.fixture.send(DispatcherFixture.json("DeleteCluster", #"{"cluster":"x"}"#), service: "ecs")
        #expect(json.status == 400)
        #expect(json.text.contains(#""__type":"ClusterNotFoundException""#))
        let query = await self.fixture.send(
            DispatcherFixture.form("Action=DescribeTargetGroups&Version=2015-12-01"), service: "elasticloadbalancing")
        #expect(query.status == 400)
        #expect(query.text.contains("<Code>TargetGroupNotFound</Code>"))
    }

    @Test func whatGoesWrongInsideIsAnInternalFailureThatSaysNothing() async {
        let reply = await self.fixture.send(DispatcherFixture.json("ListClusters"), service: "ecs")
        #expect(reply.status == 500)
        #expect(reply.text.contains("InternalFailure"))
        #expect(!reply.text.contains("Broken"))
    }

    @Test func aMissingMemberIsWordedByTheService() async {
        let reply = await self.fixture.send(DispatcherFixture.json("DeleteCluster"), service: "ecs")
        #expect(reply.status == 400)
        #expect(
            reply.text.contains(
                "DeleteCluster: Value null at 'cluster' failed to satisfy constraint: Member must not be null"))
    }

    @Test func aBodyOfAnotherFormIsASerializationException() async {
        let reply = await self.fixture.send(DispatcherFixture.json("DeleteCluster", "{"), service: "ecs")
        #expect(reply.status == 400)
        #expect(reply.text.contains("SerializationException"))
    }

    @Test func namesAnOperationThatItDoesNotServe() async {
        let json = await self.fixture.send(DispatcherFixture.json("CreateCapacityProvider"), service: "ecs")
        #expect(json.text.contains("ECS operation CreateCapacityProvider is not supported by Teal"))
        let unknown = await self.fixture.send(DispatcherFixture.json("Nonsense"), service: "ecs")
        #expect(unknown.text.contains("ECS has no operation Nonsense"))
        let query = await self.fixture.send(
            DispatcherFixture.form("Action=CreateTrustStore&Version=2015-12-01"), service: "elasticloadbalancing")
        #expect(query.text.contains("<Code>InvalidAction</Code>"))
        #expect(
            query.text.contains(
                "Could not find operation CreateTrustStore for version 2015-12-01: Teal does not support it"))
        let rest = await self.fixture.send(
            WireRequest(method: "GET", target: "/2018-10-31/layers", headers: ["Host": "h"]), service: "lambda")
        #expect(rest.status == 404)
        #expect(rest.text.contains("Lambda operation ListLayers is not supported by Teal"))
    }

    @Test func aServiceThatIsNotHereIsNamed() async {
        let reply = await self.fixture.send(
            WireRequest(method: "GET", target: "/bucket/key", headers: ["Host": "h"]), service: "s3")
        #expect(reply.status == 404)
        #expect(reply.text.contains("<Message>s3 belongs to no service that Teal supports</Message>"))
        #expect(reply.headers["x-amz-request-id"] != nil)
    }

    @Test func aBodyThatIsTooLargeIsRefusedInTheProtocol() {
        let json = self.fixture.dispatcher.refuseBody(of: DispatcherFixture.json("DeleteCluster", ""), limit: 10)
        #expect(json.status == 413)
        #expect(json.text.contains(#""__type":"RequestEntityTooLargeException""#))
        let none = self.fixture.dispatcher.refuseBody(of: WireRequest(method: "PUT", target: "/x"), limit: 10)
        #expect(none.status == 413)
    }

    @Test func tellsWhatBecameOfEachRequest() async {
        _ = await self.fixture.send(DispatcherFixture.json("DeleteCluster", #"{"cluster":"x"}"#), service: "ecs")
        #expect(self.fixture.outcomes.last?.service == "ECS")
        #expect(self.fixture.outcomes.last?.operation == "DeleteCluster")
        #expect(self.fixture.outcomes.last?.status == 400)
        _ = await self.fixture.send(DispatcherFixture.json("Nonsense"), service: "ecs")
        #expect(self.fixture.outcomes.last?.service == "ECS")
        #expect(self.fixture.outcomes.last?.operation == nil)
    }

    @Test func withoutChecksAKnownKeyKeepsItsIdentity() async {
        let open = DispatcherFixture(authentication: .off(as: .root(account: "123456789012")))
        let request = DispatcherFixture.form("Action=GetCallerIdentity&Version=2011-06-15")
        #expect(await open.send(request, as: nil, service: "sts").text.contains("root"))
        let stranger = RequestSigner(accessKeyID: "AKIASTRANGER", secretAccessKey: "x")
        #expect(await open.send(request, as: stranger, service: "sts").text.contains("root"))
        #expect(await open.send(request, as: DispatcherFixture.session, service: "sts").text.contains("assumedRole"))
    }
}
