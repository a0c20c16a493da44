internal import APIGeneration
internal import Model
internal import Testing

struct TranslatorTests {
    /// A service with one of everything.
    private static let model = #"""
        {"metadata": {"apiVersion": "2020-01-01", "endpointPrefix": "toy", "signingName": "toys", "protocol": "PROTOCOL",
                      "protocols": ["PROTOCOL"], "jsonVersion": "1.1", "targetPrefix": "Toy_20200101"},
         "operations": {
           "MakeToy": {"http": {"method": "POST", "requestUri": "/toys/{Name}", "responseCode": 201}, "input": {"shape": "MakeToyRequest"},
                       "output": {"shape": "Toy"}},
           "ListToys": {"http": {"method": "GET", "requestUri": "/toys"}, "output": {"shape": "ToyList"}}},
         "shapes": {
           "MakeToyRequest": {"type": "structure", "required": ["Name"], "members": {
             "Name": {"shape": "ToyName", "location": "uri", "locationName": "Name"}, "Kind": {"shape": "ToyKind"},
             "ClientToken": {"shape": "String", "idempotencyToken": true}, "Picture": {"shape": "Picture"}}},
           "Toy": {"type": "structure", "members": {"Name": {"shape": "ToyName"}, "Parts": {"shape": "Toys"}, "Labels": {"shape": "Labels"}}},
           "Toys": {"type": "list", "member": {"shape": "Toy"}, "max": 5},
           "Labels": {"type": "map", "key": {"shape": "String"}, "value": {"shape": "Integer"}},
           "ToyList": {"type": "structure", "members": {"Toys": {"shape": "Toys"}}},
           "ToyName": {"type": "string", "min": 1, "max": 10, "pattern": "[a-z]\\d*"},
           "ToyKind": {"type": "string", "enum": ["SOFT_TOY", "default", "default-"]},
           "Picture": {"type": "blob"}, "String": {"type": "string"}, "Integer": {"type": "integer"},
           "ToyNotFound": {"type": "structure", "exception": true, "error": {"code": "NoSuchToy", "httpStatusCode": 404},
                           "members": {"message": {"shape": "String"}, "ToyName": {"shape": "ToyName"}}}}}
        """#

    private func translated(_ operations: [String], protocol name: String = "json") throws -> SwiftAPI {
        let model = try ServiceModel(
            parsing: JSONValue(parsing: Self.model.split(separator: "PROTOCOL").joined(separator: name)))
        let service = GeneratorConfiguration.Service(
            namespace: "Toy", model: "toy", version: "2020-01-01", operations: operations)
        return try Translator(service, model).translated()
    }

    private func text(_ api: SwiftAPI) -> String { api.rendered().map(\.text).joined() }

    @Test func onlyWhatTheChosenOperationsUseIsGenerated() throws {
        let api = try self.translated(["ListToys"])
        #expect(api.operations.map(\.name) == ["ListToys"])
        #expect(Set(api.structures.map(\.name)) == ["Toy", "ToyList"])
        #expect(api.enums.isEmpty)
        #expect(api.service.operationNames == ["MakeToy", "ListToys"])
    }

    @Test func anInputsRequiredMembersAreNotOptional() throws {
        let text = self.text(try self.translated(["MakeToy"]))
        #expect(text.contains("package var name: String\n"))
        #expect(text.contains("package var name: String?\n"), "an output's are")
        #expect(text.contains("package var picture: [UInt8]?\n"))
        #expect(text.contains("package var parts: [Toy]?\n"))
        #expect(text.contains("package var labels: [String: Int]?\n"))
    }

    @Test func constraintsStandInTheSchema() throws {
        let text = self.text(try self.translated(["MakeToy"]))
        #expect(text.contains(##"StringConstraints(length: 1...10, pattern: #"[a-z]\d*"#)"##))
        #expect(text.contains("length: 0...5"))
        #expect(text.contains(#"MemberSchema("Name", Schemas.toyName, location: .uri, required: true)"#))
        #expect(text.contains(#"MemberSchema("ClientToken", .anyString, idempotencyToken: true)"#))
    }

    @Test func enumValuesThatMeetGetNamesOfTheirOwn() throws {
        let kind = try #require(try self.translated(["MakeToy"]).enums.first)
        #expect(kind.cases.map(\.name) == ["softToy", "default", "default_"])
        #expect(
            self.text(try self.translated(["MakeToy"])).contains("case softToy, `default`, default_, unknown(String)"))
    }

    @Test func errorsGoByTheirShapeInJSONAndByTheirCodeInQuery() throws {
        let json = try #require(try self.translated(["MakeToy"]).errors.first)
        #expect(json.code == "ToyNotFound")
        #expect(json.status == 404)
        #expect(json.members.map(\.wireName) == ["ToyName"])
        #expect(try self.translated(["MakeToy"], protocol: "query").errors.first?.code == "NoSuchToy")
    }

    @Test func aQueryCompatibleServiceKnowsCodeAndShape() throws {
        let model = Self.model.split(separator: "PROTOCOL").joined(separator: "json")
            .replacing(#""protocols": ["json"]"#, with: #""protocols": ["json", "query"], "awsQueryCompatible": {}"#)
        let service = GeneratorConfiguration.Service(
            namespace: "Toy", model: "toy", version: "2020-01-01", operations: ["MakeToy"])
        let api = try Translator(service, ServiceModel(parsing: JSONValue(parsing: model))).translated()
        #expect(api.errors.first?.code == "NoSuchToy")
        #expect(api.errors.first?.shape == "ToyNotFound")
        #expect(self.text(api).contains("isQueryCompatible: true)"))
    }

    @Test func pathsOfOtherOperationsAreKnownWherePathsTellOperations() throws {
        #expect(try self.translated(["MakeToy"]).service.unservedPaths.isEmpty)
        let rest = try self.translated(["MakeToy"], protocol: "rest-json")
        #expect(rest.service.unservedPaths.map(\.operation) == ["ListToys"])
        #expect(self.text(rest).contains(#".init(operation: "ListToys", method: "GET", path: "/toys"),"#))
    }

    @Test func anOperationThatTheModelLacksIsADiagnostic() {
        #expect(throws: Diagnostic("Toy.BreakToy", "the model has no such operation")) {
            try self.translated(["BreakToy"])
        }
    }

    @Test func anUnknownProtocolIsADiagnostic() {
        #expect(throws: Diagnostic("Toy", "protocol morse is not known")) {
            try self.translated(["MakeToy"], protocol: "morse")
        }
    }

    @Test func theTableCountsWhatIsImplemented() throws {
        #expect(
            operationTable(of: [try self.translated(["MakeToy"])]).contains("| Toy (1 of 2) | MakeToy | ListToys |"))
    }
}
