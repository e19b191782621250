#include "tests/model/operation.h"

#include <algorithm>

#include "absl/base/casts.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace footfall::testing {
namespace {

struct Share {
  Act act;
  uint32_t weight;  // of 1,000
  uint32_t max_rows;
};
constexpr Share kShares[] = {
    {Act::kDefine, 15, 0},        {Act::kRedefine, 5, 0},
    {Act::kAlter, 40, 0},         {Act::kDrop, 5, 0},
    {Act::kWrite, 390, 40},       {Act::kOverwrite, 100, 40},
    {Act::kLate, 60, 40},         {Act::kNames, 50, 6},
    {Act::kMisfit, 20, 20},       {Act::kCircle, 20, 2},
    {Act::kDelete, 60, 0},        {Act::kLoad, 45, 600},
    {Act::kLargeLoad, 1, 70'000}, {Act::kImport, 20, 60},
    {Act::kFold, 60, 0},          {Act::kCompact, 14, 0},
    {Act::kReopen, 25, 0},        {Act::kReadBeside, 10, 0},
    {Act::kKeep, 30, 0},          {Act::kCheckKept, 30, 0},
};

constexpr const char* kActNames[kActs] = {"define",
                                          "redefine",
                                          "alter",
                                          "drop",
                                          "write",
                                          "overwrite",
                                          "write late",
                                          "write names",
                                          "write a misfit",
                                          "close a circle",
                                          "delete from",
                                          "load",
                                          "load many",
                                          "import",
                                          "fold",
                                          "compact",
                                          "reopen",
                                          "read beside",
                                          "keep a snapshot",
                                          "check kept snapshots"};

bool HasMetric(Act act) { return act <= Act::kImport && act != Act::kCircle; }

int64_t StepOf(const Operation& operation, const MetricSpec& spec,
               Random* random) {
  const int64_t now = NowOf(spec, operation.clock);
  if (operation.act == Act::kLargeLoad) {
    return now - static_cast<int64_t>((*random)() % 40);
  }
  if (operation.act == Act::kLate) {
    const int64_t begin = NowOf(spec, 0) - 300;
    return begin + static_cast<int64_t>((*random)() %
                                        static_cast<uint64_t>(now - begin));
  }
  return (*random)() % 3 == 0 ? RandomStep(spec, random)
                              : now - static_cast<int64_t>((*random)() % 60);
}

}  // namespace

absl::string_view ActName(Act act) {
  return kActNames[static_cast<size_t>(act)];
}

// Where steps of a metric begin to matter, and how many pass with the clock.
int64_t NowOf(const MetricSpec& spec, int64_t clock) {
  return spec.period.unit == Unit::kMonth ? 600 + clock / 30 : 20'000 + clock;
}

std::vector<Operation> RandomOperations(uint64_t seed, size_t count) {
  Random random(seed);
  const auto metrics = static_cast<uint32_t>(RandomSpecs().size());
  std::vector<Operation> operations;
  while (operations.size() < count) {
    Operation& operation = operations.emplace_back();
    operation.seed = random();
    operation.clock = static_cast<int64_t>(operations.size() / 4);
    if (operations.size() <= metrics) {
      operation.act = Act::kDefine;
      operation.metric = static_cast<uint32_t>(operations.size() - 1);
      continue;
    }
    operation.metric = static_cast<uint32_t>(random() % metrics);
    uint64_t at = random() % 1'000;
    const Share* share = kShares;
    for (; at >= share->weight; ++share) at -= share->weight;
    operation.act = share->act;
    if (share->max_rows == 0) continue;
    // Mostly few, sometimes ten times as many.
    uint64_t rows = 1 + random() % share->max_rows;
    if (share->act == Act::kWrite && random() % 8 == 0) rows *= 10;
    if (share->act == Act::kLargeLoad) rows = share->max_rows;
    operation.rows = static_cast<uint32_t>(rows);
  }
  return operations;
}

std::string Describe(const Operation& operation) {
  std::string text(ActName(operation.act));
  if (operation.rows > 0) {
    absl::StrAppend(
        &text, operation.rows == 1 ? ", 1 row" : ", ",
        operation.rows == 1 ? "" : absl::StrCat(operation.rows, " rows"));
  }
  if (HasMetric(operation.act)) {
    absl::StrAppend(&text, ", ", RandomSpecs()[operation.metric].name);
  }
  return text;
}

std::vector<MetricRow> RowsOf(const Operation& operation) {
  const std::vector<MetricSpec> specs = RandomSpecs();
  const bool one_metric = operation.act == Act::kLoad ||
                          operation.act == Act::kLargeLoad ||
                          operation.act == Act::kImport;
  Random random(operation.seed);
  std::vector<MetricRow> rows;
  for (uint32_t i = 0; i < operation.first_row + operation.rows; ++i) {
    MetricRow row;
    row.metric = operation.metric;
    if (random() % 3 == 0 && !one_metric) {
      row.metric = static_cast<uint32_t>(random() % specs.size());
    }
    const MetricSpec& spec = specs[row.metric];
    row.row = RandomRow(spec, &random);
    row.row.step = StepOf(operation, spec, &random);
    row.row.deletes = random() % 6 == 0 && !one_metric;
    if (operation.act == Act::kLargeLoad) {
      // Of few series, so that later rows replace earlier ones.
      for (std::string& member : row.row.members) {
        if (member.size() > 5) member.resize(5);
      }
    }
    if (operation.act == Act::kImport) {
      // As text says it: no bits of odd doubles.
      const int64_t value = row.row.bits % 1'000'000;
      row.row.bits =
          spec.value_type == ValueType::kInteger
              ? value
              : absl::bit_cast<int64_t>(static_cast<double>(value) / 4);
    }
    if (i >= operation.first_row) rows.push_back(std::move(row));
  }
  return rows;
}

std::string KeptText(const std::vector<Operation>& all,
                     const std::vector<Operation>& kept) {
  std::vector<std::string> parts;
  size_t at = 0;
  for (const Operation& operation : kept) {
    while (at < all.size() && all[at].seed != operation.seed) ++at;
    if (at == all.size()) break;
    std::string part = absl::StrCat(at);
    if (all[at].rows != operation.rows) {
      absl::StrAppend(&part, ":", operation.first_row, "+", operation.rows);
    }
    parts.push_back(std::move(part));
  }
  return absl::StrJoin(parts, ",");
}

std::vector<Operation> KeptFrom(const std::vector<Operation>& all,
                                absl::string_view text) {
  std::vector<Operation> kept;
  for (const absl::string_view part : absl::StrSplit(text, ',')) {
    const std::vector<absl::string_view> numbers =
        absl::StrSplit(part, absl::ByAnyChar(":+"));
    size_t at = 0;
    if (!absl::SimpleAtoi(numbers[0], &at) || at >= all.size()) continue;
    kept.push_back(all[at]);
    if (numbers.size() < 3) continue;
    uint32_t first = 0;
    uint32_t rows = 0;
    if (absl::SimpleAtoi(numbers[1], &first) &&
        absl::SimpleAtoi(numbers[2], &rows)) {
      kept.back().first_row = first;
      kept.back().rows = rows;
    }
  }
  return kept;
}

}  // namespace footfall::testing
