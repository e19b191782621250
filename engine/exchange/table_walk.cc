#include "engine/exchange/table_walk.h"

#include <glob.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/exchange/csv_fields.h"
#include "engine/exchange/table_sniffer.h"
#include "storage/base/status_macros.h"

namespace footfall::engine {
namespace {

constexpr uint64_t kRowsPerStop = 1000;
constexpr uint64_t kRowsPerProgress = 1 << 14;

// Bytes of a regular file; 0 of any other.
uint64_t FileBytes(const std::string& path) {
  struct stat status = {};
  const bool known = path != "-" && stat(path.c_str(), &status) == 0;
  return known && S_ISREG(status.st_mode)
             ? static_cast<uint64_t>(status.st_size)
             : 0;
}

bool IsEmptyRow(absl::Span<const absl::string_view> fields) {
  return std::all_of(fields.begin(), fields.end(), [](absl::string_view field) {
    return absl::StripAsciiWhitespace(field).empty();
  });
}

}  // namespace

absl::StatusOr<std::vector<std::string>> FilesOf(const std::string& path) {
  std::error_code ignored;
  if (path.find_first_of("*?[") == std::string::npos ||
      std::filesystem::exists(path, ignored)) {
    return std::vector<std::string>{path};
  }
  glob_t found = {};
  const int result = glob(path.c_str(), 0, nullptr, &found);
  std::vector<std::string> files(found.gl_pathv,
                                 found.gl_pathv + found.gl_pathc);
  globfree(&found);
  if (result == GLOB_NOSPACE) {
    return absl::ResourceExhaustedError(
        absl::StrCat(path, ": no memory for the files that it matches"));
  }
  if (files.empty()) {
    return absl::NotFoundError(absl::StrCat(path, " matches no file"));
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string TableWalk::ShownPath() const {
  return spec_.path == "-" ? "stdin" : spec_.path;
}

std::string TableWalk::Place(uint64_t line) const {
  return files_.size() == 1
             ? absl::StrCat("line ", line)
             : absl::StrCat(files_[std::min(file_, files_.size() - 1)],
                            ", line ", line);
}

absl::Status TableWalk::Read(Take take) {
  bytes_total_ = 0;
  for (const std::string& path : files_) {
    const uint64_t bytes = FileBytes(path);
    bytes_total_ = bytes == 0 ? 0 : bytes_total_ + bytes;
    if (bytes == 0) break;
  }
  for (file_ = 0; file_ < files_.size() && !stopped_; ++file_) {
    FOOTFALL_RETURN_IF_ERROR(OpenFile(files_[file_]));
    FOOTFALL_RETURN_IF_ERROR(ReadFile(take));
    bytes_before_ += std::exchange(bytes_read_, 0);
  }
  if (!stopped_) file_ = files_.size() - 1;
  return absl::OkStatus();
}

absl::Status TableWalk::OpenFile(const std::string& path) {
  stream_.reset();
  const auto stop = std::make_shared<StopAnywhere>(options_.stop);
  FOOTFALL_ASSIGN_OR_RETURN(
      TableFile table,
      OpenTable(path, spec_.dialect, [stop] { return stop->Ask(); }));
  stream_ = std::make_unique<RecordStream>(std::move(table.reader), stop);
  is_pipe_ = stream_->bytes_total() == 0;
  FOOTFALL_ASSIGN_OR_RETURN(
      columns_, MapColumns(spec_, path, metrics_, table.sniffed.header));
  for (const std::string& finding : table.sniffed.findings) {
    std::string note = absl::StrCat("found in the file: ", finding);
    std::vector<std::string>& notes = report_.notes;
    if (std::find(notes.begin(), notes.end(), note) == notes.end()) {
      notes.push_back(std::move(note));
    }
  }
  return file_ == 0 && keeps_rejects_ ? OpenRejects() : absl::OkStatus();
}

absl::Status TableWalk::OpenRejects() {
  if (!spec_.rejects_path.has_value()) return absl::OkStatus();
  for (const std::string& path : files_) {
    std::error_code ignored;
    if (std::filesystem::equivalent(path, *spec_.rejects_path, ignored)) {
      return absl::InvalidArgumentError(
          absl::StrCat("rejects: ", *spec_.rejects_path,
                       " is the file to "
                       "import itself"));
    }
  }
  FOOTFALL_ASSIGN_OR_RETURN(
      rejects_, RejectFile::Create(*spec_.rejects_path, columns_.header,
                                   files_.size() > 1));
  rejects_header_ = columns_.header;
  return absl::OkStatus();
}

absl::Status TableWalk::ReadFile(Take take) {
  while (!stopped_) {
    FOOTFALL_ASSIGN_OR_RETURN(const CsvBatch* const batch, stream_->Next());
    if (batch->records.empty()) break;
    bytes_read_ = batch->bytes_read;
    for (const CsvRecord& record : batch->records) {
      FOOTFALL_RETURN_IF_ERROR(ReadRecord(record, take));
      if (stopped_) break;
    }
  }
  return absl::OkStatus();
}

absl::Status TableWalk::ReadRecord(const CsvRecord& record, Take take) {
  const size_t width = columns_.header.size();
  // Hardly any row begins with nothing.
  const bool may_be_empty =
      record.problem.empty() &&
      (record.fields[0].empty() || record.fields[0][0] == ' ');
  if (may_be_empty && IsEmptyRow(record.fields)) return absl::OkStatus();
  ++report_.rows;
  if (report_.rows % kRowsPerStop == 0) {
    FOOTFALL_RETURN_IF_ERROR(AskStop(options_.stop));
  }
  if (report_.rows % kRowsPerProgress == 0) {
    FOOTFALL_RETURN_IF_ERROR(ReportProgress(/*storing=*/false));
  }
  if (!record.problem.empty()) {
    return Reject(record, std::nullopt, record.problem);
  }
  if (record.fields.size() != width) {
    return Reject(record, std::nullopt,
                  absl::StrCat("found ", record.fields.size(),
                               record.fields.size() == 1 ? " field" : " fields",
                               "; the header has ", width));
  }
  if (!columns_.where.empty() && !Fulfils(record.fields)) {
    ++report_.filtered;
    return absl::OkStatus();
  }
  return take(record);
}

bool TableWalk::Fulfils(absl::Span<const absl::string_view> fields) const {
  return std::all_of(columns_.where.begin(), columns_.where.end(),
                     [&](const CsvColumns::Condition& where) {
                       const auto& texts = where.condition->texts;
                       const bool found =
                           std::find(texts.begin(), texts.end(),
                                     fields[where.field]) != texts.end();
                       return found != where.condition->negated;
                     });
}

absl::Status TableWalk::Reject(const CsvRecord& record,
                               std::optional<size_t> field,
                               absl::string_view reason) {
  ++report_.rejected;
  std::string text(reason);
  if (field.has_value()) {
    text = absl::StrCat("column ", QuoteField(columns_.header[*field]), ": ",
                        reason);
  }
  if (report_.problems.size() < options_.max_problems) {
    report_.problems.push_back(absl::StrCat(
        Place(record.line), field.has_value() ? ", " : ": ", text));
  }
  if (rejects_ == nullptr) return absl::OkStatus();
  const std::string& file = files_[std::min(file_, files_.size() - 1)];
  if (!record.problem.empty()) {
    return rejects_->Add(file, record.line, text,
                         absl::MakeConstSpan(&record.text, 1));
  }
  if (columns_.header == rejects_header_ ||
      record.fields.size() != columns_.header.size()) {
    return rejects_->Add(file, record.line, text, record.fields);
  }
  // Under the names of the first file; what that has not is told in words.
  std::vector<absl::string_view> fields(rejects_header_.size());
  for (size_t i = 0; i < record.fields.size(); ++i) {
    const auto place = std::find(rejects_header_.begin(), rejects_header_.end(),
                                 columns_.header[i]);
    if (place == rejects_header_.end()) {
      absl::StrAppend(&text, "; ", QuoteField(columns_.header[i]), " is ",
                      QuoteField(record.fields[i]));
    } else {
      fields[static_cast<size_t>(place - rejects_header_.begin())] =
          record.fields[i];
    }
  }
  return rejects_->Add(file, record.line, text, fields);
}

absl::Status TableWalk::ReportProgress(bool storing, uint64_t rows_stored) {
  if (options_.progress == nullptr) return absl::OkStatus();
  const ImportProgress progress = {.rows = report_.rows,
                                   .bytes_read = bytes_before_ + bytes_read_,
                                   .bytes_total = bytes_total_,
                                   .storing = storing,
                                   .rows_stored = rows_stored};
  if (options_.progress(progress)) return absl::OkStatus();
  return absl::CancelledError(absl::StrCat(
      ShownPath(), ": the import was called off; nothing was imported"));
}

absl::Status TableWalk::Finish() {
  if (rejects_ != nullptr) return rejects_->Close();
  if (report_.rejected == 0) return absl::OkStatus();
  std::string message =
      absl::StrCat(ShownPath(), ": ", report_.rejected, " of ", report_.rows,
                   report_.rejected == 1 ? " rows does" : " rows do",
                   " not fit; nothing was imported\n  ",
                   absl::StrJoin(report_.problems, "\n  "));
  if (report_.rejected > report_.problems.size()) {
    absl::StrAppend(&message, "\n  and ",
                    report_.rejected - report_.problems.size(), " more");
  }
  return absl::InvalidArgumentError(message);
}

}  // namespace footfall::engine
