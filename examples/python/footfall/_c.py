"""The C API (footfall/footfall.h) by ctypes: its functions without their
prefix, and what Python needs to call them."""

from __future__ import annotations

import ctypes
import ctypes.util
import os
from ctypes import (CFUNCTYPE, POINTER, c_char_p, c_double, c_int, c_int64,
                    c_size_t, c_uint, c_uint8, c_uint32, c_uint64, c_void_p)
from typing import Any, Callable, List, Optional, Tuple


class Column(ctypes.Structure):
    _fields_ = [("name", c_char_p), ("unit", c_char_p), ("role", c_int),
                ("type", c_int), ("missing", POINTER(c_uint8)),
                ("integers", POINTER(c_int64)), ("decimals", POINTER(c_double)),
                ("codes", POINTER(c_uint32)), ("dictionary", POINTER(c_char_p)),
                ("dictionary_size", c_size_t), ("starts", POINTER(c_int64)),
                ("kinds", POINTER(c_uint8)), ("low", POINTER(c_double)),
                ("high", POINTER(c_double)), ("ratio", c_int)]


class Members(ctypes.Structure):
    _fields_ = [("dimension", c_char_p), ("names", POINTER(c_char_p)),
                ("name_count", c_size_t), ("codes", POINTER(c_uint32))]


class Rows(ctypes.Structure):
    _fields_ = [("metric", c_char_p), ("count", c_size_t),
                ("instants", POINTER(c_int64)), ("civil", POINTER(c_int64)),
                ("integers", POINTER(c_int64)), ("decimals", POINTER(c_double)),
                ("members", POINTER(Members)), ("member_count", c_size_t)]


_library = ctypes.CDLL(os.environ.get("FOOTFALL_LIBRARY")
                       or ctypes.util.find_library("footfall")
                       or "libfootfall.so")
_take = CFUNCTYPE(c_int, c_void_p, c_void_p)


def _function(name: str, result: Any, *arguments: Any) -> Any:
    function = getattr(_library, "footfall_" + name)
    function.restype = result
    function.argtypes = arguments
    return function


_error = c_void_p  # footfall_error**
_out = c_void_p  # of a handle
version = _function("version", c_char_p)
code_name = _function("code_name", c_char_p, c_int)
error_message = _function("error_message", c_char_p, c_void_p)
error_refusal = _function("error_refusal", c_char_p, c_void_p)
error_free = _function("error_free", None, c_void_p)
open = _function("open", c_int, c_char_p, c_uint, c_uint64, _out, _error)
close = _function("close", c_int, c_void_p, _error)
refresh = _function("refresh", c_int, c_void_p, _error)
answer_rows = _function("answer_rows", c_size_t, c_void_p)
answer_columns = _function("answer_columns", c_size_t, c_void_p)
answer_column = _function("answer_column", c_int, c_void_p, c_size_t,
                          POINTER(Column))
answer_notes = _function("answer_notes", c_size_t, c_void_p)
answer_note = _function("answer_note", c_char_p, c_void_p, c_size_t)
answer_text = _function("answer_text", c_void_p, c_void_p, c_int)
text_free = _function("text_free", None, c_void_p)
answer_share = _function("answer_share", c_void_p, c_void_p)
answer_free = _function("answer_free", None, c_void_p)
ask = _function("ask", c_int, c_void_p, c_char_p, _out, _error)
execute = _function("execute", c_int, c_void_p, c_char_p, _take, c_void_p,
                    _error)
prepare = _function("prepare", c_int, c_void_p, c_char_p, _out, _error)
question_free = _function("question_free", None, c_void_p)
bind_text = _function("bind_text", c_int, c_void_p, c_char_p, c_char_p, _error)
bind_integer = _function("bind_integer", c_int, c_void_p, c_char_p, c_int64,
                         _error)
bind_decimal = _function("bind_decimal", c_int, c_void_p, c_char_p, c_double,
                         _error)
bind_date = _function("bind_date", c_int, c_void_p, c_char_p, c_char_p, _error)
bind_range = _function("bind_range", c_int, c_void_p, c_char_p, c_char_p,
                       c_char_p, _error)
question_set = _function("question_set", c_int, c_void_p, c_int, c_int64, _error)
question_run = _function("question_run", c_int, c_void_p, _out, _error)
question_run_blocks = _function("question_run_blocks", c_int, c_void_p, c_size_t,
                                _take, c_void_p, _error)
question_cancel = _function("question_cancel", None, c_void_p)
write = _function("write", c_int, c_void_p, POINTER(Rows), c_size_t, c_uint,
                  POINTER(c_uint64), _error)
answer_arrow = _function("answer_arrow", c_int, c_void_p, c_void_p, c_void_p,
                         _error)
write_arrow = _function("write_arrow", c_int, c_void_p, c_char_p, c_void_p,
                        c_void_p, c_uint, POINTER(c_uint64), _error)


class Taking:
    """A callback for blocks of an answer. What `take` raises ends the call, and
    is raised again in place of its CANCELLED."""

    def __init__(self, take: Callable[[int], None]) -> None:
        self._raised: Optional[BaseException] = None

        def call(_: Any, answer: int) -> int:
            try:
                take(answer_share(answer))
                return 0
            except BaseException as raised:  # no exception may pass through C
                self._raised = raised
                return 1

        self.function = _take(call)

    def __enter__(self) -> Taking:
        return self

    def __exit__(self, *_: Any) -> None:
        if self._raised is not None:
            raise self._raised


def array_of(kind: Any, values: List[Any]) -> Any:
    """A C array of ctypes' `kind`."""
    return (kind * len(values))(*values)


# Arrow's structures by their sizes; what is in them is the library's matter.
_SCHEMA_SIZE = 9 * 8  # of ArrowSchema on 64 bits: 7 pointers, 2 int64
_ARRAY_SIZE = 10 * 8  # of ArrowArray: 5 int64, 5 pointers
_SCHEMA_RELEASE, _ARRAY_RELEASE = 7 * 8, 8 * 8

_capsule = ctypes.pythonapi.PyCapsule_New
_capsule.restype = ctypes.py_object
_capsule.argtypes = (c_void_p, c_char_p, c_void_p)
_in_capsule = ctypes.pythonapi.PyCapsule_GetPointer
_in_capsule.restype = c_void_p
_in_capsule.argtypes = (ctypes.py_object, c_char_p)
# The same for a destructor, which gets the capsule by its address: it must not
# be counted as a reference while it is being destroyed.
_in_dying = ctypes.PYFUNCTYPE(c_void_p, c_void_p, c_char_p)(
    ("PyCapsule_GetPointer", ctypes.pythonapi))
_malloc, _free = ctypes.pythonapi.PyMem_RawCalloc, ctypes.pythonapi.PyMem_RawFree
_malloc.restype = c_void_p
_malloc.argtypes = (c_size_t, c_size_t)
_free.restype = None
_free.argtypes = (c_void_p,)


def _release(address: int, offset: int) -> None:
    release = c_void_p.from_address(address + offset).value
    if release:
        CFUNCTYPE(None, c_void_p)(release)(address)
    _free(address)


@ctypes.PYFUNCTYPE(None, c_void_p)
def _drop_schema(capsule: int) -> None:
    _release(_in_dying(capsule, b"arrow_schema"), _SCHEMA_RELEASE)


@ctypes.PYFUNCTYPE(None, c_void_p)
def _drop_array(capsule: int) -> None:
    _release(_in_dying(capsule, b"arrow_array"), _ARRAY_RELEASE)


def arrow_capsules() -> Tuple[Any, Any]:
    """A schema and an array to be filled, which release what they hold."""
    return (_capsule(_malloc(1, _SCHEMA_SIZE), b"arrow_schema", _drop_schema),
            _capsule(_malloc(1, _ARRAY_SIZE), b"arrow_array", _drop_array))


def in_capsules(capsules: Tuple[Any, Any]) -> Tuple[int, int]:
    schema, array = capsules
    return (_in_capsule(schema, b"arrow_schema"),
            _in_capsule(array, b"arrow_array"))
