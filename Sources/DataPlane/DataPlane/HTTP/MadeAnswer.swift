internal import Glibc
internal import TrafficRouting

/// An answer that the load balancer makes itself.
struct MadeAnswer {
    let status: Int
    var contentType: String? = "text/html"
    var location: String?
    var body: String

    /// An error or redirect with the small HTML page that it carries.
    init(status: Int, location: String? = nil) {
        let title = "\(status) \(Self.reason(status))"
        self.status = status
        self.location = location
        self.body =
            "<html>\r\n<head><title>\(title)</title></head>\r\n<body>\r\n<center><h1>\(title)</h1></center>\r\n"
            + "</body>\r\n</html>\r\n"
    }

    init(_ response: FixedResponseAction) {
        self.status = response.status
        self.contentType = response.contentType ?? (response.body.isEmpty ? nil : "text/plain")
        self.body = response.body
    }

    func write(to output: Buffer, date: [UInt8], isHead: Bool, closes: Bool, isHTTP10: Bool) {
        output.append("HTTP/1.1 \(self.status) \(Self.reason(self.status))\r\nServer: awselb/2.0\r\nDate: ")
        output.append(date)
        if let contentType { output.append("\r\nContent-Type: \(contentType)") }
        output.append("\r\nContent-Length: \(self.body.utf8.count)\r\n")
        if let location { output.append("Location: \(location)\r\n") }
        if closes {
            output.append("Connection: close\r\n\r\n")
        } else {
            output.append(isHTTP10 ? "Connection: keep-alive\r\n\r\n" : "\r\n")
        }
        if !isHead { output.append(self.body) }
    }

    static func reason(_ status: Int) -> String {
        switch status {
        case 200: "OK"
        case 201: "Created"
        case 202: "Accepted"
        case 204: "No Content"
        case 301: "Moved Permanently"
        case 302: "Found"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Not Allowed"
        case 408: "Request Time-out"
        case 410: "Gone"
        case 413: "Request Entity Too Large"
        case 414: "Request-URI Too Large"
        case 429: "Too Many Requests"
        case 463: "X-Forwarded-For Header Too Long"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 502: "Bad Gateway"
        case 503: "Service Temporarily Unavailable"
        case 504: "Gateway Time-out"
        case 505: "HTTP Version Not Supported"
        default: "Status"
        }
    }

    /// An RFC 9110 date.
    static func date(epochSeconds: Int64) -> [UInt8] {
        var time = time_t(epochSeconds)
        var parts = tm()
        gmtime_r(&time, &parts)
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let day =
            "\(days[Int(parts.tm_wday)]), \(two(parts.tm_mday)) \(months[Int(parts.tm_mon)]) \(parts.tm_year + 1900)"
        return Array("\(day) \(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec)) GMT".utf8)
    }
}
