#include "storage/store/log_check.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "storage/base/bytes.h"
#include "storage/base/status_macros.h"

namespace footfall::storage {
namespace {

// Whether the first batch of a record lacks the mark: batches are written
// together only if the first one is synced, or none.
bool WasSynced(absl::string_view record) {
  // Data for the log alone: u8 kind 3, varint size, bytes.
  constexpr absl::string_view kMark = "\x03\x01u";
  return record.size() < kBatchHeaderSize + kMark.size() ||
         record.substr(kBatchHeaderSize, kMark.size()) != kMark;
}

// Reads one log after the other.
class LogReader {
 public:
  LogReader(const ManifestState& state, std::vector<FolderDamage>* damage)
      : damage_(damage), last_(state.last_sequence) {
    for (const auto& [number, table] : state.AllTables()) {
      last_ = std::max(last_, table->largest_sequence);
    }
    last_sound_ = last_;
  }

  absl::Status Read(const std::string& path, const std::string& name,
                    LogFile* log) {
    log->is_needed = true;
    const absl::StatusOr<LogEnd> end = ReadLogFrames(
        path + "/" + name,
        [&](uint64_t offset, absl::string_view batch) {
          TakeBatch(name, offset, batch, log);
          return absl::OkStatus();
        },
        WasSynced);
    if (absl::IsNotFound(end.status())) return absl::OkStatus();  // dropped
    if (!end.ok()) return end.status();
    log->end = *end;
    if (!end->damage.empty()) {
      damage_->push_back({name, end->damage_offset, end->damage});
    }
    if (!is_broken_) log->sound_size_bytes = end->end;
    if (!end->damage.empty()) is_broken_ = true;
    return absl::OkStatus();
  }

  uint64_t last_sound() const { return last_sound_; }

 private:
  // The numbers of batches rise; those between are of changes that no log has.
  void TakeBatch(const std::string& name, uint64_t offset,
                 absl::string_view batch, LogFile* log) {
    ++log->record_count;
    std::string what;
    uint64_t count = 0;
    uint64_t sequence = 0;
    if (batch.size() < kBatchHeaderSize) {
      what = "its batch is shorter than a batch can be";
    } else {
      sequence = LoadU64(batch.data());
      count = LoadU32(batch.data() + sizeof(uint64_t));
      if (any_ && sequence <= last_) {
        what =
            absl::StrCat("its batch has number ", sequence, " after ", last_);
      }
    }
    if (!what.empty() && !is_broken_) {
      log->sound_size_bytes = offset;
      is_broken_ = true;
    }
    if (!what.empty()) damage_->push_back({name, offset, std::move(what)});
    if (count == 0) return;
    last_ = sequence + count - 1;
    if (!is_broken_) last_sound_ = last_;
    any_ = true;
  }

  std::vector<FolderDamage>* const damage_;
  uint64_t last_;
  uint64_t last_sound_;
  bool any_ = false;
  bool is_broken_ = false;  // no later batch can be added to those before
};

}  // namespace

uint64_t FirstNeededLog(const ManifestState& state) {
  return std::max(state.FirstLog(), state.min_log_to_keep);
}

absl::StatusOr<uint64_t> ReadLogs(const std::string& path,
                                  const ManifestState& state,
                                  std::map<uint64_t, LogFile>* logs,
                                  std::vector<FolderDamage>* damage) {
  LogReader reader(state, damage);
  for (auto& [number, log] : *logs) {
    if (number < FirstNeededLog(state)) continue;
    FOOTFALL_RETURN_IF_ERROR(reader.Read(path, LogName(number), &log));
  }
  return reader.last_sound();
}

std::string TableName(uint64_t number) {
  return absl::StrFormat("%06d.sst", number);
}
std::string LogName(uint64_t number) {
  return absl::StrFormat("%06d.log", number);
}
std::string ManifestName(uint64_t number) {
  return absl::StrFormat("MANIFEST-%06d", number);
}

}  // namespace footfall::storage
