#include "query/lang/refusals.h"

#include <initializer_list>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "footfall/refusal.h"
#include "query/lang/diagnostic.h"

namespace footfall::query {
namespace {

constexpr absl::string_view kPayload = "footfall/refusal";

constexpr RefusalEntry kTable[] = {
#define FOOTFALL_REFUSAL(id, code, message, hint) \
  {absl::string_view(#id).substr(1), absl::StatusCode::code, message, hint},
#include "query/lang/refusals.inc"
#undef FOOTFALL_REFUSAL
};

std::string Fill(absl::string_view form,
                 std::initializer_list<absl::string_view> arguments) {
  std::string out;
  for (size_t i = 0; i < form.size(); ++i) {
    if (form[i] != '$' || i + 1 == form.size()) {
      out.push_back(form[i]);
      continue;
    }
    const char next = form[++i];
    if (!absl::ascii_isdigit(static_cast<unsigned char>(next))) {
      out.push_back(next);
      continue;
    }
    const size_t index = static_cast<size_t>(next - '0');
    if (index >= arguments.size()) continue;
    const absl::string_view argument = *(arguments.begin() + index);
    out.append(argument.data(), argument.size());
  }
  return out;
}

// "512 bytes", "96 KiB", "1024 MiB": never 0 of what is something.
std::string SizeText(uint64_t bytes) {
  if (bytes < 1024) return absl::StrCat(bytes, " bytes");
  if (bytes < uint64_t{1} << 20) return absl::StrCat(bytes >> 10, " KiB");
  return absl::StrCat(bytes >> 20, " MiB");
}

}  // namespace

absl::Span<const RefusalEntry> RefusalTable() { return kTable; }

absl::Status Refuse(Refusal refusal, absl::string_view text, Source where,
                    std::initializer_list<absl::string_view> arguments) {
  const RefusalEntry& entry = kTable[static_cast<size_t>(refusal)];
  absl::Status status =
      Diagnostic(entry.code, text, where, Fill(entry.message, arguments),
                 Fill(entry.hint, arguments));
  status.SetPayload(kPayload, absl::Cord(entry.id));
  return status;
}

absl::Status RefuseMemory(absl::string_view text, uint64_t needed,
                          uint64_t limit) {
  return Refuse(Refusal::kMemoryLimit, text, Source(),
                {SizeText(needed), SizeText(limit)});
}

}  // namespace footfall::query

namespace footfall {

std::string RefusalCode(const absl::Status& status) {
  const auto payload = status.GetPayload(query::kPayload);
  return payload.has_value() ? std::string(*payload) : std::string();
}

std::vector<std::string> RefusalCodes() {
  std::vector<std::string> codes;
  for (const query::RefusalEntry& entry : query::kTable) {
    codes.emplace_back(entry.id);
  }
  return codes;
}

}  // namespace footfall
