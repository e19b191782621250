/* Footfall from C, and from languages that call C. C99 and later; C++ too.
 *
 * Link libfootfall. A program in a page:
 *
 *   footfall_database* database;
 *   footfall_error* error = NULL;
 *   footfall_answer* answer;
 *   if (footfall_open("usage.db", 0, 0, &database, &error) != FOOTFALL_OK ||
 *       footfall_ask(database, "SELECT dau DURING LAST 7 days", &answer,
 *                    &error) != FOOTFALL_OK) {
 *     fprintf(stderr, "%s\n", footfall_error_message(error));
 *     return 1;
 *   }
 *   char* text = footfall_answer_text(answer, FOOTFALL_TABLE);
 *   fputs(text, stdout);
 *   footfall_text_free(text);
 *   footfall_answer_free(answer);
 *   footfall_close(database, NULL);
 *
 * Texts are UTF-8 and end with a zero byte. A pointer that a function takes
 * must not be null unless it says so; what it points to is read during the call
 * and not kept. Nothing here throws, prints, ends the process or keeps a global
 * state.
 *
 * What a function makes is freed by the function that its type has for it,
 * which takes null, too. Freeing must come after every other call with the same
 * object has returned. Otherwise: a database may be used by many threads at
 * once; an answer may be read by many threads at once; a question belongs to
 * one thread at a time, but for footfall_question_cancel().
 *
 * Before version 1.0 structures may grow in any minor version: the name of the
 * shared library (SOVERSION) changes with them. */

#ifndef FOOTFALL_FOOTFALL_H_
#define FOOTFALL_FOOTFALL_H_

#include <stddef.h>
#include <stdint.h>

#include "footfall/arrow.h"
#include "footfall/version.h"

#pragma GCC visibility push(default)
#ifdef __cplusplus
extern "C" {
#endif

/* FOOTFALL_VERSION of the library that is linked. Never freed. */
const char* footfall_version(void);

/* --- Status ------------------------------------------------------------- */

/* What a call came to. The numbers are those of absl::StatusCode. */
enum {
  FOOTFALL_OK = 0,
  FOOTFALL_CANCELLED = 1,
  FOOTFALL_INVALID_ARGUMENT = 3,    /* wrong in any state; a refusal */
  FOOTFALL_DEADLINE_EXCEEDED = 4,   /* FOOTFALL_TIMEOUT_MS has passed */
  FOOTFALL_NOT_FOUND = 5,           /* no such metric, dimension, member, .. */
  FOOTFALL_RESOURCE_EXHAUSTED = 8,  /* a limit, memory or disk */
  FOOTFALL_FAILED_PRECONDITION = 9, /* right thing, wrong moment */
  FOOTFALL_OUT_OF_RANGE = 11,       /* an integer result outside 64 bits */
  FOOTFALL_UNIMPLEMENTED = 12,      /* written by a later release */
  FOOTFALL_INTERNAL = 13,           /* a promise of our own was broken */
  FOOTFALL_UNAVAILABLE = 14,        /* the medium; trying again may help */
  FOOTFALL_DATA_LOSS = 15           /* bytes fail their checks */
};

/* "NOT_FOUND"; "UNKNOWN" for a number that is none of the above. Never freed.
 */
const char* footfall_code_name(int code);

/* What went wrong. Functions that can fail return one of the codes above, and
 * take a `footfall_error** error` last. It may be null. Where it is not, it is
 * set to a new footfall_error on failure, to be freed, and left as it is on
 * success. It is set to null where there is no memory for an error: all
 * functions below take null, and give "" or FOOTFALL_RESOURCE_EXHAUSTED. */
typedef struct footfall_error footfall_error;

int footfall_error_code(const footfall_error* error);
/* For people; of a question with the line, a mark under the word, and what
 * would be right. Valid until the error is freed. */
const char* footfall_error_message(const footfall_error* error);
/* Which rule of the language refused, as a word for programs: "UnknownMetric",
 * "SumOverTime"; the list is that of footfall/refusal.h. "" for other errors.
 * Valid until the error is freed. */
const char* footfall_error_refusal(const footfall_error* error);
void footfall_error_free(footfall_error* error);

/* --- Databases ---------------------------------------------------------- */

typedef struct footfall_database footfall_database;

/* Flags of footfall_open(), put together by |. */
enum {
  FOOTFALL_READ_ONLY = 1,  /* also beside the process that writes */
  FOOTFALL_MUST_EXIST = 2, /* where there is none, none is created */
  FOOTFALL_NO_UPKEEP = 4   /* no thread in the background */
};

/* Opens or creates the database in directory `path`; ":memory:" is a new one in
 * memory. `memory_bytes` is what its caches take, 4 MiB at least; 0: 256 MiB.
 * On failure *database is null.
 *
 *   NOT_FOUND            there is none, with FOOTFALL_MUST_EXIST or
 *                        FOOTFALL_READ_ONLY
 *   FAILED_PRECONDITION  another process has it open for writing; `path` is a
 *                        file, or a folder with other files
 *   INVALID_ARGUMENT     unknown flags
 *   DATA_LOSS, UNIMPLEMENTED, RESOURCE_EXHAUSTED, UNAVAILABLE
 */
int footfall_open(const char* path, unsigned flags, uint64_t memory_bytes,
                  footfall_database** database, footfall_error** error);

/* Closes and frees the database, whatever it returns. Questions and answers may
 * outlive it: answers stay as they are, questions are FAILED_PRECONDITION.
 * Takes null.
 *
 *   UNAVAILABLE, RESOURCE_EXHAUSTED  the last bytes may not be on the medium
 */
int footfall_close(footfall_database* database, footfall_error** error);

/* Of a database that was opened with FOOTFALL_READ_ONLY: shows the last commit
 * of the process that writes. Does nothing otherwise. UNAVAILABLE: it cannot be
 * read now; what was shown stays. */
int footfall_refresh(footfall_database* database, footfall_error** error);

/* --- Answers ------------------------------------------------------------ */

/* A table of typed columns. It owns all that its functions point to. */
typedef struct footfall_answer footfall_answer;

/* What a column is. Item N of a SELECT comes as the columns N, N_kind,
 * N_present and N_expected; bounds(x) as N_low and N_high in place of the first
 * two. */
enum {
  FOOTFALL_ROLE_MEMBER = 0, /* of a BY dimension */
  FOOTFALL_ROLE_TIME,       /* a bucket */
  FOOTFALL_ROLE_OFFSET,     /* a bucket under ALIGN */
  FOOTFALL_ROLE_VALUE,
  FOOTFALL_ROLE_LOW,
  FOOTFALL_ROLE_HIGH,
  FOOTFALL_ROLE_KIND,
  FOOTFALL_ROLE_PRESENT,  /* steps with a sample */
  FOOTFALL_ROLE_EXPECTED, /* steps asked for */
  FOOTFALL_ROLE_PARTIAL,  /* part of the bucket is outside, or not over */
  FOOTFALL_ROLE_PLAIN     /* of SHOW and EXPLAIN */
};

/* What its cells are, and where they stand. */
enum {
  FOOTFALL_TYPE_INTEGER = 0, /* integers */
  FOOTFALL_TYPE_DECIMAL,     /* decimals */
  FOOTFALL_TYPE_TEXT,        /* dictionary[codes[row]] */
  FOOTFALL_TYPE_BOOLEAN      /* integers, 0 or 1 */
};

/* How a value relates to the truth. */
enum {
  FOOTFALL_KIND_NONE = 0,
  FOOTFALL_KIND_FILLED,
  FOOTFALL_KIND_EXACT,
  FOOTFALL_KIND_UPPER, /* the truth is at most this */
  FOOTFALL_KIND_LOWER, /* at least this */
  FOOTFALL_KIND_RANGE
};

/* One column. Arrays are [rows]; null where the column has none. */
typedef struct footfall_column {
  const char* name;
  const char* unit; /* of a value, for people; may be "" */
  int role;
  int type;
  const uint8_t* missing; /* 1: no value; null: none is missing */
  const int64_t* integers;
  const double* decimals;
  const uint32_t* codes;
  const char* const* dictionary; /* [dictionary_size] */
  size_t dictionary_size;
  /* Of times, and of values that are dates: when they begin, in seconds of
   * their own clock (the metric's zone) since 1970-01-01T00:00 on that clock.
   */
  const int64_t* starts;
  /* Of values: FOOTFALL_KIND_.., and where the truth lies. -inf and +inf: open.
   * Of integers, low and high are the nearest doubles. Of dates null. */
  const uint8_t* kinds;
  const double* low;
  const double* high;
  /* 1: a share or growth, which tables write in percent: 0.134 as 13.4 %. */
  int ratio;
} footfall_column;

size_t footfall_answer_rows(const footfall_answer* answer);
size_t footfall_answer_columns(const footfall_answer* answer);
/* Fills *column with column `index`, valid until the answer is freed. Returns
 * FOOTFALL_OK, or FOOTFALL_OUT_OF_RANGE where there is none of that index. */
int footfall_answer_column(const footfall_answer* answer, size_t index,
                           footfall_column* column);
/* What a reader should know beside the values. Valid until the answer is freed;
 * null where there is no note of that index. */
size_t footfall_answer_notes(const footfall_answer* answer);
const char* footfall_answer_note(const footfall_answer* answer, size_t index);

/* Forms of footfall_answer_text(). */
enum {
  FOOTFALL_TABLE = 0, /* for people */
  FOOTFALL_CSV,
  FOOTFALL_JSON,
  FOOTFALL_JSON_LINES
};
/* The answer as text, to be freed by footfall_text_free(); null where memory
 * runs out, or there is no such form. */
char* footfall_answer_text(const footfall_answer* answer, int form);
void footfall_text_free(char* text);

/* Another handle of the same answer, to be freed on its own: to keep what a
 * callback was given. Null where memory runs out. */
footfall_answer* footfall_answer_share(const footfall_answer* answer);
void footfall_answer_free(footfall_answer* answer);

/* --- Questions and scripts ---------------------------------------------- */

/* Takes a block of rows of an answer, or what a statement came to: valid during
 * the call. 0 goes on; anything else ends the call, which is CANCELLED then. */
typedef int (*footfall_take)(void* context, const footfall_answer* answer);

/* Answers one statement that reads (SELECT, SHOW, EXPLAIN of SELECT), without
 * parameters. Texts that are repeated are read and planned once. On failure
 * *answer is null.
 *
 *   INVALID_ARGUMENT, NOT_FOUND, OUT_OF_RANGE, RESOURCE_EXHAUSTED, DATA_LOSS,
 *   UNAVAILABLE
 */
int footfall_ask(footfall_database* database, const char* text,
                 footfall_answer** answer, footfall_error** error);

/* Runs every statement of a script, in order; stops at the first that fails,
 * what was done before stays. `take` gets the answer of each statement that has
 * one, and the notes of the others, as an answer without columns; it may be
 * null. Errors as those of footfall_ask() and footfall_write(). */
int footfall_execute(footfall_database* database, const char* script,
                     footfall_take take, void* context, footfall_error** error);

/* A question that is asked again and again, with values for its parameters. */
typedef struct footfall_question footfall_question;

/* Reads a statement as footfall_ask() takes it, with $names for values, and
 * binds it to the metrics. On failure *question is null. Errors as
 * footfall_ask(). */
int footfall_prepare(footfall_database* database, const char* text,
                     footfall_question** question, footfall_error** error);
void footfall_question_free(footfall_question* question);

/* The value of $name (`name` without the $), until it is given another.
 * INVALID_ARGUMENT: a date does not read as one. A value of a kind that its
 * place does not take is refused when the question is run; one whose name the
 * question does not have is not used. */
int footfall_bind_text(footfall_question* question, const char* name,
                       const char* value, footfall_error** error);
int footfall_bind_integer(footfall_question* question, const char* name,
                          int64_t value, footfall_error** error);
int footfall_bind_decimal(footfall_question* question, const char* name,
                          double value, footfall_error** error);
/* A date as the language writes it: "2025-02-08", "2025-02", "2025-W06". */
int footfall_bind_date(footfall_question* question, const char* name,
                       const char* date, footfall_error** error);
/* From one date to another, both included; null: open on that side. */
int footfall_bind_range(footfall_question* question, const char* name,
                        const char* first, const char* last,
                        footfall_error** error);

/* What a question may take. */
enum {
  FOOTFALL_MAX_ROWS = 0,     /* 1,000,000 unless set */
  FOOTFALL_MAX_MEMORY_BYTES, /* 1 GiB unless set */
  FOOTFALL_THREADS,          /* 1 unless set */
  FOOTFALL_TIMEOUT_MS,       /* of one run; none unless set */
  FOOTFALL_UNKNOWN_MEMBERS,  /* 1: a member that is not there has no samples; 0,
                                unless set: it is NOT_FOUND */
  FOOTFALL_NOW_S             /* what `now` means, in seconds since the epoch;
                                the clock unless set */
};
/* INVALID_ARGUMENT: no such setting, or a value below 0 (FOOTFALL_NOW_S takes
 * any). */
int footfall_question_set(footfall_question* question, int setting,
                          int64_t value, footfall_error** error);

/* Answers it as the database is now. On failure *answer is null. Errors as
 * footfall_ask(), and INVALID_ARGUMENT where a parameter has no value. */
int footfall_question_run(footfall_question* question, footfall_answer** answer,
                          footfall_error** error);

/* The same, in blocks of at most `rows` rows, in order: of a long answer only
 * some is in memory at a time, and FOOTFALL_MAX_ROWS does not hold. `take` is
 * called once at least. Where there are notes, a last block without rows and
 * columns has them. */
int footfall_question_run_blocks(footfall_question* question, size_t rows,
                                 footfall_take take, void* context,
                                 footfall_error** error);

/* Ends a run that another thread is in, with CANCELLED, or the next one. May be
 * called from any thread, and from a signal handler. */
void footfall_question_cancel(footfall_question* question);

/* --- Rows in ------------------------------------------------------------ */

/* One dimension of rows: row r is of member names[codes[r]]. "" is not split.
 */
typedef struct footfall_members {
  const char* dimension;
  const char* const* names;
  size_t name_count;
  const uint32_t* codes; /* [rows] */
} footfall_members;

/* Rows of one metric as columns. A later row of the same sample wins. */
typedef struct footfall_rows {
  const char* metric;
  size_t count;
  /* [count] One of the two is given, the other is null: the step that holds
   * that instant (seconds since the epoch), or that civil time in the metric's
   * zone (seconds since 1970-01-01T00:00 on its clock: of a day, its days times
   * 86,400). */
  const int64_t* instants;
  const int64_t* civil;
  /* [count] One of the two is given, the other is null. */
  const int64_t* integers;
  const double* decimals;
  /* [member_count] Dimensions, in any order; those left out are not split. */
  const footfall_members* members;
  size_t member_count;
} footfall_rows;

/* Flags of footfall_write(). */
enum {
  FOOTFALL_WRITE_UNSYNCED = 1 /* survives a crash of the process, not of the
                                 machine */
};

/* Writes the rows of all `tables`, or none of them; `samples` may be null, else
 * it gets the number of distinct samples written.
 *
 *   NOT_FOUND            no such metric
 *   INVALID_ARGUMENT     a row does not fit: the message names it and says what
 *                        would be right
 *   FAILED_PRECONDITION, UNAVAILABLE, RESOURCE_EXHAUSTED
 */
int footfall_write(footfall_database* database, const footfall_rows* tables,
                   size_t table_count, unsigned flags, uint64_t* samples,
                   footfall_error** error);

/* --- Arrow -------------------------------------------------------------- */

/* The answer as a struct array, one child a column. Numbers are those of the
 * answer, without a copy: the array keeps what it needs of it, and both may be
 * freed in any order. Integers are int64, decimals float64, booleans bool,
 * times and dates timestamp[s] without a zone (their starts), texts
 * dictionaries of utf8. Both structures are the caller's to release; on failure
 * they are untouched. RESOURCE_EXHAUSTED: no memory. */
int footfall_answer_arrow(const footfall_answer* answer,
                          struct ArrowSchema* schema, struct ArrowArray* array,
                          footfall_error** error);

/* Writes a struct array, such as a record batch, as rows of `metric`; both
 * structures are released, whatever it returns. `flags` and `samples` as
 * footfall_write(). Its columns are found by name:
 *
 *   time    date, timestamp (with a zone: an instant, without: on the metric's
 *           clock), or text that reads as a date
 *   value   any integer or floating-point number; a null is no sample
 *   others  dimensions of the metric: text, or a dictionary of texts; a null,
 * or a dimension without a column, is not split
 *
 * INVALID_ARGUMENT names a column that is missing, unknown, or of a type that
 * it does not take. Other errors as footfall_write(). */
int footfall_write_arrow(footfall_database* database, const char* metric,
                         struct ArrowSchema* schema, struct ArrowArray* array,
                         unsigned flags, uint64_t* samples,
                         footfall_error** error);

#ifdef __cplusplus
} /* extern "C" */
#endif
#pragma GCC visibility pop

#endif /* FOOTFALL_FOOTFALL_H_ */
