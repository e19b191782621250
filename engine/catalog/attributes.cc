#include "engine/catalog/attributes.h"

#include <limits>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/catalog/records.h"
#include "storage/base/status_macros.h"

namespace footfall::engine {
namespace {

// The first that there may be of its name, or of its name and member.
std::shared_ptr<const Attribute> FirstOf(const std::string& name,
                                         const std::string& member = "") {
  auto first = std::make_shared<Attribute>();
  first->name = name;
  first->member = member;
  return first;
}

}  // namespace

absl::Status AttributeTable::Load(uint32_t number, absl::string_view value) {
  FOOTFALL_ASSIGN_OR_RETURN(Attribute attribute, DecodeAttribute(value));
  const auto [at, added] = attributes_.emplace(
      std::make_shared<const Attribute>(std::move(attribute)), number);
  if (!added) {
    return absl::DataLossError(absl::StrCat(
        "catalog: attributes ", at->second, " and ", number, " are both the ",
        at->first->name, " of '", at->first->member, "'"));
  }
  next_number_ = number + 1;
  view_ = nullptr;
  return absl::OkStatus();
}

absl::Status AttributeTable::Check(
    absl::Span<const AttributeChange> changes) const {
  if (changes.empty()) return absl::OkStatus();
  if (next_number_ > std::numeric_limits<uint32_t>::max() - changes.size()) {
    return absl::ResourceExhaustedError("all numbers of attributes were given");
  }
  size_t count = attributes_.size();
  std::map<absl::string_view, absl::string_view> dimensions;  // by name
  for (const AttributeChange& change : changes) {
    if (change.removes) continue;
    const Attribute& attribute = change.attribute;
    auto dimension = dimensions.find(attribute.name);
    if (dimension == dimensions.end()) {
      const auto there = attributes_.lower_bound(FirstOf(attribute.name));
      const bool is_there =
          there != attributes_.end() && there->first->name == attribute.name;
      dimension =
          dimensions
              .emplace(attribute.name,
                       is_there ? there->first->dimension : attribute.dimension)
              .first;
    }
    if (dimension->second != attribute.dimension) {
      return absl::FailedPreconditionError(
          absl::StrCat(attribute.name, " is an attribute of ",
                       dimension->second, ", and cannot be one of ",
                       attribute.dimension, " too; another name can"));
    }
    count +=
        attributes_.contains(std::make_shared<Attribute>(attribute)) ? 0 : 1;
    if (count > kMaxAttributes) {
      return absl::ResourceExhaustedError(absl::StrCat(
          "a database holds ", kMaxAttributes, " attributes (kMaxAttributes)"));
    }
  }
  return absl::OkStatus();
}

AttributeTable::Counts AttributeTable::Apply(
    absl::Span<const AttributeChange> changes, StoreBatch* batch) {
  Counts counts;
  for (const AttributeChange& change : changes) {
    const Attribute& attribute = change.attribute;
    if (change.removes) {
      auto at =
          attributes_.lower_bound(FirstOf(attribute.name, attribute.member));
      while (at != attributes_.end() && at->first->name == attribute.name &&
             at->first->member == attribute.member &&
             at->first->dimension == attribute.dimension) {
        batch->Delete(Keyspace::kCatalog, AttributeKey(at->second));
        at = attributes_.erase(at);
        ++counts.removed;
        view_ = nullptr;
      }
      continue;
    }
    auto added = std::make_shared<const Attribute>(attribute);
    uint32_t number = next_number_;
    if (const auto found = attributes_.find(added);
        found != attributes_.end()) {
      if (*found->first == attribute) continue;
      number = found->second;
      attributes_.erase(found);
    } else {
      ++next_number_;
    }
    batch->Put(Keyspace::kCatalog, AttributeKey(number),
               EncodeAttribute(attribute));
    attributes_.emplace(std::move(added), number);
    ++counts.written;
    view_ = nullptr;
  }
  return counts;
}

std::shared_ptr<const AttributeList> AttributeTable::View() {
  if (view_ == nullptr) {
    auto list = std::make_shared<AttributeList>();
    list->reserve(attributes_.size());
    names_.clear();
    for (const auto& [attribute, number] : attributes_) {
      if (names_.empty() || names_.back() != attribute->name) {
        names_.push_back(attribute->name);
      }
      list->push_back(attribute);
    }
    view_ = std::move(list);
  }
  return view_;
}

}  // namespace footfall::engine
