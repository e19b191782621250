#include "engine/write/writes.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/write/check_rows.h"
#include "engine/write/metric_of_write.h"
#include "engine/write/patches.h"
#include "storage/base/status_macros.h"

namespace footfall::engine {
namespace {

// The rows of one metric on their way.
struct Part {
  const SampleRows* rows = nullptr;
  std::shared_ptr<const MetricState> state;
  std::vector<SeriesId> series;  // [row]
  int64_t first_taken = 0;       // rows of earlier steps are left out
  uint64_t expired = 0;          // so many
  // [row] where some are: they count as rows that delete, and create nothing.
  std::vector<RowKind> own_kinds;
  bool creates = false;  // some row's series has no number yet
  StoreBatch patches;    // unless it creates
  PatchCounts counts;
};

absl::Span<const RowKind> KindsOf(const Part& part) {
  return part.expired > 0 ? absl::MakeConstSpan(part.own_kinds)
                          : part.rows->kinds();
}

void FindExpired(const KeepClock& clock, Part* part) {
  part->first_taken = FirstStepTaken(*part->state->metric, clock);
  const absl::Span<const int64_t> steps = part->rows->steps();
  for (size_t i = 0; i < steps.size(); ++i) {
    if (steps[i] >= part->first_taken) continue;
    if (part->expired++ == 0) {
      part->own_kinds.assign(part->rows->kinds().begin(),
                             part->rows->kinds().end());
    }
    part->own_kinds[i] = RowKind::kDelete;
  }
}

// Rows of no series are left out of patches.
void LeaveOutExpired(Part* part) {
  if (part->expired == 0) return;
  const absl::Span<const int64_t> steps = part->rows->steps();
  for (size_t i = 0; i < steps.size(); ++i) {
    if (steps[i] < part->first_taken) part->series[i] = kUnknownId;
  }
}

ResolvedRows Resolved(const Part& part) {
  return {.steps = part.rows->steps(),
          .values = part.rows->values(),
          .kinds = KindsOf(part),
          .series = part.series};
}

absl::Status Prepare(Part* part) {
  part->series.resize(part->rows->size());
  const absl::Span<const RowKind> kinds = KindsOf(*part);
  if (FindSeries(*part->state, part->rows->columns(),
                 absl::MakeSpan(part->series)) != 0) {
    for (size_t i = 0; i < part->series.size() && !part->creates; ++i) {
      part->creates =
          part->series[i] == kUnknownId && kinds[i] != RowKind::kDelete;
    }
  }
  if (part->creates) {
    return absl::OkStatus();
  }
  LeaveOutExpired(part);
  return AppendPatches(*part->state, Resolved(*part), &part->patches,
                       &part->counts);
}

absl::Status InChange(absl::string_view what, size_t index,
                      const absl::Status& status) {
  return absl::Status(
      status.code(),
      absl::StrCat(what, " ", index, ", from 0: ", status.message()));
}

// Names to be written; removals name what may not be there.
absl::Status CheckNames(const SampleBatch& batch) {
  for (size_t i = 0; i < batch.event_changes().size(); ++i) {
    const EventChange& change = batch.event_changes()[i];
    const absl::Status valid =
        change.removes ? absl::OkStatus() : ValidateEvent(change.event);
    if (!valid.ok()) return InChange("event", i, valid);
  }
  for (size_t i = 0; i < batch.alias_changes().size(); ++i) {
    const AliasChange& change = batch.alias_changes()[i];
    const absl::Status valid =
        change.removes ? absl::OkStatus() : ValidateAlias(change.alias);
    if (!valid.ok()) return InChange("alias", i, valid);
  }
  for (size_t i = 0; i < batch.attribute_changes().size(); ++i) {
    const AttributeChange& change = batch.attribute_changes()[i];
    const absl::Status valid =
        change.removes ? absl::OkStatus() : ValidateAttribute(change.attribute);
    if (!valid.ok()) return InChange("attribute", i, valid);
  }
  return absl::OkStatus();
}

// About what they add to a batch of the store.
size_t NameBytes(const SampleBatch& batch) {
  size_t bytes = 0;
  for (const EventChange& change : batch.event_changes()) {
    bytes += 64 + change.event.note.size() + change.event.source.size();
  }
  return bytes +
         64 * (batch.alias_changes().size() + batch.attribute_changes().size());
}

// As WriteRows(). Sets *is_stale where the catalog was read anew since the rows
// were prepared: series may have other numbers now, so nothing was written.
absl::StatusOr<WriteResult> TryWriteRows(CommitQueue* queue,
                                         const SampleBatch& batch,
                                         const WriteOptions& options,
                                         const KeepClock& clock,
                                         bool* is_stale) {
  FOOTFALL_RETURN_IF_ERROR(queue->CheckOpen());
  const std::shared_ptr<const DatabaseSnapshot> snapshot = queue->current();
  std::vector<Part> parts;
  for (const SampleRows& rows : batch.rows()) {
    if (rows.size() == 0) {
      continue;
    }
    Part part;
    part.rows = &rows;
    part.state = FindSame(snapshot->catalog(), *rows.metric());
    if (part.state == nullptr) {
      return Dropped(*rows.metric());
    }
    FOOTFALL_RETURN_IF_ERROR(part.state->metric->usable);
    FOOTFALL_RETURN_IF_ERROR(CheckRows(*part.state->metric, rows));
    FindExpired(clock, &part);
    parts.push_back(std::move(part));
  }
  FOOTFALL_RETURN_IF_ERROR(CheckNames(batch));
  size_t size_bytes = NameBytes(batch);
  for (Part& part : parts) {
    FOOTFALL_RETURN_IF_ERROR(Prepare(&part));
    size_bytes += part.creates ? part.rows->size() * sizeof(int64_t)
                               : part.patches.size_bytes();
  }
  WriteResult result;
  const auto work = [&](CommitQueue::Change& change) -> absl::Status {
    for (const Part& part : parts) {
      const auto state = change.catalog->Find(part.state->metric->id);
      if (state == nullptr) {
        return Dropped(*part.state->metric);
      }
      if (state != part.state) {
        *is_stale = true;
        return absl::AbortedError("the catalog was read anew");
      }
    }
    const Catalog::NameChanges changes = {batch.event_changes(),
                                          batch.alias_changes(),
                                          batch.attribute_changes()};
    if (!changes.empty()) {
      FOOTFALL_RETURN_IF_ERROR(change.catalog->CheckNames(changes));
    }
    for (Part& part : parts) {
      if (part.creates) {
        FOOTFALL_ASSIGN_OR_RETURN(
            const uint64_t created,
            change.catalog->CreateSeries(
                *part.state, part.rows->columns(), KindsOf(part),
                absl::MakeSpan(part.series), change.batch));
        LeaveOutExpired(&part);
        result.new_series += created;
        FOOTFALL_RETURN_IF_ERROR(AppendPatches(*part.state, Resolved(part),
                                               change.batch, &part.counts));
      } else {
        AppendAll(part.patches, change.batch);
      }
      result.expired += part.expired;
      result.samples += part.counts.samples;
      result.replaced_in_batch += part.counts.replaced;
    }
    if (!changes.empty()) {
      const Catalog::NameCounts names =
          change.catalog->ChangeNames(changes, change.batch);
      result.events = names.events.written;
      result.removed_events = names.events.removed;
      result.aliases = names.aliases.written;
      result.removed_aliases = names.aliases.removed;
      result.attributes = names.attributes.written;
      result.removed_attributes = names.attributes.removed;
    }
    return absl::OkStatus();
  };
  FOOTFALL_ASSIGN_OR_RETURN(result.commit,
                            queue->Run(options.durability, size_bytes, work));
  return result;
}

}  // namespace

absl::StatusOr<WriteResult> WriteRows(CommitQueue* queue,
                                      const SampleBatch& batch,
                                      const WriteOptions& options,
                                      const KeepClock& clock) {
  while (true) {
    bool is_stale = false;
    absl::StatusOr<WriteResult> result =
        TryWriteRows(queue, batch, options, clock, &is_stale);
    if (!is_stale) return result;
  }
}

}  // namespace footfall::engine
