// Prepare(), and how Query() keeps what it has read.

#include "footfall/prepared.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "footfall/guard.h"
#include "query/answer/block_of.h"
#include "query/lang/refusals.h"
#include "query/lang/status_macros.h"
#include "query/lang/tree.h"
#include "query/run/compiled.h"
#include "query/run/run.h"

namespace footfall {
namespace {

using query::Compiled;

QueryOptions Within(const QueryLimits& limits) {
  QueryOptions options;
  options.limits = limits;
  return options;
}

absl::Status TryToBind(const Snapshot& snapshot, const Compiled& compiled) {
  FOOTFALL_RETURN_IF_ERROR(snapshot.CheckOpen());
  return compiled.Bind(snapshot);
}

absl::Status TakeInBlocks(const Answer& answer, size_t rows,
                          absl::FunctionRef<absl::Status(Answer block)> take) {
  size_t begin = 0;
  do {
    const size_t end = std::min(begin + rows, answer.row_count());
    FOOTFALL_RETURN_IF_ERROR(take(query::BlockOf(answer, begin, end)));
    begin = end;
  } while (begin < answer.row_count());
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Prepared> Prepare(const Snapshot& snapshot,
                                 absl::string_view text,
                                 const QueryLimits& limits) {
  return Guarded([&]() -> absl::StatusOr<Prepared> {
    FOOTFALL_ASSIGN_OR_RETURN(std::shared_ptr<const Compiled> compiled,
                              query::Compile(text, Within(limits)));
    FOOTFALL_RETURN_IF_ERROR(TryToBind(snapshot, *compiled));
    return Prepared(std::move(compiled));
  });
}

absl::StatusOr<Prepared> Prepare(const Snapshot& snapshot,
                                 const Statement& statement,
                                 const QueryLimits& limits) {
  return Guarded([&]() -> absl::StatusOr<Prepared> {
    FOOTFALL_ASSIGN_OR_RETURN(std::shared_ptr<const Compiled> compiled,
                              query::Compile(statement, Within(limits)));
    FOOTFALL_RETURN_IF_ERROR(TryToBind(snapshot, *compiled));
    return Prepared(std::move(compiled));
  });
}

absl::StatusOr<Answer> Prepared::Run(const Snapshot& snapshot,
                                     const QueryOptions& options) const {
  return Guarded([&] { return compiled_->Run(snapshot, options); });
}

absl::StatusOr<std::vector<std::string>> Prepared::RunInBlocks(
    const Snapshot& snapshot, const QueryOptions& options, size_t rows,
    absl::FunctionRef<absl::Status(Answer block)> take) const {
  return Guarded([&]() -> absl::StatusOr<std::vector<std::string>> {
    const size_t block_rows = std::max<size_t>(rows, 1);
    const auto in_blocks = [&](const Answer& part) {
      return TakeInBlocks(part, block_rows, take);
    };
    const Statement& statement = compiled_->statement();
    if (!std::holds_alternative<Select>(statement.node) ||
        statement.explain != Statement::Explain::kNo) {
      FOOTFALL_ASSIGN_OR_RETURN(Answer answer,
                                compiled_->Run(snapshot, options));
      FOOTFALL_RETURN_IF_ERROR(in_blocks(answer));
      return std::move(answer.notes);
    }
    QueryOptions with_now = query::WithNow(options);
    with_now.limits.max_rows = std::numeric_limits<uint64_t>::max();
    query::PartSizes sizes;
    sizes.rows = std::min(sizes.rows, block_rows);
    return query::StreamReading(snapshot, statement, text(), with_now, sizes,
                                in_blocks);
  });
}

absl::string_view Prepared::text() const { return compiled_->text(); }

}  // namespace footfall
