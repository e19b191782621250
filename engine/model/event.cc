// What events, aliases and attributes may hold.

#include "footfall/event.h"

#include <tuple>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace footfall {
namespace {

absl::Status Misfit(absl::string_view what, absl::string_view part,
                    absl::string_view message) {
  return absl::InvalidArgumentError(
      absl::StrCat(what, ", ", part, ": ", message));
}

absl::Status CheckText(absl::string_view what, absl::string_view part,
                       absl::string_view text, size_t max_bytes,
                       bool may_be_empty) {
  if (text.empty() && !may_be_empty) {
    return Misfit(what, part, "it is empty; it needs a text");
  }
  const absl::Status valid = ValidateText(text, max_bytes);
  return valid.ok() ? valid : Misfit(what, part, valid.message());
}

// A date that no text could have said: a month that starts on its 2nd day.
absl::Status CheckDate(absl::string_view what, absl::string_view part,
                       const Date& date) {
  const absl::StatusOr<Date> read = ParseDate(FormatDate(date));
  if (read.ok() && *read == date) return absl::OkStatus();
  return Misfit(what, part,
                "it is no stretch of the calendar of the years 1 to 9999");
}

absl::Status CheckDimension(absl::string_view what, absl::string_view name) {
  if (IsValidName(name)) return absl::OkStatus();
  return Misfit(what, "dimension",
                absl::StrCat("\"", absl::CHexEscape(name.substr(0, 64)),
                             "\" is no name: [a-z][a-z0-9_]*, at most 63 "
                             "long"));
}

template <typename T>
int Compare(const T& a, const T& b) {
  return a < b ? -1 : b < a ? 1 : 0;
}

}  // namespace

int CompareEvents(const Event& a, const Event& b) {
  const auto place = [](const Event& event) {
    return std::tie(event.date.start, event.kind, event.name);
  };
  const auto rest = [](const Event& event) {
    return std::tie(event.date.precision, event.date.utc_offset_s);
  };
  if (const int order = Compare(place(a), place(b)); order != 0) return order;
  if (const int order = Compare(rest(a), rest(b)); order != 0) return order;
  for (size_t i = 0; i < a.members.size() && i < b.members.size(); ++i) {
    const DimensionMember& x = a.members[i];
    const DimensionMember& y = b.members[i];
    const int order = Compare(std::tie(x.dimension, x.member),
                              std::tie(y.dimension, y.member));
    if (order != 0) return order;
  }
  return Compare(a.members.size(), b.members.size());
}

absl::Status ValidateEvent(const Event& event) {
  const absl::Status kind =
      CheckText("event", "kind", event.kind, kMaxMemberBytes, false);
  if (!kind.ok()) return kind;
  const std::string what = absl::StrCat("event of kind ", event.kind);
  const absl::Status parts[] = {
      CheckText(what, "name", event.name, kMaxMemberBytes, false),
      CheckDate(what, "date", event.date),
      CheckText(what, "note", event.note, kMaxNoteBytes, true),
      CheckText(what, "source", event.source, kMaxNoteBytes, true),
  };
  for (const absl::Status& part : parts) {
    if (!part.ok()) return part;
  }
  if (event.members.size() > kMaxDimensions) {
    return Misfit(what, "members",
                  absl::StrCat("found ", event.members.size(), "; at most ",
                               kMaxDimensions));
  }
  for (size_t i = 0; i < event.members.size(); ++i) {
    const DimensionMember& member = event.members[i];
    if (const absl::Status name = CheckDimension(what, member.dimension);
        !name.ok()) {
      return name;
    }
    const absl::Status text = CheckText(what, member.dimension, member.member,
                                        kMaxMemberBytes, false);
    if (!text.ok()) return text;
    if (i > 0 && !(event.members[i - 1].dimension < member.dimension)) {
      return Misfit(what, member.dimension,
                    "dimensions stand in order, each at most once");
    }
  }
  return absl::OkStatus();
}

absl::Status ValidateAlias(const Alias& alias) {
  if (const absl::Status name = CheckDimension("alias", alias.dimension);
      !name.ok()) {
    return name;
  }
  const std::string what = absl::StrCat("alias in ", alias.dimension);
  const absl::Status parts[] = {
      CheckText(what, "old name", alias.old_name, kMaxMemberBytes, false),
      CheckText(what, "new name", alias.new_name, kMaxMemberBytes, false),
      alias.from.has_value() ? CheckDate(what, "from", *alias.from)
                             : absl::OkStatus(),
  };
  for (const absl::Status& part : parts) {
    if (!part.ok()) return part;
  }
  if (alias.old_name == alias.new_name) {
    return Misfit(what, "new name",
                  absl::StrCat("it is the old one, '", alias.old_name,
                               "'; an alias joins two names"));
  }
  return absl::OkStatus();
}

int CompareAttributes(const Attribute& a, const Attribute& b) {
  const auto names = [](const Attribute& attribute) {
    return std::tie(attribute.name, attribute.member);
  };
  if (const int order = Compare(names(a), names(b)); order != 0) return order;
  if (!a.from.has_value() || !b.from.has_value()) {
    return Compare(a.from.has_value(), b.from.has_value());
  }
  const auto begin = [](const Date& date) {
    return std::tie(date.start, date.utc_offset_s);
  };
  return Compare(begin(*a.from), begin(*b.from));
}

absl::Status ValidateAttribute(const Attribute& attribute) {
  for (const std::string* name : {&attribute.dimension, &attribute.name}) {
    const absl::Status valid = CheckDimension("attribute", *name);
    if (!valid.ok()) return valid;
  }
  const std::string what =
      absl::StrCat("attribute ", attribute.name, " of ", attribute.dimension);
  for (const absl::string_view column : {"time", "offset", "partial"}) {
    if (attribute.name != column) continue;
    return Misfit(what, "name", "it is a column of every answer");
  }
  if (attribute.name == attribute.dimension) {
    return Misfit(what, "name", "it is that of the dimension");
  }
  const absl::Status parts[] = {
      CheckText(what, "member", attribute.member, kMaxMemberBytes, false),
      CheckText(what, "value", attribute.value, kMaxMemberBytes, true),
      attribute.from.has_value() ? CheckDate(what, "from", *attribute.from)
                                 : absl::OkStatus(),
  };
  for (const absl::Status& part : parts) {
    if (!part.ok()) return part;
  }
  return absl::OkStatus();
}

}  // namespace footfall
