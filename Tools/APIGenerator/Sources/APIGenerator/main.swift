// APIGenerator generate MODELS CONFIGURATION OUTPUT   writes OUTPUT/NAMESPACEAPI/*.swift
// APIGenerator table MODELS CONFIGURATION             prints the operation table as Markdown
internal import APIGeneration
internal import Foundation
internal import Model

func translatedServices(models: String, configuration path: String) throws -> [SwiftAPI] {
    guard let text = FileManager.default.contents(atPath: path) else { throw Diagnostic(path, "cannot be read") }
    let configuration = try GeneratorConfiguration(parsing: JSONValue(parsing: text))
    let directory = ModelDirectory(path: models)
    return try configuration.services.map { service in
        try Translator(service, directory.model(service.model, version: service.version)).translated()
    }
}

/// Replaces the module's files; a file that is generated no more goes away.
func write(_ api: SwiftAPI, to output: String) throws {
    let folder = "\(output)/\(api.namespace)API"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let files = api.rendered()
    for file in files {
        let path = "\(folder)/\(file.name)"
        // An unchanged file keeps its date, so that nothing is compiled again.
        guard FileManager.default.contents(atPath: path) != Data(file.text.utf8) else { continue }
        try Data(file.text.utf8).write(to: URL(fileURLWithPath: path))
    }
    let names = Set(files.map(\.name))
    for stale in try FileManager.default.contentsOfDirectory(atPath: folder) where !names.contains(stale) {
        try FileManager.default.removeItem(atPath: "\(folder)/\(stale)")
    }
}

let arguments = Array(CommandLine.arguments.dropFirst())
do {
    switch (arguments.first, arguments.count) {
    case ("generate", 4):
        for api in try translatedServices(models: arguments[1], configuration: arguments[2]) {
            try write(api, to: arguments[3])
        }
    case ("table", 3):
        print(
            operationTable(of: try translatedServices(models: arguments[1], configuration: arguments[2])),
            terminator: "")
    default:
        FileHandle.standardError.write(
            Data("usage: APIGenerator generate MODELS CONFIGURATION OUTPUT | table MODELS CONFIGURATION\n".utf8))
        exit(2)
    }
} catch {
    FileHandle.standardError.write(Data("APIGenerator: \(error)\n".utf8))
    exit(1)
}
