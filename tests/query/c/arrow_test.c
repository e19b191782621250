/* Tables of Arrow, out and in. */

#include "tests/query/c/check.h"

/* --- Out ----------------------------------------------------------------- */

static int valid(const struct ArrowArray* array, int64_t row) {
  const uint8_t* bits = array->buffers[0];
  return bits == NULL || (bits[row / 8] >> (row % 8) & 1) != 0;
}

/* Text `row` of a utf8 array, by its bytes. */
static int text_is(const struct ArrowArray* array, int64_t row,
                   const char* expected) {
  const int32_t* offsets = array->buffers[1];
  const char* bytes = array->buffers[2];
  const size_t size = (size_t)(offsets[row + 1] - offsets[row]);
  return size == strlen(expected) &&
         memcmp(bytes + offsets[row], expected, size) == 0;
}

static void test_out(void) {
  footfall_database* database = open_with_data();
  footfall_answer* answer;
  struct ArrowSchema schema;
  struct ArrowArray array;
  CHECK_OK(footfall_ask(database,
                        "SELECT dau, avg(dau) AS a DURING "
                        "2025-02-01..2025-02-02 EVERY day FILL null BY app",
                        &answer, &error));
  footfall_column dau;
  CHECK(footfall_answer_column(answer, 2, &dau) == FOOTFALL_OK);
  const int64_t* integers = dau.integers;
  CHECK_OK(footfall_answer_arrow(answer, &schema, &array, &error));
  /* What Arrow holds outlives the answer. */
  footfall_answer_free(answer);
  CHECK_OK(footfall_close(database, &error));

  CHECK(strcmp(schema.format, "+s") == 0);
  CHECK(array.length == 4 && array.null_count == 0 && array.n_buffers == 1);
  CHECK(schema.n_children == array.n_children && array.n_children == 11);

  const struct ArrowArray* time = array.children[1];
  CHECK(strcmp(schema.children[1]->name, "time") == 0);
  CHECK(strcmp(schema.children[1]->format, "tss:") == 0);
  CHECK(((const int64_t*)time->buffers[1])[0] == 20120 * 86400LL);

  const struct ArrowArray* app = array.children[0];
  CHECK(strcmp(schema.children[0]->format, "i") == 0);
  CHECK(strcmp(schema.children[0]->dictionary->format, "u") == 0);
  CHECK(text_is(app->dictionary, ((const int32_t*)app->buffers[1])[0], "A"));
  CHECK(text_is(app->dictionary, ((const int32_t*)app->buffers[1])[3], "B"));

  const struct ArrowArray* values = array.children[2];
  CHECK(strcmp(schema.children[2]->format, "l") == 0);
  CHECK(values->buffers[1] == integers); /* no copy */
  CHECK(values->null_count == 1);
  CHECK(valid(values, 0) && valid(values, 1) && valid(values, 3));
  CHECK(!valid(values, 2)); /* B on the first day */

  CHECK(strcmp(schema.children[6]->format, "g") == 0);
  CHECK(((const double*)array.children[6]->buffers[1])[1] == 7.0);
  CHECK(strcmp(schema.children[10]->name, "partial") == 0);
  CHECK(strcmp(schema.children[10]->format, "b") == 0);
  CHECK((((const uint8_t*)array.children[10]->buffers[1])[0] & 15) == 0);

  /* A consumer may take a child away and release the rest before it. */
  struct ArrowArray taken = *values;
  array.children[2]->release = NULL;
  array.release(&array);
  CHECK(array.release == NULL);
  CHECK(((const int64_t*)taken.buffers[1])[3] == 9);
  taken.release(&taken);
  schema.release(&schema);
  CHECK(schema.release == NULL);
}

static void test_out_of_lists(void) {
  footfall_database* database = open_with_data();
  footfall_answer* answer;
  struct ArrowSchema schema;
  struct ArrowArray array;
  CHECK_OK(footfall_ask(database, "SHOW METRICS", &answer, &error));
  CHECK_OK(footfall_answer_arrow(answer, &schema, &array, &error));
  CHECK(array.length == 2);
  CHECK(strcmp(schema.children[0]->format, "u") == 0);
  CHECK(text_is(array.children[0], 0, "dau"));
  CHECK(text_is(array.children[0], 1, "price"));
  array.release(&array);
  schema.release(&schema);
  footfall_answer_free(answer);

  CHECK_OK(
      footfall_ask(database, "SELECT dau BY app DURING 2026", &answer, &error));
  CHECK_OK(footfall_answer_arrow(answer, &schema, &array, &error));
  CHECK(array.length == 0 && array.n_children == schema.n_children);
  array.release(&array);
  schema.release(&schema);
  footfall_answer_free(answer);
  CHECK_OK(footfall_close(database, &error));
}

/* --- In ------------------------------------------------------------------ */

enum { kMostColumns = 4 };

/* A record batch of arrays that stand on the stack. */
struct table {
  struct ArrowSchema schema;
  struct ArrowArray array;
  struct ArrowSchema schemas[kMostColumns];
  struct ArrowArray arrays[kMostColumns];
  struct ArrowSchema* schema_addresses[kMostColumns];
  struct ArrowArray* array_addresses[kMostColumns];
  const void* buffers[kMostColumns + 1][3];
  struct ArrowSchema names_schema; /* of a dictionary */
  struct ArrowArray names_array;
  const void* names_buffers[3];
};

static int released = 0;
static void release_schema(struct ArrowSchema* schema) {
  ++released;
  schema->release = NULL;
}
static void release_array(struct ArrowArray* array) {
  ++released;
  array->release = NULL;
}

static void start(struct table* table, int64_t rows) {
  memset(table, 0, sizeof *table);
  table->schema.format = "+s";
  table->schema.children = table->schema_addresses;
  table->schema.release = release_schema;
  table->array.length = rows;
  table->array.n_buffers = 1;
  table->array.buffers = table->buffers[kMostColumns];
  table->array.children = table->array_addresses;
  table->array.release = release_array;
}

static struct ArrowArray* add(struct table* table, const char* name,
                              const char* format, const void* validity,
                              const void* data, const void* more) {
  const int64_t i = table->schema.n_children++;
  ++table->array.n_children;
  table->schema_addresses[i] = &table->schemas[i];
  table->array_addresses[i] = &table->arrays[i];
  table->schemas[i].name = name;
  table->schemas[i].format = format;
  table->arrays[i].length = table->array.length + table->array.offset;
  table->arrays[i].null_count = validity == NULL ? 0 : -1;
  table->arrays[i].n_buffers = more == NULL ? 2 : 3;
  table->arrays[i].buffers = table->buffers[i];
  table->buffers[i][0] = validity;
  table->buffers[i][1] = data;
  table->buffers[i][2] = more;
  return &table->arrays[i];
}

/* The dictionary of the last column. */
static void add_names(struct table* table, int64_t count,
                      const int32_t* offsets, const char* bytes) {
  const int64_t i = table->schema.n_children - 1;
  table->names_schema.format = "u";
  table->names_array.length = count;
  table->names_array.n_buffers = 3;
  table->names_array.buffers = table->names_buffers;
  table->names_buffers[1] = offsets;
  table->names_buffers[2] = bytes;
  table->schemas[i].dictionary = &table->names_schema;
  table->arrays[i].dictionary = &table->names_array;
}

static int write_table(footfall_database* database, const char* metric,
                       struct table* table, uint64_t* samples,
                       footfall_error** error) {
  released = 0;
  const int code = footfall_write_arrow(database, metric, &table->schema,
                                        &table->array, 0, samples, error);
  CHECK(released == 2);
  CHECK(table->schema.release == NULL && table->array.release == NULL);
  return code;
}

static void check_days_of_april(footfall_database* database,
                                const char* expected) {
  footfall_answer* answer;
  CHECK_OK(footfall_ask(database, "SELECT dau DURING 2025-04 BY app", &answer,
                        &error));
  check_csv(answer, expected);
  footfall_answer_free(answer);
}

static void test_in(void) {
  footfall_database* database = open_with_data();
  struct table table;
  uint64_t samples = 0;
  const int32_t days[] = {0, 20200, 20200, 20201};
  const int16_t values[] = {1, 2, 3, 4};
  const int8_t codes[] = {0, 1, 0, 1};
  const int32_t offsets[] = {0, 1, 1, 5};
  const uint8_t not_the_third[] = {11};
  /* The struct begins at its second row; the third has no value. */
  start(&table, 3);
  table.array.offset = 1;
  add(&table, "value", "s", not_the_third, values, NULL);
  add(&table, "app", "c", NULL, codes, NULL);
  add_names(&table, 3, offsets, "Abcde");
  add(&table, "time", "tdD", NULL, days, NULL);
  table.arrays[1].null_count = 0;
  CHECK_OK(write_table(database, "dau", &table, &samples, &error));
  CHECK(samples == 2);
  check_days_of_april(database,
                      "app,time,dau,dau_kind,dau_present,dau_expected,partial\n"
                      ",2025-04-22,2,exact,1,1,false\n"
                      ",2025-04-23,4,exact,1,1,false\n");

  /* Texts as they are, large ones, and times as text. */
  const int64_t app_offsets[] = {0, 1, 2};
  const int32_t time_offsets[] = {0, 10, 20};
  const double decimals[] = {5, 6};
  start(&table, 2);
  add(&table, "value", "g", NULL, decimals, NULL);
  add(&table, "app", "U", NULL, app_offsets, "XY");
  add(&table, "time", "u", NULL, time_offsets, "2025-04-242025-04-24");
  CHECK_FAILS(write_table(database, "dau", &table, NULL, &error),
              FOOTFALL_INVALID_ARGUMENT, "", "INTEGER");
  const uint64_t unsigned_values[] = {5, 6};
  start(&table, 2);
  add(&table, "value", "L", NULL, unsigned_values, NULL);
  add(&table, "app", "U", NULL, app_offsets, "XY");
  add(&table, "time", "u", NULL, time_offsets, "2025-04-242025-04-24");
  CHECK_OK(write_table(database, "dau", &table, &samples, &error));
  CHECK(samples == 2);

  /* A time with a zone is an instant, in units of its own, before 1970 too. */
  const int64_t nanoseconds[] = {-1, 1};
  const float prices[] = {0.25f, 0.5f};
  footfall_answer* answer;
  start(&table, 2);
  add(&table, "time", "tsn:UTC", NULL, nanoseconds, NULL);
  add(&table, "value", "f", NULL, prices, NULL);
  CHECK_OK(write_table(database, "price", &table, &samples, &error));
  CHECK_OK(footfall_ask(database, "SELECT price", &answer, &error));
  check_csv(answer,
            "time,price,price_kind,price_present,price_expected,partial\n"
            "1970-01-01T07:59:00+08:00,0.25,exact,1,1,false\n"
            "1970-01-01T08:00:00+08:00,0.5,exact,1,1,false\n");
  footfall_answer_free(answer);
  CHECK_OK(footfall_close(database, &error));
}

/* A table of one row and a right time and value, but for what a row says. */
static void test_in_refusals(void) {
  footfall_database* database = open_with_data();
  const int32_t day[] = {20200};
  const int64_t value[] = {1};
  const uint64_t large[] = {UINT64_MAX};
  const int64_t far_away[] = {INT64_MAX};
  const int32_t offsets[] = {0, 4};
  const int8_t code[] = {3};
  const uint8_t null[] = {0};
  const struct {
    const char* name;
    const char* format;
    const void* validity;
    const void* data;
    const void* more;
    const char* words;
  } rows[] = {
      {"value", "vu", NULL, value, NULL, "a number is required"},
      {"value", "L", NULL, large, NULL, "18446744073709551615"},
      {"value", "l", NULL, value, NULL, "column time is missing"},
      {"time", "tdD", NULL, day, NULL, "column value is missing"},
      {"time", "tts", NULL, day, NULL, "a date, a timestamp or text"},
      {"time", "tss:", NULL, far_away, NULL, "years 1 to 9999"},
      {"time", "tdD", null, day, NULL, "row 0 is null"},
      {"time", "u", NULL, offsets, "when", "column time: row 0"},
      {"time", "u", NULL, offsets, "2025", "column time: row 0"},
      {"app", "vu", NULL, offsets, "....", "its Arrow type is vu"},
      {"app", "c", NULL, code, NULL, "its Arrow type is c"},
      {"apps", "u", NULL, offsets, "abcd", "time, value, app"},
      {"app", "u", NULL, offsets, "\377\376\375\374", "UTF-8"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; ++i) {
    struct table table;
    start(&table, 1);
    const int of_missing = strstr(rows[i].words, "is missing") != NULL;
    if (!of_missing && strcmp(rows[i].name, "value") != 0) {
      add(&table, "value", "l", NULL, value, NULL);
    }
    if (!of_missing && strcmp(rows[i].name, "time") != 0) {
      add(&table, "time", "tdD", NULL, day, NULL);
    }
    add(&table, rows[i].name, rows[i].format, rows[i].validity, rows[i].data,
        rows[i].more);
    CHECK_FAILS(write_table(database, "dau", &table, NULL, &error),
                FOOTFALL_INVALID_ARGUMENT, "", rows[i].words);
  }
  struct table table;
  /* A code beyond its dictionary. */
  start(&table, 1);
  add(&table, "value", "l", NULL, value, NULL);
  add(&table, "time", "tdD", NULL, day, NULL);
  add(&table, "app", "c", NULL, code, NULL);
  add_names(&table, 1, offsets, "abcd");
  CHECK_FAILS(write_table(database, "dau", &table, NULL, &error),
              FOOTFALL_INVALID_ARGUMENT, "", "has code 3");
  start(&table, 1);
  add(&table, "value", "l", NULL, value, NULL);
  add(&table, "value", "l", NULL, value, NULL);
  CHECK_FAILS(write_table(database, "dau", &table, NULL, &error),
              FOOTFALL_INVALID_ARGUMENT, "", "two of that name");
  start(&table, 1);
  table.schema.format = "l";
  CHECK_FAILS(write_table(database, "dau", &table, NULL, &error),
              FOOTFALL_INVALID_ARGUMENT, "", "struct");
  start(&table, 1);
  CHECK_FAILS(write_table(database, "dua", &table, NULL, &error),
              FOOTFALL_NOT_FOUND, "UnknownMetric", "dau");
  /* They are released by now. */
  CHECK_FAILS(footfall_write_arrow(database, "dau", &table.schema, &table.array,
                                   0, NULL, &error),
              FOOTFALL_INVALID_ARGUMENT, "", "released before");
  check_days_of_april(
      database, "app,time,dau,dau_kind,dau_present,dau_expected,partial\n");
  CHECK_OK(footfall_close(database, &error));
}

/* What comes out of one database goes into another. */
static void test_out_and_in(void) {
  footfall_database* database = open_with_data();
  footfall_database* other = open_with_data();
  footfall_answer* answer;
  struct ArrowSchema schema;
  struct ArrowArray array;
  uint64_t samples;
  CHECK_OK(
      footfall_ask(database, "SELECT dau AS value BY app", &answer, &error));
  CHECK_OK(footfall_answer_arrow(answer, &schema, &array, &error));
  footfall_answer_free(answer);
  /* time, app and value; whoever keeps a part releases the rest. */
  for (int64_t i = 3; i < array.n_children; ++i) {
    array.children[i]->release(array.children[i]);
    schema.children[i]->release(schema.children[i]);
  }
  array.n_children = schema.n_children = 3;
  CHECK_OK(
      footfall_execute(other, "DELETE dau DURING 2025", NULL, NULL, &error));
  CHECK_OK(
      footfall_write_arrow(other, "dau", &schema, &array, 0, &samples, &error));
  CHECK(samples == 3);
  CHECK_OK(footfall_ask(other, "SELECT dau WHERE app = 'B'", &answer, &error));
  check_csv(answer,
            "time,dau,dau_kind,dau_present,dau_expected,partial\n"
            "2025-02-02,9,exact,1,1,false\n");
  footfall_answer_free(answer);
  CHECK_OK(footfall_close(other, &error));
  CHECK_OK(footfall_close(database, &error));
}

void test_arrow(void) {
  test_out();
  test_out_of_lists();
  test_in();
  test_in_refusals();
  test_out_and_in();
}
