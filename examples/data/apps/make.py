#!/usr/bin/env python3
"""Writes the made-up figures of six apps into this folder: users.csv,
revenue.csv and requests.csv. The same figures each time."""

import datetime
import math

FIRST = datetime.date(2023, 11, 1)
LAST = datetime.date(2025, 6, 15)
# app: daily users at the first day, growth a year, share of the web, shape of
# the week from Monday on, first and last day.
APPS = {
    "Alpha": (620_000, 0.30, 0.35, "work", None, None),
    "Beta": (410_000, 0.12, 0.10, "leisure", None, None),
    "Gamma": (9_000, 6.00, 0.20, "leisure", "2024-09-10", None),
    "Delta": (180_000, -0.20, 0.60, "work", None, None),
    "Eta": (95_000, -0.55, 0.25, "leisure", None, "2025-02-28"),
    "Theta": (2_000, 40.0, 0.05, "leisure", "2025-01-07", None),
}
WEEK = {
    "work": (1.08, 1.10, 1.09, 1.07, 1.00, 0.80, 0.82),
    "leisure": (0.93, 0.92, 0.94, 0.97, 1.03, 1.12, 1.09),
}
CENTS = {"Alpha": 9, "Beta": 14, "Gamma": 4, "Delta": 21, "Eta": 6, "Theta": 2}
SALES = {datetime.date(2023, 11, 24), datetime.date(2024, 11, 29)}
MISSING = {("Beta", "web", "2025-03-09"), ("Delta", "app", "2024-08-18")}
LATE = {("Beta", "web"): datetime.date(2025, 6, 13)}  # the last day that is in


class Noise:
    """Knuth's linear congruential generator, MMIX."""

    def __init__(self):
        self.state = 20250615

    def next(self, width):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return 1 + width * ((self.state >> 33) / 2**31 * 2 - 1)


def users(app, platform, day, noise):
    start, growth, web, shape, first, last = APPS[app]
    begun = datetime.date.fromisoformat(first) if first else FIRST
    wiggle = noise.next(0.03)
    if day < begun or (last and day > datetime.date.fromisoformat(last)):
        return ""
    if (app, platform, day.isoformat()) in MISSING:
        return ""
    if day > LATE.get((app, platform), LAST):
        return ""
    years = (day - begun).days / 365.25
    level = start * math.exp(math.log(1 + growth) * years)
    if app == "Alpha" and day >= datetime.date(2025, 4, 8):  # a release
        level *= 1.17
    part = web if platform == "web" else 1 - web
    return round(level * part * WEEK[shape][day.weekday()] * wiggle)


def main():
    noise = Noise()
    days = [FIRST + datetime.timedelta(n) for n in range((LAST - FIRST).days + 1)]
    with open("users.csv", "w") as people, open("revenue.csv", "w") as money:
        for file in (people, money):
            print("day", "platform", *APPS, sep=",", file=file)
        for day in days:
            for platform in ("app", "web"):
                row = [users(app, platform, day, noise) for app in APPS]
                print(day, platform, *row, sep=",", file=people)
                sale = 2.6 if day in SALES else 1
                cents = [
                    round(n * CENTS[app] * sale * noise.next(0.1) / 100) if n != "" else ""
                    for app, n in zip(APPS, row)
                ]
                print(day, platform, *cents, sep=",", file=money)
    with open("requests.csv", "w") as file:
        print("hour,requests", file=file)
        for hour in range(5 * 7 * 24):
            at = datetime.datetime(2025, 5, 12) + datetime.timedelta(hours=hour)
            of_day = 1.2 + math.sin((at.hour - 8) / 24 * 2 * math.pi)
            week = WEEK["work"][at.weekday()]
            print(f"{at:%Y-%m-%dT%H}", round(4000 * of_day * week * noise.next(0.05)), sep=",", file=file)


if __name__ == "__main__":
    main()
