#include "storage/store/log_overlay.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "storage/base/status_macros.h"

namespace footfall::storage {
namespace {

constexpr uint64_t kNodeBytes = 160;  // about, of a key and a version

class OverlaidIterator final : public StoreIterator {
 public:
  OverlaidIterator(std::unique_ptr<StoreIterator> base,
                   std::shared_ptr<const LogOverlay> overlay, uint64_t state,
                   Keyspace keyspace, absl::string_view begin,
                   absl::string_view end)
      : base_(std::move(base)),
        overlay_(std::move(overlay)),
        state_(state),
        keyspace_(keyspace),
        begin_(begin),
        end_(end) {}

  absl::StatusOr<bool> Next() override {
    if (!started_) return Seek(begin_);
    if (!at_end_) FOOTFALL_RETURN_IF_ERROR(Leave());
    return Arrive();
  }

  absl::StatusOr<bool> Seek(absl::string_view key) override {
    started_ = true;
    at_end_ = false;
    const absl::string_view from = std::max(key, absl::string_view(begin_));
    FOOTFALL_ASSIGN_OR_RETURN(has_base_, base_->Seek(from));
    changed_ =
        overlay_->FindFrom(state_, keyspace_, from, /*after=*/false, end_);
    return Arrive();
  }

  absl::string_view key() const override {
    return is_changed_ ? absl::string_view(changed_->key) : base_->key();
  }
  absl::string_view value() const override {
    return is_changed_ ? absl::string_view(value_) : base_->value();
  }
  bool stable() const override { return !is_changed_ && base_->stable(); }

 private:
  bool BaseIsHere() const {
    return has_base_ &&
           (!changed_.has_value() || base_->key() <= changed_->key);
  }
  bool ChangeIsHere() const {
    return changed_.has_value() &&
           (!has_base_ || changed_->key <= base_->key());
  }

  // Moves behind the first key of the two.
  absl::Status Leave() {
    const bool base = BaseIsHere();
    const bool change = ChangeIsHere();
    if (base) {
      FOOTFALL_ASSIGN_OR_RETURN(has_base_, base_->Next());
    }
    if (change) {
      changed_ = overlay_->FindFrom(state_, keyspace_, changed_->key,
                                    /*after=*/true, end_);
    }
    return absl::OkStatus();
  }

  // Stops at the first key that has a value.
  absl::StatusOr<bool> Arrive() {
    while (has_base_ || changed_.has_value()) {
      is_changed_ = ChangeIsHere();
      if (!is_changed_) return true;
      const KeyChange& change = changed_->change;
      const bool on_base = change.keeps_base && BaseIsHere();
      if (on_base || change.has_value) {
        value_.clear();
        if (on_base) absl::StrAppend(&value_, base_->value());
        value_ += change.bytes;
        return true;
      }
      FOOTFALL_RETURN_IF_ERROR(Leave());
    }
    at_end_ = true;
    is_changed_ = false;
    return false;
  }

  const std::unique_ptr<StoreIterator> base_;
  const std::shared_ptr<const LogOverlay> overlay_;
  const uint64_t state_;
  const Keyspace keyspace_;
  const std::string begin_;
  const std::string end_;
  bool started_ = false;
  bool at_end_ = false;
  bool has_base_ = false;
  std::optional<LogOverlay::Changed> changed_;
  bool is_changed_ = false;  // the present key
  std::string value_;        // of it
};

class OverlaidView final : public StoreView {
 public:
  OverlaidView(std::shared_ptr<const StoreView> base,
               std::shared_ptr<const LogOverlay> overlay, uint64_t state)
      : base_(std::move(base)), overlay_(std::move(overlay)), state_(state) {}

  absl::StatusOr<bool> GetPinned(Keyspace keyspace, absl::string_view key,
                                 PinnedValue* value) const override {
    std::optional<KeyChange> change = overlay_->Find(state_, keyspace, key);
    if (!change.has_value()) return base_->GetPinned(keyspace, key, value);
    auto bytes = std::make_shared<std::string>();
    bool has_value = change->has_value;
    if (change->keeps_base) {
      FOOTFALL_ASSIGN_OR_RETURN(const bool found,
                                base_->Get(keyspace, key, bytes.get()));
      if (!found) bytes->clear();
      has_value |= found;
    }
    if (!has_value) return false;
    *bytes += change->bytes;
    const absl::string_view whole = *bytes;
    value->Pin(whole, std::move(bytes));
    return true;
  }

  std::unique_ptr<StoreIterator> Scan(Keyspace keyspace,
                                      absl::string_view begin,
                                      absl::string_view end) const override {
    return std::make_unique<OverlaidIterator>(base_->Scan(keyspace, begin, end),
                                              overlay_, state_, keyspace, begin,
                                              end);
  }

 private:
  const std::shared_ptr<const StoreView> base_;
  const std::shared_ptr<const LogOverlay> overlay_;
  const uint64_t state_;
};

}  // namespace

LogOverlay::Version& LogOverlay::VersionAt(uint64_t state, Keyspace keyspace,
                                           absl::string_view key) {
  Keys& keys = keys_[static_cast<size_t>(keyspace)];
  auto found = keys.find(key);
  if (found == keys.end()) {
    found = keys.emplace(std::string(key), std::vector<Version>()).first;
    size_bytes_ += key.size() + kNodeBytes;
  }
  std::vector<Version>& versions = found->second;
  if (versions.empty() || versions.back().state != state) {
    versions.push_back({state, {}});
    size_bytes_ += sizeof(Version);
  }
  return versions.back();
}

void LogOverlay::Put(uint64_t state, Keyspace keyspace, absl::string_view key,
                     absl::string_view value) {
  MutexLock lock(&mutex_);
  VersionAt(state, keyspace, key).change = {/*keeps_base=*/false,
                                            /*has_value=*/true,
                                            std::string(value)};
  size_bytes_ += value.size();
}

void LogOverlay::Append(uint64_t state, Keyspace keyspace,
                        absl::string_view key, absl::string_view bytes) {
  MutexLock lock(&mutex_);
  KeyChange& change = VersionAt(state, keyspace, key).change;
  change.has_value = true;
  change.bytes.append(bytes.data(), bytes.size());
  size_bytes_ += bytes.size();
}

void LogOverlay::Delete(uint64_t state, Keyspace keyspace,
                        absl::string_view key) {
  MutexLock lock(&mutex_);
  VersionAt(state, keyspace, key).change = {/*keeps_base=*/false,
                                            /*has_value=*/false, std::string()};
}

std::optional<KeyChange> LogOverlay::Fold(const std::vector<Version>& versions,
                                          uint64_t state) {
  const auto after = std::upper_bound(
      versions.begin(), versions.end(), state,
      [](uint64_t wanted, const Version& v) { return wanted < v.state; });
  const auto end = static_cast<size_t>(after - versions.begin());
  if (end == 0) return std::nullopt;
  size_t begin = end - 1;  // the last that does not build on one before
  while (begin > 0 && versions[begin].change.keeps_base) --begin;
  KeyChange change = versions[begin].change;
  for (size_t i = begin + 1; i < end; ++i) {
    change.has_value |= versions[i].change.has_value;
    change.bytes += versions[i].change.bytes;
  }
  return change;
}

std::optional<KeyChange> LogOverlay::Find(uint64_t state, Keyspace keyspace,
                                          absl::string_view key) const {
  ReaderMutexLock lock(&mutex_);
  const Keys& keys = keys_[static_cast<size_t>(keyspace)];
  const auto found = keys.find(key);
  if (found == keys.end()) return std::nullopt;
  return Fold(found->second, state);
}

std::optional<LogOverlay::Changed> LogOverlay::FindFrom(
    uint64_t state, Keyspace keyspace, absl::string_view key, bool after,
    absl::string_view end) const {
  ReaderMutexLock lock(&mutex_);
  const Keys& keys = keys_[static_cast<size_t>(keyspace)];
  auto at = after ? keys.upper_bound(key) : keys.lower_bound(key);
  for (; at != keys.end(); ++at) {
    if (!end.empty() && at->first >= end) return std::nullopt;
    std::optional<KeyChange> change = Fold(at->second, state);
    if (change.has_value()) return Changed{at->first, *std::move(change)};
  }
  return std::nullopt;
}

std::unique_ptr<StoreView> NewOverlaidView(
    std::shared_ptr<const StoreView> base,
    std::shared_ptr<const LogOverlay> overlay, uint64_t state) {
  return std::make_unique<OverlaidView>(std::move(base), std::move(overlay),
                                        state);
}

}  // namespace footfall::storage
