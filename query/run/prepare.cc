// Prepare(), and how Query() keeps what it has read.

#include "footfall/prepared.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "footfall/guard.h"
#include "query/lang/refusals.h"
#include "query/lang/status_macros.h"
#include "query/lang/tree.h"
#include "query/run/compiled.h"
#include "query/run/run.h"

namespace footfall {
namespace {

using query::Compiled;

absl::Status TryToBind(const Snapshot& snapshot, const Compiled& compiled) {
  FOOTFALL_RETURN_IF_ERROR(snapshot.CheckOpen());
  return compiled.Bind(snapshot);
}

}  // namespace

absl::StatusOr<Prepared> Prepare(const Snapshot& snapshot,
                                 absl::string_view text,
                                 const QueryLimits& limits) {
  return Guarded([&]() -> absl::StatusOr<Prepared> {
    FOOTFALL_ASSIGN_OR_RETURN(std::shared_ptr<const Compiled> compiled,
                              query::Compile(text, limits));
    FOOTFALL_RETURN_IF_ERROR(TryToBind(snapshot, *compiled));
    return Prepared(std::move(compiled));
  });
}

absl::StatusOr<Prepared> Prepare(const Snapshot& snapshot,
                                 const Statement& statement,
                                 const QueryLimits& limits) {
  return Guarded([&]() -> absl::StatusOr<Prepared> {
    FOOTFALL_ASSIGN_OR_RETURN(std::shared_ptr<const Compiled> compiled,
                              query::Compile(statement, limits));
    FOOTFALL_RETURN_IF_ERROR(TryToBind(snapshot, *compiled));
    return Prepared(std::move(compiled));
  });
}

absl::StatusOr<Answer> Prepared::Run(const Snapshot& snapshot,
                                     const QueryOptions& options) const {
  return Guarded([&] { return compiled_->Run(snapshot, options); });
}

absl::string_view Prepared::text() const { return compiled_->text(); }

}  // namespace footfall
