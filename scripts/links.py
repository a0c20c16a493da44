"""Checks that every relative link in the project's Markdown files leads to a file, and every #anchor to a heading."""

import pathlib
import re
import subprocess
import sys

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def anchors(text: str) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def main() -> int:
    files = subprocess.run(["git", "ls-files", "*.md"], capture_output=True, text=True, check=True).stdout.split()
    broken = 0
    for name in files:
        path = pathlib.Path(name)
        for target in LINK.findall(path.read_text()):
            if "://" in target or target.startswith("mailto:"):
                continue
            file, _, anchor = target.partition("#")
            destination = (path.parent / file) if file else path
            if not destination.exists():
                print(f"{name}: {target}: no such file")
                broken += 1
            elif anchor and destination.suffix == ".md" and anchor not in anchors(destination.read_text()):
                print(f"{name}: {target}: no such heading")
                broken += 1
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
