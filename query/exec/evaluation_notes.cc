// What an answer's notes say of the samples behind it.

#include <algorithm>
#include <bit>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "query/exec/evaluation.h"
#include "query/exec/others.h"
#include "query/exec/silence.h"
#include "query/plan/tiers.h"

namespace footfall::query {

// ", as for app 'A'"; nothing where there is no BY.
std::string Evaluation::AsFor(const BoundOperand& operand,
                              const GroupKey& key) const {
  std::vector<std::string> members;
  for (size_t b = 0; b < plan_.by.size(); ++b) {
    if (operand.by[b] < 0) continue;
    members.push_back(absl::StrCat(plan_.by[b], " '",
                                   MemberText(run_, plan_, b, key[b]), "'"));
  }
  if (members.empty()) return "";
  return absl::StrCat(", as for ", absl::StrJoin(members, ", "));
}

void Evaluation::AddNote(std::string note) {
  if (std::find(results_.notes.begin(), results_.notes.end(), note) ==
      results_.notes.end()) {
    results_.notes.push_back(std::move(note));
  }
}

void Evaluation::AddAcrossNotes() {
  findings_.no_members.resize(plan_.operands.size());
  AddLeftOutMembers();
  for (size_t o = 0; o < plan_.operands.size(); ++o) {
    if (!findings_.no_members[o].has_value()) continue;
    const BoundOperand& operand = plan_.operands[o];
    std::vector<std::string> dimensions;
    for (const int d : operand.across->dimensions) {
      dimensions.push_back(
          operand.metric->spec.dimensions[static_cast<size_t>(d)].name);
    }
    AddNote(absl::StrCat(
        operand.metric->spec.name, ": no value ACROSS ",
        absl::StrJoin(dimensions, ", "),
        " where only series that are not split by it are, and so no member",
        AsFor(operand,
              readers_[o]->groups().keys[findings_.no_members[o]->set]),
        " at ", operand.grid.Format(findings_.no_members[o]->step)));
  }
}

void Evaluation::AddLeftOutMembers() {
  findings_.members_left_out.resize(plan_.operands.size());
  for (size_t o = 0; o < plan_.operands.size(); ++o) {
    if (!findings_.members_left_out[o].has_value()) continue;
    const GroupLanes::LeftOut& one = *findings_.members_left_out[o];
    const BoundOperand& operand = plan_.operands[o];
    const AcrossParts& parts = *operand.across->parts;
    std::vector<std::string> members;
    const auto& by = parts.operands[one.part].by;
    const auto& dimensions = parts.operands[one.part].metric->spec.dimensions;
    for (size_t i = 0; i < by.size(); ++i) {
      if (by[i] < 0) continue;
      const std::string& dimension =
          dimensions[static_cast<size_t>(by[i])].name;
      const absl::string_view member =
          i < plan_.by.size()
              ? MemberText(run_, plan_, i, one.key[i])
              : run_.snapshot().MemberName(dimension, one.key[i]);
      members.push_back(absl::StrCat(dimension, " '", member, "'"));
    }
    AddNote(absl::StrCat(parts.name,
                         " leaves out members that lack a part of it: ",
                         absl::StrJoin(members, ", "), " has no ",
                         parts.operands[one.part].metric->spec.name, " at ",
                         operand.grid.Format(one.step)));
  }
}

void Evaluation::AddHiddenNotes() {
  findings_.hidden.resize(plan_.operands.size());
  for (size_t o = 0; o < plan_.operands.size(); ++o) {
    if (!findings_.hidden[o].has_value()) continue;
    const HiddenPeople& hidden = *findings_.hidden[o];
    const BoundOperand& operand = plan_.operands[o];
    std::vector<int> dimensions = operand.by;
    if (operand.across.has_value()) {
      dimensions.insert(dimensions.end(), operand.across->dimensions.begin(),
                        operand.across->dimensions.end());
    }
    std::vector<std::string> members;
    for (size_t i = 0; i < dimensions.size(); ++i) {
      if (dimensions[i] < 0 || hidden.key[i] == kEmptyMember) continue;
      const std::string& dimension =
          operand.metric->spec.dimensions[static_cast<size_t>(dimensions[i])]
              .name;
      members.push_back(absl::StrCat(
          dimension, " '", run_.snapshot().MemberName(dimension, hidden.key[i]),
          "'"));
    }
    AddNote(absl::StrCat(
        operand.metric->spec.name,
        ": only a series that is not split tells of ",
        members.empty() ? "people of no member" : absl::StrJoin(members, ", "),
        ", as at ", operand.grid.Format(hidden.step), ": up to ",
        operand.decimal() ? absl::StrCat(std::bit_cast<double>(hidden.high))
                          : absl::StrCat(hidden.high),
        ", which totals and places of the others reckon with"));
  }
}

// "app 'A', platform 'web' at 2025-03-01"
std::string Evaluation::LackingText(const BoundOperand& operand,
                                    const LackingSeries& series) const {
  std::vector<std::string> members;
  for (size_t d = 0; d < series.members.size(); ++d) {
    if (series.members[d] == kEmptyMember) continue;
    const std::string& dimension = operand.metric->spec.dimensions[d].name;
    members.push_back(absl::StrCat(
        dimension, " '",
        run_.snapshot().MemberName(dimension, series.members[d]), "'"));
  }
  return absl::StrCat(
      members.empty() ? "what is not split" : absl::StrJoin(members, ", "),
      " at ", operand.grid.Format(series.steps.begin),
      series.steps.size() == 1
          ? ""
          : absl::StrCat("..", operand.grid.Format(series.steps.end - 1)));
}

// "m: late: app 'A' at 2025-03-01; a gap: app 'B' at 2025-01-05..2025-01-06"
void Evaluation::AddLackingNotes() {
  findings_.lacking.resize(plan_.operands.size());
  for (size_t o = 0; o < plan_.operands.size(); ++o) {
    const LackingList& list = findings_.lacking[o];
    if (list.empty()) continue;
    const BoundOperand& operand = plan_.operands[o];
    // Behind the last sample of all there is no row.
    const int64_t end =
        results_.timeline->open(o) ? findings_.extents[o].end : INT64_MAX;
    std::vector<std::string> parts;
    for (const bool late : {true, false}) {
      std::vector<std::string> series;
      for (const LackingSeries& one : list.named()) {
        if (one.late != late || one.steps.begin >= end) continue;
        series.push_back(LackingText(operand, one));
      }
      if (series.empty()) continue;
      parts.push_back(absl::StrCat(late ? "late: " : "a gap: ",
                                   absl::StrJoin(series, "; ")));
    }
    if (parts.empty()) continue;
    if (list.next_step() < end) parts.push_back("and more");
    AddNote(absl::StrCat(
        operand.metric->spec.name, " lacks samples of series that had them at ",
        operand.metric->spec.late, " steps in a row; ",
        absl::StrJoin(parts, "; "), ". What lacks them may be more",
        operand.metric->spec.CountsUsers() ? "" : " or less"));
  }
}

// Whether the range begins before a step, or a bucket that is looked back at.
bool Evaluation::ReachesBefore(size_t o, int64_t step) const {
  if (plan_.operands[o].range.begin < step) return true;
  const Timeline& timeline = *results_.timeline;
  for (size_t slot = timeline.size(); slot < timeline.slot_count(); ++slot) {
    const StepRange inside = timeline.piece(o, 0, slot).inside;
    if (!inside.empty() && inside.begin < step) return true;
  }
  for (const Leaf& leaf : plan_.leaves) {
    if (!leaf.window.has_value() || leaf.operand != o) continue;
    for (size_t slot = 0; slot < timeline.slot_count(); ++slot) {
      const StepRange inside = timeline.PieceOf(leaf, 0, slot).inside;
      if (!inside.empty() && inside.begin < step) return true;
    }
  }
  return false;
}

// What KEEP has removed is not there, which is not 0.
void Evaluation::AddKeepNotes() {
  for (size_t o = 0; o < plan_.operands.size(); ++o) {
    const BoundOperand& operand = plan_.operands[o];
    const Metric& metric = *operand.metric;
    const std::optional<int64_t>& kept_from = metric.kept_from;
    if (metric.level > 0) {
      const auto finer = FinerThan(run_.snapshot(), metric);
      const auto first = FirstStepOnGrid(*finer, run_.options().now);
      AddNote(absl::StrCat(
          metric.spec.name, " is read by ", FormatPeriod(metric.spec.period),
          ", each ", WhatStepIs(metric, *finer), ": there are ",
          PluralPeriod(finer->spec.period), " from ",
          first.has_value() ? finer->grid.Format(*first) : "", " on"));
    }
    if (!kept_from.has_value()) continue;
    // Where the range has no first date, it begins with the first sample, and
    // what came before is missing as well.
    const bool open =
        !operand.window.first.has_value() && !plan_.align.has_value();
    if (!open && !ReachesBefore(o, *kept_from)) continue;
    const std::string before =
        absl::StrCat("samples of ", metric.spec.name, " before ",
                     metric.grid.Format(*kept_from));
    if (metric.tiers.empty()) {
      AddNote(absl::StrCat(before,
                           " were removed by KEEP: they are missing, not 0"));
    } else {
      AddNote(
          absl::StrCat(before, " were rolled up into ",
                       PluralPeriod(metric.tiers[0]->spec.period),
                       ", which are not read here: they are missing, not 0"));
    }
  }
}

void Evaluation::AddLeftOutNotes() {
  for (const auto& [index, count] : findings_.left_out) {
    const Leaf& leaf = plan_.leaves[index];
    const auto inner = InnerOf(leaf.steps);
    if (!inner.has_value()) continue;
    const Period& period = plan_.inner[*inner].period;
    AddNote(absl::StrCat(leaf.name, " leaves out ", count, " x ",
                         FormatPeriod(period),
                         count == 1 ? ", which is" : ", which are",
                         " cut by the range, or not over"));
  }
  for (const auto& [slot, part] : findings_.cut_slots) {
    results_.timeline->SetPartial(part, slot);
  }
}

void Evaluation::AddCagrNotes() {
  const auto add = [this](const CagrFinding& found, absl::string_view why) {
    const Leaf& leaf = plan_.leaves[found.leaf];
    std::string note = absl::StrCat(
        leaf.name, " has no value where its first and last value ", why,
        AsFor(plan_.operands[leaf.operand], results_.groups[found.group]));
    AddNote(std::move(note));
  };
  for (const CagrFinding& found : findings_.cagrs) {
    if (found.doubts.not_positive) add(found, "are not both above 0");
    if (found.doubts.too_short) add(found, "are less than 365 days apart");
  }
}

void Evaluation::AddNotes() {
  AddKeepNotes();
  AddLackingNotes();
  findings_.changes.resize(plan_.operands.size());
  for (size_t o = 0; o < plan_.operands.size(); ++o) {
    if (!findings_.changes[o].has_value() || !findings_.lacking[o].empty()) {
      continue;
    }
    const SeriesCountChange& change = *findings_.changes[o];
    const BoundOperand& operand = plan_.operands[o];
    AddNote(absl::StrCat(
        operand.metric->spec.name,
        ": the number of series behind a value changes from step to step",
        AsFor(operand, readers_[o]->groups().keys[change.set]), ": ",
        change.count, " at ", operand.grid.Format(change.step), ", ",
        change.other_count, " at ", operand.grid.Format(change.other_step)));
  }
  for (const std::string& missing : results_.timeline->missing()) {
    AddNote(missing);
  }
  for (const BoundOperand& operand : plan_.operands) {
    if (plan_.align.has_value()) break;
    if (std::string none = NoteOfNoStep(operand); !none.empty()) {
      AddNote(std::move(none));
    }
  }
  AddAcrossNotes();
  AddCagrNotes();
  AddHiddenNotes();
  AddAttributeNotes();
  AddLeftOutNotes();
  if (const Alignment* aligned = results_.timeline->aligned()) {
    std::string note = aligned->NoteOf(run_, results_.groups);
    if (!note.empty()) AddNote(std::move(note));
  }
  if (findings_.contradiction) {
    results_.notes.push_back(
        "at some steps the parts come to more than their whole, which has an "
        "empty member: does empty mean unknown there, instead of not split? "
        "IMPORT ... EMPTY 'unknown' gives it a name");
  }
}

}  // namespace footfall::query
