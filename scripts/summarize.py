"""Adds up the JUnit reports of a folder: lists what failed and what was skipped with its reason, then one closing line."""

import pathlib
import sys
import xml.etree.ElementTree as ElementTree


def main(folder: str) -> int:
    reports = sorted(pathlib.Path(folder).glob("*.xml"))
    if not reports:
        print("no test reported anything")
        print("0 passed, 1 failed")
        return 1
    passed = failed = 0
    skipped: list[str] = []
    for report in reports:
        for case in ElementTree.parse(report).iter("testcase"):
            name = f"{case.get('classname', '')}.{case.get('name', '')}"
            skip = case.find("skipped")
            if case.find("failure") is not None or case.find("error") is not None:
                failed += 1
                print(f"failed: {name}")
            elif skip is not None:
                skipped.append(f"skipped: {name}: {skip.get('message') or 'no reason given'}")
            else:
                passed += 1
    for line in skipped:
        print(line)
    print(f"{passed} passed, {failed} failed, {len(skipped)} skipped")
    return 1 if failed or passed == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
