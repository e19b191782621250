// The real sets, read by a small reader of its own: the oracle shall not learn
// from the importer that it checks.

#include <zlib.h>

#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "tests/oracle/bucket_labels.h"
#include "tests/oracle/data_set.h"
#include "tests/support/catch.h"

namespace footfall::oracle {
namespace {

std::string ReadGzip(const std::string& path) {
  const gzFile file = gzopen(path.c_str(), "rb");
  REQUIRE(file != nullptr);
  std::string text;
  char buffer[1 << 16];
  int count = 0;
  while ((count = gzread(file, buffer, sizeof(buffer))) > 0) {
    text.append(buffer, static_cast<size_t>(count));
  }
  gzclose(file);
  REQUIRE(count == 0);
  return text;
}

// The fields of the line that `text` begins with, which is taken off.
std::vector<std::string> TakeLine(absl::string_view* text) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  size_t i = 0;
  for (; i < text->size(); ++i) {
    const char c = (*text)[i];
    if (c == '"') {
      // A quote inside quotes is doubled: both halves toggle, one is kept.
      if (!quoted && i > 0 && (*text)[i - 1] == '"') fields.back().push_back(c);
      quoted = !quoted;
    } else if (quoted || (c != ',' && c != '\n')) {
      fields.back().push_back(c);
    } else if (c == ',') {
      fields.emplace_back();
    } else {
      break;
    }
  }
  text->remove_prefix(std::min(i + 1, text->size()));
  return fields;
}

// The columns of every file.
const char* const kHeaders[] = {"date",     "app",    "version",
                                "platform", "region", "value"};
constexpr size_t kValueColumn = 5;

struct RealSet {
  const char* file;
  const char* metric;
  Unit unit;
  std::vector<Dimension> dimensions;
  std::vector<size_t> columns;     // [dimensions] of the file
  std::vector<const char*> empty;  // [dimensions] a member for empty fields
};

DataSet Load(const RealSet& real, const std::string& path) {
  DataSet set;
  set.title = absl::StrCat(real.file, " (real)");
  set.spec.name = real.metric;
  set.spec.period = {real.unit, 1};
  set.spec.dimensions = real.dimensions;
  set.spec.over_time = Additivity::kOverlaps;
  set.buckets = BucketsOf(real.unit);
  set.import_statement = absl::StrCat("IMPORT '", path, "' INTO ", real.metric,
                                      " (TIME date, VALUE value");
  for (size_t i = 0; i < real.dimensions.size(); ++i) {
    const std::string header = kHeaders[real.columns[i]];
    absl::StrAppend(&set.import_statement, ", ", header);
    if (header != real.dimensions[i].name) {
      absl::StrAppend(&set.import_statement, " AS ", real.dimensions[i].name);
    }
    if (real.empty[i] != nullptr) {
      absl::StrAppend(&set.import_statement, " EMPTY '", real.empty[i], "'");
    }
  }
  set.import_statement.append(")");

  const std::string file = ReadGzip(path);
  absl::string_view rest = file;
  TakeLine(&rest);  // the header
  while (!rest.empty()) {
    const std::vector<std::string> fields = TakeLine(&rest);
    if (fields.size() != kValueColumn + 1) FAIL("a line of " << path);
    DataSet::Row row;
    row.d = fields[0];
    for (size_t i = 0; i < real.columns.size(); ++i) {
      const std::string& field = fields[real.columns[i]];
      const bool named = field.empty() && real.empty[i] != nullptr;
      row.members.push_back(named ? real.empty[i] : field);
    }
    int64_t value = 0;
    if (!absl::SimpleAtoi(fields[kValueColumn], &value)) {
      FAIL("a value: " << fields[kValueColumn]);
    }
    row.value = value;
    set.rows.push_back(std::move(row));
  }
  return set;
}

}  // namespace

std::vector<DataSet> RealSets(const std::string& directory) {
  constexpr Additivity kAdds = Additivity::kAdds;
  constexpr Additivity kOverlaps = Additivity::kOverlaps;
  const std::vector<RealSet> known = {
      // An installation has one version; an empty one is unknown.
      {"thunderbird_dau_daily",
       "tb_daily",
       Unit::kDay,
       {{"version", kAdds}},
       {2},
       {"unknown"}},
      {"thunderbird_platform_weekly",
       "tb_platforms",
       Unit::kWeek,
       {{"platform", kOverlaps}},
       {3},
       {"unknown"}},
      // EU overlaps its members.
      {"github_innovation_quarterly",
       "github",
       Unit::kQuarter,
       {{"measure", kOverlaps}, {"topic", kOverlaps}, {"region", kOverlaps}},
       {1, 2, 4},
       {nullptr, "none", "none"}},
  };
  std::vector<DataSet> sets;
  for (const RealSet& real : known) {
    const std::string path = absl::StrCat(directory, "/", real.file, ".csv.gz");
    if (!std::filesystem::exists(path)) {
      std::printf("  %s: not there, NOT RUN (FOOTFALL_DATA names its folder)\n",
                  path.c_str());
      continue;
    }
    sets.push_back(Load(real, path));
  }
  return sets;
}

}  // namespace footfall::oracle
