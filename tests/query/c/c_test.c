/* The C API as a C99 program uses it. The asan preset looks for leaks. */

#include <stdlib.h>

#include "tests/query/c/check.h"

void check_csv(const footfall_answer* answer, const char* expected) {
  char* text = footfall_answer_text(answer, FOOTFALL_CSV);
  CHECK(text != NULL);
  if (text != NULL && strcmp(text, expected) != 0) {
    fprintf(stderr, "expected\n%sfound\n%s", expected, text);
    exit(1);
  }
  footfall_text_free(text);
}

footfall_database* open_with_data(void) {
  footfall_database* database;
  CHECK_OK(footfall_open(":memory:", FOOTFALL_NO_UPKEEP, 0, &database, &error));
  CHECK_OK(footfall_execute(
      database,
      "DEFINE METRIC dau INTEGER EVERY day OVER TIME OVERLAPS BY app OVERLAPS;"
      "DEFINE METRIC price DECIMAL EVERY minute OVER TIME LEVEL IN ZONE "
      "'Asia/Shanghai';"
      "INSERT INTO dau (TIME, VALUE, app) VALUES (2025-02-01, 5, 'A'),"
      " (2025-02-02, 7, 'A'), (2025-02-02, 9, 'B')",
      NULL, NULL, &error));
  return database;
}

static void test_versions(void) {
  CHECK(strcmp(footfall_version(), FOOTFALL_VERSION) == 0);
  CHECK(strcmp(footfall_code_name(FOOTFALL_DATA_LOSS), "DATA_LOSS") == 0);
  CHECK(strcmp(footfall_code_name(99), "UNKNOWN") == 0);
}

static void test_open(const char* folder) {
  char path[4096];
  footfall_database* database;
  snprintf(path, sizeof path, "%s/none", folder);
  CHECK_FAILS(footfall_open(path, FOOTFALL_MUST_EXIST, 0, &database, &error),
              FOOTFALL_NOT_FOUND, "", "none");
  CHECK(database == NULL);
  CHECK_FAILS(footfall_open(path, FOOTFALL_READ_ONLY, 0, &database, &error),
              FOOTFALL_NOT_FOUND, "", "none");
  CHECK_FAILS(footfall_open(path, 64, 0, &database, &error),
              FOOTFALL_INVALID_ARGUMENT, "", "flags 64");
  /* Without an error, and without a database. */
  CHECK(footfall_open(path, 64, 0, &database, NULL) ==
        FOOTFALL_INVALID_ARGUMENT);
  CHECK(footfall_close(NULL, NULL) == FOOTFALL_OK);
  CHECK(footfall_error_code(NULL) == FOOTFALL_RESOURCE_EXHAUSTED);
  CHECK(footfall_error_message(NULL)[0] == '\0');

  /* A writer, and a reader beside it that follows. */
  footfall_database* reader;
  footfall_answer* answer;
  snprintf(path, sizeof path, "%s/usage.db", folder);
  CHECK_OK(footfall_open(path, 0, 8 << 20, &database, &error));
  CHECK_OK(footfall_execute(database,
                            "DEFINE METRIC n INTEGER EVERY day OVER TIME ADDS",
                            NULL, NULL, &error));
  CHECK_OK(footfall_open(path, FOOTFALL_READ_ONLY, 0, &reader, &error));
  CHECK_OK(footfall_execute(
      database, "INSERT INTO n (TIME, VALUE) VALUES (2025-01-01, 1)", NULL,
      NULL, &error));
  CHECK_OK(footfall_refresh(reader, &error));
  CHECK_OK(footfall_ask(reader, "SELECT n", &answer, &error));
  check_csv(answer,
            "time,n,n_kind,n_present,n_expected,partial\n"
            "2025-01-01,1,exact,1,1,false\n");
  footfall_answer_free(answer);
  CHECK_FAILS(footfall_execute(reader,
                               "INSERT INTO n (TIME, VALUE) VALUES "
                               "(2025-01-02, 1)",
                               NULL, NULL, &error),
              FOOTFALL_FAILED_PRECONDITION, "", "read");
  CHECK_OK(footfall_close(reader, &error));
  CHECK_OK(footfall_close(database, &error));
}

/* Which items people read in percent. */
static void test_ratio(void) {
  footfall_database* database = open_with_data();
  footfall_answer* answer;
  footfall_column column;
  CHECK_OK(footfall_ask(database,
                        "SELECT dau, share(dau) AS s DURING 2025-02-01 BY app",
                        &answer, &error));
  int ratios = 0;
  for (size_t i = 0; footfall_answer_column(answer, i, &column) == FOOTFALL_OK;
       ++i) {
    const int is_share = strcmp(column.name, "s") == 0;
    CHECK(column.ratio == is_share);
    ratios += column.ratio;
  }
  CHECK(ratios == 1);
  footfall_answer_free(answer);
  CHECK_OK(footfall_close(database, &error));
}

static void test_columns(void) {
  footfall_database* database = open_with_data();
  footfall_answer* answer;
  footfall_column column;
  CHECK_OK(
      footfall_ask(database,
                   "SELECT dau, avg(dau) AS a DURING 2025-02-01..2025-02-02 "
                   "EVERY day BY app",
                   &answer, &error));
  /* An answer outlives its database. */
  CHECK_OK(footfall_close(database, &error));
  CHECK(footfall_answer_rows(answer) == 3);
  CHECK(footfall_answer_columns(answer) == 11);
  CHECK(footfall_answer_column(answer, 11, &column) == FOOTFALL_OUT_OF_RANGE);

  CHECK(footfall_answer_column(answer, 0, &column) == FOOTFALL_OK);
  CHECK(column.role == FOOTFALL_ROLE_MEMBER);
  CHECK(strcmp(column.dictionary[column.codes[0]], "A") == 0);
  CHECK(strcmp(column.dictionary[column.codes[2]], "B") == 0);
  CHECK(column.codes[0] < column.dictionary_size);

  CHECK(footfall_answer_column(answer, 1, &column) == FOOTFALL_OK);
  CHECK(strcmp(column.name, "time") == 0);
  CHECK(column.role == FOOTFALL_ROLE_TIME && column.type == FOOTFALL_TYPE_TEXT);
  CHECK(strcmp(column.dictionary[column.codes[2]], "2025-02-02") == 0);
  CHECK(column.starts[0] == 20120 * 86400LL);

  CHECK(footfall_answer_column(answer, 2, &column) == FOOTFALL_OK);
  CHECK(column.role == FOOTFALL_ROLE_VALUE);
  CHECK(column.type == FOOTFALL_TYPE_INTEGER);
  CHECK(column.integers[0] == 5 && column.integers[1] == 7);
  CHECK(column.kinds[0] == FOOTFALL_KIND_EXACT);
  CHECK(column.low[0] == 5.0 && column.high[0] == 5.0);
  CHECK(column.decimals == NULL && column.dictionary == NULL);

  CHECK(footfall_answer_column(answer, 6, &column) == FOOTFALL_OK);
  CHECK(strcmp(column.name, "a") == 0);
  CHECK(column.type == FOOTFALL_TYPE_DECIMAL && column.decimals[2] == 9.0);
  CHECK(column.ratio == 0);
  CHECK(footfall_answer_text(answer, 77) == NULL);
  for (int form = FOOTFALL_TABLE; form <= FOOTFALL_JSON_LINES; ++form) {
    char* text = footfall_answer_text(answer, form);
    CHECK(text != NULL && strlen(text) > 40);
    footfall_text_free(text);
  }
  footfall_answer_free(answer);
  footfall_answer_free(NULL);
}

static void test_missing_and_notes(void) {
  footfall_database* database = open_with_data();
  footfall_answer* answer;
  footfall_column column;
  CHECK_OK(footfall_ask(
      database,
      "SELECT dau DURING 2025-02-01..2025-02-03 EVERY day FILL null "
      "BY app",
      &answer, &error));
  CHECK(footfall_answer_column(answer, 2, &column) == FOOTFALL_OK);
  CHECK(column.missing != NULL);
  size_t missing = 0;
  for (size_t row = 0; row < footfall_answer_rows(answer); ++row) {
    missing += column.missing[row];
    CHECK((column.kinds[row] == FOOTFALL_KIND_NONE) == column.missing[row]);
  }
  CHECK(missing == 3);
  footfall_answer_free(answer);
  CHECK_OK(footfall_ask(database, "SELECT dau DURING 2026", &answer, &error));
  CHECK(footfall_answer_rows(answer) == 0);
  CHECK(footfall_answer_notes(answer) >= 1);
  CHECK(strlen(footfall_answer_note(answer, 0)) > 10);
  CHECK(footfall_answer_note(answer, 100) == NULL);
  footfall_answer_free(answer);
  CHECK_OK(footfall_close(database, &error));
}

static void test_refusals(void) {
  footfall_database* database = open_with_data();
  footfall_answer* answer;
  CHECK_FAILS(footfall_ask(database, "SELECT dua", &answer, &error),
              FOOTFALL_NOT_FOUND, "UnknownMetric", "dau");
  CHECK(answer == NULL);
  CHECK_FAILS(footfall_ask(database, "SELECT", &answer, &error),
              FOOTFALL_INVALID_ARGUMENT, "Expected", "query 1:7");
  CHECK_FAILS(
      footfall_execute(database, "SELECT dau; SELECT dua", NULL, NULL, &error),
      FOOTFALL_NOT_FOUND, "UnknownMetric", "query 1:20");
  CHECK_OK(footfall_close(database, &error));
}

/* Counts outcomes; ends at the one numbered `ends_at`. */
struct outcomes {
  int count;
  int ends_at;
  size_t rows;
  footfall_answer* last; /* kept beyond its call */
};
static int count_outcomes(void* context, const footfall_answer* answer) {
  struct outcomes* outcomes = context;
  footfall_answer_free(outcomes->last);
  outcomes->last = footfall_answer_share(answer);
  outcomes->rows += footfall_answer_rows(answer);
  return ++outcomes->count == outcomes->ends_at;
}

static void test_execute(void) {
  footfall_database* database = open_with_data();
  struct outcomes outcomes = {0, 0, 0, NULL};
  CHECK_OK(footfall_execute(database, "SELECT dau; SHOW METRICS; SELECT dau",
                            count_outcomes, &outcomes, &error));
  CHECK(outcomes.count == 3 && outcomes.rows == 6);
  outcomes.count = 0;
  outcomes.ends_at = 2;
  CHECK_FAILS(footfall_execute(database, "SELECT dau; SELECT dau; SELECT dau",
                               count_outcomes, &outcomes, &error),
              FOOTFALL_CANCELLED, "", "callback");
  CHECK(outcomes.count == 2);
  CHECK_OK(footfall_close(database, &error));
  CHECK(footfall_answer_rows(outcomes.last) == 2);
  footfall_answer_free(outcomes.last);
}

static void test_questions(void) {
  footfall_database* database = open_with_data();
  footfall_question* question;
  footfall_answer* answer;
  CHECK_FAILS(footfall_prepare(database, "DROP METRIC dau", &question, &error),
              FOOTFALL_INVALID_ARGUMENT, "ReadsOnly", "");
  CHECK(question == NULL);
  CHECK_OK(footfall_prepare(
      database, "SELECT dau WHERE app = $app DURING $days HAVING dau > $least",
      &question, &error));
  CHECK_FAILS(footfall_question_run(question, &answer, &error),
              FOOTFALL_INVALID_ARGUMENT, "NoParameter", "$app");
  CHECK_OK(footfall_bind_text(question, "app", "A", &error));
  CHECK_OK(footfall_bind_date(question, "days", "2025-02-02", &error));
  CHECK_OK(footfall_bind_integer(question, "least", 5, &error));
  CHECK_OK(footfall_bind_integer(question, "unused", 5, &error));
  CHECK_OK(footfall_question_run(question, &answer, &error));
  check_csv(answer,
            "time,dau,dau_kind,dau_present,dau_expected,partial\n"
            "2025-02-02,7,exact,1,1,false\n");
  footfall_answer_free(answer);
  CHECK_OK(footfall_bind_range(question, "days", "2025-02-01", NULL, &error));
  CHECK_OK(footfall_bind_decimal(question, "least", 4.5, &error));
  CHECK_OK(footfall_question_run(question, &answer, &error));
  CHECK(footfall_answer_rows(answer) == 2);
  footfall_answer_free(answer);
  CHECK_FAILS(footfall_bind_date(question, "days", "yesterday", &error),
              FOOTFALL_INVALID_ARGUMENT, "", "$days");
  CHECK_FAILS(footfall_bind_range(question, "days", "2025", "x", &error),
              FOOTFALL_INVALID_ARGUMENT, "", "$days");

  CHECK_FAILS(footfall_question_set(question, 99, 1, &error),
              FOOTFALL_INVALID_ARGUMENT, "", "no setting 99");
  CHECK_FAILS(footfall_question_set(question, FOOTFALL_THREADS, -1, &error),
              FOOTFALL_INVALID_ARGUMENT, "", "below 0");
  CHECK_OK(footfall_question_set(question, FOOTFALL_MAX_ROWS, 1, &error));
  CHECK_FAILS(footfall_question_run(question, &answer, &error),
              FOOTFALL_RESOURCE_EXHAUSTED, "RowLimit", "");
  CHECK_OK(footfall_question_set(question, FOOTFALL_MAX_ROWS, 9, &error));
  CHECK_OK(footfall_question_set(question, FOOTFALL_THREADS, 2, &error));
  CHECK_OK(
      footfall_question_set(question, FOOTFALL_MAX_MEMORY_BYTES, 1, &error));
  CHECK_FAILS(footfall_question_run(question, &answer, &error),
              FOOTFALL_RESOURCE_EXHAUSTED, "MemoryLimit", "");
  CHECK_OK(footfall_question_set(question, FOOTFALL_MAX_MEMORY_BYTES, 1 << 24,
                                 &error));
  CHECK_OK(footfall_question_set(question, FOOTFALL_TIMEOUT_MS, 0, &error));
  CHECK_FAILS(footfall_question_run(question, &answer, &error),
              FOOTFALL_DEADLINE_EXCEEDED, "", "");
  CHECK_OK(
      footfall_question_set(question, FOOTFALL_TIMEOUT_MS, 600000, &error));
  CHECK_OK(footfall_bind_text(question, "app", "Z", &error));
  CHECK_FAILS(footfall_question_run(question, &answer, &error),
              FOOTFALL_NOT_FOUND, "UnknownMember", "'Z'");
  CHECK_OK(
      footfall_question_set(question, FOOTFALL_UNKNOWN_MEMBERS, 1, &error));
  CHECK_OK(footfall_question_run(question, &answer, &error));
  CHECK(footfall_answer_rows(answer) == 0);
  footfall_answer_free(answer);
  CHECK_OK(footfall_bind_text(question, "app", "A", &error));
  /* A cancellation ends one run. */
  footfall_question_cancel(question);
  CHECK_FAILS(footfall_question_run(question, &answer, &error),
              FOOTFALL_CANCELLED, "", "");
  CHECK_OK(footfall_question_run(question, &answer, &error));
  footfall_answer_free(answer);
  CHECK_OK(footfall_close(database, &error));
  CHECK_FAILS(footfall_question_run(question, &answer, &error),
              FOOTFALL_FAILED_PRECONDITION, "", "closed");
  footfall_question_free(question);
  footfall_question_free(NULL);
}

static void test_now(void) {
  footfall_database* database = open_with_data();
  footfall_question* question;
  footfall_answer* answer;
  CHECK_OK(footfall_prepare(database, "SELECT dau DURING LAST 1 day", &question,
                            &error));
  CHECK_OK(footfall_question_set(question, FOOTFALL_NOW_S, 20121 * 86400LL + 1,
                                 &error));
  CHECK_OK(footfall_question_run(question, &answer, &error));
  CHECK(footfall_answer_rows(answer) == 1);
  footfall_answer_free(answer);
  footfall_question_free(question);
  CHECK_OK(footfall_close(database, &error));
}

/* Blocks: how many, their rows, and whether notes came. */
struct blocks {
  int count;
  int ends_at;
  size_t rows;
  size_t most;
  size_t notes;
  int64_t sum;
};
static int take_block(void* context, const footfall_answer* answer) {
  struct blocks* blocks = context;
  footfall_column column;
  const size_t rows = footfall_answer_rows(answer);
  blocks->rows += rows;
  if (rows > blocks->most) blocks->most = rows;
  blocks->notes += footfall_answer_notes(answer);
  for (size_t i = 0; footfall_answer_column(answer, i, &column) == FOOTFALL_OK;
       ++i) {
    if (column.role != FOOTFALL_ROLE_VALUE) continue;
    for (size_t row = 0; row < rows; ++row) blocks->sum += column.integers[row];
  }
  return ++blocks->count == blocks->ends_at;
}

static void test_blocks(void) {
  footfall_database* database = open_with_data();
  const char* const texts[] = {
      "SELECT dau BY app",                   /* some groups at a time */
      "SELECT dau BY app ORDER BY dau DESC", /* all at once */
  };
  for (int i = 0; i < 2; ++i) {
    footfall_question* question;
    struct blocks blocks = {0, 0, 0, 0, 0, 0};
    CHECK_OK(footfall_prepare(database, texts[i], &question, &error));
    CHECK_OK(footfall_question_set(question, FOOTFALL_MAX_ROWS, 1, &error));
    CHECK_OK(
        footfall_question_run_blocks(question, 2, take_block, &blocks, &error));
    CHECK(blocks.count == 2 && blocks.rows == 3 && blocks.most == 2);
    CHECK(blocks.sum == 5 + 7 + 9);
    struct blocks first = {0, 1, 0, 0, 0, 0};
    CHECK_FAILS(
        footfall_question_run_blocks(question, 1, take_block, &first, &error),
        FOOTFALL_CANCELLED, "", "callback");
    CHECK(first.rows == 1);
    footfall_question_free(question);
  }
  footfall_question* question;
  struct blocks blocks = {0, 0, 0, 0, 0, 0};
  CHECK_OK(
      footfall_prepare(database, "SELECT dau DURING 2026", &question, &error));
  CHECK_OK(
      footfall_question_run_blocks(question, 0, take_block, &blocks, &error));
  CHECK(blocks.rows == 0 && blocks.notes == 1 && blocks.count == 2);
  footfall_question_free(question);
  CHECK_OK(footfall_close(database, &error));
}

static void test_write(void) {
  footfall_database* database = open_with_data();
  footfall_answer* answer;
  const char* const names[] = {"A", "C", ""};
  const uint32_t codes[] = {0, 1, 2};
  const footfall_members app = {"app", names, 3, codes};
  const int64_t days[] = {20200 * 86400LL, 20200 * 86400LL, 20201 * 86400LL};
  const int64_t values[] = {1, 2, 3};
  const double prices[] = {0.5};
  const int64_t instants[] = {20200 * 86400LL, 20200 * 86400LL + 61};
  footfall_rows tables[2];
  memset(tables, 0, sizeof tables);
  tables[0].metric = "dau";
  tables[0].count = 3;
  tables[0].civil = days;
  tables[0].integers = values;
  tables[0].members = &app;
  tables[0].member_count = 1;
  tables[1].metric = "price";
  tables[1].count = 1;
  tables[1].instants = instants;
  tables[1].decimals = prices;
  uint64_t samples = 0;
  CHECK_OK(footfall_write(database, tables, 2, FOOTFALL_WRITE_UNSYNCED,
                          &samples, &error));
  CHECK(samples == 4);
  CHECK_OK(
      footfall_ask(database, "SELECT dau WHERE app = 'C'", &answer, &error));
  check_csv(answer,
            "time,dau,dau_kind,dau_present,dau_expected,partial\n"
            "2025-04-22,2,exact,1,1,false\n");
  footfall_answer_free(answer);
  /* An instant, on the clock of the metric's zone. */
  CHECK_OK(footfall_ask(database, "SELECT price", &answer, &error));
  check_csv(answer,
            "time,price,price_kind,price_present,price_expected,partial\n"
            "2025-04-22T08:00:00+08:00,0.5,exact,1,1,false\n");
  footfall_answer_free(answer);

  /* A dimension that is left out is not split. */
  tables[0].member_count = 0;
  CHECK_OK(footfall_write(database, tables, 1, 0, &samples, &error));
  CHECK(samples == 2);
  CHECK_OK(footfall_ask(database, "SELECT dau DURING 2025-04-23 BY app",
                        &answer, &error));
  check_csv(answer,
            "app,time,dau,dau_kind,dau_present,dau_expected,partial\n"
            ",2025-04-23,3,exact,1,1,false\n");
  footfall_answer_free(answer);
  tables[0].member_count = 1;

  /* All tables, or none. */
  const int64_t late[] = {20300 * 86400LL, 20300 * 86400LL, 20300 * 86400LL};
  tables[0].civil = late;
  tables[1].metric = "prize";
  CHECK_FAILS(footfall_write(database, tables, 2, 0, NULL, &error),
              FOOTFALL_NOT_FOUND, "UnknownMetric", "price");
  tables[1].metric = "price";
  tables[1].civil = days;
  CHECK_FAILS(footfall_write(database, tables, 2, 0, NULL, &error),
              FOOTFALL_INVALID_ARGUMENT, "", "one of instants and civil");
  tables[1].civil = NULL;
  tables[1].decimals = NULL;
  CHECK_FAILS(footfall_write(database, tables, 2, 0, NULL, &error),
              FOOTFALL_INVALID_ARGUMENT, "", "one of integers and decimals");
  tables[1].decimals = prices;
  const int64_t never[] = {INT64_MIN};
  tables[1].instants = never;
  CHECK_FAILS(footfall_write(database, tables, 2, 0, NULL, &error),
              FOOTFALL_INVALID_ARGUMENT, "", "metric price, row 0");
  const uint32_t wrong_codes[] = {0, 1, 3};
  const footfall_members wrong = {"app", names, 3, wrong_codes};
  tables[0].members = &wrong;
  CHECK_FAILS(footfall_write(database, tables, 1, 0, NULL, &error),
              FOOTFALL_INVALID_ARGUMENT, "", "metric dau");
  const footfall_members twice[] = {app, app};
  tables[0].members = twice;
  tables[0].member_count = 2;
  CHECK_FAILS(footfall_write(database, tables, 1, 0, NULL, &error),
              FOOTFALL_INVALID_ARGUMENT, "", "its dimensions are app");
  const footfall_members apps = {"apps", names, 3, codes};
  tables[0].members = &apps;
  tables[0].member_count = 1;
  CHECK_FAILS(footfall_write(database, tables, 1, 0, NULL, &error),
              FOOTFALL_INVALID_ARGUMENT, "", "its dimensions are app");
  CHECK_FAILS(footfall_write(database, tables, 0, 8, NULL, &error),
              FOOTFALL_INVALID_ARGUMENT, "", "flags 8");
  CHECK_OK(
      footfall_ask(database, "SELECT dau DURING 2025-07..", &answer, &error));
  CHECK(footfall_answer_rows(answer) == 0);
  footfall_answer_free(answer);
  CHECK_OK(footfall_close(database, &error));
}

/* Writes and asks again, as the header's first page does. */
int main(int argc, char** argv) {
  if (argc != 2) return 2;
  test_versions();
  test_open(argv[1]);
  test_columns();
  test_ratio();
  test_missing_and_notes();
  test_refusals();
  test_execute();
  test_questions();
  test_now();
  test_blocks();
  test_write();
  test_arrow();
  puts("the C API: all well");
  return 0;
}
