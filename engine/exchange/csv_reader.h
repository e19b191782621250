// Records of a CSV file (RFC 4180, with any delimiter and quote), one at a
// time, without copying.

#ifndef FOOTFALL_ENGINE_EXCHANGE_CSV_READER_H_
#define FOOTFALL_ENGINE_EXCHANGE_CSV_READER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "engine/exchange/byte_source.h"

namespace footfall::engine {

// Text of one record at most; more is a quote that is never closed.
inline constexpr size_t kMaxRecordBytes = size_t{1} << 20;

// How fields are told apart.
struct CsvMarks {
  char delimiter = ',';
  char quote = '"';           // '\0': none
  uint32_t skip = 0;          // lines before the first record
  bool trims_blanks = false;  // around fields that are not in quotes
};

struct CsvRecord {
  uint64_t line = 0;  // it begins on, from 1
  // Valid until the next call of Next(). Empty where the record is broken.
  absl::Span<const absl::string_view> fields;
  // Of a broken record: its text as it stands, cut to 4 KiB, and what is wrong.
  absl::string_view text;
  absl::string_view problem;  // empty: none
};

// Records that stand side by side in memory.
struct CsvBatch {
  std::vector<CsvRecord> records;  // valid as long as the batch stays
  uint64_t bytes_read = 0;         // of the file, once these were read

  // What the records point into.
  std::vector<char> text;
  std::vector<absl::string_view> fields;
};

// Lines end in `\n` or `\r\n`; the last may have no end. A byte order mark and
// empty lines are passed over. A field in quotes may hold delimiters, line ends
// and doubled quotes. After a broken record reading goes on at the next line.
//
// Cost: three memchr over the text and one per field; only records with quotes
// are walked byte by byte.
class CsvReader {
 public:
  explicit CsvReader(std::unique_ptr<ByteSource> source,
                     const CsvMarks& marks = {});

  // Moves to the next record; false at the end. Errors as ByteSource::Read();
  // INVALID_ARGUMENT for UTF-16 text.
  absl::StatusOr<bool> Next();
  // Requires: the last Next() returned true.
  const CsvRecord& record() const { return record_; }
  // Replaces *batch by the next records, those that come in one read; by none
  // at the end. Errors as Next(): what came before one is in *batch.
  absl::Status NextBatch(CsvBatch* batch);

  uint64_t bytes_read() const { return source_->bytes_read(); }
  uint64_t bytes_total() const { return source_->bytes_total(); }

 private:
  enum class Step : uint8_t { kRecord, kEnd, kMustFill };
  enum class Outcome : uint8_t {
    kDone,
    kCutOff,  // the bytes in the buffer end inside the record
    kBroken,
  };
  struct Place {  // of a field in the buffer
    size_t begin;
    size_t end;
  };

  // Moves to the next record; where the bytes in the buffer end before it does,
  // only if it may read more.
  absl::StatusOr<Step> Advance(bool may_fill);
  absl::Status Fill();
  absl::Status CheckStart();
  // First quote at or after `from`, or end_. Remembers what it found.
  size_t FindQuote(size_t from);
  void SplitPlain(size_t begin, size_t end);
  // A record with a quote somewhere.
  absl::StatusOr<Step> NextQuoted(bool may_fill);
  Outcome FindQuotedFields(absl::string_view* problem);
  void BreakAtLine(absl::string_view problem);
  absl::Status SkipLine();

  const std::unique_ptr<ByteSource> source_;
  const CsvMarks marks_;
  std::vector<char> buffer_;
  size_t at_ = 0;     // first byte of the next record
  size_t end_ = 0;    // of the bytes in the buffer
  size_t quote_ = 0;  // the first quote at or after at_, if quote_ >= at_
  bool started_ = false;
  bool at_end_ = false;     // the source has no more
  bool skip_line_ = false;  // at_ lies in a line that was given up
  uint64_t line_ = 1;       // of at_
  std::vector<absl::string_view> fields_;
  std::vector<Place> places_;  // of fields, of a record with quotes
  std::vector<size_t> pairs_;  // second quotes of pairs
  size_t record_end_ = 0;
  CsvRecord record_;
};

// `field` as it has to be written: in quotes where it needs them.
void AppendCsvField(absl::string_view field, std::string* out);

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_EXCHANGE_CSV_READER_H_
