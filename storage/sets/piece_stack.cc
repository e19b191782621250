#include "storage/sets/piece_stack.h"

#include <algorithm>
#include <array>
#include <bit>
#include <memory>

#include "absl/strings/str_cat.h"
#include "storage/base/status_macros.h"
#include "storage/sets/row_cursor.h"

namespace footfall::storage {

class PieceStack::Source {
 public:
  explicit Source(const Layer& layer)
      : rows_(*layer.piece, layer.cells, LaneUse::kApart),
        commit_(layer.piece->head().commit) {}

  // Moves to the next user; false where there is none. To be called once before
  // anything else.
  absl::StatusOr<bool> Step() {
    if (++at_ < hashes_.size()) {
      return true;
    }
    FOOTFALL_ASSIGN_OR_RETURN(const bool any, rows_.Next());
    hashes_ = any ? rows_.hashes() : absl::Span<const uint64_t>();
    at_ = 0;
    return any;
  }

  uint64_t hash() const { return hashes_[at_]; }
  uint64_t commit() const { return commit_; }

  // Calls visit(lane, steps) where the user has any.
  template <typename Visit>
  void ForEachLane(Visit visit) const {
    for (size_t row = 0; row < rows_.row_count(); ++row) {
      if (const uint64_t steps = rows_.steps(row)[at_]; steps != 0) {
        visit(rows_.lane(row), steps);
      }
    }
  }

 private:
  RowCursor rows_;
  uint64_t commit_;
  absl::Span<const uint64_t> hashes_;
  size_t at_ = 0;
};

absl::StatusOr<PieceStack> PieceStack::Of(absl::Span<const PieceReader> pieces,
                                          const CellSet& cells) {
  PieceStack stack;
  std::vector<const PieceReader*> latest_first;
  for (const PieceReader& piece : pieces) {
    latest_first.push_back(&piece);
  }
  std::stable_sort(latest_first.begin(), latest_first.end(),
                   [](const PieceReader* a, const PieceReader* b) {
                     return a->head().commit > b->head().commit;
                   });
  // What is reset by pieces of later commits, and by those of this one.
  CellSet reset_later;
  CellSet reset_now;
  for (size_t i = 0; i < latest_first.size(); ++i) {
    const PieceReader& piece = *latest_first[i];
    if (i == 0) {
      stack.head_ = piece.head();
    }
    if (piece.head().key_check != stack.head_.key_check ||
        piece.head().hash_bits != stack.head_.hash_bits) {
      return absl::FailedPreconditionError(absl::StrCat(
          "pieces of users under unlike keys or of unlike width: ",
          stack.head_.key_check, " of ", stack.head_.hash_bits, " bits, ",
          piece.head().key_check, " of ", piece.head().hash_bits));
    }
    if (i > 0 && piece.head().commit != latest_first[i - 1]->head().commit) {
      reset_later = reset_now;
    }
    reset_now.Add(piece.resets());

    CellSet left = cells;
    left.Remove(reset_later);
    CellCounts counts = {};
    FOOTFALL_RETURN_IF_ERROR(piece.CountCells(&counts));
    CellSet present = piece.empties();
    for (uint32_t cell = 0; cell < kPieceCells; ++cell) {
      if (counts[cell] != 0) {
        present.Add(cell);
      }
    }
    present.Keep(left);
    stack.present_.Add(present);
    if (piece.cuts()) {
      ForEachCell(left, [&](uint32_t cell) {
        stack.thresholds_[cell] =
            std::max(stack.thresholds_[cell], piece.thresholds()[cell]);
      });
    }
    if (piece.user_count() != 0) {
      stack.layers_.push_back({&piece, left});
    }
    for (const uint64_t hash : piece.forgets()) {
      stack.forgotten_.push_back({hash, piece.head().commit});
    }
  }
  // Latest first already: the first of each hash stays.
  std::stable_sort(
      stack.forgotten_.begin(), stack.forgotten_.end(),
      [](const Forgotten& a, const Forgotten& b) { return a.hash < b.hash; });
  stack.forgotten_.erase(
      std::unique(stack.forgotten_.begin(), stack.forgotten_.end(),
                  [](const Forgotten& a, const Forgotten& b) {
                    return a.hash == b.hash;
                  }),
      stack.forgotten_.end());
  return stack;
}

absl::Status PieceStack::ForEachUser(
    uint64_t last_hash,
    absl::FunctionRef<void(const UserSteps& user)> visit) const {
  std::vector<std::unique_ptr<Source>> sources;
  std::vector<Source*> heap;  // the least hash in front
  const auto above = [](const Source* a, const Source* b) {
    return a->hash() > b->hash();
  };
  const auto push = [&](Source* source) {
    heap.push_back(source);
    std::push_heap(heap.begin(), heap.end(), above);
  };
  const auto pop = [&] {
    std::pop_heap(heap.begin(), heap.end(), above);
    Source* const least = heap.back();
    heap.pop_back();
    return least;
  };
  for (const Layer& layer : layers_) {
    sources.push_back(std::make_unique<Source>(layer));
    FOOTFALL_ASSIGN_OR_RETURN(const bool any, sources.back()->Step());
    if (any) {
      push(sources.back().get());
    }
  }
  auto forgotten = forgotten_.begin();
  const auto counts = [&](const Source& source) {
    while (forgotten != forgotten_.end() && forgotten->hash < source.hash()) {
      ++forgotten;
    }
    return forgotten == forgotten_.end() || forgotten->hash != source.hash() ||
           source.commit() >= forgotten->commit;
  };
  std::array<uint64_t, kPieceLanes> steps = {};
  while (!heap.empty() && heap.front()->hash() <= last_hash) {
    Source* source = pop();
    // Users that no other source has, as most are.
    bool more = true;
    while (more && source->hash() <= last_hash &&
           (heap.empty() || source->hash() < heap.front()->hash())) {
      if (counts(*source)) {
        source->ForEachLane([&](uint32_t lane, uint64_t some) {
          visit({source->hash(), some, lane});
        });
      }
      FOOTFALL_ASSIGN_OR_RETURN(more, source->Step());
    }
    if (!more) {
      continue;
    }
    push(source);
    const uint64_t hash = heap.front()->hash();
    if (hash > last_hash || source->hash() != hash) {
      continue;
    }
    // One that several have.
    uint64_t lanes = 0;
    while (!heap.empty() && heap.front()->hash() == hash) {
      source = pop();
      if (counts(*source)) {
        source->ForEachLane([&](uint32_t lane, uint64_t some) {
          steps[lane] |= some;
          lanes |= uint64_t{1} << lane;
        });
      }
      FOOTFALL_ASSIGN_OR_RETURN(more, source->Step());
      if (more) {
        push(source);
      }
    }
    for (; lanes != 0; lanes &= lanes - 1) {
      const auto lane = static_cast<uint32_t>(std::countr_zero(lanes));
      visit({hash, std::exchange(steps[lane], 0), lane});
    }
  }
  return absl::OkStatus();
}

}  // namespace footfall::storage
