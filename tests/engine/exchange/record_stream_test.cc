// Records that another thread reads ahead: all of them, in order, and an end to
// it where the caller wants one.

#include "engine/exchange/record_stream.h"

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/engine/exchange/text_files.h"
#include "tests/support/catch.h"

namespace footfall::engine {
namespace {

using testing::PieceSource;

// A source that fails after its text, or waits there until it is called off.
class EndlessSource final : public ByteSource {
 public:
  EndlessSource(std::string text, absl::Status error, StopCheck stop)
      : text_(std::move(text), size_t{1} << 16),
        error_(std::move(error)),
        stop_(std::move(stop)) {}

  absl::StatusOr<size_t> Read(char* bytes, size_t size) override {
    const absl::StatusOr<size_t> got = text_.Read(bytes, size);
    if (!got.ok() || *got > 0) return got;
    if (!error_.ok()) return error_;
    while (true) {
      if (absl::Status stopped = stop_(); !stopped.ok()) return stopped;
      std::this_thread::yield();
    }
  }
  uint64_t bytes_read() const override { return 0; }
  uint64_t bytes_total() const override { return 0; }

 private:
  PieceSource text_;
  const absl::Status error_;
  const StopCheck stop_;
};

std::string Text(int rows) {
  std::string text;
  for (int i = 0; i < rows; ++i) {
    // Now and then a field with a line end, and a row that is broken.
    absl::StrAppend(&text, i, i % 1000 == 7 ? ",\"a\nb\"\"\",x\n" : ",ab,x\n");
    if (i % 5000 == 11) absl::StrAppend(&text, "a\"b,c\n");
  }
  return text;
}

std::unique_ptr<RecordStream> Stream(std::unique_ptr<ByteSource> source,
                                     std::shared_ptr<StopAnywhere> stop) {
  return std::make_unique<RecordStream>(
      std::make_unique<CsvReader>(std::move(source)), std::move(stop));
}

TEST_CASE("records that are read ahead are those of the reader", "[import]") {
  const int rows = GENERATE(0, 1, 1000, 50'000, 400'000);
  const size_t piece = GENERATE(size_t{1} << 16, size_t{1} << 20);
  CAPTURE(rows, piece);
  const std::string text = Text(rows);
  std::vector<std::string> expected;
  CsvReader reader(std::make_unique<PieceSource>(text, piece));
  while (reader.Next().value()) {
    const CsvRecord& record = reader.record();
    expected.push_back(absl::StrCat(record.line, record.problem,
                                    absl::StrJoin(record.fields, "|")));
  }
  std::vector<std::string> all;
  const auto stream = Stream(std::make_unique<PieceSource>(text, piece),
                             std::make_shared<StopAnywhere>(StopCheck()));
  while (true) {
    const auto batch = stream->Next();
    REQUIRE(batch.status() == absl::OkStatus());
    if ((*batch)->records.empty()) break;
    for (const CsvRecord& record : (*batch)->records) {
      all.push_back(absl::StrCat(record.line, record.problem,
                                 absl::StrJoin(record.fields, "|")));
    }
  }
  CHECK((all == expected));
}

TEST_CASE("an error of the source comes after what was read", "[import]") {
  const int rows = GENERATE(0, 10, 400'000);
  CAPTURE(rows);
  const auto stop = std::make_shared<StopAnywhere>(StopCheck());
  const auto stream = Stream(
      std::make_unique<EndlessSource>(Text(rows), absl::DataLossError("torn"),
                                      [stop] { return stop->Ask(); }),
      stop);
  absl::StatusOr<const CsvBatch*> batch = nullptr;
  do {
    batch = stream->Next();
  } while (batch.ok());
  CHECK(batch.status() == absl::DataLossError("torn"));
}

TEST_CASE("the caller's check is asked in its thread, also while it waits",
          "[import]") {
  const int rows = GENERATE(10, 400'000);
  CAPTURE(rows);
  const std::thread::id caller = std::this_thread::get_id();
  std::atomic<int> asked = 0;
  std::atomic<int> asked_elsewhere = 0;
  const auto stop = std::make_shared<StopAnywhere>([&]() -> absl::Status {
    if (std::this_thread::get_id() != caller) ++asked_elsewhere;
    return ++asked < 3 ? absl::OkStatus() : absl::CancelledError("enough");
  });
  const auto stream =
      Stream(std::make_unique<EndlessSource>(Text(rows), absl::OkStatus(),
                                             [stop] { return stop->Ask(); }),
             stop);
  absl::StatusOr<const CsvBatch*> batch = nullptr;
  do {
    batch = stream->Next();
  } while (batch.ok());
  CHECK(batch.status() == absl::CancelledError("enough"));
  CHECK(asked >= 3);
  CHECK(asked_elsewhere == 0);
}

TEST_CASE("a stream that is given up calls its source off", "[import]") {
  const auto stop = std::make_shared<StopAnywhere>(StopCheck());
  const auto stream =
      Stream(std::make_unique<EndlessSource>(Text(400'000), absl::OkStatus(),
                                             [stop] { return stop->Ask(); }),
             stop);
  for (int i = 0; i < 3; ++i) REQUIRE(stream->Next().ok());
}  // ends here, or never

}  // namespace
}  // namespace footfall::engine
