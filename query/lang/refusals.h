// Every refusal of the language, in one table: refusals.inc. The parser, the
// binder and the runner refuse through Refuse() alone, and a test walks the
// table and fails where an entry has no case (tests/query/cases).

#ifndef FOOTFALL_QUERY_LANG_REFUSALS_H_
#define FOOTFALL_QUERY_LANG_REFUSALS_H_

#include <cstdint>
#include <initializer_list>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "footfall/statement.h"

namespace footfall::query {

enum class Refusal : uint16_t {
#define FOOTFALL_REFUSAL(id, code, message, hint) id,
#include "query/lang/refusals.inc"
#undef FOOTFALL_REFUSAL
};

struct RefusalEntry {
  absl::string_view id;  // "SelectStar": RefusalCode() of footfall/refusal.h
  absl::StatusCode code;
  absl::string_view message;  // $0..$9 stand for what was found
  absl::string_view hint;     // likewise; may be empty
};

// In the order of the enumeration.
absl::Span<const RefusalEntry> RefusalTable();

// The refusal as a status: a Diagnostic() that points at `where` in `text`,
// with `arguments` put in for $0, $1, ... (those not given are empty; $$ is a
// dollar sign). The status remembers which entry it is.
absl::Status Refuse(Refusal refusal, absl::string_view text, Source where,
                    std::initializer_list<absl::string_view> arguments = {});

// kMemoryLimit: so many bytes are needed, and so many allowed.
absl::Status RefuseMemory(absl::string_view text, uint64_t needed,
                          uint64_t limit);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_LANG_REFUSALS_H_
