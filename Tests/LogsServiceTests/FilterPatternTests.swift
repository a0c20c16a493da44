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
        ("%ERR(OR)?%", "an ERR", true), ("%^a+b*$%", "aab", true), ("%^a+b*$%", "aabc", false),
        ("%[0-9]+ms%", "took 15ms", true), (#"%\d\d:\d\d%"#, "at 12:30", true), ("%[^a-c]%", "abc", false),
        ("%a|b%", "xbx", true), ("%(x+x+)+y%", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", false),
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
    ])
    func json(pattern: String, message: String, matches: Bool) throws {
        #expect(try FilterPattern(pattern).matches(message) == matches)
    }

    @Test(arguments: [
        ("[ip, user, status]", "1.2.3.4 bob 404", true), ("[ip, user]", "1.2.3.4 bob 404", false),
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
        #""open"#, "%open", "%(a%", "%[b-a]%", "%*%", "{ $.a IS 5 }", "a(b)",
    ])
    func brokenPatternsAreRefused(pattern: String) {
        #expect(throws: FilterPatternError.self) { try FilterPattern(pattern) }
    }
}
