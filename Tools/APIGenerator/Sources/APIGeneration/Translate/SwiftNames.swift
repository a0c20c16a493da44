/// Names of the model in Swift's spelling.
package enum SwiftNames {
    /// `DNSName` → `dnsName`, `VpcId` → `vpcId`, `S3Bucket` → `s3Bucket`; a name that begins in lower case stays.
    package static func member(_ name: String) -> String {
        let characters = Array(name)
        let run = characters.prefix { $0.isUppercase }.count
        guard run > 0 else { return name }
        let follows = run < characters.count && characters[run].isLowercase
        // The last capital of a run begins the next word, unless the run is one letter.
        let lowered = run > 1 && follows ? run - 1 : run
        return String(characters[..<lowered]).lowercased() + String(characters[lowered...])
    }

    /// A type's name: `roleDetailType` → `RoleDetailType`.
    package static func type(_ name: String) -> String { name.prefix(1).uppercased() + name.dropFirst() }

    /// The case of an enum's value: `FARGATE_SPOT` → `fargateSpot`, `InProgress` → `inProgress`, `HTTP_301` → `http301`.
    package static func enumCase(_ value: String) -> String {
        let words = value.split { !($0.isLetter || $0.isNumber) }.map(String.init)
        var name = ""
        for (index, word) in words.enumerated() {
            let isUpper = !word.contains { $0.isLowercase }
            switch (index, isUpper) {
            case (0, true): name += word.lowercased()
            case (0, false): name += Self.member(word)
            case (_, true): name += word.prefix(1) + word.dropFirst().lowercased()
            case (_, false): name += word.prefix(1).uppercased() + word.dropFirst()
            }
        }
        if name.first?.isNumber ?? true { name = "_" + name }
        // `unknown(String)` keeps the values that the model does not list.
        return name == "unknown" ? "unknown_" : name
    }

    /// The name in a declaration, in backticks where it is a keyword.
    package static func declared(_ name: String) -> String { Self.keywords.contains(name) ? "`\(name)`" : name }

    private static let keywords: Set<String> = [
        "as", "associatedtype", "break", "case", "catch", "class", "continue", "default", "defer", "deinit", "do",
        "else", "enum",
        "extension", "fallthrough", "false", "fileprivate", "for", "func", "guard", "if", "import", "in", "init",
        "inout",
        "internal", "is", "let", "nil", "operator", "precedencegroup", "private", "protocol", "public", "repeat",
        "rethrows",
        "return", "self", "static", "struct", "subscript", "super", "switch", "throw", "throws", "true", "try",
        "typealias", "var",
        "where", "while",
    ]
}
