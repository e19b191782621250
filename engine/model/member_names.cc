#include "footfall/member_names.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "footfall/hash_table.h"

namespace footfall {
namespace {

constexpr MemberId kMaxMembers = 1'000'000;
constexpr size_t kMaxGroups = 5;
constexpr size_t kMaxShown = 5;

struct Folding {
  uint32_t code;
  const char* lower;   // UTF-8
  const char* folded;  // likewise
};
constexpr Folding kFoldings[] = {
#include "engine/model/fold_table.inc"
};

// The character at the front of `text`, which is not empty; a byte that begins
// none is one by itself.
absl::string_view FirstCharacter(absl::string_view text, uint32_t* code) {
  const auto byte = static_cast<unsigned char>(text[0]);
  const size_t size = byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
  *code = size == 1 ? byte : byte & (0xFF >> (size + 1));
  if (byte >= 0x80 && byte < 0xC0) *code = 0;
  for (size_t i = 1; i < size; ++i) {
    if (i >= text.size() || (text[i] & 0xC0) != 0x80) {
      *code = 0;
      return text.substr(0, 1);
    }
    *code = *code << 6 | (text[i] & 0x3F);
  }
  return text.substr(0, *code == 0 ? 1 : size);
}

const Folding* FindFolding(uint32_t code) {
  const auto* const found =
      std::lower_bound(std::begin(kFoldings), std::end(kFoldings), code,
                       [](const Folding& folding, uint32_t wanted) {
                         return folding.code < wanted;
                       });
  return found != std::end(kFoldings) && found->code == code ? found : nullptr;
}

template <typename Change>
std::string Changed(absl::string_view name, Change change) {
  std::string out;
  while (!name.empty()) {
    uint32_t code;
    const absl::string_view character = FirstCharacter(name, &code);
    name.remove_prefix(character.size());
    const Folding* const folding = code < 0x80 ? nullptr : FindFolding(code);
    if (folding != nullptr) {
      out += change(*folding);
    } else if (character.size() == 1) {
      out.push_back(
          absl::ascii_tolower(static_cast<unsigned char>(character[0])));
    } else {
      out.append(character.data(), character.size());
    }
  }
  return out;
}

bool IsBlank(uint32_t code) {
  return code == ' ' || code == '\t' || code == 0xA0 || code == 0x3000 ||
         (code >= 0x2000 && code <= 0x200B) || code == 0x202F || code == 0xFEFF;
}

std::string Shown(absl::string_view member) {
  return absl::StrCat("'", absl::StrReplaceAll(member, {{"'", "''"}}), "'");
}

}  // namespace

std::string CollapseBlanks(absl::string_view name) {
  std::string out;
  bool blank = false;
  while (!name.empty()) {
    uint32_t code;
    const absl::string_view character = FirstCharacter(name, &code);
    name.remove_prefix(character.size());
    if (IsBlank(code)) {
      blank = true;
      continue;
    }
    if (blank && !out.empty()) out.push_back(' ');
    blank = false;
    out.append(character.data(), character.size());
  }
  return out;
}

std::string FoldCase(absl::string_view name) {
  return Changed(name, [](const Folding& folding) { return folding.lower; });
}

std::string FoldName(absl::string_view name) {
  return CollapseBlanks(
      Changed(CollapseBlanks(name),
              [](const Folding& folding) { return folding.folded; }));
}

std::vector<std::vector<MemberId>> NearEqualMembers(const Snapshot& snapshot,
                                                    absl::string_view dimension,
                                                    size_t max_groups) {
  std::vector<std::vector<MemberId>> groups;
  FlatHashMap<std::string, MemberId> first;
  FlatHashMap<MemberId, size_t> group_of;  // by its first member
  // What is read under another name anyhow is no trouble.
  std::vector<bool> joined(snapshot.MemberCount(dimension));
  for (const auto& alias : snapshot.Aliases()) {
    if (alias->dimension != dimension) continue;
    const auto member = snapshot.FindMember(dimension, alias->old_name);
    if (member.has_value() && *member < joined.size()) joined[*member] = true;
  }
  for (MemberId id = 1; id < joined.size(); ++id) {
    if (joined[id]) continue;
    const auto [found, is_new] =
        first.try_emplace(FoldName(snapshot.MemberName(dimension, id)), id);
    if (is_new) continue;
    const auto [group, starts] =
        group_of.try_emplace(found->second, groups.size());
    if (starts) groups.push_back({found->second});
    groups[group->second].push_back(id);
  }
  std::sort(groups.begin(), groups.end());
  if (groups.size() > max_groups) groups.resize(max_groups);
  return groups;
}

std::string NearEqualNote(const Snapshot& snapshot,
                          absl::string_view dimension) {
  if (snapshot.MemberCount(dimension) > kMaxMembers) return "";
  std::string note;
  for (const std::vector<MemberId>& group :
       NearEqualMembers(snapshot, dimension, kMaxGroups)) {
    std::vector<std::string> names;
    for (const MemberId id : group) {
      if (names.size() == kMaxShown) break;
      names.push_back(Shown(snapshot.MemberName(dimension, id)));
    }
    absl::StrAppend(&note, note.empty() ? "" : "; ",
                    absl::StrJoin(names, ", "));
  }
  if (note.empty()) return note;
  return absl::StrCat(dimension,
                      " has members that differ in case, blanks or "
                      "form alone: ",
                      note, "; IMPORT joins them by TRIM and FOLD CASE");
}

}  // namespace footfall
