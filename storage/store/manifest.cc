#include "storage/store/manifest.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "storage/base/status_macros.h"
#include "storage/base/varint.h"

namespace footfall::storage {
namespace {

enum Tag : uint64_t {
  kComparator = 1,
  kLogNumber = 2,
  kNextFile = 3,
  kLastSequence = 4,
  kCompactCursor = 5,
  kDeletedTable = 6,
  kPrevLogNumber = 9,
  kMinLogToKeep = 10,
  kNewTable = 103,
  kFamily = 200,
  kFamilyAdd = 201,
  kFamilyDrop = 202,
  kMaxFamily = 203,
  kInGroup = 300,
  // A field with this bit is a length and bytes, and may be passed over.
  kMayIgnore = 1 << 13,
};
constexpr uint64_t kLastTableField = 1;
constexpr size_t kSequenceSize = 8;  // at the end of a key inside a table

bool TakeBytes(absl::string_view* in, absl::string_view* bytes) {
  absl::string_view rest = *in;
  uint64_t size = 0;
  if (!TakeVarint(&rest, &size) || size > rest.size()) return false;
  *bytes = rest.substr(0, size);
  *in = rest.substr(size);
  return true;
}

void PutBytes(absl::string_view bytes, std::string* out) {
  PutVarint(bytes.size(), out);
  out->append(bytes.data(), bytes.size());
}

void PutField(Tag tag, uint64_t number, std::string* out) {
  PutVarint(tag, out);
  PutVarint(number, out);
}

// Moves the rest of a new table's field from the front of *in.
bool TakeTable(absl::string_view* in, uint64_t* number, ManifestTable* table) {
  uint64_t level = 0;
  uint64_t first_sequence = 0;
  absl::string_view smallest;
  absl::string_view largest;
  if (!TakeVarint(in, &level) || !TakeVarint(in, number) ||
      !TakeVarint(in, &table->size_bytes) || !TakeBytes(in, &smallest) ||
      !TakeBytes(in, &largest) || smallest.size() < kSequenceSize ||
      largest.size() < kSequenceSize || !TakeVarint(in, &first_sequence) ||
      !TakeVarint(in, &table->largest_sequence)) {
    return false;
  }
  smallest.remove_suffix(kSequenceSize);
  largest.remove_suffix(kSequenceSize);
  table->smallest_key = std::string(smallest);
  table->largest_key = std::string(largest);
  while (true) {
    uint64_t tag = 0;
    absl::string_view bytes;
    if (!TakeVarint(in, &tag)) return false;
    if (tag == kLastTableField) return true;
    if (!TakeBytes(in, &bytes)) return false;
  }
}

}  // namespace

struct ManifestReader::Edit {
  uint32_t family = 0;
  std::optional<std::string> added_family;
  bool drops_family = false;
  std::optional<std::string> comparator;
  std::optional<uint64_t> log_number;
  std::optional<uint64_t> next_file;
  std::optional<uint64_t> last_sequence;
  std::optional<uint64_t> min_log_to_keep;
  std::optional<uint64_t> left_in_group;
  std::vector<uint64_t> deleted;
  std::vector<std::pair<uint64_t, ManifestTable>> added;
  std::vector<std::string> other_fields;

  absl::Status Parse(absl::string_view in) {
    while (!in.empty()) {
      const absl::string_view field = in;
      uint64_t tag = 0;
      if (!TakeVarint(&in, &tag)) return Damage("tag");
      FOOTFALL_RETURN_IF_ERROR(ParseField(tag, &in));
      const size_t size = field.size() - in.size();
      if (tag == kNewTable) {
        added.back().second.field = std::string(field.substr(0, size));
      } else if ((tag & kMayIgnore) != 0) {
        other_fields.emplace_back(field.substr(0, size));
      }
    }
    return absl::OkStatus();
  }

 private:
  static absl::Status Damage(absl::string_view what) {
    return absl::DataLossError(
        absl::StrCat("an edit ends or breaks within its ", what));
  }

  absl::Status ParseField(uint64_t tag, absl::string_view* in) {
    uint64_t number = 0;
    absl::string_view bytes;
    const auto take_number = [&](std::optional<uint64_t>* out) {
      if (!TakeVarint(in, &number)) return Damage("numbers");
      if (out != nullptr) *out = number;
      return absl::OkStatus();
    };
    switch (tag) {
      case kLogNumber:
        return take_number(&log_number);
      case kNextFile:
        return take_number(&next_file);
      case kLastSequence:
        return take_number(&last_sequence);
      case kMinLogToKeep:
        return take_number(&min_log_to_keep);
      case kInGroup:
        return take_number(&left_in_group);
      case kPrevLogNumber:
      case kMaxFamily:
        return take_number(nullptr);
      case kFamily:
        FOOTFALL_RETURN_IF_ERROR(take_number(nullptr));
        if (number > std::numeric_limits<uint32_t>::max()) {
          return Damage("column family");
        }
        family = static_cast<uint32_t>(number);
        return absl::OkStatus();
      case kFamilyDrop:
        drops_family = true;
        return absl::OkStatus();
      case kComparator:
        if (!TakeBytes(in, &bytes)) return Damage("comparator");
        comparator = std::string(bytes);
        return absl::OkStatus();
      case kFamilyAdd:
        if (!TakeBytes(in, &bytes)) return Damage("column family");
        added_family = std::string(bytes);
        return absl::OkStatus();
      case kCompactCursor:
        if (!TakeVarint(in, &number) || !TakeBytes(in, &bytes)) {
          return Damage("compaction cursor");
        }
        return absl::OkStatus();
      case kDeletedTable:
        if (!TakeVarint(in, &number)) return Damage("deleted table");
        FOOTFALL_RETURN_IF_ERROR(take_number(nullptr));
        deleted.push_back(number);
        return absl::OkStatus();
      case kNewTable: {
        ManifestTable table;
        if (!TakeTable(in, &number, &table)) return Damage("new table");
        added.emplace_back(number, std::move(table));
        return absl::OkStatus();
      }
      default:
        if ((tag & kMayIgnore) == 0) {
          return absl::UnimplementedError(absl::StrCat(
              "an edit has a field ", tag, ", which this build does not know"));
        }
        return TakeBytes(in, &bytes) ? absl::OkStatus() : Damage("fields");
    }
  }
};

absl::StatusOr<EditFacts> ReadEditFacts(absl::string_view bytes) {
  ManifestReader::Edit edit;
  FOOTFALL_RETURN_IF_ERROR(edit.Parse(bytes));
  EditFacts facts;
  for (const auto& [number, table] : edit.added) facts.added.push_back(number);
  facts.removed = std::move(edit.deleted);
  facts.family = edit.family;
  facts.log_number = edit.log_number;
  facts.min_log_to_keep = edit.min_log_to_keep;
  return facts;
}

ManifestReader::ManifestReader() { state_.families[0].name = "default"; }

absl::Status ManifestReader::AddEdit(absl::string_view bytes) {
  Edit edit;
  FOOTFALL_RETURN_IF_ERROR(edit.Parse(bytes));
  if (!edit.left_in_group.has_value()) return Apply(edit);
  group_.emplace_back(bytes);
  if (*edit.left_in_group > 0) return absl::OkStatus();
  for (const std::string& waiting : group_) {
    Edit again;
    FOOTFALL_RETURN_IF_ERROR(again.Parse(waiting));
    FOOTFALL_RETURN_IF_ERROR(Apply(again));
  }
  group_.clear();
  return absl::OkStatus();
}

absl::Status ManifestReader::Apply(const Edit& edit) {
  if (edit.added_family.has_value()) {
    const auto [family, is_new] = state_.families.try_emplace(edit.family);
    if (!is_new) {
      return absl::DataLossError(absl::StrCat("an edit adds column family ",
                                              edit.family, ", which is there"));
    }
    family->second.name = *edit.added_family;
  }
  // The first family, "default", is always there.
  if (edit.drops_family) {
    if (edit.family == 0 || state_.families.erase(edit.family) == 0) {
      return absl::DataLossError(
          absl::StrCat("an edit drops column family ", edit.family,
                       ", which cannot be dropped or is not there"));
    }
    return absl::OkStatus();
  }
  const auto found = state_.families.find(edit.family);
  if (found == state_.families.end()) {
    return absl::DataLossError(absl::StrCat(
        "an edit of column family ", edit.family, ", which is not there"));
  }
  ManifestFamily& family = found->second;
  if (edit.comparator.has_value()) family.comparator = *edit.comparator;
  if (edit.log_number.has_value()) {
    family.log_number = std::max(family.log_number, *edit.log_number);
  }
  for (const uint64_t number : edit.deleted) {
    if (family.tables.erase(number) == 0) {
      return absl::DataLossError(absl::StrCat("an edit removes table ", number,
                                              ", which is not there"));
    }
  }
  for (const auto& [number, table] : edit.added) {
    family.tables[number] = table;
    state_.ever_named.insert(number);
  }
  if (edit.next_file.has_value()) state_.next_file = *edit.next_file;
  if (edit.last_sequence.has_value()) {
    state_.last_sequence = *edit.last_sequence;
  }
  if (edit.min_log_to_keep.has_value()) {
    state_.min_log_to_keep =
        std::max(state_.min_log_to_keep, *edit.min_log_to_keep);
  }
  for (const std::string& field : edit.other_fields) {
    state_.other_fields.push_back(field);
  }
  return absl::OkStatus();
}

ManifestState ManifestReader::Finish() && { return std::move(state_); }

std::map<uint64_t, const ManifestTable*> ManifestState::AllTables() const {
  std::map<uint64_t, const ManifestTable*> all;
  for (const auto& [id, family] : families) {
    for (const auto& [number, table] : family.tables) all[number] = &table;
  }
  return all;
}

uint64_t ManifestState::FirstLog() const {
  uint64_t first = std::numeric_limits<uint64_t>::max();
  for (const auto& [id, family] : families) {
    first = std::min(first, family.log_number);
  }
  return families.empty() ? 0 : first;
}

absl::StatusOr<ManifestFile> ReadManifest(const std::string& path) {
  ManifestReader reader;
  ManifestFile file;
  FOOTFALL_ASSIGN_OR_RETURN(
      file.end,
      ReadLogFrames(path, [&](uint64_t offset, absl::string_view record) {
        const absl::Status status = reader.AddEdit(record);
        if (status.ok()) return status;
        return absl::Status(
            status.code(),
            absl::StrCat(path, " at ", offset, ": ", status.message()));
      }));
  file.state = std::move(reader).Finish();
  return file;
}

std::vector<std::string> EncodeManifest(const ManifestState& state) {
  std::vector<std::string> edits;
  const auto put_family = [](uint32_t id, std::string* edit) {
    if (id != 0) PutField(kFamily, id, edit);
  };
  uint32_t last_family = 0;
  for (const auto& [id, family] : state.families) {
    last_family = std::max(last_family, id);
    std::string& declared = edits.emplace_back();
    PutVarint(kComparator, &declared);
    PutBytes(family.comparator, &declared);
    put_family(id, &declared);
    if (id != 0) {
      PutVarint(kFamilyAdd, &declared);
      PutBytes(family.name, &declared);
    }
    std::string& filled = edits.emplace_back();
    PutField(kLogNumber, family.log_number, &filled);
    for (const auto& [number, table] : family.tables) filled += table.field;
    put_family(id, &filled);
  }
  std::string& numbers = edits.emplace_back();
  PutField(kPrevLogNumber, 0, &numbers);
  PutField(kNextFile, state.next_file, &numbers);
  PutField(kLastSequence, state.last_sequence, &numbers);
  PutField(kMaxFamily, last_family, &numbers);
  if (state.min_log_to_keep > 0) {
    PutField(kMinLogToKeep, state.min_log_to_keep, &numbers);
  }
  return edits;
}

}  // namespace footfall::storage
