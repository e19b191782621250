// The columns of an answer.

#include "query/exec/build_answer.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "query/exec/coded_column.h"
#include "query/exec/others.h"
#include "query/lang/status_macros.h"
#include "query/plan/date_value.h"

namespace footfall::query {
namespace {

constexpr uint64_t kWorkOfRow = 8;  // of a column
constexpr double kInfinity = std::numeric_limits<double>::infinity();

ColumnType TypeOf(const RowExpr& expr) {
  if (expr.is_date || expr.is_text) return ColumnType::kText;
  return expr.is_decimal ? ColumnType::kDecimal : ColumnType::kInteger;
}

Column NewColumn(std::string name, Column::Role role, ColumnType type,
                 size_t rows) {
  Column column;
  column.name = std::move(name);
  column.role = role;
  column.type = type;
  switch (type) {
    case ColumnType::kInteger:
    case ColumnType::kBoolean:
      column.integers.resize(rows);
      break;
    case ColumnType::kDecimal:
      column.decimals.resize(rows);
      break;
    case ColumnType::kText:
      // Members, times and kinds are codes.
      if (role == Column::Role::kValue || role == Column::Role::kLow ||
          role == Column::Role::kHigh) {
        column.texts.resize(rows);
      }
      break;
  }
  return column;
}

// Last values of different days stand side by side: between which those lie.
std::string NoteOfLast(const Plan& plan, const Results& results, size_t last,
                       size_t time, absl::Span<const RowId> chosen) {
  const LeafTable& steps = results.leaves[time];
  const Leaf& leaf = plan.leaves[last];
  const Grid& grid = plan.operands[leaf.operand].grid;
  std::optional<int64_t> oldest;
  std::optional<int64_t> newest;
  for (const RowId& row : chosen) {
    const Cell cell = steps.Get(row.group, leaf.whole_range ? 0 : row.bucket);
    if (!cell.has_value) continue;
    oldest = std::min(oldest.value_or(cell.value.integer), cell.value.integer);
    newest = std::max(newest.value_or(cell.value.integer), cell.value.integer);
  }
  if (!oldest.has_value() || *oldest == *newest) return "";
  return absl::StrCat(leaf.name, " is not of one time: of ",
                      grid.Format(*oldest), " to ", grid.Format(*newest),
                      "; last_time and age say of each row");
}

class AnswerBuilder {
 public:
  AnswerBuilder(Run& run, const Plan& plan, const Results& results,
                const Rows& rows, absl::Span<const RowId> chosen)
      : run_(run),
        memory_(run),
        plan_(plan),
        results_(results),
        rows_(rows),
        chosen_(chosen) {}

  absl::Status AddItem(size_t index, Answer* answer);

 private:
  // Puts a number, or a date, into a cell.
  void Put(const Scalar& number, size_t row, Column* column) const;
  void PutMissing(size_t row, Column* column) const;
  // The table that the item's cells are printed from as they are; null where
  // they are worked out for each row.
  const LeafTable* TableOf(const BoundItem& item) const;

  Run& run_;
  Reservation memory_;  // of texts, which may be long
  const Plan& plan_;
  const Results& results_;
  const Rows& rows_;
  absl::Span<const RowId> chosen_;
};

const LeafTable* AnswerBuilder::TableOf(const BoundItem& item) const {
  if (item.expr.kind != RowExpr::Kind::kLeaf || plan_.fill != FillMode::kNone) {
    return nullptr;
  }
  const Leaf& leaf = plan_.leaves[item.expr.leaf];
  return leaf.is_date || leaf.whole_range ? nullptr
                                          : &results_.leaves[item.expr.leaf];
}

void AnswerBuilder::Put(const Scalar& number, size_t row,
                        Column* column) const {
  switch (column->type) {
    case ColumnType::kInteger:
    case ColumnType::kBoolean:
      column->integers[row] = number.integer;
      break;
    case ColumnType::kDecimal:
      column->decimals[row] = number.as_decimal();
      break;
    case ColumnType::kText: {
      const Date date = UnpackDate(number.integer);
      column->texts[row] = FormatDate(date);
      if (column->starts.empty()) column->starts.resize(chosen_.size());
      column->starts[row] = date.start;
      break;
    }
  }
}

void AnswerBuilder::PutMissing(size_t row, Column* column) const {
  if (column->missing.empty()) column->missing.resize(chosen_.size());
  column->missing[row] = true;
}

absl::Status AnswerBuilder::AddItem(size_t index, Answer* answer) {
  const BoundItem& item = plan_.items[index];
  const size_t rows = chosen_.size();
  const ColumnType type = TypeOf(item.expr);
  Column value = NewColumn(
      item.bounds ? absl::StrCat(item.name, "_low") : item.name,
      item.bounds ? Column::Role::kLow : Column::Role::kValue, type, rows);
  // The second column: the high, or the kind.
  Column second = item.bounds
                      ? NewColumn(absl::StrCat(item.name, "_high"),
                                  Column::Role::kHigh, type, rows)
                      : NewColumn(absl::StrCat(item.name, "_kind"),
                                  Column::Role::kKind, ColumnType::kText, rows);
  Column present =
      NewColumn(absl::StrCat(item.name, "_present"), Column::Role::kPresent,
                ColumnType::kInteger, rows);
  Column expected =
      NewColumn(absl::StrCat(item.name, "_expected"), Column::Role::kExpected,
                ColumnType::kInteger, rows);
  value.unit = item.unit;
  value.ratio = item.is_ratio;
  if (!item.bounds) {
    second.codes.resize(rows);
    second.dictionary = CellKindNames();
    value.kinds.resize(rows);
    if (type == ColumnType::kText) {
      value.low_texts.resize(rows);
      value.high_texts.resize(rows);
      if (item.expr.is_date) value.starts.resize(rows);
    } else {
      value.low.resize(rows);
      value.high.resize(rows);
      if (type == ColumnType::kInteger) {
        value.low_integers.resize(rows);
        value.high_integers.resize(rows);
      }
    }
  } else {
    second.unit = item.unit;
    second.ratio = item.is_ratio;
  }
  const LeafTable* const table = TableOf(item);
  for (size_t r = 0; r < rows; ++r) {
    FOOTFALL_RETURN_IF_ERROR(run_.Pass(kWorkOfRow));
    Cell cell;
    if (table != nullptr) {
      cell = table->Get(chosen_[r].group, chosen_[r].bucket);
      if (cell.hidden) cell = Cell::Missing(cell.present, cell.expected);
    } else {
      FOOTFALL_ASSIGN_OR_RETURN(cell, rows_.Finished(index, chosen_[r]));
    }
    present.integers[r] = cell.present;
    expected.integers[r] = cell.expected;
    if (item.bounds) {
      if (cell.low.has_value()) {
        Put(*cell.low, r, &value);
      } else {
        PutMissing(r, &value);
      }
      if (cell.high.has_value()) {
        Put(*cell.high, r, &second);
      } else {
        PutMissing(r, &second);
      }
      continue;
    }
    const CellKind kind = cell.kind();
    value.kinds[r] = kind;
    second.codes[r] = static_cast<uint32_t>(kind);
    if (!cell.has_value) {
      PutMissing(r, &value);
      continue;
    }
    if (item.expr.is_text) {
      value.texts[r] = rows_.TextOf(item.expr, chosen_[r]);
      FOOTFALL_RETURN_IF_ERROR(memory_.Add(3 * value.texts[r].size()));
      value.low_texts[r] = value.high_texts[r] = value.texts[r];
      continue;
    }
    Put(cell.value, r, &value);
    if (type == ColumnType::kText) {
      const auto format = [](const Scalar& number) {
        return FormatDate(UnpackDate(number.integer));
      };
      if (cell.low) value.low_texts[r] = format(*cell.low);
      if (cell.high) value.high_texts[r] = format(*cell.high);
      continue;
    }
    value.low[r] = cell.low ? cell.low->as_decimal() : -kInfinity;
    value.high[r] = cell.high ? cell.high->as_decimal() : kInfinity;
    if (type == ColumnType::kInteger) {
      value.low_integers[r] = cell.low ? cell.low->integer : INT64_MIN;
      value.high_integers[r] = cell.high ? cell.high->integer : INT64_MAX;
    }
  }
  answer->columns.push_back(std::move(value));
  answer->columns.push_back(std::move(second));
  answer->columns.push_back(std::move(present));
  answer->columns.push_back(std::move(expected));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Answer> BuildColumns(Run& run, const Plan& plan,
                                    const Results& results, const Rows& rows,
                                    absl::Span<const RowId> chosen) {
  Answer answer;
  const size_t count = chosen.size();
  answer.set_row_count(count);
  answer.columns.reserve(plan.by.size() + 4 * plan.items.size() + 2);
  for (size_t b = 0; b < plan.by.size(); ++b) {
    Column column =
        NewColumn(plan.by[b], Column::Role::kMember, ColumnType::kText, count);
    CodedColumn coded(&column, count);
    for (const RowId& row : chosen) {
      FOOTFALL_RETURN_IF_ERROR(run.Pass(kWorkOfRow));
      const MemberId member = results.groups[row.group][b];
      coded.Add(member,
                [&] { return std::string(MemberText(run, plan, b, member)); });
    }
    coded.Finish();
    answer.columns.push_back(std::move(column));
  }
  const Timeline& timeline = *results.timeline;
  for (const std::string& name : TurnColumns(plan)) {
    Column column =
        NewColumn(name, Column::Role::kMember, ColumnType::kText, count);
    CodedColumn coded(&column, count);
    for (const RowId& row : chosen) {
      FOOTFALL_RETURN_IF_ERROR(run.Pass(kWorkOfRow));
      const size_t turn = timeline.Turn(row.bucket);
      coded.Add(static_cast<uint32_t>(turn), [&] {
        return name == kEventTime ? FormatDate(timeline.aligned()->DateOf(turn))
                                  : timeline.aligned()->NameOf(turn);
      });
    }
    coded.Finish();
    answer.columns.push_back(std::move(column));
  }
  if (plan.every.has_value() && plan.align.has_value()) {
    Column column =
        NewColumn("offset", Column::Role::kOffset, ColumnType::kInteger, count);
    column.unit = absl::StrCat(UnitName(plan.align->unit), "s");
    for (size_t r = 0; r < count; ++r) {
      column.integers[r] = timeline.Offset(chosen[r].bucket);
    }
    answer.columns.push_back(std::move(column));
  } else if (plan.every.has_value()) {
    Column column =
        NewColumn("time", Column::Role::kTime, ColumnType::kText, count);
    column.starts.reserve(std::min(count, timeline.slot_count()));
    CodedColumn coded(&column, count, timeline.slot_count());
    for (const RowId& row : chosen) {
      FOOTFALL_RETURN_IF_ERROR(run.Pass(kWorkOfRow));
      coded.Add(row.bucket, [&] {
        const absl::CivilSecond start =
            timeline.CivilStart(row.group, row.bucket);
        column.starts.push_back(start);
        // What a clock cuts is printed with its offset from UTC.
        return plan.every->below_day()
                   ? timeline.Format(row.bucket)
                   : FormatDate(Date{NamePrecision(*plan.every), start, {}});
      });
    }
    coded.Finish();
    answer.columns.push_back(std::move(column));
  }
  AnswerBuilder builder(run, plan, results, rows, chosen);
  for (size_t i = 0; i < plan.items.size(); ++i) {
    FOOTFALL_RETURN_IF_ERROR(builder.AddItem(i, &answer));
  }
  Column partial =
      NewColumn("partial", Column::Role::kPartial, ColumnType::kBoolean, count);
  for (size_t r = 0; r < count; ++r) {
    partial.integers[r] =
        timeline.partial(chosen[r].group, chosen[r].bucket) ? 1 : 0;
  }
  answer.columns.push_back(std::move(partial));
  return answer;
}

std::vector<std::string> NotesOf(const Plan& plan, const Results& results,
                                 const Rows& rows,
                                 absl::Span<const RowId> chosen) {
  std::vector<std::string> notes = results.notes;
  for (const auto& [last, time] : plan.last_times) {
    if (plan.splits_time()) break;  // parts are of different days
    std::string note = NoteOfLast(plan, results, last, time, chosen);
    if (!note.empty()) notes.push_back(std::move(note));
  }
  for (std::string& note : rows.Notes()) notes.push_back(std::move(note));
  return notes;
}

absl::StatusOr<Answer> BuildAnswer(Run& run, const Plan& plan,
                                   const Results& results, const Rows& rows,
                                   absl::Span<const RowId> chosen) {
  FOOTFALL_ASSIGN_OR_RETURN(Answer answer,
                            BuildColumns(run, plan, results, rows, chosen));
  answer.notes = NotesOf(plan, results, rows, chosen);
  return answer;
}

}  // namespace footfall::query
