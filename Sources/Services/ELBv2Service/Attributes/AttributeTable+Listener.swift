extension AttributeTable {
    /// ModifyListenerAttributes, of HTTP listeners.
    static let listener = AttributeTable(
        resource: "Listener", kind: "listeners with the protocol HTTP",
        definitions: [.fixed("routing.http.response.server.enabled", .boolean, default: "true")]
            + Self.responseHeaders.map {
                .fixed("routing.http.response.\($0).header_value", .text, default: "")
            },
        foreignKeys: Set(
            ["tcp.idle_timeout.seconds"] + Self.requestHeaders.map { "routing.http.request.\($0).header_name" }))

    private static let responseHeaders = [
        "strict_transport_security", "access_control_allow_origin", "access_control_allow_methods",
        "access_control_allow_headers", "access_control_allow_credentials", "access_control_expose_headers",
        "access_control_max_age", "content_security_policy", "x_content_type_options", "x_frame_options",
    ]

    /// Only HTTPS listeners have these.
    private static let requestHeaders = [
        "x_amzn_mtls_clientcert_serial_number", "x_amzn_mtls_clientcert_issuer", "x_amzn_mtls_clientcert_subject",
        "x_amzn_mtls_clientcert_validity", "x_amzn_mtls_clientcert_leaf", "x_amzn_mtls_clientcert",
        "x_amzn_tls_version",
        "x_amzn_tls_cipher_suite",
    ]
}
