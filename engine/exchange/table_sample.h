// The first rows of an unknown file, and what their columns hold.

#ifndef FOOTFALL_ENGINE_EXCHANGE_TABLE_SAMPLE_H_
#define FOOTFALL_ENGINE_EXCHANGE_TABLE_SAMPLE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "engine/exchange/column_facts.h"
#include "footfall/csv_dialect.h"

namespace footfall::engine {

struct TableSample {
  std::string path;
  SniffedCsv sniffed;
  bool is_latin1 = false;          // no UTF-8, and taken for Latin-1
  std::vector<ColumnFacts> facts;  // [column]
  // Rows as they stand, up to 200,000 and 64 MiB of text.
  std::vector<std::vector<std::string>> rows;
  std::vector<uint64_t> lines;  // [row]
  bool has_all_rows = false;    // there are no more
  bool is_whole = false;        // has all rows, and it can be read again

  size_t columns() const { return sniffed.header.size(); }
  const std::string& header(size_t column) const {
    return sniffed.header[column];
  }
  // The name of the file without folders and endings.
  absl::string_view Stem() const;
  // "f.csv: line 3, column "users""
  std::string Place(uint64_t line, size_t column) const;
};

// INVALID_ARGUMENT: no table, no rows, a header with a name twice, rows of
// another width than the header; with file, line and column.
absl::StatusOr<TableSample> ReadTableSample(const std::string& path);

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_EXCHANGE_TABLE_SAMPLE_H_
