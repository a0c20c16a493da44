internal import WireProtocol

/// Requests that botocore signed at 2026-11-20T23:12:04Z with the key of AWS's examples.
enum BotocoreFixtures {
    static let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"

    static let all: [(name: String, request: WireRequest)] = [
        (
            "awsJSON",
            WireRequest(
                method: "POST", target: "/",
                headers: [
                    "Host": #"127.0.0.1:4566"#,
                    "X-Amz-Target": #"AmazonEC2ContainerServiceV20141113.DescribeServices"#,
                    "Content-Type": #"application/x-amz-json-1.1"#,
                    "X-Amz-Date": #"20261120T231204Z"#,
                    "Authorization":
                        #"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261120/eu-west-1/ecs/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=f660c56699cb91c9787e556d7ce0cb52fd0ae61681a8c5923c2ee23964c479c6"#,
                ], body: Array(#"{"cluster": "blue"}"#.utf8))
        ),
        (
            "query",
            WireRequest(
                method: "POST", target: "/",
                headers: [
                    "Host": #"127.0.0.1:4566"#,
                    "Content-Type": #"application/x-www-form-urlencoded; charset=utf-8"#,
                    "X-Amz-Date": #"20261120T231204Z"#,
                    "X-Amz-Security-Token": #"a/session+token=="#,
                    "Authorization":
                        #"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261120/us-east-1/sts/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-security-token, Signature=f24ddfe1c24a851659c55bfdb879847720e2f7b416db384f39f4637bfe64e7e7"#,
                ], body: Array(#"Action=GetCallerIdentity&Version=2011-06-15"#.utf8))
        ),
        (
            "restJSONWithEncodedPath",
            WireRequest(
                method: "GET",
                target:
                    "/2017-03-31/tags/arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3Ahook?b=2&a=x%20y&a=1",
                headers: [
                    "Host": #"127.0.0.1:4566"#,
                    "X-Amz-Date": #"20261120T231204Z"#,
                    "Authorization":
                        #"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261120/us-east-1/lambda/aws4_request, SignedHeaders=host;x-amz-date, Signature=2bda132507eb2682c8f750e487f7643b8ea633599d7cfc39ceba37299a49ba0f"#,
                ], body: Array(#""#.utf8))
        ),
    ]
}
