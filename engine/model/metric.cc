// What may be declared, and what may be named.

#include "footfall/metric.h"

#include <algorithm>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "engine/model/tiers.h"

namespace footfall {
namespace {

constexpr size_t kMaxNameBytes = 63;
constexpr size_t kMaxUnitBytes = 63;

std::string Quote(absl::string_view text) {
  return absl::StrCat("\"", absl::CHexEscape(text.substr(0, 64)), "\"");
}

// Bytes of the character at the start of `text`, with its number; 0 where the
// bytes are no UTF-8: cut off, overlong, a surrogate or beyond U+10FFFF.
size_t DecodeUtf8(absl::string_view text, uint32_t* code_point) {
  const auto byte = [&](size_t i) {
    return static_cast<uint32_t>(static_cast<unsigned char>(text[i]));
  };
  const uint32_t lead = byte(0);
  if (lead < 0x80) {
    *code_point = lead;
    return 1;
  }
  const size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < size) return 0;
  uint32_t number = lead & (0x7fu >> size);
  for (size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
    number = number << 6 | (byte(i) & 0x3f);
  }
  constexpr uint32_t kSmallest[] = {0x80, 0x800, 0x10000};
  if (number < kSmallest[size - 2] || number > 0x10ffff ||
      (number >= 0xd800 && number <= 0xdfff)) {
    return 0;
  }
  *code_point = number;
  return size;
}

absl::Status ValidateDimensions(const std::vector<Dimension>& dimensions) {
  if (dimensions.size() > kMaxDimensions) {
    return absl::InvalidArgumentError(absl::StrCat(
        "found ", dimensions.size(), " dimensions; at most ", kMaxDimensions));
  }
  for (size_t i = 0; i < dimensions.size(); ++i) {
    const std::string& name = dimensions[i].name;
    if (!IsValidName(name)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "dimension ", Quote(name), ": a name is [a-z][a-z0-9_]*, at most ",
          kMaxNameBytes, " long"));
    }
    if (name == "time" || name == "offset" || name == "partial") {
      return absl::InvalidArgumentError(absl::StrCat(
          "dimension ", Quote(name),
          ": time, offset and partial are columns of every answer; take "
          "another name"));
    }
    if (dimensions[i].rule > Additivity::kLevel) {
      return absl::InvalidArgumentError(absl::StrCat(
          "dimension ", Quote(name), ": the rule is ADDS, OVERLAPS or LEVEL"));
    }
    for (size_t j = 0; j < i; ++j) {
      if (dimensions[j].name == name) {
        return absl::InvalidArgumentError(
            absl::StrCat("dimension ", Quote(name), " is given twice"));
      }
    }
  }
  return absl::OkStatus();
}

absl::Status ValidateKeep(const Period& period, const Period& keep) {
  if (keep.count < 1 || keep.count > kMaxKeep) {
    return absl::InvalidArgumentError(absl::StrCat(
        "1 to ", kMaxKeep, " units are possible, found ", keep.count));
  }
  const Unit least = period.below_day() ? Unit::kHour : Unit::kDay;
  if (keep.unit < least || keep.unit > Unit::kYear) {
    return absl::InvalidArgumentError(absl::StrCat(
        "found ", FormatKeep(keep), "; samples of every ", FormatPeriod(period),
        " are kept for ", UnitName(least), "s or longer units"));
  }
  return absl::OkStatus();
}

absl::Status ValidateKeep(const MetricSpec& spec) {
  absl::Status valid;
  if (spec.keep.has_value()) valid = ValidateKeep(spec.period, *spec.keep);
  for (const Tier& tier : spec.tiers) {
    if (tier.keep.has_value()) {
      valid.Update(ValidateKeep(tier.period, *tier.keep));
    }
  }
  return valid;
}

}  // namespace

absl::string_view AdditivityName(Additivity rule) {
  switch (rule) {
    case Additivity::kAdds:
      return "ADDS";
    case Additivity::kOverlaps:
      return "OVERLAPS";
    case Additivity::kLevel:
      return "LEVEL";
  }
  return "?";
}

bool IsValidName(absl::string_view name) {
  if (name.empty() || name.size() > kMaxNameBytes) return false;
  if (name[0] < 'a' || name[0] > 'z') return false;
  for (const char c : name) {
    const bool fits =
        (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    if (!fits) return false;
  }
  return true;
}

absl::Status ValidateText(absl::string_view text, size_t max_bytes) {
  if (text.size() > max_bytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("text of ", text.size(), " bytes; at most ", max_bytes));
  }
  for (size_t i = 0; i < text.size();) {
    uint32_t code_point;
    const size_t size = DecodeUtf8(text.substr(i), &code_point);
    if (size == 0) {
      return absl::InvalidArgumentError(
          absl::StrFormat("byte %d of the text, 0x%02x, is not UTF-8", i,
                          static_cast<unsigned char>(text[i])));
    }
    if (code_point < 0x20 || (code_point >= 0x7f && code_point < 0xa0)) {
      return absl::InvalidArgumentError(
          absl::StrFormat("byte %d of the text is the control character U+%04X",
                          i, code_point));
    }
    i += size;
  }
  return absl::OkStatus();
}

absl::Status ValidateMetricSpec(const MetricSpec& spec) {
  if (!IsValidName(spec.name)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "metric ", Quote(spec.name), ": a name is [a-z][a-z0-9_]*, at most ",
        kMaxNameBytes, " long"));
  }
  const auto annotate = [&](const absl::Status& status,
                            absl::string_view what) {
    return absl::Status(status.code(), absl::StrCat("metric ", spec.name, ": ",
                                                    what, status.message()));
  };
  if (spec.value_type > ValueType::kDecimal) {
    return annotate(absl::InvalidArgumentError("INTEGER or DECIMAL"),
                    "unknown value type; ");
  }
  if (spec.over_time > Additivity::kLevel) {
    return annotate(absl::InvalidArgumentError("ADDS, OVERLAPS or LEVEL"),
                    "unknown rule over time; ");
  }
  const absl::StatusOr<Grid> grid = Grid::Create(spec.period, spec.zone);
  if (!grid.ok()) return annotate(grid.status(), "");
  if (spec.period.first_month != 1) {
    return annotate(absl::InvalidArgumentError(
                        absl::StrCat("steps of a ", UnitName(spec.period.unit),
                                     " begin in January, found month ",
                                     spec.period.first_month, "; take months")),
                    "");
  }
  const absl::Status dimensions = ValidateDimensions(spec.dimensions);
  if (!dimensions.ok()) return annotate(dimensions, "");
  const absl::Status unit = ValidateText(spec.unit, kMaxUnitBytes);
  if (!unit.ok()) return annotate(unit, "unit: ");
  if (spec.late < 0 || spec.late > kMaxLate) {
    return annotate(absl::InvalidArgumentError(absl::StrCat(
                        "0 to ", kMaxLate, " are possible, found ", spec.late)),
                    "late: ");
  }
  absl::Status keep = ValidateKeep(spec);
  if (keep.ok()) keep = engine::ValidateTiers(spec);
  return keep.ok() ? keep : annotate(keep, "keep: ");
}

bool MetricSpec::CountsUsers() const {
  return over_time == Additivity::kOverlaps ||
         std::any_of(dimensions.begin(), dimensions.end(),
                     [](const Dimension& dimension) {
                       return dimension.rule == Additivity::kOverlaps;
                     });
}

std::optional<size_t> Metric::FindDimension(absl::string_view name) const {
  for (size_t i = 0; i < spec.dimensions.size(); ++i) {
    if (spec.dimensions[i].name == name) return i;
  }
  return std::nullopt;
}

}  // namespace footfall
