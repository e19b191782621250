#!/usr/bin/env python3
"""Prints display_width_table.inc from the Unicode facts that Python carries.

Wide: East_Asian_Width W or F, and the blocks that UAX #11 makes wide before
they are filled. None: general categories Mn, Me, Cc and Cf but the soft
hyphen, and the vowels and finals of Hangul that join the syllable before them.
A gap of unassigned characters between two ranges of a kind is closed.

    python3 display_width_table.py > display_width_table.inc
"""

import unicodedata

WIDE_BLOCKS = [(0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF),
               (0x20000, 0x2FFFD), (0x30000, 0x3FFFD)]
JOINING_JAMO = [(0x1160, 0x11FF), (0xD7B0, 0xD7FF)]


def within(code, ranges):
    return any(first <= code <= last for first, last in ranges)


def kind(code):
    """'wide', 'none', 'one', or 'open' for an unassigned character."""
    char = chr(code)
    if within(code, WIDE_BLOCKS):
        return 'wide'
    if within(code, JOINING_JAMO):
        return 'none'
    category = unicodedata.category(char)
    if category in ('Mn', 'Me', 'Cc', 'Cf') and code != 0xAD:
        return 'none'
    if category == 'Cn':
        return 'open'
    return 'wide' if unicodedata.east_asian_width(char) in 'WF' else 'one'


def ranges_of(wanted):
    ranges, open_end = [], None
    for code in range(0x110000):
        found = kind(code)
        if found == wanted:
            if open_end is None:
                ranges.append([code, code])
            ranges[-1][1] = code
            open_end = code
        elif found != 'open':
            open_end = None
    return ranges


def show(name, ranges):
    print(f'constexpr CodeRange {name}[] = {{')
    for first, last in ranges:
        print(f'    {{0x{first:04x}, 0x{last:04x}}},')
    print('};')


print('// Made by display_width_table.py from the Unicode Character Database,')
print(f'// version {unicodedata.unidata_version}. Do not edit.')
show('kWide', ranges_of('wide'))
show('kNone', ranges_of('none'))
