"""Footfall from Python: write samples, ask questions.

    import footfall
    with footfall.open("usage.db") as database:
        answer = database.ask("SELECT dau WHERE app = $app", app="DeepSeek")
        print(answer["time"], answer["dau"])

Needs Python 3.9 and libfootfall.so, by the C API (footfall/footfall.h); nothing
else. Answers are lists; `numpy()`, `pandas()` and `arrow()` make arrays, frames
and record batches of them where those packages are installed. An Answer shows
itself to pyarrow, polars and DuckDB by Arrow's PyCapsule interface.

The library is searched as any other; the environment variable FOOTFALL_LIBRARY
names it otherwise.
"""

from __future__ import annotations

import ctypes
import datetime
import math
import numbers
import re
from typing import (TYPE_CHECKING, Any, Callable, Dict, Iterator, List,
                    Mapping, NamedTuple, Optional, Sequence, Tuple, Union)

from footfall import _c as c

if TYPE_CHECKING:
    import numpy
    import pandas
    import pyarrow

__all__ = ["Answer", "Database", "Date", "Error", "Question", "open", "version"]

Value = Union[None, int, float, str, bool]
Time = Union[str, datetime.date, datetime.datetime]


class Error(Exception):
    """What a call failed with: `code` ("NOT_FOUND"), `refusal` ("UnknownMetric",
    "" where no rule of the language refused), `message`."""

    def __init__(self, code: str, refusal: str, message: str) -> None:
        super().__init__(message or code)
        self.code = code
        self.refusal = refusal
        self.message = message


class Date(str):
    """A date as the language writes it, for a parameter: Date("2025-W06")."""


class Column(NamedTuple):
    """A column of an answer beside its values, which answer[name] has."""
    name: str
    role: str  # "member", "time", "value", "kind", ..
    unit: str
    kinds: Optional[List[str]]  # of values: "exact", "upper", ..
    low: Optional[List[float]]  # of values: where the truth lies
    high: Optional[List[float]]
    ratio: bool  # a share or growth, for people in percent


_ROLES = ("member", "time", "offset", "value", "low", "high", "kind", "present",
          "expected", "partial", "plain")
_KINDS = ("none", "filled", "exact", "upper", "lower", "range")
_INTEGER, _DECIMAL, _TEXT, _BOOLEAN = range(4)
_EPOCH = datetime.datetime(1970, 1, 1)
_TABLE, _CSV, _JSON = range(3)


def _check(call: Callable[..., int], *arguments: Any) -> None:
    error = ctypes.c_void_p()
    code = call(*arguments, ctypes.byref(error))
    if code == 0:
        return
    try:
        raise Error(c.code_name(code).decode(), c.error_refusal(error).decode(),
                    c.error_message(error).decode())
    finally:
        c.error_free(error)


def version() -> str:
    """Of the library: "0.1.0"."""
    return c.version().decode()


class Answer:
    """A table. answer["dau"] is a column as a list, None where there is no value;
    times are texts, as the language prints them."""

    def __init__(self, handle: int) -> None:
        self._handle = handle
        self._rows: int = c.answer_rows(handle)
        self._columns = []
        for index in range(c.answer_columns(handle)):
            column = c.Column()
            c.answer_column(handle, index, ctypes.byref(column))
            self._columns.append(column)
        self.names: List[str] = [one.name.decode() for one in self._columns]
        self.notes: List[str] = [
            c.answer_note(handle, index).decode()
            for index in range(c.answer_notes(handle))]

    def __del__(self) -> None:
        c.answer_free(self._handle)

    def __len__(self) -> int:
        return self._rows

    def __str__(self) -> str:
        return self._text(_TABLE)

    def __iter__(self) -> Iterator[Tuple[Value, ...]]:
        """Row by row."""
        return iter(zip(*(self[name] for name in self.names)))

    def __getitem__(self, name: str) -> List[Any]:
        column = self._find(name)
        missing = column.missing[:self._rows] if column.missing else None
        values: List[Any]
        if column.type == _TEXT:
            texts = self._dictionary(column)
            values = [texts[code] for code in column.codes[:self._rows]]
        elif column.type == _DECIMAL:
            values = column.decimals[:self._rows]
        else:
            values = column.integers[:self._rows]
            if column.type == _BOOLEAN:
                values = [value != 0 for value in values]
        if missing is None:
            return values
        return [None if gone else value for value, gone in zip(values, missing)]

    def column(self, name: str) -> Column:
        """How the values of a column relate to the truth."""
        column = self._find(name)
        kinds = column.kinds and [_KINDS[k] for k in column.kinds[:self._rows]]
        return Column(name, _ROLES[column.role], column.unit.decode(),
                      kinds or None, self._list(column.low),
                      self._list(column.high), column.ratio != 0)

    def csv(self) -> str:
        return self._text(_CSV)

    def json(self) -> str:
        return self._text(_JSON)

    def numpy(self, name: str) -> "numpy.ndarray":
        """A column as an array: numbers without a copy (read only) where none is
        missing, else as doubles with NaN; times and dates as datetime64; texts
        as objects."""
        import numpy
        column = self._find(name)
        if column.starts:
            values = self._array(column.starts, ctypes.c_int64)
            values = values.astype("datetime64[s]")
            gone = numpy.datetime64("NaT")
        elif column.type == _TEXT:
            return numpy.array(self[name], dtype=object)
        elif column.type == _DECIMAL:
            values, gone = self._array(column.decimals, ctypes.c_double), math.nan
        else:
            values, gone = self._array(column.integers, ctypes.c_int64), math.nan
            if column.type == _BOOLEAN:
                values = values.astype(bool)
        if not column.missing:
            return values
        missing = self._array(column.missing, ctypes.c_uint8) != 0
        if not missing.any():
            return values
        if values.dtype.kind != "M":
            values = values.astype(float)
        else:
            values = values.copy()
        values[missing] = gone
        return values

    def pandas(self) -> "pandas.DataFrame":
        """The answer as a frame; members and kinds are categories, whole numbers
        of which some are missing Int64."""
        import pandas
        frame = {}
        for name, column in zip(self.names, self._columns):
            if column.type == _TEXT and not column.starts:
                texts = self[name]
                frame[name] = (texts if column.role == len(_ROLES) - 1
                               else pandas.Categorical(texts))
            elif column.type in (_INTEGER, _BOOLEAN) and column.missing:
                kind = "Int64" if column.type == _INTEGER else "boolean"
                frame[name] = pandas.array(self[name], dtype=kind)
            else:
                frame[name] = self.numpy(name)
        return pandas.DataFrame(frame)

    def arrow(self) -> "pyarrow.RecordBatch":
        import pyarrow
        return pyarrow.record_batch(self)

    def __arrow_c_array__(self, requested_schema: Any = None) -> Tuple[Any, Any]:
        capsules = c.arrow_capsules()
        _check(c.answer_arrow, self._handle, *c.in_capsules(capsules))
        return capsules

    def _find(self, name: str) -> c.Column:
        try:
            return self._columns[self.names.index(name)]
        except ValueError:
            raise KeyError(f"{name}; the columns are {', '.join(self.names)}"
                           ) from None

    def _dictionary(self, column: c.Column) -> List[str]:
        return [text.decode()
                for text in column.dictionary[:column.dictionary_size]]

    def _list(self, pointer: Any) -> Optional[List[float]]:
        return pointer[:self._rows] if pointer else None

    def _array(self, pointer: Any, kind: Any) -> "numpy.ndarray":
        import numpy
        if not self._rows:
            return numpy.empty(0, dtype=kind)
        buffer = (kind * self._rows).from_address(
            ctypes.addressof(pointer.contents))
        buffer.answer = self  # lives as long as the array
        array = numpy.frombuffer(buffer, dtype=kind)
        array.flags.writeable = False
        return array

    def _text(self, form: int) -> str:
        text = c.answer_text(self._handle, form)
        if not text:
            raise MemoryError
        try:
            return ctypes.string_at(text).decode()
        finally:
            c.text_free(text)


class Question:
    """A question that is asked again and again. One thread at a time, but for
    cancel()."""

    def __init__(self, handle: int) -> None:
        self._handle = handle

    def __del__(self) -> None:
        c.question_free(self._handle)

    def ask(self, **parameters: Any) -> Answer:
        """With values for $names; those given before stay. A text, a number, a
        date (datetime.date, or Date), or a range of dates as a pair, None for an
        open end."""
        self._bind(parameters)
        answer = ctypes.c_void_p()
        _check(c.question_run, self._handle, ctypes.byref(answer))
        return Answer(answer.value)  # type: ignore[arg-type]

    def blocks(self, rows: int, take: Callable[[Answer], None],
               **parameters: Any) -> None:
        """Hands the answer to `take` in blocks of at most `rows` rows."""
        self._bind(parameters)
        with c.Taking(lambda block: take(Answer(block))) as taking:
            _check(c.question_run_blocks, self._handle, rows, taking.function,
                   None)

    def limit(self, rows: Optional[int] = None,
              memory_bytes: Optional[int] = None, threads: Optional[int] = None,
              timeout_s: Optional[float] = None,
              unknown_members: Optional[bool] = None,
              now: Optional[datetime.datetime] = None) -> None:
        """What a run may take, whether members that are not there have no samples
        (else that is an Error), and what `now` means; what is None stays."""
        settings = (rows, memory_bytes, threads,
                    None if timeout_s is None else int(timeout_s * 1000),
                    unknown_members, None if now is None else int(now.timestamp()))
        for setting, value in enumerate(settings):
            if value is not None:
                _check(c.question_set, self._handle, setting,
                       _int64(value, "limit"))

    def cancel(self) -> None:
        c.question_cancel(self._handle)

    def _bind(self, parameters: Mapping[str, Any]) -> None:
        for name, value in parameters.items():
            key = name.encode()
            if isinstance(value, tuple) and len(value) == 2:
                first, last = (None if end is None else _date_text(end).encode()
                               for end in value)
                _check(c.bind_range, self._handle, key, first, last)
            elif isinstance(value, (Date, datetime.date)):
                _check(c.bind_date, self._handle, key, _date_text(value).encode())
            elif isinstance(value, str):
                _check(c.bind_text, self._handle, key, value.encode())
            elif isinstance(value, numbers.Integral):
                _check(c.bind_integer, self._handle, key,
                       _int64(value, f"${name}"))
            elif isinstance(value, numbers.Number):
                _check(c.bind_decimal, self._handle, key,
                       float(value))  # type: ignore[arg-type]
            else:
                raise TypeError(f"${name}: a text, a number, a date, or a pair of "
                                f"dates is expected, found {value!r}")


def _int64(value: Any, of: str) -> int:
    """ctypes would cut off what does not fit."""
    number = int(value)
    if not -2**63 <= number < 2**63:
        raise OverflowError(f"{of}: {number} does not fit in 64 bits")
    return number


def _date_text(date: Any) -> str:
    return (date.isoformat() if isinstance(date, datetime.datetime)
            else str(date))


_PERIOD = re.compile(r"(\d{4})(?:-(\d\d)|-Q([1-4])|-W(\d\d))?")


def _time_of(time: Any) -> datetime.datetime:
    """When it begins. Texts are those of answers: dates, months, weeks, .."""
    if isinstance(time, str):
        period = _PERIOD.fullmatch(time)
        if period is None:
            return datetime.datetime.fromisoformat(time.replace("Z", "+00:00"))
        year, month, quarter, week = (int(part or 0) for part in period.groups())
        if week:
            time = datetime.date.fromisocalendar(year, week, 1)
        else:
            month = 3 * quarter - 2 if quarter else month if period[2] else 1
            time = datetime.date(year, month, 1)
    elif type(time).__name__ == "datetime64":  # numpy's
        time = _EPOCH + datetime.timedelta(
            seconds=int(time.astype("datetime64[s]").astype(int)))
    if isinstance(time, datetime.datetime):
        return time
    if isinstance(time, datetime.date):
        return datetime.datetime(time.year, time.month, time.day)
    raise TypeError(f"column time: a date, a datetime or a text is expected, "
                    f"found {time!r}")


def _seconds_of(times: Sequence[Time]) -> Tuple[List[int], bool]:
    """Seconds since 1970, and whether they are instants: times with a zone."""
    seconds: List[int] = []
    zones = set()
    for each in times:
        time = _time_of(each)
        zones.add(time.tzinfo is not None)
        seconds.append(math.floor(time.timestamp()) if time.tzinfo else
                       (time - _EPOCH) // datetime.timedelta(seconds=1))
    if len(zones) > 1:
        raise ValueError("some times have a zone, and some do not")
    return seconds, True in zones


def _is_value(value: Any) -> bool:
    """Not None, not NaN, and not pandas' NA, which equals nothing either."""
    try:
        return value is not None and bool(value == value)
    except TypeError:
        return False


def _is_whole(value: Any) -> bool:
    """Pandas makes doubles of whole numbers where some are missing."""
    number = float(value)
    return number.is_integer() and abs(number) <= 2**53


def _pick(column: List[Any], kept: List[int]) -> List[Any]:
    return column if len(kept) == len(column) else [column[i] for i in kept]


def _rows_of(metric: str, columns: Any) -> c.Rows:
    """A mapping of columns as the C API takes it."""
    table = {name: list(columns[name]) for name in columns.keys()}
    for name in ("time", "value"):
        if name not in table:
            raise ValueError(f"the column {name} is missing")
    if len({len(column) for column in table.values()}) > 1:
        raise ValueError("the columns differ in length")
    values = table.pop("value")
    kept = [i for i, value in enumerate(values) if _is_value(value)]
    values = [values[i] for i in kept]
    seconds, instants = _seconds_of(_pick(table.pop("time"), kept))
    rows = c.Rows(metric=metric.encode(), count=len(kept))
    setattr(rows, "instants" if instants else "civil",
            c.array_of(ctypes.c_int64, seconds))
    if all(isinstance(value, numbers.Integral) or _is_whole(value)
           for value in values):
        rows.integers = c.array_of(ctypes.c_int64, [_int64(v, "column value") for v in values])
    else:
        rows.decimals = c.array_of(ctypes.c_double, [float(v) for v in values])
    members = []
    for name, column in table.items():
        codes: Dict[str, int] = {}
        of_row = []
        for text in _pick(column, kept):
            if not _is_value(text):
                text = ""
            if not isinstance(text, str):
                raise TypeError(f"column {name}: a text is expected, found "
                                f"{text!r}")
            of_row.append(codes.setdefault(text, len(codes)))
        members.append(c.Members(
            name.encode(),
            c.array_of(ctypes.c_char_p, [text.encode() for text in codes]),
            len(codes), c.array_of(ctypes.c_uint32, of_row)))
    rows.members = c.array_of(c.Members, members)
    rows.member_count = len(members)
    return rows


class Database:
    """A database that is open. Many threads may use it at once."""

    def __init__(self, handle: int) -> None:
        self._handle: Optional[int] = handle

    def __enter__(self) -> Database:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def __del__(self) -> None:
        if self._handle is not None:
            c.close(self._handle, None)

    def close(self) -> None:
        """Answers stay as they are. A second call does nothing."""
        handle, self._handle = self._handle, None
        _check(c.close, handle)

    def ask(self, text: str, **parameters: Any) -> Answer:
        """Answers one question; `parameters` as Question.ask()."""
        if parameters:
            return self.prepare(text).ask(**parameters)
        answer = ctypes.c_void_p()
        _check(c.ask, self._open(), text.encode(), ctypes.byref(answer))
        return Answer(answer.value)  # type: ignore[arg-type]

    def prepare(self, text: str) -> Question:
        question = ctypes.c_void_p()
        _check(c.prepare, self._open(), text.encode(), ctypes.byref(question))
        return Question(question.value)  # type: ignore[arg-type]

    def execute(self, script: str) -> List[Answer]:
        """Runs every statement; returns the answers of those that have one."""
        answers: List[Answer] = []
        with c.Taking(lambda one: answers.append(Answer(one))) as taking:
            _check(c.execute, self._open(), script.encode(), taking.function,
                   None)
        return answers

    def write(self, metric: str, columns: Any, sync: bool = True) -> int:
        """Writes rows, all or none; returns how many samples. `columns` is a
        mapping or a frame: `time`, `value`, and a column for each dimension that
        is split; or anything that has __arrow_c_array__, such as a record batch
        of pyarrow, which is read without Python's help.

        Times are dates, datetimes (with a zone: instants; without: on the
        metric's clock), or texts as answers have them (2025-02-08, 2025-02,
        2025-W06). A value that is None or NaN is no sample; a member that is
        None or NaN is not split."""
        samples = ctypes.c_uint64()
        flags = 0 if sync else 1
        if hasattr(columns, "__arrow_c_array__"):
            capsules = columns.__arrow_c_array__()
            _check(c.write_arrow, self._open(), metric.encode(),
                   *c.in_capsules(capsules), flags, ctypes.byref(samples))
        else:
            rows = _rows_of(metric, columns)
            _check(c.write, self._open(), ctypes.byref(rows), 1, flags,
                   ctypes.byref(samples))
        return samples.value

    def refresh(self) -> None:
        """Of one that is open for reading only: shows the last commit."""
        _check(c.refresh, self._open())

    def _open(self) -> int:
        if self._handle is None:
            raise Error("FAILED_PRECONDITION", "", "the database is closed")
        return self._handle


def open(path: str, read_only: bool = False, create: bool = True,
         memory_bytes: int = 0) -> Database:
    """Opens or creates the database in a folder; ":memory:" is one in memory."""
    flags = (1 if read_only else 0) | (0 if create else 2)
    handle = ctypes.c_void_p()
    _check(c.open, str(path).encode(), flags, memory_bytes, ctypes.byref(handle))
    return Database(handle.value)  # type: ignore[arg-type]
