import Testing

@testable import LogsService

struct FilterPatternTests {
    @Test(arguments: [
        ("", "anything", true), (" ", "anything", true), (#""""#, "anything", true),
        ("ERROR", "an ERROR here", true), ("ERROR", "an error here", false), ("ERROR", "xERRORx", true),
        ("ERROR time", "time of ERROR", true), ("ERROR time", "ERROR", false),
        ("?ERROR ?WARN", "a WARN", true), ("?ERROR ?WARN", "an INFO", false),
        ("ERROR -exiting", "ERROR now", true), ("ERROR -exiting", "ERROR exiting", false), ("-x", "abc", true),
        ("-x", "axc", false),
        (#""exit code 1""#, "with exit code 1.", true), (#""exit code 1""#, "exit  code 1", false),
        (#""say \"hi\"""#, #"say "hi" now"#, true), ("ERROR ?x", "ERROR", true),
        ("?x -y", "neither", true), ("?x -y", "x and y", false),
        ("%ERR?%", "an ER", true), ("%ab{2,3}c%", "abbc", true), ("%ab{2,3}c%", "abc", false),
        ("%ab{2,3}c%", "abbbbc", false),
        ("%ab{2}c%", "abbc", true), ("%ab{2,}c%", "abbbbbc", true), ("%ab{,2}c%", "ac", true),
        ("%ab{, 2}c%", "abbbc", false),
        (#"%\x28\d\x29%"#, "f(1)", true), ("%^starting|^shutting down%", "now shutting down", false),
        ("%abcc|ab[^c]$%", "aba", true), (#"%\[.\]%"#, "x[7]", true), ("%[.]b%", "ab", false), ("%[a-]b%", "-b", true),
        ("%^a+b*$%", "aab", true), ("%^a+b*$%", "aabc", false),
        ("%[0-9]+ms%", "took 15ms", true), (#"%\d\d:\d\d%"#, "at 12:30", true), ("%[^a-c]%", "abc", false),
        ("%a|b%", "xbx", true), ("%x*x*x*x*y%", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", false),
    ])
    func terms(pattern: String, message: String, matches: Bool) throws {
        #expect(try FilterPattern(pattern).matches(message) == matches)
    }

    @Test(arguments: [
        (#"{ $.a = "x" }"#, #"{"a":"x"}"#, true), (#"{ $.a = "x*" }"#, #"{"a":"xyz"}"#, true),
        (#"{ $.a = x }"#, #"{"a":"x"}"#, true), (#"{ $.a != "x" }"#, #"{"a":"y"}"#, true),
        (#"{ $.a != "x" }"#, #"{"b":1}"#, false),
        ("{ $.n = 5 }", #"{"n":5}"#, true), ("{ $.n >= 5 }", #"{"n":4.5}"#, false),
        ("{ $.n < 1e3 }", #"{"n":999}"#, true),
        ("{ $.n != 5 }", #"{"n":6}"#, true), ("{ $.n > 5 }", #"{"n":"9"}"#, false),
        ("{ $.a.b[1] = 2 }", #"{"a":{"b":[1,2]}}"#, true), ("{ $.a.b[2] = 2 }", #"{"a":{"b":[1,2]}}"#, false),
        ("{ $.a = 1 }", #"{"a":[1]}"#, false), ("{ $.a IS NULL }", #"{"a":null}"#, true),
        ("{ $.a IS NULL }", "{}", false),
        ("{ $.a IS TRUE }", #"{"a":true}"#, true), ("{ $.a IS FALSE }", #"{"a":true}"#, false),
        ("{ $.a NOT EXISTS }", "{}", true), ("{ $.a NOT EXISTS }", #"{"a":null}"#, false),
        ("{ $.a = 1 && $.b = 2 || $.c = 3 }", #"{"c":3}"#, true),
        ("{ $.a = 1 && ($.b = 2 || $.c = 3) }", #"{"c":3}"#, false),
        ("{ ($.a = 1) && ($.b = 2) }", #"{"a":1,"b":2}"#, true), ("{ $.a = %^x+$% }", #"{"a":"xx"}"#, true),
        ("{ $.a = 1 }", "not json", false), ("{ $.a = 1 }", "[1]", false), (#"{ $["a"] = 1 }"#, #"{"a":1}"#, true),
        ("{ $.['a.b'] = c }", #"{"a.b":"c"}"#, true), ("{ $.a[*] = 2 }", #"{"a":[1,2]}"#, true),
        ("{ $.a[*] = 3 }", #"{"a":[1,2]}"#, false),
        (#"{ $.* = %1\.1[0-9]{1,2}% }"#, #"{"x":1,"ip":"1.100"}"#, true),
        ("{ $.a[*].b = 2 }", #"{"a":[{"b":1},{"b":2}]}"#, true),
        ("{ $.* NOT EXISTS }", "{}", true), ("{ $.*.id IS NULL }", #"{"a":{"id":1},"b":{"id":null}}"#, true),
        ("{ $.ip != 123.123.* }", #"{"ip":"111.111.1.1"}"#, true), ("{ $.code = 4* }", #"{"code":404}"#, true),
    ])
    func json(pattern: String, message: String, matches: Bool) throws {
        #expect(try FilterPattern(pattern).matches(message) == matches)
    }

    @Test(arguments: [
        ("[ip, user, status]", "1.2.3.4 bob 404", true), ("[ip, user]", "1.2.3.4", false),
        ("[w1=ERROR, w2]", "ERROR 09/25/2014 12:00:02 Failed", true), ("[w1=ERROR, w2]", "INFO all fine", false),
        ("[w1=ERROR || w1=WARNING, w2]", "WARNING it is late", true), ("[w1, w2=late]", "WARNING late again", false),
        (#"[timestamp=*Z, request_id="*-*", event]"#, "2026-11-21T08:00:00.000Z a-b START of it", true),
        ("[w1, w2=*again]", "WARNING late again", true),
        (
            #"[level, date, time, method, url=%/service/resource/[0-9]+$%, response_time]"#,
            "INFO 09/25/2014 12:00:00 GET /service/resource/67 1200", true
        ),
        ("[ip, ..., status = 4*]", #"1.2.3.4 - [10/Oct 13:55] "GET / HTTP/1.1" 404"#, true),
        (
            "[ip, user, time, request, status = 4*, bytes > 1000]",
            #"1.2.3.4 bob [10/Oct 13:55] "GET / HTTP/1.1" 404 1534"#, true
        ),
        (
            "[ip, user, time, request, status = 4*, bytes > 1000]",
            #"1.2.3.4 bob [10/Oct 13:55] "GET / HTTP/1.1" 404 99"#, false
        ),
        ("[a = 1 || a = 2, ...]", "2 x", true), ("[a = 1 || a = 2]", "3", false), ("[a >= 1 && a < 3]", "2", true),
        ("[..., last = z]", "a b z", true), ("[a, ...]", "", false), (#"[a != "x"]"#, "y", true), ("[...]", "", true),
    ])
    func fields(pattern: String, message: String, matches: Bool) throws {
        #expect(try FilterPattern(pattern).matches(message) == matches)
    }

    @Test(arguments: [
        "{ $.a = 1", "{ $.a }", "{ $.a EXISTS }", "{ a = 1 }", "{ $.a = }", "{ ($.a = 1 }", "[a, b", "[..., ...]",
        "[a = ]",
        #""open"#, "%open", "%(a%", "%(a)%", "%something!%", "%ü%", "%a{%", "%a{3,2}%", "%a{9999}%", "%a**%", "%\\x2%",
        "{ $.*.* = 1 }",
        "{ $.a = %a% || $.b = %b% || $.c = %c% }", "[a = %a%, b = %b%, c = %c%]",
        "{ $.a[*] = 1 || $.b[*] = 1 || $.c[*] = 1 || $.d[*] = 1 }", "%[b-a]%", "%*%", "{ $.a IS 5 }", "a(b)",
    ])
    func brokenPatternsAreRefused(pattern: String) {
        #expect(throws: FilterPatternError.self) { try FilterPattern(pattern) }
    }
}
