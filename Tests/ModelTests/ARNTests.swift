internal import Model
internal import Testing

struct ARNTests {
    @Test(arguments: [
        "arn:aws:ecs:us-east-1:123456789012:cluster/main",
        "arn:aws-cn:codedeploy:cn-north-1:123456789012:deploymentgroup:APP/GROUP",
        "arn:aws:iam::aws:policy/service-role/AWSCodeDeployRole", "arn:aws:s3:::bucket/key:with:colons",
    ])
    func isWrittenAsItWasRead(text: String) throws {
        #expect(try #require(ARN(text)).description == text)
    }

    @Test(arguments: [
        "", "arn", "arn:aws:ecs:us-east-1:1", "arn::ecs:r:1:x", "arn:aws::r:1:x", "arn:aws:ecs:r:1:",
        "urn:aws:ecs:r:1:x",
    ])
    func otherTextIsNoARN(text: String) {
        #expect(ARN(text) == nil)
    }

    @Test func theResourceKeepsItsColons() throws {
        let arn = try #require(ARN("arn:aws:logs:r:1:log-group:/ecs/web:*"))
        #expect(arn.resource == "log-group:/ecs/web:*")
        #expect(arn.resourceSegments == ["log-group:", "ecs", "web:*"])
    }

    @Test(arguments: [
        ("us-east-1", "aws", "amazonaws.com"), ("cn-north-1", "aws-cn", "amazonaws.com.cn"),
        ("us-gov-west-1", "aws-us-gov", "amazonaws.com"),
    ])
    func theRegionTellsThePartition(region: String, partition: String, suffix: String) {
        let scope = Scope(account: "123456789012", region: region)
        #expect(scope.partition == partition)
        #expect(scope.dnsSuffix == suffix)
        #expect(scope.arn("ecs", "cluster/x").description == "arn:\(partition):ecs:\(region):123456789012:cluster/x")
        #expect(scope.globalARN("iam", "role/x").description == "arn:\(partition):iam::123456789012:role/x")
        #expect(scope.arn("ecs", "cluster/x").scope == scope)
    }
}
