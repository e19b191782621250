// The rows of all files of an import, one after the other: those that are taken
// go on, those that do not fit are kept in words and in the rejects file.

#ifndef FOOTFALL_ENGINE_EXCHANGE_TABLE_WALK_H_
#define FOOTFALL_ENGINE_EXCHANGE_TABLE_WALK_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "engine/exchange/csv_columns.h"
#include "engine/exchange/csv_reader.h"
#include "engine/exchange/record_stream.h"
#include "engine/exchange/reject_file.h"
#include "footfall/csv_import.h"

namespace footfall::engine {

// The files that a path names: itself, or what its pattern matches, in order of
// their names. NOT_FOUND where a pattern matches none.
absl::StatusOr<std::vector<std::string>> FilesOf(const std::string& path);

class TableWalk {
 public:
  // `metrics` as MapColumns() takes them. All outlive the walk.
  // `keeps_rejects`: the rejects file is written.
  TableWalk(const ImportSpec& spec, const ImportOptions& options,
            absl::Span<const std::shared_ptr<const Metric>> metrics,
            std::vector<std::string> files, bool keeps_rejects)
      : spec_(spec),
        options_(options),
        metrics_(metrics),
        files_(std::move(files)),
        keeps_rejects_(keeps_rejects) {}

  // Calls `take` with each row that has the header's width, is not empty and
  // fulfils WHERE, until it answers an error or stop() was called. Errors as
  // ImportCsv(), but for what does not fit.
  using Take = absl::FunctionRef<absl::Status(const CsvRecord& record)>;
  absl::Status Read(Take take);
  void stop() { stopped_ = true; }

  // A row does not fit: for the report, and the rejects.
  absl::Status Reject(const CsvRecord& record, std::optional<size_t> field,
                      absl::string_view reason);
  // After Read(): INVALID_ARGUMENT names what does not fit, unless there is a
  // rejects file, which is closed.
  absl::Status Finish();
  // `rows_stored` counts where all is read.
  absl::Status ReportProgress(bool storing, uint64_t rows_stored = 0);

  size_t file() const { return file_; }                   // at hand: its number
  const CsvColumns& columns() const { return columns_; }  // of the file at hand
  bool takes_rejects() const { return spec_.rejects_path.has_value(); }
  // Whether a file is being read that cannot be read again.
  bool is_pipe() const { return is_pipe_; }
  // "line 17", with the file where there are several.
  std::string Place(uint64_t line) const;
  // The path or pattern, for messages.
  std::string ShownPath() const;
  ImportReport& report() { return report_; }

 private:
  absl::Status OpenFile(const std::string& path);
  absl::Status ReadFile(Take take);
  absl::Status ReadRecord(const CsvRecord& record, Take take);
  absl::Status OpenRejects();
  bool Fulfils(absl::Span<const absl::string_view> fields) const;

  const ImportSpec& spec_;
  const ImportOptions& options_;
  const absl::Span<const std::shared_ptr<const Metric>> metrics_;
  const std::vector<std::string> files_;
  const bool keeps_rejects_;

  size_t file_ = 0;  // at hand
  std::unique_ptr<RecordStream> stream_;
  CsvColumns columns_;
  std::unique_ptr<RejectFile> rejects_;
  std::vector<std::string> rejects_header_;  // of the first file
  uint64_t bytes_before_ = 0;                // of the files that are done
  uint64_t bytes_read_ = 0;                  // of the file at hand
  uint64_t bytes_total_ = 0;                 // of all; 0: not known
  bool is_pipe_ = false;
  bool stopped_ = false;
  ImportReport report_;
};

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_EXCHANGE_TABLE_WALK_H_
