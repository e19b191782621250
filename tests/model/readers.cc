#include "tests/model/readers.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"

namespace footfall::testing {

Readers::Readers(int count, uint64_t seed, History* history)
    : history_(history) {
  for (int i = 0; i < count; ++i) {
    threads_.emplace_back([this, seed, i] { Run(seed * 31 + i); });
  }
}

Readers::~Readers() { Finish(); }

void Readers::Finish() {
  history_->End();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  Use(nullptr);
}

void Readers::Use(std::shared_ptr<Database> database) {
  const std::lock_guard<std::mutex> lock(mutex_);
  used_.database = std::move(database);
  ++used_.number;
}

Readers::Used Readers::used() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return used_;
}

std::optional<std::string> Readers::failure() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return failure_;
}

void Readers::Run(uint64_t seed) {
  Random random(seed);
  uint64_t seen = 0;
  while (history_->WaitForChange(&seen)) {
    std::optional<std::string> difference = ReadOnce(&random);
    if (!difference) continue;
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!failure_) failure_ = std::move(difference);
    return;
  }
}

std::optional<std::string> Readers::ReadOnce(Random* random) {
  const uint64_t pin = history_->Pin();
  std::optional<std::string> difference;
  const Used before = used();
  if (before.database != nullptr) {
    const auto snapshot = before.database->TakeSnapshot();
    const absl::Status status = ReadPart(*snapshot, random, &difference);
    ++reads_;
    // It may have been closed meanwhile.
    if (!status.ok() && !(absl::IsFailedPrecondition(status) &&
                          used().number != before.number)) {
      difference = absl::StrCat("a reader beside: ", status.ToString());
    } else if (difference) {
      difference = absl::StrCat("a reader beside, at commit ",
                                snapshot->commit(), ": ", *difference);
    }
  }
  history_->Unpin(pin);
  return difference;
}

absl::Status Readers::ReadPart(const Snapshot& snapshot, Random* random,
                               std::optional<std::string>* difference) {
  constexpr char kNoCommit[] = "the snapshot's commit was never made";
  if ((*random)() % 4 == 0) {
    PlainDatabase found;
    PlainDatabase expected;
    const absl::Status status = ReadNames(snapshot, &found);
    if (!status.ok()) return status;
    bool is_known = true;
    if (!history_->NamesAt(snapshot.commit(), &expected.events,
                           &expected.aliases, &is_known)) {
      *difference = kNoCommit;
    } else if (is_known) {
      *difference = Difference(expected, found);
    }
    return absl::OkStatus();
  }
  const std::vector<MetricSpec> specs = RandomSpecs();
  const MetricSpec& spec = specs[(*random)() % specs.size()];
  const std::string name = (*random)() % 3 == 0 ? OtherName(spec) : spec.name;
  const auto metric = snapshot.FindMetric(name);
  PlainMetric found;
  std::set<Members> asked;
  StepRange steps = {.begin = 0, .end = 1};
  if (metric != nullptr) {
    std::vector<SeriesId> series;
    const uint64_t out_of = 1 + (*random)() % 10;
    for (SeriesId id = 0; id < snapshot.Series(metric->id).count(); ++id) {
      if ((*random)() % out_of != 0) continue;
      series.push_back(id);
      asked.insert(MembersOf(snapshot, *metric, id));
    }
    steps = metric->grid.Limits();
    if ((*random)() % 2 == 0) {
      steps.begin = RandomStep(spec, random);
      steps.end = steps.begin + 1 + static_cast<int64_t>((*random)() % 2'000);
    }
    absl::StatusOr<PlainMetric> read =
        ReadSome(snapshot, *metric, series, steps);
    if (!read.ok()) return read.status();
    found = *std::move(read);
  }
  MetricThen then;
  if (!history_->MetricAt(snapshot.commit(), name, asked, steps, &then)) {
    *difference = kNoCommit;
  } else if (!then.is_known) {
    return absl::OkStatus();
  } else if (then.samples.has_value() != (metric != nullptr)) {
    *difference = absl::StrCat(
        name, then.samples.has_value() ? " is missing" : " is there");
  } else if (metric != nullptr && !(metric->spec == then.spec)) {
    *difference = absl::StrCat(name, " is declared otherwise");
  } else if (metric != nullptr) {
    *difference = Difference(*then.samples, found, then.may_lack);
    if (*difference) **difference = absl::StrCat(name, **difference);
  }
  return absl::OkStatus();
}

}  // namespace footfall::testing
