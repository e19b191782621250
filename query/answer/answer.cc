#include "footfall/answer.h"
#include "query/answer/display_width.h"

namespace footfall {

absl::string_view CellKindName(CellKind kind) {
  switch (kind) {
    case CellKind::kNone:
      return "none";
    case CellKind::kFilled:
      return "filled";
    case CellKind::kExact:
      return "exact";
    case CellKind::kUpper:
      return "upper";
    case CellKind::kLower:
      return "lower";
    case CellKind::kRange:
      return "range";
  }
  return "none";
}

const std::shared_ptr<const std::vector<std::string>>& CellKindNames() {
  static const auto* const kNames = [] {
    auto names = std::make_shared<std::vector<std::string>>();
    for (int kind = 0; kind <= static_cast<int>(CellKind::kRange); ++kind) {
      names->emplace_back(CellKindName(static_cast<CellKind>(kind)));
    }
    return new std::shared_ptr<const std::vector<std::string>>(
        std::move(names));
  }();
  return *kNames;
}

Answer ValuesOnly(Answer answer) {
  std::erase_if(answer.columns, [](const Column& column) {
    return column.role == Column::Role::kKind ||
           column.role == Column::Role::kPresent ||
           column.role == Column::Role::kExpected ||
           column.role == Column::Role::kPartial;
  });
  return answer;
}

const Column* Answer::Find(absl::string_view name) const {
  for (const Column& column : columns) {
    if (column.name == name) return &column;
  }
  return nullptr;
}

size_t DisplayWidth(absl::string_view text) {
  return query::DisplayWidth(text);
}

}  // namespace footfall
