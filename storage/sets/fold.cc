#include "storage/sets/fold.h"

#include <optional>
#include <utility>

#include "storage/base/status_macros.h"
#include "storage/sets/piece_builder.h"
#include "storage/sets/piece_stack.h"

namespace footfall::storage {
namespace {

// Passes the users of a range on to one builder after the other.
class RangeSplitter {
 public:
  RangeSplitter(
      const PieceStack& stack, const CellThresholds& thresholds,
      const FoldOptions& options,
      absl::FunctionRef<void(HashRange range, std::string piece)> emit)
      : stack_(stack),
        thresholds_(thresholds),
        filter_(thresholds),
        depth_(options.depth),
        emit_(emit) {
    Begin(options.range.first());
    builder_->AddCells(stack.present());
  }

  void Add(const UserSteps& user) {
    const uint64_t kept = user.steps & filter_.Kept(user.hash, user.lane);
    if (kept == 0) {
      return;
    }
    if (user.hash > range_.last()) {
      End();
      Begin(user.hash);
    }
    builder_->AddUser({user.hash, kept, user.lane});
  }

  // The status of all.
  absl::Status Finish() {
    End();
    return status_;
  }

 private:
  // Begins the piece of the range that the hash is in.
  void Begin(uint64_t hash) {
    range_.code = 1u << depth_;
    if (depth_ != 0) {
      range_.code |= static_cast<uint32_t>(hash >> (64 - depth_));
    }
    PieceHead head = stack_.head();
    head.range = range_;
    builder_.emplace(head);
    builder_->Cut(thresholds_);
  }

  void End() {
    auto piece = builder_->Finish();
    if (!piece.ok()) {
      status_.Update(piece.status());
    } else if (!piece->empty()) {
      emit_(range_, *std::move(piece));
    }
  }

  const PieceStack& stack_;
  const CellThresholds& thresholds_;
  ThresholdFilter filter_;
  uint32_t depth_;
  absl::FunctionRef<void(HashRange range, std::string piece)> emit_;
  HashRange range_;
  std::optional<PieceBuilder> builder_;
  absl::Status status_;
};

}  // namespace

absl::Status FoldPieces(
    absl::Span<const PieceReader> pieces, const FoldOptions& options,
    absl::FunctionRef<void(HashRange range, std::string piece)> emit) {
  FOOTFALL_ASSIGN_OR_RETURN(const PieceStack stack,
                            PieceStack::Of(pieces, options.cells));
  CellThresholds thresholds = stack.thresholds();
  const uint64_t first = options.range.first();
  const uint64_t last = options.range.last();
  if (options.most != 0) {
    ThresholdFinder finder(thresholds, options.most);
    FOOTFALL_RETURN_IF_ERROR(
        stack.ForEachUser(last, [&](const UserSteps& user) {
          if (user.hash >= first) {
            finder.Count(user);
          }
        }));
    thresholds = finder.thresholds();
  }
  RangeSplitter splitter(stack, thresholds, options, emit);
  FOOTFALL_RETURN_IF_ERROR(stack.ForEachUser(last, [&](const UserSteps& user) {
    if (user.hash >= first) {
      splitter.Add(user);
    }
  }));
  return splitter.Finish();
}

}  // namespace footfall::storage
