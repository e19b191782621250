// What EXPLAIN tells of one operand.

#include "query/exec/describe_operand.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "footfall/hash_table.h"
#include "query/exec/across.h"
#include "query/exec/relations.h"
#include "query/exec/renamed_rows.h"
#include "query/lang/status_macros.h"
#include "query/plan/event_scope.h"
#include "query/plan/tiers.h"
#include "query/plan/window.h"

namespace footfall::query {
namespace {

// Lines for members that were renamed.
constexpr size_t kMaxRenames = 5;

// "2025-01-10 to 2025-02-08, 30 steps of day"
std::string DescribeRange(const BoundOperand& operand, StepRange bounds) {
  const Grid& grid = operand.grid;
  const std::string period = FormatPeriod(grid.period());
  std::string text;
  if (operand.window.said) {
    absl::StrAppend(&text, "during ", FormatWindow(operand.window), ": ");
  }
  const bool first = operand.window.first.has_value();
  const bool last = operand.window.last.has_value();
  if (operand.range.empty()) {
    return absl::StrCat(text, "no whole step of ", period);
  }
  absl::StrAppend(
      &text, first ? grid.Format(operand.range.begin) : "the first sample",
      " to ", last ? grid.Format(operand.range.end - 1) : "the last sample");
  if (first && last) {
    return absl::StrCat(
        text, ", ",
        HowMany(static_cast<uint64_t>(operand.range.size()), "step", "steps"),
        " of ", period);
  }
  absl::StrAppend(&text, ", steps of ", period);
  const StepRange may = {std::max(bounds.begin, operand.range.begin),
                         std::min(bounds.end, operand.range.end)};
  if (may.empty()) return absl::StrCat(text, ", of which none has a sample");
  return absl::StrCat(text, ", within ", grid.Format(may.begin), " to ",
                      grid.Format(may.end - 1));
}

// The ranges that transforms look back to, where there is no EVERY.
std::vector<std::string> DescribeLookBack(const BoundOperand& operand,
                                          const Timeline& timeline,
                                          size_t index) {
  std::vector<std::string> lines;
  if (timeline.has_time() || timeline.aligned() != nullptr) return lines;
  for (size_t slot = timeline.size(); slot < timeline.slot_count(); ++slot) {
    const StepRange range = timeline.range(index, slot);
    if (range.empty()) continue;
    lines.push_back(absl::StrCat(
        "looks back to: ", operand.grid.Format(range.begin), " to ",
        operand.grid.Format(range.end - 1), ", ",
        HowMany(static_cast<uint64_t>(range.size()), "step", "steps"), " of ",
        FormatPeriod(operand.grid.period())));
  }
  for (const std::string& missing : timeline.missing()) {
    lines.push_back(missing);
  }
  return lines;
}

// The same of a range that each group counts from an event.
std::string DescribeAligned(const BoundOperand& operand,
                            const BoundAlign& align) {
  const Range::Offsets units = operand.offsets.value_or(
      Range::Offsets{align.first, align.last, align.unit});
  std::string text =
      absl::StrCat(units.first, "..", units.last, " ", UnitName(units.unit),
                   "s from each group's event");
  if (operand.range.empty()) return text;
  return absl::StrCat(text, ": within ",
                      operand.grid.Format(operand.range.begin), " to ",
                      operand.grid.Format(operand.range.end - 1));
}

// How samples of the operand become one value: first across series, then over
// time.
std::string DescribeRules(const BoundOperand& operand) {
  const MetricSpec& spec = operand.metric->spec;
  std::vector<std::string> combined;
  std::vector<int> across;
  if (operand.across.has_value()) across = operand.across->dimensions;
  for (size_t d = 0; d < spec.dimensions.size(); ++d) {
    if (std::find(across.begin(), across.end(), static_cast<int>(d)) !=
        across.end()) {
      combined.push_back(absl::StrCat(spec.dimensions[d].name, " by ",
                                      operand.across->name, " ACROSS"));
      continue;
    }
    const bool split = std::find(operand.by.begin(), operand.by.end(),
                                 static_cast<int>(d)) != operand.by.end();
    if (split || operand.picks[d].single().has_value()) continue;
    combined.push_back(absl::StrCat(spec.dimensions[d].name, " ",
                                    AdditivityName(spec.dimensions[d].rule)));
  }
  return absl::StrCat(
      combined.empty()
          ? "no dimension is combined"
          : absl::StrCat("combines ", absl::StrJoin(combined, ", ")),
      "; over time ", AdditivityName(spec.over_time));
}

// Why values of the operand are not exact; empty where they are.
absl::StatusOr<std::vector<std::string>> DescribeDoubt(
    const Run& run, const BoundOperand& operand, const OperandGroups& groups) {
  std::vector<std::string> reasons;
  const MetricSpec& spec = operand.metric->spec;
  SetRelations relations(*operand.metric, groups.rows);
  FOOTFALL_RETURN_IF_ERROR(relations.Build(run, groups.sets));
  size_t several = 0;
  std::vector<bool> differs(spec.dimensions.size());
  for (size_t g = 0; g < groups.shown; ++g) {
    if (relations.low_mode(g) == LowMode::kExact) continue;
    ++several;
    const auto members = groups.sets.set(g);
    for (const uint32_t row : members) {
      for (size_t d = 0; d < spec.dimensions.size(); ++d) {
        differs[d] =
            differs[d] ||
            (spec.dimensions[d].rule == Additivity::kOverlaps &&
             groups.rows.row(row)[d] != groups.rows.row(members[0])[d]);
      }
    }
  }
  if (several > 0) {
    std::vector<std::string> names;
    for (size_t d = 0; d < differs.size(); ++d) {
      if (differs[d]) names.push_back(spec.dimensions[d].name);
    }
    reasons.push_back(absl::StrCat(
        "upper bounds in ", HowMany(several, "group", "groups"),
        names.empty()
            ? ": series split in ways that cross are summed"
            : absl::StrCat(": members of ", absl::StrJoin(names, ", "),
                           " are summed, and OVERLAP")));
  }
  if (!relations.wholes().empty()) {
    reasons.push_back(absl::StrCat(
        HowMany(relations.wholes().size(), "series is", "series are"),
        " not split: parts are not added to them"));
  }
  const size_t beside = groups.shared.size() + groups.overlapping_wholes.size();
  if (beside > 0) {
    reasons.push_back(absl::StrCat(
        HowMany(beside, "series that is not split",
                "series that are not split"),
        " may hold more of the members picked: highs grow by what they exceed "
        "their parts by"));
  }
  return reasons;
}

// Which names stand for others: "app 'old' is read as 'new', from 2024-09-01".
std::vector<std::string> DescribeRenames(const Run& run,
                                         const BoundOperand& operand,
                                         const SeriesRows& rows) {
  std::vector<std::string> lines;
  if (rows.renamed == nullptr) return lines;
  FlatHashSet<std::string> told;
  const SeriesTable& table = run.snapshot().Series(operand.metric->id);
  const auto& dimensions = operand.metric->spec.dimensions;
  for (const RowPiece& piece : rows.renamed->pieces) {
    if (piece.renames == 0) continue;
    for (size_t d = 0; d < dimensions.size() - operand.attribute_of.size();
         ++d) {
      MemberId stored = 0;
      table.ReadMembers(d, piece.series, absl::MakeSpan(&stored, 1));
      const MemberId read = rows.row(piece.row)[d];
      if (stored == read) continue;
      const auto name = [&](MemberId member) {
        return QuotedText(
            run.snapshot().MemberName(dimensions[d].name, member));
      };
      const bool always = piece.steps.begin == operand.grid.Limits().begin;
      std::string line = absl::StrCat(
          dimensions[d].name, " ", name(stored), " is read as ", name(read),
          always ? ""
                 : absl::StrCat(", from ",
                                operand.grid.Format(piece.steps.begin)));
      if (!told.insert(line).second) continue;
      if (lines.size() < kMaxRenames) lines.push_back(std::move(line));
    }
  }
  if (told.size() > kMaxRenames) {
    const size_t more = told.size() - kMaxRenames;
    lines.push_back(absl::StrCat(
        HowMany(more, "more name is", "more names are"), " read as others"));
  }
  return lines;
}

// "app = 'A', some of platform"; empty where all are read.
std::string DescribePicks(const Run& run, const BoundOperand& operand) {
  const auto& dimensions = operand.metric->spec.dimensions;
  std::vector<std::string> picked;
  for (size_t d = 0; d < operand.picks.size(); ++d) {
    if (!operand.picks[d].picked()) continue;
    const std::string& name = dimensions[d].name;
    const auto single = operand.picks[d].single();
    picked.push_back(
        single.has_value()
            ? absl::StrCat(name, " = ",
                           QuotedText(run.snapshot().MemberName(name, *single)))
            : absl::StrCat("some of ", name));
  }
  if (operand.time_picks.any()) picked.push_back(operand.time_picks.Describe());
  return absl::StrJoin(picked, ", ");
}

// What is read for the range, and for what transforms look back at.
absl::StatusOr<std::string> DescribeTiles(const Run& run,
                                          const BoundOperand& operand,
                                          const OperandGroups& groups,
                                          StepRange read) {
  const std::vector<SeriesId> stored = StoredSeries(groups.rows);
  ScanRequest scan;
  scan.metric = operand.metric->id;
  scan.series = stored;
  const auto count = [&](StepRange steps) -> absl::StatusOr<uint64_t> {
    if (steps.empty()) return 0;
    scan.steps = steps;
    return run.snapshot().CountTiles(scan);
  };
  FOOTFALL_ASSIGN_OR_RETURN(const uint64_t tiles, count(read));
  FOOTFALL_ASSIGN_OR_RETURN(const uint64_t of_range,
                            count({std::max(read.begin, operand.range.begin),
                                   std::min(read.end, operand.range.end)}));
  return absl::StrCat(
      "tiles to read: ", tiles,
      tiles == of_range
          ? ""
          : absl::StrCat(", ", tiles - of_range, " of them to look back"));
}

}  // namespace

std::string HowMany(uint64_t count, absl::string_view one,
                    absl::string_view several) {
  return absl::StrCat(count, " ", count == 1 ? one : several);
}

absl::StatusOr<std::vector<std::string>> DescribeOperand(
    Run& run, const Plan& plan, const Timeline& timeline, size_t index,
    const OperandGroups& groups) {
  const BoundOperand& operand = plan.operands[index];
  const std::string picks = DescribePicks(run, operand);
  std::vector<std::string> lines;
  lines.push_back(absl::StrCat("metric ", operand.metric->spec.name,
                               picks.empty() ? "" : " where ", picks));
  const auto add = [&lines](absl::string_view line) {
    lines.push_back(absl::StrCat("  ", line));
  };
  add(absl::StrCat("range: ",
                   plan.align.has_value()
                       ? DescribeAligned(operand, *plan.align)
                       : DescribeRange(operand, timeline.bounds(index)),
                   ", in ", operand.grid.zone_name()));
  for (const std::string& line : DescribeLookBack(operand, timeline, index)) {
    add(line);
  }
  if (run.options().now != absl::InfiniteFuture()) {
    add(absl::StrCat("now is in ",
                     operand.grid.Format(timeline.unfinished(index))));
  }
  const Metric& metric = *operand.metric;
  if (metric.level > 0) {
    const auto finer = FinerThan(run.snapshot(), metric);
    const auto first = FirstStepOnGrid(*finer, run.options().now);
    add(absl::StrCat("read by ", FormatPeriod(metric.spec.period), ", each ",
                     WhatStepIs(metric, *finer)));
    if (first.has_value()) {
      add(absl::StrCat("there are ", PluralPeriod(finer->spec.period), " from ",
                       finer->grid.Format(*first), " on"));
    }
    if (finer->kept_from.has_value()) {
      add(absl::StrCat("rolled up before ",
                       finer->grid.Format(*finer->kept_from),
                       "; later ones are as they are read"));
    }
  }
  if (metric.kept_from.has_value()) {
    add(absl::StrCat(
        "KEEP has ", metric.tiers.empty() ? "removed" : "rolled up",
        " samples before ", metric.grid.Format(*metric.kept_from)));
  }
  const size_t beside = groups.rows.size() - groups.matched_count;
  add(absl::StrCat(
      "series: ", groups.matched_count, " in ",
      HowMany(groups.shown, "group", "groups"),
      beside == 0 ? ""
                  : absl::StrCat(", and ", beside, " read for the bounds")));
  for (const std::string& line : DescribeRenames(run, operand, groups.rows)) {
    add(line);
  }
  const auto& dimensions = metric.spec.dimensions;
  const size_t stored = dimensions.size() - operand.attribute_of.size();
  for (size_t a = 0; a < operand.attribute_of.size(); ++a) {
    const size_t of = static_cast<size_t>(operand.attribute_of[a]);
    add(absl::StrCat(dimensions[stored + a].name, " is an attribute of ",
                     dimensions[of].name));
  }
  FOOTFALL_ASSIGN_OR_RETURN(
      const std::string tiles,
      DescribeTiles(run, operand, groups, timeline.lanes(index)));
  add(tiles);
  add(DescribeRules(operand));
  FOOTFALL_ASSIGN_OR_RETURN(const std::vector<std::string> doubts,
                            DescribeDoubt(run, operand, groups));
  if (doubts.empty()) add("exact at each step");
  for (const std::string& doubt : doubts) add(doubt);
  return lines;
}

}  // namespace footfall::query
