internal import APIGeneration
internal import Testing

struct SwiftNamesTests {
    @Test(arguments: [
        ("DNSName", "dnsName"), ("VpcId", "vpcId"), ("S3Bucket", "s3Bucket"), ("taskDefinition", "taskDefinition"),
        ("ARN", "arn"),
        ("LoadBalancerArn", "loadBalancerArn"), ("Id", "id"), ("SSLPolicies", "sslPolicies"),
        ("KMSKeyArn", "kmsKeyArn"),
    ])
    func membersBeginInLowerCase(name: String, expected: String) {
        #expect(SwiftNames.member(name) == expected)
    }

    @Test(arguments: [
        ("FARGATE_SPOT", "fargateSpot"), ("InProgress", "inProgress"), ("HTTP_301", "http301"), ("a-b.c", "aBC"),
        ("2xx", "_2xx"),
        ("unknown", "unknown_"), ("", "_"),
    ])
    func casesAreWords(value: String, expected: String) {
        #expect(SwiftNames.enumCase(value) == expected)
    }

    @Test func keywordsStandInBackticks() {
        #expect(SwiftNames.declared("default") == "`default`")
        #expect(SwiftNames.declared("name") == "name")
        #expect(SwiftNames.type("roleDetailType") == "RoleDetailType")
    }
}
