#include "storage/store/log_tail.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "storage/base/bytes.h"
#include "storage/base/status_macros.h"
#include "storage/store/log_check.h"
#include "storage/store/log_frames.h"

namespace footfall::storage {
namespace {

namespace fs = std::filesystem;

}  // namespace

absl::StatusOr<std::optional<uint64_t>> LogTail::FindNextLog() const {
  std::optional<uint64_t> next;
  std::error_code error;
  fs::directory_iterator entry(path_, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const std::string file = entry->path().filename().string();
    absl::string_view name = file;
    uint64_t number = 0;
    if (absl::ConsumeSuffix(&name, ".log") && absl::SimpleAtoi(name, &number) &&
        number > place_.log && number < next.value_or(UINT64_MAX)) {
      next = number;
    }
  }
  if (!error) return next;
  return absl::UnavailableError(
      absl::StrCat(path_, ": cannot be read: ", error.message()));
}

absl::Status LogTail::Hold() {
  if (file_.has_value() || place_.log == 0) return absl::OkStatus();
  FOOTFALL_ASSIGN_OR_RETURN(
      FolderFile file,
      FolderFile::Open(absl::StrCat(path_, "/", LogName(place_.log))));
  file_.emplace(std::move(file));
  return absl::OkStatus();
}

void LogTail::Take(absl::string_view batch, std::vector<std::string>* batches,
                   Found* found) {
  if (batch.size() < kBatchHeaderSize) {
    found->goes_on = false;
    return;
  }
  const uint64_t first = LoadU64(batch.data());
  const uint64_t count = LoadU32(batch.data() + sizeof(uint64_t));
  if (count == 0) return;
  if (!any_taken_ && first + count - 1 <= last_sequence_) return;
  if (first <= last_sequence_) {
    found->goes_on = false;
    return;
  }
  // Some changes are in no log, so that numbers have gaps; but between two logs
  // one may have been dropped.
  if (!any_taken_in_log_ && first != last_sequence_ + 1 &&
      !found->gap_after_log.has_value()) {
    found->gap_after_log = log_before_;
  }
  any_taken_ = true;
  any_taken_in_log_ = true;
  last_sequence_ = first + count - 1;
  batches->emplace_back(batch);
}

absl::StatusOr<LogTail::Found> LogTail::Read(
    std::vector<std::string>* batches) {
  Found found;
  while (true) {
    // Before the reading: where there is a next log, the present one is whole.
    FOOTFALL_ASSIGN_OR_RETURN(const std::optional<uint64_t> next,
                              FindNextLog());
    if (const absl::Status held = Hold(); absl::IsNotFound(held)) {
      found.goes_on = false;
      return found;
    } else if (!held.ok()) {
      return held;
    }
    if (file_.has_value()) {
      FOOTFALL_ASSIGN_OR_RETURN(
          place_.offset, ReadLogFramesFrom(*file_, place_.offset,
                                           [&](absl::string_view batch) {
                                             if (found.goes_on)
                                               Take(batch, batches, &found);
                                             return absl::OkStatus();
                                           }));
    }
    if (!found.goes_on || !next.has_value()) return found;
    log_before_ = place_.log;
    place_ = {*next, 0};
    file_.reset();
    any_taken_in_log_ = false;
  }
}

}  // namespace footfall::storage
