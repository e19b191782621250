#include "engine/catalog/aliases.h"

#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/catalog/records.h"
#include "storage/base/status_macros.h"

namespace footfall::engine {

absl::Status AliasTable::Load(uint32_t number, absl::string_view value) {
  FOOTFALL_ASSIGN_OR_RETURN(Alias alias, DecodeAlias(value));
  const Key key(alias.dimension, alias.old_name);
  const auto [at, added] = aliases_.emplace(
      key, Entry{std::make_shared<const Alias>(std::move(alias)), number});
  if (!added) {
    return absl::DataLossError(
        absl::StrCat("catalog: aliases ", at->second.number, " and ", number,
                     " are both of '", key.second, "' in ", key.first));
  }
  next_number_ = number + 1;
  view_ = nullptr;
  return absl::OkStatus();
}

absl::Status AliasTable::Check(absl::Span<const AliasChange> changes) const {
  if (changes.empty()) return absl::OkStatus();
  if (next_number_ > std::numeric_limits<uint32_t>::max() - changes.size()) {
    return absl::ResourceExhaustedError("all numbers of aliases were given");
  }
  std::map<Key, std::string> next;  // new name by dimension and old one
  for (const auto& [key, entry] : aliases_) {
    next.emplace(key, entry.alias->new_name);
  }
  for (const AliasChange& change : changes) {
    const Alias& alias = change.alias;
    const Key key(alias.dimension, alias.old_name);
    if (change.removes) {
      next.erase(key);
      continue;
    }
    next[key] = alias.new_name;
    if (next.size() > kMaxAliases) {
      return absl::ResourceExhaustedError(absl::StrCat(
          "a database holds ", kMaxAliases, " aliases (kMaxAliases)"));
    }
    // There was no circle before, so that a new one goes through this alias;
    // no walk is longer than there are aliases.
    std::string chain = absl::StrCat("'", alias.old_name, "'");
    const std::string* name = &alias.new_name;
    for (size_t i = 0; i <= next.size(); ++i) {
      absl::StrAppend(&chain, " = '", *name, "'");
      if (*name == alias.old_name) {
        return absl::FailedPreconditionError(absl::StrCat(
            "aliases of ", alias.dimension, " would go in a circle: ", chain));
      }
      const auto found = next.find(Key(alias.dimension, *name));
      if (found == next.end()) break;
      name = &found->second;
    }
  }
  return absl::OkStatus();
}

AliasTable::Counts AliasTable::Apply(absl::Span<const AliasChange> changes,
                                     StoreBatch* batch) {
  Counts counts;
  for (const AliasChange& change : changes) {
    const Key key(change.alias.dimension, change.alias.old_name);
    const auto found = aliases_.find(key);
    if (change.removes) {
      if (found == aliases_.end()) continue;
      batch->Delete(Keyspace::kCatalog, AliasKey(found->second.number));
      aliases_.erase(found);
      ++counts.removed;
    } else {
      if (found != aliases_.end() && *found->second.alias == change.alias) {
        continue;
      }
      const uint32_t number =
          found != aliases_.end() ? found->second.number : next_number_++;
      batch->Put(Keyspace::kCatalog, AliasKey(number),
                 EncodeAlias(change.alias));
      aliases_[key] = {std::make_shared<const Alias>(change.alias), number};
      ++counts.written;
    }
    view_ = nullptr;
  }
  return counts;
}

std::shared_ptr<const AliasList> AliasTable::View() {
  if (view_ == nullptr) {
    auto list = std::make_shared<AliasList>();
    list->reserve(aliases_.size());
    for (const auto& [key, entry] : aliases_) list->push_back(entry.alias);
    view_ = std::move(list);
  }
  return view_;
}

}  // namespace footfall::engine
