"""The Python module, over libfootfall.so. What numpy, pandas and pyarrow get is
tested where they are installed; the first lines of the output say where."""

import datetime
import gc
import importlib.util
import sys
import tempfile
import threading
import unittest

import footfall

DEFINE = ("DEFINE METRIC dau INTEGER EVERY day OVER TIME OVERLAPS BY app OVERLAPS,"
          " platform OVERLAPS;"
          "DEFINE METRIC price DECIMAL EVERY minute OVER TIME LEVEL "
          "IN ZONE 'Asia/Shanghai'")


def has(package):
    return importlib.util.find_spec(package) is not None


def database_with_data():
    database = footfall.open(":memory:")
    database.execute(DEFINE)
    database.write("dau", {
        "time": ["2025-02-01", "2025-02-02", "2025-02-02"],
        "app": ["A", "A", "B"],
        "platform": ["web", "web", None],
        "value": [5, 7, 9]})
    return database


class FootfallTest(unittest.TestCase):

    def setUp(self):
        self.database = database_with_data()

    def fails(self, code, refusal, words, call, *arguments, **named):
        with self.assertRaises(footfall.Error) as raised:
            call(*arguments, **named)
        self.assertEqual((raised.exception.code, raised.exception.refusal),
                         (code, refusal))
        self.assertIn(words, str(raised.exception))

    def test_a_question_gives_columns(self):
        answer = self.database.ask(
            "SELECT dau, avg(dau) AS a DURING 2025-02-01..2025-02-02 EVERY day "
            "FILL null BY app")
        self.assertEqual(len(answer), 4)
        self.assertEqual(answer.names[:3], ["app", "time", "dau"])
        self.assertEqual(answer["time"], ["2025-02-01", "2025-02-02"] * 2)
        self.assertEqual(answer["app"], ["A", "A", "B", "B"])
        self.assertEqual(answer["dau"], [5, 7, None, 9])
        self.assertEqual(answer["a"], [5.0, 7.0, None, 9.0])
        self.assertEqual(answer["partial"], [False] * 4)
        self.assertEqual(answer.column("dau").role, "value")
        self.assertEqual(answer.column("dau").kinds,
                         ["exact", "exact", "none", "exact"])
        self.assertEqual(answer.column("dau").low[1], 7.0)
        self.assertIsNone(answer.column("app").kinds)
        self.assertFalse(answer.column("dau").ratio)
        shares = self.database.ask("SELECT share(dau) AS s BY app")
        self.assertTrue(shares.column("s").ratio)
        self.assertEqual([row[2] for row in answer], [5, 7, None, 9])
        self.assertTrue(answer.csv().startswith("app,time,dau"))
        self.assertTrue(answer.json().startswith("["))
        self.assertIn("2025-02-01", str(answer))
        with self.assertRaisesRegex(KeyError, "the columns are app, time"):
            answer["dua"]

    def test_parameters(self):
        ask = self.database.ask
        text = "SELECT dau WHERE app = $app DURING $days"
        for days in (datetime.date(2025, 2, 2), footfall.Date("2025-02-02"),
                     ("2025-02-02", None),
                     (datetime.date(2025, 2, 2), "2025-02-03")):
            self.assertEqual(ask(text, app="A", days=days)["dau"], [7], days)
        question = self.database.prepare(
            "SELECT dau BY app HAVING dau > $least")
        self.assertEqual(question.ask(least=6)["dau"], [7, 9])
        self.assertEqual(question.ask(least=8.5)["dau"], [9])
        self.assertEqual(question.ask()["dau"], [9])
        self.fails("INVALID_ARGUMENT", "NoParameter", "$app", ask, text)
        self.fails("INVALID_ARGUMENT", "", "$days", ask, text, app="A",
                   days=footfall.Date("soon"))

    def test_errors(self):
        self.fails("NOT_FOUND", "UnknownMetric", "dau", self.database.ask,
                   "SELECT dua")
        self.fails("NOT_FOUND", "", "none", footfall.open, "none", create=False)
        self.database.close()
        self.database.close()
        self.fails("FAILED_PRECONDITION", "", "closed", self.database.ask,
                   "SELECT dau")

    def test_a_context_closes(self):
        with tempfile.TemporaryDirectory() as folder:
            with footfall.open(folder + "/usage.db") as database:
                database.execute(DEFINE)
                self.assertEqual(
                    database.write("dau", {"time": ["2025-02-01"], "value": [1]},
                                   sync=False), 1)
                with footfall.open(folder + "/usage.db",
                                   read_only=True) as reader:
                    reader.refresh()
                    self.assertEqual(reader.ask("SELECT dau")["dau"], [1])
            with footfall.open(folder + "/usage.db", create=False) as database:
                self.assertEqual(database.ask("SELECT dau")["dau"], [1])

    def test_scripts(self):
        answers = self.database.execute("SELECT dau; SHOW METRICS")
        gc.collect()
        self.assertEqual([len(answer) for answer in answers], [2, 2])
        self.assertEqual(answers[1]["metric"], ["dau", "price"])
        notes = self.database.ask("SELECT dau DURING 2026").notes
        self.assertEqual(len(notes), 1)

    def test_blocks(self):
        question = self.database.prepare("SELECT dau BY app")
        blocks = []
        question.blocks(2, blocks.append)
        self.assertEqual([value for block in blocks for value in block["dau"]],
                         [5, 7, 9])
        self.assertLessEqual(max(len(block) for block in blocks), 2)

        def refuse(block):
            raise RuntimeError("enough")
        with self.assertRaisesRegex(RuntimeError, "enough"):
            question.blocks(2, refuse)

    def test_limits(self):
        question = self.database.prepare("SELECT dau BY app")
        question.limit(rows=1)
        self.fails("RESOURCE_EXHAUSTED", "RowLimit", "", question.ask)
        question.limit(rows=100, threads=2, timeout_s=0)
        self.fails("DEADLINE_EXCEEDED", "", "", question.ask)
        question.limit(timeout_s=600)
        question.cancel()
        self.fails("CANCELLED", "", "", question.ask)
        self.assertEqual(len(question.ask()), 3)
        absent = self.database.prepare("SELECT dau WHERE app = $app")
        self.fails("NOT_FOUND", "UnknownMember", "", absent.ask, app="Z")
        absent.limit(unknown_members=True)
        self.assertEqual(absent.ask()["dau"], [])
        last = self.database.prepare("SELECT dau DURING LAST 1 day")
        last.limit(now=datetime.datetime(2025, 2, 2, 12,
                                         tzinfo=datetime.timezone.utc))
        self.assertEqual(len(last.ask()), 1)

    def test_writing(self):
        utc = datetime.timezone.utc
        self.assertEqual(self.database.write("price", {
            "time": [datetime.datetime(2025, 2, 1, 0, 0, 59, tzinfo=utc),
                     datetime.datetime(1969, 12, 31, 23, 59, 59, 5, tzinfo=utc),
                     datetime.datetime(2025, 2, 1, tzinfo=utc)],
            "value": [0.5, 2, None]}), 2)
        self.assertEqual(self.database.ask("SELECT price")["time"],
                         ["1970-01-01T07:59:00+08:00", "2025-02-01T08:00:00+08:00"])
        self.assertEqual(self.database.write("price", {
            "time": [datetime.datetime(2025, 2, 1, 8, 1)],
            "value": [float("nan")]}), 0)
        self.assertEqual(self.database.write("dau", {
            "time": [datetime.date(2025, 3, 1)], "value": [1],
            "platform": ["app"]}), 1)
        self.assertEqual(self.database.ask(
            "SELECT dau DURING 2025-03 BY app, platform")["platform"], ["app"])
        write = self.database.write
        self.fails("NOT_FOUND", "UnknownMetric", "dau", write, "dua",
                   {"time": ["2025-02-01"], "value": [1]})
        self.fails("INVALID_ARGUMENT", "", "app, platform", write, "dau",
                   {"time": ["2025-02-01"], "value": [1], "apps": ["x"]})
        self.fails("INVALID_ARGUMENT", "", "INTEGER", write, "dau",
                   {"time": ["2025-02-01"], "value": [0.5]})
        for wrong, words in (({"time": []}, "value is missing"),
                             ({"time": ["2025-02-01"], "value": []}, "length"),
                             ({"time": ["soon"], "value": [1]}, "soon")):
            with self.assertRaisesRegex(ValueError, words):
                write("dau", wrong)

    def test_what_does_not_fit_is_refused(self):
        write, ask = self.database.write, self.database.ask
        for wrong, error, words in (
                # ctypes would keep the low 64 bits.
                ({"value": [2**70]}, OverflowError, "column value: 118"),
                ({"value": [2**63]}, OverflowError, "64 bits"),
                ({"app": [3]}, TypeError, "column app: .* found 3"),
                ({"time": [20000]}, TypeError, "column time: .* found 20000")):
            with self.assertRaisesRegex(error, words):
                write("dau", {"time": ["2025-03-01"], "value": [1], **wrong})
        for wrong, error in ((2**70, OverflowError), (-2**63 - 1, OverflowError),
                             ([1], TypeError), (None, TypeError),
                             (b"5", TypeError), ((1, 2, 3), TypeError)):
            with self.assertRaisesRegex(error, r"\$n"):
                ask("SELECT count(dau > $n) AS n", n=wrong)
        self.assertEqual(write("dau", {"time": ["2025-03-01"],
                                       "value": [2**63 - 1]}), 1)
        with self.assertRaises(OverflowError):
            self.database.prepare("SELECT dau").limit(rows=2**64)

    def test_times_that_answers_have_are_written_back(self):
        for period, time in (("week", "2025-W06"), ("month", "2025-02"),
                             ("quarter", "2025-Q3"), ("year", "2025"),
                             ("hour", "2025-02-08T03:00:00Z")):
            self.database.execute(f"DEFINE METRIC per_{period} INTEGER EVERY "
                                  f"{period} OVER TIME ADDS")
            self.database.write(f"per_{period}", {"time": [time], "value": [1]})
            answer = self.database.ask(f"SELECT per_{period}")
            self.assertEqual(answer["time"], [time])
        # A range between two datetimes, as between dates.
        self.assertEqual(self.database.ask(
            "SELECT sum(per_hour) AS n DURING $r",
            r=(datetime.datetime(2025, 2, 8, 3), None))["n"], [1])

    def test_a_member_that_is_nan_is_not_split(self):
        # As frames of pandas have it, whole numbers as doubles, too.
        self.database.write("dau", {"time": ["2025-03-01", "2025-03-02"],
                                    "value": [1.0, float("nan")],
                                    "app": [float("nan"), "A"]})
        answer = self.database.ask("SELECT dau DURING 2025-03 BY app")
        self.assertEqual((answer["app"], answer["dau"]), ([""], [1]))

    def test_an_answer_is_an_arrow_table(self):
        """By its capsules alone; pyarrow reads the same."""
        answer = self.database.ask("SELECT dau AS value BY app")
        answer.__arrow_c_array__()  # nobody takes it
        self.fails("INVALID_ARGUMENT", "", "value_kind", self.database.write,
                   "dau", answer)
        gc.collect()

    def test_threads(self):
        found = []

        def ask():
            for _ in range(20):
                found.append(self.database.ask("SELECT dau WHERE app = $app",
                                               app="A")["dau"])
        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(found, [[5, 7]] * 80)

    @unittest.skipUnless(has("numpy"), "numpy is not installed")
    def test_numpy(self):
        import numpy
        self.database.write("dau", {
            "time": numpy.array(["2025-03-05"], dtype="datetime64[D]"),
            "app": numpy.array(["C"]), "value": numpy.array([3], dtype="uint8")})
        self.assertEqual(self.database.ask(
            "SELECT count(dau >= $n) AS n WHERE app = 'C'",
            n=numpy.int64(3))["n"], [1])
        self.database.execute("DELETE dau WHERE app = 'C' DURING 2025-03-05")
        answer = self.database.ask(
            "SELECT dau, avg(dau) AS a DURING 2025-02-01..2025-02-02 EVERY day "
            "FILL null BY app")
        self.assertEqual(answer.numpy("time")[1], numpy.datetime64("2025-02-02"))
        self.assertEqual(list(answer.numpy("app")), ["A", "A", "B", "B"])
        dau = answer.numpy("dau")
        self.assertTrue(numpy.isnan(dau[2]) and dau[3] == 9.0)
        self.assertEqual(answer.numpy("dau_present").dtype, numpy.int64)
        self.assertEqual(answer.numpy("partial").dtype, bool)
        whole = self.database.ask("SELECT dau WHERE app = 'A'").numpy("dau")
        gc.collect()  # the answer lives as long as its array
        self.assertEqual(list(whole), [5, 7])
        self.assertFalse(whole.flags.writeable)
        empty = self.database.ask("SELECT dau DURING 2026")
        self.assertEqual(len(empty.numpy("dau")), 0)

    @unittest.skipUnless(has("pandas"), "pandas is not installed")
    def test_pandas(self):
        import pandas
        frame = self.database.ask(
            "SELECT dau DURING 2025-02-01..2025-02-02 EVERY day "
            "FILL null BY app").pandas()
        self.assertEqual(list(frame["time"])[1], pandas.Timestamp("2025-02-02"))
        self.assertEqual(str(frame["app"].dtype), "category")
        self.assertEqual(str(frame["dau"].dtype), "Int64")
        self.assertEqual(frame["dau"].sum(), 21)
        other = database_with_data()
        other.execute("DELETE dau DURING 2025")
        self.assertEqual(other.write("dau", frame[["time", "app"]].assign(
            value=frame["dau"])), 3)
        self.assertEqual(other.ask("SELECT dau BY app")["dau"], [5, 7, 9])

    @unittest.skipUnless(has("pyarrow"), "pyarrow is not installed")
    def test_pyarrow(self):
        batch = self.database.ask("SELECT dau AS value BY app").arrow()
        self.assertEqual(batch.column("value").to_pylist(), [5, 7, 9])
        other = database_with_data()
        other.execute("DELETE dau DURING 2025")
        self.assertEqual(other.write(
            "dau", batch.select(["time", "app", "value"])), 3)
        self.assertEqual(other.ask("SELECT dau BY app")["dau"], [5, 7, 9])


if __name__ == "__main__":
    for package in ("numpy", "pandas", "pyarrow"):
        print(package + ":", "tested" if has(package) else "not installed",
              file=sys.stderr)
    print("library:", footfall.version(), file=sys.stderr)
    unittest.main()
