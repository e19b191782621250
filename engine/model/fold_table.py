#!/usr/bin/env python3
"""Writes fold_table.inc: how FoldName() takes characters apart.

Each line: {code point, case folded, compatibility decomposition of it}, for
letters below U+2200 and full-width forms that are not their own folding.
"""
import unicodedata


def fold(text):
    return unicodedata.normalize("NFKD", text.casefold()).casefold()


def escaped(text):
    return "".join("\\x%02X" % byte for byte in text.encode())


def main():
    points = list(range(0x80, 0x2200)) + list(range(0x3300, 0x3400))
    points += list(range(0xFB00, 0xFB07)) + list(range(0xFF01, 0xFFEF))
    with open(__file__.replace(".py", ".inc"), "w") as out:
        out.write("// Made by fold_table.py from Unicode %s. Do not edit.\n"
                  % unicodedata.unidata_version)
        for point in points:
            char = chr(point)
            if unicodedata.category(char) in ("Cn", "Cs", "Co"):
                continue
            lower = char.casefold()
            folded = fold(char)
            if lower == char and folded == char:
                continue
            out.write('{0x%04X, "%s", "%s"},\n'
                      % (point, escaped(lower), escaped(folded)))


if __name__ == "__main__":
    main()
