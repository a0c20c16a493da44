extension Timestamp {
    /// The calendar fields of a moment in UTC.
    package struct CalendarFields: Equatable, Sendable {
        package var year: Int
        package var month: Int
        package var day: Int
        package var hour: Int
        package var minute: Int
        package var second: Int
        package var millisecond: Int
    }

    package init(_ fields: CalendarFields) {
        let days = Self.daysSinceEpoch(year: fields.year, month: fields.month, day: fields.day)
        let seconds = ((days * 24 + fields.hour) * 60 + fields.minute) * 60 + fields.second
        self.init(milliseconds: Int64(seconds) * 1000 + Int64(fields.millisecond))
    }

    package var calendarFields: CalendarFields {
        let (days, inDay) = Int(self.milliseconds).flooredDivision(by: 86_400_000)
        // Civil calendar from a day count, in eras of 400 years that begin on 1 March.
        let shifted = days + 719_468
        let (era, dayOfEra) = shifted.flooredDivision(by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return CalendarFields(
            year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month: month,
            day: dayOfYear - (153 * shiftedMonth + 2) / 5 + 1, hour: inDay / 3_600_000, minute: inDay / 60_000 % 60,
            second: inDay / 1000 % 60, millisecond: inDay % 1000)
    }

    private static func daysSinceEpoch(year: Int, month: Int, day: Int) -> Int {
        let shiftedYear = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = shiftedYear.flooredDivision(by: 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// `2026-11-20T23:12:04.062Z`: the form of query, EC2 and S3 bodies.
    package var iso8601: String {
        let fields = self.calendarFields
        return Self.padded(fields.year, 4) + "-" + Self.padded(fields.month, 2) + "-" + Self.padded(fields.day, 2) + "T"
            + Self.padded(fields.hour, 2) + ":" + Self.padded(fields.minute, 2) + ":" + Self.padded(fields.second, 2)
            + "." + Self.padded(fields.millisecond, 3) + "Z"
    }

    /// `20261120T231204Z`: the form of `X-Amz-Date`.
    package var basicISO8601: String {
        let fields = self.calendarFields
        return Self.padded(fields.year, 4) + Self.padded(fields.month, 2) + Self.padded(fields.day, 2) + "T"
            + Self.padded(fields.hour, 2) + Self.padded(fields.minute, 2) + Self.padded(fields.second, 2) + "Z"
    }

    private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// `Fri, 20 Nov 2026 23:12:04 GMT`: the form of HTTP headers (RFC 9110, IMF-fixdate).
    package var httpDate: String {
        let fields = self.calendarFields
        let weekday = Self.weekdays[
            Int(self.milliseconds).flooredDivision(by: 86_400_000).quotient.flooredDivision(by: 7).remainder]
        return
            "\(weekday), \(Self.padded(fields.day, 2)) \(Self.months[fields.month - 1]) \(Self.padded(fields.year, 4)) "
            + Self.padded(fields.hour, 2) + ":" + Self.padded(fields.minute, 2) + ":" + Self.padded(fields.second, 2)
            + " GMT"
    }

    /// Reads the form of `httpDate`, for any weekday. `nil` for any other text.
    package init?(httpDate text: String) {
        let parts = text.split { $0 == " " || $0 == ":" || $0 == "," }
        guard parts.count == 8, parts[7] == "GMT" || parts[7] == "UTC",
            let month = Self.months.firstIndex(of: String(parts[2])),
            let day = Int(parts[1]), let year = Int(parts[3]), let hour = Int(parts[4]), let minute = Int(parts[5]),
            let second = Int(parts[6]), (1...31).contains(day), (1...9999).contains(year), (0..<24).contains(hour),
            (0..<60).contains(minute), (0..<61).contains(second)
        else { return nil }
        self.init(
            CalendarFields(
                year: year, month: month + 1, day: day, hour: hour, minute: minute, second: second, millisecond: 0))
    }

    /// Reads the extended and the basic form, with or without a fraction, in UTC (`Z`) or with an offset (`+02:00`).
    package init?(iso8601 text: String) {
        if let basic = Self.fields(basic: text.utf8) {
            self.init(basic)
            return
        }
        var digits: [Int] = []
        var rest = Substring(text)
        func number(_ length: Int) -> Int? {
            guard rest.count >= length, let value = Int(rest.prefix(length)), value >= 0 else { return nil }
            rest = rest.dropFirst(length)
            return value
        }
        func skip(_ character: Character) { if rest.first == character { rest = rest.dropFirst() } }
        for (length, separator) in [(4, Character("-")), (2, "-"), (2, "T"), (2, ":"), (2, ":"), (2, ".")] {
            guard let value = number(length) else { return nil }
            digits.append(value)
            // The fraction's point is left for below: it may be absent.
            if separator != "." { skip(separator) }
        }
        guard (1...12).contains(digits[1]), (1...31).contains(digits[2]), digits[3] < 24, digits[4] < 60, digits[5] < 61
        else {
            return nil
        }
        var millisecond = 0
        if rest.first == "." {
            let fraction = rest.dropFirst().prefix { $0.isASCII && $0.isNumber }
            guard !fraction.isEmpty else { return nil }
            rest = rest.dropFirst(1 + fraction.count)
            millisecond = Int((String(fraction) + "000").prefix(3)) ?? 0
        }
        var offsetMinutes = 0
        switch rest.first {
        case "Z", nil:
            rest = rest.dropFirst()
        case let sign? where sign == "+" || sign == "-":
            rest = rest.dropFirst()
            guard let hours = number(2) else { return nil }
            skip(":")
            guard let minutes = number(2) else { return nil }
            offsetMinutes = (hours * 60 + minutes) * (sign == "-" ? -1 : 1)
        default:
            return nil
        }
        guard rest.isEmpty else { return nil }
        let local = Timestamp(
            CalendarFields(
                year: digits[0], month: digits[1], day: digits[2], hour: digits[3], minute: digits[4],
                second: digits[5],
                millisecond: millisecond))
        self = local - .seconds(offsetMinutes * 60)
    }

    /// The very form of `X-Amz-Date`, which every request carries. `nil` for any other.
    private static func fields(basic text: String.UTF8View) -> CalendarFields? {
        guard text.count == 16 else { return nil }
        var digits: [Int] = []
        digits.reserveCapacity(14)
        for (index, byte) in text.enumerated() {
            switch (index, byte) {
            case (8, UInt8(ascii: "T")), (15, UInt8(ascii: "Z")): continue
            case (8, _), (15, _): return nil
            case (_, UInt8(ascii: "0")...UInt8(ascii: "9")): digits.append(Int(byte - UInt8(ascii: "0")))
            default: return nil
            }
        }
        func number(_ range: Range<Int>) -> Int { digits[range].reduce(0) { $0 * 10 + $1 } }
        let fields = CalendarFields(
            year: number(0..<4), month: number(4..<6), day: number(6..<8), hour: number(8..<10),
            minute: number(10..<12),
            second: number(12..<14), millisecond: 0)
        guard (1...12).contains(fields.month), (1...31).contains(fields.day), fields.hour < 24, fields.minute < 60,
            fields.second < 61
        else { return nil }
        return fields
    }

    private static func padded(_ value: Int, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

extension Int {
    /// Division that rounds towards negative infinity, so that the remainder is never negative.
    fileprivate func flooredDivision(by divisor: Int) -> (quotient: Int, remainder: Int) {
        let (quotient, remainder) = self.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
