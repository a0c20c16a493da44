internal import IAMAPI
internal import IAMService
internal import Model
internal import STSAPI
internal import Store
internal import Testing
internal import WireProtocol

struct IAMTests {
    private static let trust =
        #"{"Statement":[{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#
    private static let permissions =
        #"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#
    private static let taskExecution = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"

    private func createRole(_ name: String, _ aws: AWSClient) async throws -> IAM.Role? {
        try await aws.call(IAM.CreateRole.self, .init(roleName: name, assumeRolePolicyDocument: Self.trust)).role
    }

    private func code(_ body: () async throws -> Void) async -> String? {
        do {
            try await body()
            return nil
        } catch let error as AWSError {
            return error.code
        } catch {
            return "\(error)"
        }
    }

    @Test func aRoleIsReadAsItWasMade() async throws {
        let fixture = try IdentityFixture()
        let created = try await fixture.root.call(
            IAM.CreateRole.self,
            .init(
                path: "/team/", roleName: "Task", assumeRolePolicyDocument: Self.trust, description: "d",
                tags: [.init(key: "a", value: "1")])
        ).role
        let role = try await fixture.root.call(IAM.GetRole.self, .init(roleName: "Task")).role
        #expect(role == created)
        #expect(role?.arn == "arn:aws:iam::123456789012:role/team/Task")
        #expect(role?.roleId?.hasPrefix("AROA") == true)
        #expect(role?.maxSessionDuration == 3600)
        #expect(role?.assumeRolePolicyDocument?.hasPrefix("%7B%22Statement%22%3A") == true)
        #expect(role?.tags == [.init(key: "a", value: "1")])
    }

    @Test func namesAreUniqueWhateverTheirCase() async throws {
        let fixture = try IdentityFixture()
        _ = try await self.createRole("Task", fixture.root)
        #expect(await self.code { _ = try await self.createRole("task", fixture.root) } == "EntityAlreadyExists")
    }

    @Test func aMissingRoleIsNoSuchEntity() async throws {
        let fixture = try IdentityFixture()
        await #expect(throws: IAM.Errors.noSuchEntityException("The role with name Gone cannot be found.")) {
            try await fixture.root.call(IAM.GetRole.self, .init(roleName: "Gone"))
        }
    }

    @Test func aRoleGoesOnlyWhenNothingHoldsIt() async throws {
        let fixture = try IdentityFixture()
        let aws = fixture.root
        _ = try await self.createRole("Task", aws)
        func delete() async -> String? {
            await self.code { _ = try await aws.call(IAM.DeleteRole.self, .init(roleName: "Task")) }
        }
        _ = try await aws.call(IAM.AttachRolePolicy.self, .init(roleName: "Task", policyArn: Self.taskExecution))
        #expect(await delete() == "DeleteConflict")
        _ = try await aws.call(IAM.DetachRolePolicy.self, .init(roleName: "Task", policyArn: Self.taskExecution))
        _ = try await aws.call(
            IAM.PutRolePolicy.self, .init(roleName: "Task", policyName: "p", policyDocument: Self.permissions))
        #expect(await delete() == "DeleteConflict")
        _ = try await aws.call(IAM.DeleteRolePolicy.self, .init(roleName: "Task", policyName: "p"))
        _ = try await aws.call(IAM.CreateInstanceProfile.self, .init(instanceProfileName: "i"))
        _ = try await aws.call(IAM.AddRoleToInstanceProfile.self, .init(instanceProfileName: "i", roleName: "Task"))
        #expect(await delete() == "DeleteConflict")
        _ = try await aws.call(
            IAM.RemoveRoleFromInstanceProfile.self, .init(instanceProfileName: "i", roleName: "Task"))
        #expect(await delete() == nil)
        #expect(await delete() == "NoSuchEntity")
    }

    @Test func attachedPoliciesAreListedWithTheirNames() async throws {
        let fixture = try IdentityFixture()
        _ = try await self.createRole("Task", fixture.root)
        _ = try await fixture.root.call(
            IAM.AttachRolePolicy.self, .init(roleName: "Task", policyArn: Self.taskExecution))
        let page = try await fixture.root.call(IAM.ListAttachedRolePolicies.self, .init(roleName: "Task"))
        #expect(
            page.attachedPolicies == [
                .init(policyName: "AmazonECSTaskExecutionRolePolicy", policyArn: Self.taskExecution)
            ])
        #expect(page.isTruncated == false)
        let missing = "arn:aws:iam::123456789012:policy/none"
        #expect(
            await self.code {
                _ = try await fixture.root.call(IAM.AttachRolePolicy.self, .init(roleName: "Task", policyArn: missing))
            } == "NoSuchEntity")
    }

    @Test func pagesCoverEveryRoleOnce() async throws {
        let fixture = try IdentityFixture()
        let names = ["Alpha", "beta", "Gamma", "delta", "Epsilon"]
        for name in names { _ = try await self.createRole(name, fixture.root) }
        var seen: [String] = []
        var marker: String?
        repeat {
            let page = try await fixture.root.call(IAM.ListRoles.self, .init(marker: marker, maxItems: 2))
            seen += page.roles?.compactMap(\.roleName) ?? []
            #expect(page.isTruncated == (page.marker != nil))
            marker = page.marker
        } while marker != nil
        #expect(seen == ["Alpha", "beta", "delta", "Epsilon", "Gamma"])
    }

    @Test(arguments: [
        "x", "{}", "[]", #"{"Statement":[{"Effect":"Maybe","Action":"*","Principal":"*"}]}"#,
        #"{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#,
        #"{"Statement":[{"Effect":"Allow","Principal":"*"}]}"#,
    ])
    func brokenTrustPoliciesAreRefused(document: String) async throws {
        let fixture = try IdentityFixture()
        let code = await self.code {
            _ = try await fixture.root.call(
                IAM.CreateRole.self, .init(roleName: "r", assumeRolePolicyDocument: document))
        }
        #expect(code == "MalformedPolicyDocument")
    }

    @Test(arguments: [
        (#"{"Version":"2012-10-17","Statement":[]}"#, "Syntax errors in policy."),
        (#"{"Version":"2012-10-17","Statement":{"Effect":"Maybe"}}"#, "Syntax errors in policy."),
        (
            #"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","NotAction":[],"Resource":"*"}}"#,
            "Syntax errors in policy."
        ),
        (
            #"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"Odd":{"a":"b"}}}}"#,
            "Syntax errors in policy."
        ),
        (
            #"{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#,
            "Policy document must be version 2012-10-17 or greater."
        ),
        (
            #"{"Version":"2012-10-17","Statement":{"Effect":"allow","Action":"s3:*","Resource":"*"}}"#,
            "The policy failed legacy parsing"
        ),
        (
            #"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"DateLessThan":{"a":"2016-13"}}}}"#,
            "The policy failed legacy parsing"
        ),
        (#"{"Version":"2012-10-17","Statement":{"Effect":"Allow"}}"#, "Policy statement must contain actions."),
        (
            #"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*"}}"#,
            "Policy statement must contain resources."
        ),
        (
            #"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"everything","Resource":"*"}}"#,
            "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
        ),
        (
            #"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"a:b:c"}}"#,
            #"Partition "b" is not valid for resource "arn:b:c:*:*:*"."#
        ),
        (
            #"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"bucket"}}"#,
            #"Resource bucket must be in ARN format or "*"."#
        ),
    ])
    func brokenManagedPoliciesAreRefusedInWords(document: String, message: String) async throws {
        let fixture = try IdentityFixture()
        let error = await #expect(throws: AWSError.self) {
            _ = try await fixture.root.call(IAM.CreatePolicy.self, .init(policyName: "p", policyDocument: document))
        }
        #expect(error?.code == "MalformedPolicyDocument")
        #expect(error?.message == message)
    }

    @Test(arguments: [
        #"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":["arn:aws:s3:::bucket/*",null]}}"#,
        #"{"Version":"2012-10-17","Statement":{"Effect":"Allow","NotAction":"iam:*","NotResource":"arn:aws:ecs:eu-west-1:123456789012:service/a/b"}}"#,
        #"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"ecs:*","Resource":"*","Condition":{"ForAnyValue:StringLikeIfExists":{"aws:TagKeys":["a"]},"Bool":{"aws:SecureTransport":true},"DateLessThan":{"aws:CurrentTime":"2030-01-01T00:00:00Z"}}}}"#,
        #"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:PassRole","Resource":"arn:aws:iam::123456789012:role/*"}}"#,
    ])
    func usualManagedPoliciesAreTaken(document: String) async throws {
        let fixture = try IdentityFixture()
        _ = try await fixture.root.call(IAM.CreatePolicy.self, .init(policyName: "p", policyDocument: document))
    }

    @Test func versionNumbersAreNeverUsedTwice() async throws {
        let fixture = try IdentityFixture()
        let aws = fixture.root
        let arn = try #require(
            try await aws.call(IAM.CreatePolicy.self, .init(policyName: "p", policyDocument: Self.permissions)).policy?
                .arn)
        func create() async throws -> String? {
            try await aws.call(
                IAM.CreatePolicyVersion.self,
                .init(policyArn: arn, policyDocument: Self.permissions, setAsDefault: true)
            ).policyVersion?.versionId
        }
        #expect(try await create() == "v2")
        #expect(try await create() == "v3")
        _ = try await aws.call(IAM.DeletePolicyVersion.self, .init(policyArn: arn, versionId: "v2"))
        #expect(try await create() == "v4")
        #expect(try await aws.call(IAM.GetPolicy.self, .init(policyArn: arn)).policy?.defaultVersionId == "v4")
        let listed = try await aws.call(IAM.ListPolicyVersions.self, .init(policyArn: arn)).versions
        #expect(listed?.compactMap(\.versionId) == ["v4", "v3", "v1"])
        #expect(
            await self.code {
                _ = try await aws.call(IAM.DeletePolicyVersion.self, .init(policyArn: arn, versionId: "v4"))
            } == "DeleteConflict")
    }

    @Test func aSecondServiceLinkedRoleIsTaken() async throws {
        let fixture = try IdentityFixture()
        let input = IAM.CreateServiceLinkedRole.Input(awsServiceName: "ecs.amazonaws.com")
        let role = try await fixture.root.call(IAM.CreateServiceLinkedRole.self, input).role
        #expect(role?.arn == "arn:aws:iam::123456789012:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS")
        #expect(
            await self.code { _ = try await fixture.root.call(IAM.CreateServiceLinkedRole.self, input) }
                == "InvalidInput")
        let deletion = IAM.DeleteRole.Input(roleName: "AWSServiceRoleForECS")
        #expect(
            await self.code { _ = try await fixture.root.call(IAM.DeleteRole.self, deletion) } == "UnmodifiableEntity")
        let task = try await fixture.root.call(
            IAM.DeleteServiceLinkedRole.self, .init(roleName: "AWSServiceRoleForECS")
        ).deletionTaskId
        let status = try await fixture.root.call(
            IAM.GetServiceLinkedRoleDeletionStatus.self, .init(deletionTaskId: try #require(task)))
        #expect(status.status == .succeeded)
    }

    @Test func theRootAsksWhoItIsAsAUser() async throws {
        let fixture = try IdentityFixture()
        let user = try await fixture.root.call(IAM.GetUser.self, .init()).user
        #expect(user?.arn == "arn:aws:iam::123456789012:root")
    }

    @Test func aUsersKeyFollowsItsUserAndSwitchesOff() async throws {
        let fixture = try IdentityFixture()
        let aws = fixture.root
        let user = try await aws.call(IAM.CreateUser.self, .init(userName: "ann")).user
        let key = try #require(try await aws.call(IAM.CreateAccessKey.self, .init(userName: "ann")).accessKey)
        let id = try #require(key.accessKeyId)
        _ = try await aws.call(IAM.UpdateUser.self, .init(userName: "ann", newUserName: "bob"))
        let known = try #require(try await fixture.credentials.credential(for: id))
        #expect(known.secretAccessKey == key.secretAccessKey)
        #expect(known.principal == .user(name: "bob", id: try #require(user?.userId), account: IdentityFixture.account))
        #expect(
            await self.code { _ = try await aws.call(IAM.DeleteUser.self, .init(userName: "bob")) } == "DeleteConflict")
        _ = try await aws.call(IAM.UpdateAccessKey.self, .init(userName: "bob", accessKeyId: id, status: .inactive))
        #expect(try await fixture.credentials.credential(for: id) == nil)
        _ = try await aws.call(IAM.DeleteAccessKey.self, .init(userName: "bob", accessKeyId: id))
        #expect(await self.code { _ = try await aws.call(IAM.DeleteUser.self, .init(userName: "bob")) } == nil)
    }

    @Test func aSessionActsAsItsRole() async throws {
        let fixture = try IdentityFixture()
        let role = try await self.createRole("Deploy", fixture.root)
        let output = try await fixture.root.call(
            STS.AssumeRole.self, .init(roleArn: try #require(role?.arn), roleSessionName: "ci"))
        #expect(output.assumedRoleUser?.arn == "arn:aws:sts::123456789012:assumed-role/Deploy/ci")
        let key = try #require(output.credentials?.accessKeyId)
        let known = try #require(try await fixture.credentials.credential(for: key))
        #expect(known.sessionToken == output.credentials?.sessionToken)
        #expect(known.expiration == FixedClock.moment + .hours(1))
        let identity = try await fixture.client(as: known.principal).call(STS.GetCallerIdentity.self, .init())
        #expect(identity.userId == "\(role?.roleId ?? ""):ci")
    }

    @Test func onlyOurServicesAssumeARoleWithoutARecord() async throws {
        let fixture = try IdentityFixture()
        let input = STS.AssumeRole.Input(roleArn: "arn:aws:iam::123456789012:role/None", roleSessionName: "hook")
        #expect(await self.code { _ = try await fixture.root.call(STS.AssumeRole.self, input) } == "AccessDenied")
        let service = fixture.client(as: .service("lambda.amazonaws.com"))
        #expect(
            try await service.call(STS.AssumeRole.self, input).assumedRoleUser?.assumedRoleId?.hasPrefix("AROA") == true
        )
    }

    @Test func aSessionLongerThanTheRolesMaximumIsRefused() async throws {
        let fixture = try IdentityFixture()
        let role = try await self.createRole("Deploy", fixture.root)
        let input = STS.AssumeRole.Input(roleArn: try #require(role?.arn), roleSessionName: "ci", durationSeconds: 3601)
        #expect(await self.code { _ = try await fixture.root.call(STS.AssumeRole.self, input) } == "ValidationError")
    }

    @Test func aSessionKeepsItsTagsAndSourceIdentity() async throws {
        let fixture = try IdentityFixture()
        let role = try await self.createRole("Deploy", fixture.root)
        let output = try await fixture.root.call(
            STS.AssumeRole.self,
            .init(
                roleArn: try #require(role?.arn), roleSessionName: "ci", tags: [.init(key: "team", value: "web")],
                sourceIdentity: "ann"))
        #expect(output.sourceIdentity == "ann")
        #expect(output.packedPolicySize == 1)
        let key = try #require(output.credentials?.accessKeyId)
        let session = try await fixture.store.read { try $0.roleSession(accessKeyID: key) }
        #expect(session?.tags == [ResourceTag(key: "team", value: "web")])
        #expect(session?.sourceIdentity == "ann")
    }

    @Test func aChainedRoleLastsAnHourAtMost() async throws {
        let fixture = try IdentityFixture()
        let role = try await fixture.root.call(
            IAM.CreateRole.self,
            .init(roleName: "Long", assumeRolePolicyDocument: Self.trust, maxSessionDuration: 43_200)
        ).role
        let arn = try #require(role?.arn)
        let session = fixture.client(
            as: .assumedRole(role: "Other", session: "s", id: "AROAX", account: IdentityFixture.account))
        #expect(
            try await session.call(STS.AssumeRole.self, .init(roleArn: arn, roleSessionName: "next")).credentials != nil
        )
        let long = STS.AssumeRole.Input(roleArn: arn, roleSessionName: "next", durationSeconds: 7200)
        #expect(await self.code { _ = try await session.call(STS.AssumeRole.self, long) } == "ValidationError")
        #expect(await self.code { _ = try await fixture.root.call(STS.AssumeRole.self, long) } == nil)
    }

    @Test func whatWouldNarrowASessionIsRefusedByName() async throws {
        let fixture = try IdentityFixture()
        let arn = try #require(try await self.createRole("Deploy", fixture.root)?.arn)
        let inputs: [(String, STS.AssumeRole.Input)] = [
            ("Policy", .init(roleArn: arn, roleSessionName: "ci", policy: "{}")),
            ("PolicyArns", .init(roleArn: arn, roleSessionName: "ci", policyArns: [.init(arn: Self.taskExecution)])),
            ("SerialNumber", .init(roleArn: arn, roleSessionName: "ci", serialNumber: "GAHT12345678")),
            ("TransitiveTagKeys", .init(roleArn: arn, roleSessionName: "ci", transitiveTagKeys: ["a"])),
        ]
        for (name, input) in inputs {
            await #expect(
                throws: AWSError(code: "ValidationError", message: "\(name) of AssumeRole is not supported by Teal")
            ) { try await fixture.root.call(STS.AssumeRole.self, input) }
        }
        let twice = STS.AssumeRole.Input(
            roleArn: arn, roleSessionName: "ci", tags: [.init(key: "a", value: "1"), .init(key: "A", value: "2")])
        #expect(
            await self.code { _ = try await fixture.root.call(STS.AssumeRole.self, twice) } == "InvalidParameterValue")
    }

    @Test func aSessionTokenOfTheRootLastsAnHourAndOfAUserTwelve() async throws {
        let fixture = try IdentityFixture()
        let root = try await fixture.root.call(STS.GetSessionToken.self, .init(durationSeconds: 7200))
        #expect(root.credentials?.expiration == FixedClock.moment + .hours(1))
        let user = fixture.client(as: .user(name: "ann", id: "AIDAX", account: IdentityFixture.account))
        #expect(
            try await user.call(STS.GetSessionToken.self, .init()).credentials?.expiration == FixedClock.moment
                + .hours(12))
        let session = fixture.client(
            as: .assumedRole(role: "r", session: "s", id: "AROAX", account: IdentityFixture.account))
        #expect(await self.code { _ = try await session.call(STS.GetSessionToken.self, .init()) } == "AccessDenied")
    }

    @Test func aChineseRegionHasItsOwnPartition() async throws {
        let fixture = try IdentityFixture()
        let china = fixture.root.acting(in: Scope(account: IdentityFixture.account, region: "cn-north-1"))
        let role = try #require(try await self.createRole("Deploy", china))
        #expect(role.arn == "arn:aws-cn:iam::123456789012:role/Deploy")
        _ = try await china.call(
            IAM.AttachRolePolicy.self,
            .init(roleName: "Deploy", policyArn: "arn:aws-cn:iam::aws:policy/AWSCodeDeployRoleForECS"))
        let session = try await china.call(
            STS.AssumeRole.self, .init(roleArn: try #require(role.arn), roleSessionName: "ci"))
        #expect(session.assumedRoleUser?.arn == "arn:aws-cn:sts::123456789012:assumed-role/Deploy/ci")
        #expect(try await china.call(STS.GetCallerIdentity.self, .init()).arn == "arn:aws-cn:iam::123456789012:root")
    }
}
