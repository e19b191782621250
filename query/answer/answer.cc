#include "footfall/answer.h"

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

const Column* Answer::Find(absl::string_view name) const {
  for (const Column& column : columns) {
    if (column.name == name) return &column;
  }
  return nullptr;
}

}  // namespace footfall
