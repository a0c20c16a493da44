package enum TealVersion {
    package static let current = "0.1.0"
}
