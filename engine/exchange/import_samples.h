// From rows of files to samples of metrics, all or none.

#ifndef FOOTFALL_ENGINE_EXCHANGE_IMPORT_SAMPLES_H_
#define FOOTFALL_ENGINE_EXCHANGE_IMPORT_SAMPLES_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "engine/exchange/csv_fields.h"
#include "engine/exchange/table_walk.h"
#include "footfall/csv_import.h"
#include "footfall/database.h"
#include "footfall/hash_table.h"

namespace footfall::engine {

// One reading of the files.
class ImportSamples {
 public:
  // A sample that rows of different values name.
  struct Clash {
    size_t metric = 0;
    BulkLoader::Clash sample = {};
  };

  // `compares_dates`: whether to look for rows of one sample with different
  // dates. If not, and dates turn out to lie differently within their steps,
  // Run() leaves off with must_compare_dates().
  ImportSamples(Database& database, const ImportSpec& spec,
                const ImportOptions& options,
                const std::vector<std::shared_ptr<const Metric>>& metrics,
                const std::vector<std::string>& files, bool compares_dates,
                bool keeps_rejects = true)
      : database_(database),
        spec_(spec),
        options_(options),
        metrics_(metrics),
        compares_dates_(compares_dates),
        walk_(spec, options, metrics_, files, keeps_rejects) {}

  absl::StatusOr<ImportReport> Run();
  bool must_compare_dates() const { return must_compare_dates_; }
  bool is_pipe() const { return walk_.is_pipe(); }
  // After Run() failed with them: what clashes, and of how many samples.
  const std::vector<Clash>& clashes() const { return clashes_; }
  uint64_t clash_count() const { return clash_count_; }

  // Instead of Run(), of the same files and spec: a sentence for each clash
  // that names the lines of two rows with different values.
  absl::StatusOr<std::vector<std::string>> FindLines(
      const std::vector<Clash>& clashes);

 private:
  // A date that was given for a cell.
  struct GivenDate {
    StepPlace::Offset offset;
    uint64_t line;
  };
  // The first row that named a sample that clashes.
  struct Mention {
    Clash clash;
    std::string place;
    std::string value;
    std::map<std::string, std::string> fields;  // by name of column
    std::string sentence;                       // once the second was found
  };

  absl::Status Start();
  absl::Status TakeRow(const CsvRecord& record);
  // Reads the times of a row; false where it was rejected.
  absl::StatusOr<bool> ReadTimes(const CsvRecord& record);
  // Compares the row's members with the row's before, and keeps them.
  void ReadMembers(absl::Span<const absl::string_view> fields);
  absl::string_view MemberOf(size_t dimension);
  // members_ of a value of the row.
  void ReadMemberNames(const CsvColumns::Value& value);
  // The loader's number of the series of a value; false where a member of the
  // row is no text, and the row was rejected.
  absl::StatusOr<bool> FindSeries(const CsvRecord& record, size_t value);
  bool IsNull(absl::string_view field) const;
  // Whether the row's date agrees with what was given for its cell.
  absl::StatusOr<bool> DateAgrees(size_t metric, uint32_t series,
                                  const StepPlace& place, uint64_t line);
  void Compare(const CsvRecord& record, size_t value, uint32_t series,
               int64_t step);
  absl::Status Flush(size_t metric);
  absl::Status Store();
  absl::Status AddNotes();

  Database& database_;
  const ImportSpec& spec_;
  const ImportOptions& options_;
  const std::vector<std::shared_ptr<const Metric>> metrics_;
  const bool compares_dates_;
  TableWalk walk_;

  std::vector<std::unique_ptr<BulkLoader>> loaders_;  // [metric]
  std::vector<std::vector<BulkLoader::Row>> rows_;    // [metric] on their way
  std::vector<std::vector<bool>> used_;               // [metric][series]
  std::vector<ValueFields> value_fields_;             // [metric]
  std::vector<TimeFields> times_;  // of the distinct grids of the metrics
  std::vector<size_t> time_of_;    // [metric] index into times_
  std::vector<StepPlace> places_;  // of the row, [times_]
  std::vector<std::pair<size_t, BulkLoader::Row>> taken_;  // of it, by value
  std::string joined_time_;

  // Of the row before: its members as they stand in the file, by dimension, and
  // series by value, where they are known.
  std::optional<size_t> members_of_;  // the file that the row before was of
  std::vector<std::string> last_fields_;
  std::vector<std::optional<uint32_t>> series_;
  std::vector<std::string> written_;        // as they are stored, where that
  std::vector<absl::string_view> members_;  // is not as they stand there
  std::vector<FlatHashMap<std::string, std::string>> spellings_;
  std::map<size_t, uint64_t> unnamed_;  // [field] values that are left out
  std::vector<uint64_t> empty_;         // [dimension] rows with an empty field

  std::optional<StepPlace::Offset> offset_;  // of every row so far
  bool must_compare_dates_ = false;
  FlatHashMap<std::pair<uint64_t, int64_t>, GivenDate> dates_;

  std::vector<Mention> mentions_;  // only while lines are looked for
  std::vector<Clash> clashes_;
  uint64_t clash_count_ = 0;
  std::string reason_;
};

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_EXCHANGE_IMPORT_SAMPLES_H_
