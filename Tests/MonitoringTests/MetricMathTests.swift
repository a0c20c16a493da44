internal import Model
internal import Monitoring
internal import Testing

struct MetricMathTests {
    /// Five minutes; `nil` where there is no point.
    private static let data: [(id: String, values: [Double?])] = [
        ("m5xx", [nil, 1, nil, 5, nil]), ("m_req", [10, 10, 10, 10, nil]), ("zero", [0, 0, 0, 0, 0]),
        ("up", [1, 2, 4, 8, 16]), ("gap", [2, nil, nil, 8, nil]), ("empty", [nil, nil, nil, nil, nil]),
    ]

    private static func value(_ text: String) throws -> MathValue {
        let queries = self.data.map { id, values in
            MathQuery(
                id: id, label: id,
                source: .metric(
                    MetricSeries(
                        points: values.enumerated().compactMap { index, value in
                            value.map { MetricSeries.Point(time: Timestamp(seconds: Double(index * 60)), value: $0) }
                        }, period: .seconds(60))))
        }
        let expression = MathQuery(id: "e", label: "e", source: .expression(try MathExpression(parsing: text)))
        var evaluation = MathEvaluation(
            queries: queries + [expression], start: .epoch, end: Timestamp(seconds: 300))
        return try evaluation.value(of: expression)
    }

    /// The five minutes of a series; `nil` where it has no point.
    private static func minutes(_ value: MathValue) throws -> [Double?] {
        guard case .series(let series) = value else {
            Issue.record("it is \(value)")
            return []
        }
        return (0..<5).map { minute in
            series.series.points.first { $0.time == Timestamp(seconds: Double(minute * 60)) }?.value
        }
    }

    @Test(
        arguments: [
            ("m5xx", [nil, 1, nil, 5, nil]), ("100*m5xx/m_req", [nil, 10, nil, 50, nil]),
            ("100*FILL(m5xx,0)/m_req", [0, 10, 0, 50, nil]), ("IF(m_req>10, m5xx/m_req*100, 0)", [0, 0, 0, 0, nil]),
            ("IF(m5xx>2, m_req)", [nil, nil, nil, 10, nil]), ("IF(1, up, m5xx)", [1, 2, 4, 8, 16]),
            ("m_req/zero", [nil, nil, nil, nil, nil]), ("zero/zero", [nil, nil, nil, nil, nil]),
            ("up+1", [2, 3, 5, 9, 17]), ("1-up", [0, -1, -3, -7, -15]), ("-up^2", [-1, -4, -16, -64, -256]),
            ("2^3^2*zero+up", [1, 2, 4, 8, 16]), ("up*2+1 > 8 AND up < 10", [0, 0, 1, 1, 0]),
            ("up == 4 || up == 8", [0, 0, 1, 1, 0]), ("up != 4 && up >= 2", [0, 1, 0, 1, 1]),
            ("FILL(gap, LINEAR)", [2, 4, 6, 8, nil]), ("FILL(gap, REPEAT)", [2, 2, 2, 8, 8]),
            ("FILL(gap, up)", [2, 2, 4, 8, 16]), ("FILL(empty, 7)", [7, 7, 7, 7, 7]),
            ("SUM([m_req, up])", [11, 12, 14, 18, 16]), ("AVG([gap, up])", [1.5, 2, 4, 8, 16]),
            ("MAX([gap, up])", [2, 2, 4, 8, 16]), ("MIN([gap, up])", [1, 2, 4, 8, 16]),
            ("SUM(METRICS(\"m_\"))", [10, 10, 10, 10, nil]), ("up / SUM(up) * 31", [1, 2, 4, 8, 16]),
            ("up - AVG(up)", [-5.2, -4.2, -2.2, 1.8, 9.8]), ("DIFF(up)", [nil, 1, 2, 4, 8]),
            ("RATE(up)*60", [nil, 1, 2, 4, 8]), ("DIFF_TIME(gap)", [nil, nil, nil, 180, nil]),
            ("RUNNING_SUM(up)", [1, 3, 7, 15, 31]), ("TIME_SERIES(3)", [3, 3, 3, 3, 3]),
            ("up/PERIOD(up)*60", [1, 2, 4, 8, 16]), ("zero+DATAPOINT_COUNT(gap)", [2, 2, 2, 2, 2]),
            ("ABS(1-up)", [0, 1, 3, 7, 15]), ("CEIL(up/3)", [1, 1, 2, 3, 6]), ("FLOOR(up/3)", [0, 0, 1, 2, 5]),
            ("LOG10(up*0+100)", [2, 2, 2, 2, 2]), ("LOG(up*0+1)", [0, 0, 0, 0, 0]),
            ("LOG(zero)", [nil, nil, nil, nil, nil]),
            ("MINUTE(up)", [0, 1, 2, 3, 4]), ("EPOCH(up)", [0, 60, 120, 180, 240]), ("DAY(up)", [4, 4, 4, 4, 4]),
            ("YEAR(up)", [1970, 1970, 1970, 1970, 1970]), ("FIRST([up, gap])", [1, 2, 4, 8, 16]),
            ("LAST([up, gap])", [2, nil, nil, 8, nil]), ("FIRST(SORT([gap, up], SUM, DESC))", [1, 2, 4, 8, 16]),
            ("FIRST(SLICE([gap, up, zero], 1))", [1, 2, 4, 8, 16]),
            ("FIRST(REMOVE_EMPTY([empty, up]))", [1, 2, 4, 8, 16]),
            ("SUM(FILL(METRICS(\"gap\"), 0))", [2, 0, 0, 8, 0]), ("zero + METRIC_COUNT(METRICS())", [6, 6, 6, 6, 6]),
            ("STDDEV([up, up])", [0, 0, 0, 0, 0]), ("1.5e1 + .5 + zero", [15.5, 15.5, 15.5, 15.5, 15.5]),
        ] as [(String, [Double?])])
    func isComputed(text: String, expected: [Double?]) throws {
        let values = try Self.minutes(try Self.value(text))
        #expect(values.count == expected.count)
        for (value, wanted) in zip(values, expected) {
            switch (value, wanted) {
            case (let value?, let wanted?): #expect(abs(value - wanted) < 1e-9, "\(text): \(values)")
            case (nil, nil): break
            case (.some, nil), (nil, .some): Issue.record("\(text): \(values)")
            }
        }
    }

    @Test func arraysStayArrays() throws {
        guard case .array(let array) = try Self.value("[up, gap] * 2") else {
            Issue.record("no array")
            return
        }
        #expect(array.map(\.label) == ["up", "gap"])
        #expect(array[1].series.points.map(\.value) == [4, 16])
    }

    @Test(
        arguments: [
            ("", "Unexpected end of the expression"), ("1 +", "Unexpected end of the expression"),
            ("(1", "Unexpected end of the expression"),
            ("1 2", "Unexpected number 2.0"), ("up gap", "Unexpected name 'gap'"), ("up )", "Unexpected ')'"),
            ("nothing", "Undefined variable 'nothing'"), ("e + 1", "'e' refers to itself"),
            ("SEARCH('x', 'Sum', 60)", "Function 'SEARCH' is not supported"),
            ("ANOMALY_DETECTION_BAND(up, 2)", "Function 'ANOMALY_DETECTION_BAND' is not supported"),
            ("SUM(1)", "Function 'SUM' does not take a number"), ("SUM()", "Function 'SUM' does not take 0 arguments"),
            ("[up] + [gap]", "Unsupported operand types for +: array and array"),
            ("[1]", "An array holds time series, no numbers"),
            ("up $ 1", "Unexpected character '$' at position 4"),
            ("METRICS(up)", "METRICS takes a text in quotation marks"),
            ("1..2", "1..2 is no number"), ("\"up", "Unfinished text up"),
            ("up = 1", "Unexpected character '=' at position 4"),
        ])
    func refusesNamingWhatIsWrong(text: String, reason: String) {
        #expect {
            _ = try Self.value(text)
        } throws: {
            "\($0)" == reason
        }
    }

    @Test func boundsNesting() {
        for text in [
            String(repeating: "(", count: 3000), String(repeating: "ABS(", count: 2000),
            String(repeating: "2^", count: 2000) + "2",
        ] {
            #expect(throws: MathError.self) { try MathExpression(parsing: text) }
        }
    }
}
