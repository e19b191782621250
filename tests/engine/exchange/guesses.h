// Guesses at files that are made up in a test.

#ifndef FOOTFALL_TESTS_ENGINE_EXCHANGE_GUESSES_H_
#define FOOTFALL_TESTS_ENGINE_EXCHANGE_GUESSES_H_

#include <functional>
#include <string>

#include "absl/strings/str_cat.h"
#include "footfall/csv_import.h"
#include "tests/engine/exchange/text_files.h"
#include "tests/support/database_home.h"

namespace footfall::testing {

// The guess at a file of that text and name.
inline absl::StatusOr<ImportGuess> GuessOf(absl::string_view text,
                                           absl::string_view name = "f.csv") {
  const TempDir folder;
  const std::string path = folder / std::string(name);
  WriteFile(path, text);
  auto guess = GuessImport(path);
  if (!guess.ok()) return guess;
  // The folder is gone after this.
  const size_t at = guess->import_text.find(path);
  REQUIRE(at != std::string::npos);
  guess->import_text.replace(at, path.size(), name.data(), name.size());
  return guess;
}

// A file of `count` rows, each made by `row`.
inline std::string Rows(absl::string_view header, int count,
                        const std::function<std::string(int)>& row) {
  std::string text = absl::StrCat(header, "\n");
  for (int i = 0; i < count; ++i) absl::StrAppend(&text, row(i), "\n");
  return text;
}
// 2025-01-01 and the days after it.
inline std::string Day(int i) {
  return FormatDate({.precision = Unit::kDay,
                     .start = absl::CivilSecond(absl::CivilDay(2025, 1, 1) + i),
                     .utc_offset_s = {}});
}

}  // namespace footfall::testing

#endif  // FOOTFALL_TESTS_ENGINE_EXCHANGE_GUESSES_H_
