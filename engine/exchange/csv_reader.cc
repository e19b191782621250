#include "engine/exchange/csv_reader.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/status/status.h"
#include "storage/base/status_macros.h"

namespace footfall::engine {
namespace {

constexpr size_t kChunkBytes = size_t{1} << 16;
constexpr size_t kShownRecordBytes = 4096;

size_t Find(const char* bytes, size_t from, size_t end, char wanted) {
  const void* const found = std::memchr(bytes + from, wanted, end - from);
  return found == nullptr
             ? end
             : static_cast<size_t>(static_cast<const char*>(found) - bytes);
}

// The same for a quote, which '\0' says there is none of.
size_t FindMark(const char* bytes, size_t from, size_t end, char quote) {
  return quote == '\0' ? end : Find(bytes, from, end, quote);
}

absl::string_view TrimBlanks(absl::string_view field) {
  while (!field.empty() && field.front() == ' ') field.remove_prefix(1);
  while (!field.empty() && field.back() == ' ') field.remove_suffix(1);
  return field;
}

}  // namespace

CsvReader::CsvReader(std::unique_ptr<ByteSource> source, const CsvMarks& marks)
    : source_(std::move(source)), marks_(marks), buffer_(kChunkBytes) {}

// Reads another chunk behind what is there, which moves to the front.
absl::Status CsvReader::Fill() {
  FindQuote(at_);
  if (at_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + at_, end_ - at_);
    end_ -= at_;
    quote_ -= at_;
    at_ = 0;
  }
  if (buffer_.size() - end_ < kChunkBytes / 2) {
    buffer_.resize(buffer_.size() * 2);
  }
  FOOTFALL_ASSIGN_OR_RETURN(
      const size_t got,
      source_->Read(buffer_.data() + end_, buffer_.size() - end_));
  // A quote "at the end" may be one of the new bytes.
  if (quote_ == end_) {
    quote_ = FindMark(buffer_.data(), end_, end_ + got, marks_.quote);
  }
  end_ += got;
  at_end_ = got == 0;
  return absl::OkStatus();
}

absl::Status CsvReader::CheckStart() {
  started_ = true;
  while (!at_end_ && end_ < 3) FOOTFALL_RETURN_IF_ERROR(Fill());
  const absl::string_view front(buffer_.data(), end_);
  if (front.substr(0, 2) == "\xff\xfe" || front.substr(0, 2) == "\xfe\xff") {
    return absl::InvalidArgumentError("the file is UTF-16; save it as UTF-8");
  }
  if (front.substr(0, 3) == "\xef\xbb\xbf") at_ = 3;
  quote_ = FindMark(buffer_.data(), at_, end_, marks_.quote);
  for (uint32_t skipped = 0; skipped < marks_.skip; ++skipped) {
    FOOTFALL_RETURN_IF_ERROR(SkipLine());
    ++line_;
  }
  return absl::OkStatus();
}

size_t CsvReader::FindQuote(size_t from) {
  if (quote_ < from) {
    quote_ = FindMark(buffer_.data(), from, end_, marks_.quote);
  }
  return quote_;
}

absl::StatusOr<bool> CsvReader::Next() {
  FOOTFALL_ASSIGN_OR_RETURN(const Step step, Advance(/*may_fill=*/true));
  return step == Step::kRecord;
}

absl::Status CsvReader::NextBatch(CsvBatch* batch) {
  batch->records.clear();
  batch->fields.clear();
  absl::StatusOr<Step> step = Step::kRecord;
  while (true) {
    step = Advance(/*may_fill=*/batch->records.empty());
    if (!step.ok() || *step != Step::kRecord) break;
    batch->records.push_back(record_);
    batch->fields.insert(batch->fields.end(), record_.fields.begin(),
                         record_.fields.end());
  }
  const absl::string_view* fields = batch->fields.data();
  for (CsvRecord& record : batch->records) {
    record.fields = absl::MakeConstSpan(fields, record.fields.size());
    fields += record.fields.size();
  }
  batch->bytes_read = bytes_read();
  // The bytes go with the records; what is left of them is copied.
  FindQuote(at_);
  std::vector<char> next = std::move(batch->text);
  next.resize(buffer_.size());
  std::memcpy(next.data(), buffer_.data() + at_, end_ - at_);
  batch->text = std::exchange(buffer_, std::move(next));
  end_ -= at_;
  quote_ -= at_;
  at_ = 0;
  return step.status();
}

absl::StatusOr<CsvReader::Step> CsvReader::Advance(bool may_fill) {
  if (!started_) FOOTFALL_RETURN_IF_ERROR(CheckStart());
  if (skip_line_) {
    if (!may_fill) return Step::kMustFill;
    FOOTFALL_RETURN_IF_ERROR(SkipLine());
  }
  size_t searched = at_;  // no line end before it
  while (true) {
    const size_t newline = Find(buffer_.data(), searched, end_, '\n');
    if (newline == end_ && !at_end_ && end_ - at_ <= kMaxRecordBytes) {
      if (!may_fill) return Step::kMustFill;
      searched = newline - at_;  // Fill() moves at_ to 0
      FOOTFALL_RETURN_IF_ERROR(Fill());
      continue;
    }
    if (newline == end_ && at_ == end_) return Step::kEnd;
    if (FindQuote(at_) < newline) return NextQuoted(may_fill);
    size_t content_end = newline;
    if (content_end > at_ && buffer_[content_end - 1] == '\r') --content_end;
    const size_t begin = at_;
    at_ = newline < end_ ? newline + 1 : end_;
    if (content_end - begin > kMaxRecordBytes) {
      at_ = begin;
      BreakAtLine("a line of more than 1 MiB");
      return Step::kRecord;
    }
    if (content_end == begin) {
      ++line_;
      searched = at_;
      continue;
    }
    record_.line = line_++;
    SplitPlain(begin, content_end);
    return Step::kRecord;
  }
}

void CsvReader::SplitPlain(size_t begin, size_t end) {
  fields_.clear();
  const char* const bytes = buffer_.data();
  while (true) {
    const size_t mark = Find(bytes, begin, end, marks_.delimiter);
    fields_.emplace_back(bytes + begin, mark - begin);
    if (mark == end) break;
    begin = mark + 1;
  }
  if (marks_.trims_blanks) {
    for (absl::string_view& field : fields_) field = TrimBlanks(field);
  }
  record_.fields = fields_;
  record_.text = {};
  record_.problem = {};
}

absl::StatusOr<CsvReader::Step> CsvReader::NextQuoted(bool may_fill) {
  while (true) {
    absl::string_view problem;
    const Outcome outcome = FindQuotedFields(&problem);
    if (outcome == Outcome::kDone) break;
    if (outcome == Outcome::kCutOff && !at_end_ &&
        end_ - at_ <= kMaxRecordBytes) {
      if (!may_fill) return Step::kMustFill;
      FOOTFALL_RETURN_IF_ERROR(Fill());
      continue;
    }
    if (outcome == Outcome::kCutOff) {
      problem = at_end_ ? "a quote that is never closed"
                        : "a quote that is not closed within 1 MiB";
    }
    BreakAtLine(problem);
    return Step::kRecord;
  }
  record_.line = line_;
  const auto text = buffer_.begin();
  line_ +=
      1 + static_cast<uint64_t>(std::count(
              text + static_cast<std::ptrdiff_t>(at_),
              text + static_cast<std::ptrdiff_t>(places_.back().end), '\n'));
  // Doubled quotes become one in place: what is read never lies behind what is
  // written.
  fields_.clear();
  size_t next_pair = 0;
  for (const Place& place : places_) {
    char* const begin = buffer_.data() + place.begin;
    char* out = begin;
    size_t read = place.begin;
    for (; next_pair < pairs_.size() && pairs_[next_pair] < place.end;
         ++next_pair) {
      const size_t count = pairs_[next_pair] - read;
      std::memmove(out, buffer_.data() + read, count);
      out += count;
      read = pairs_[next_pair] + 1;
    }
    std::memmove(out, buffer_.data() + read, place.end - read);
    out += place.end - read;
    fields_.emplace_back(begin, static_cast<size_t>(out - begin));
  }
  at_ = record_end_;
  record_.fields = fields_;
  record_.text = {};
  record_.problem = {};
  return Step::kRecord;
}

// Walks the record at at_, whose bytes stay as they are.
CsvReader::Outcome CsvReader::FindQuotedFields(absl::string_view* problem) {
  places_.clear();
  pairs_.clear();
  const char* const bytes = buffer_.data();
  size_t at = at_;
  const auto skip_blanks = [&] {
    while (marks_.trims_blanks && at < end_ && bytes[at] == ' ') ++at;
  };
  while (true) {
    skip_blanks();
    if (at < end_ && bytes[at] == marks_.quote) {
      const size_t begin = at + 1;
      size_t quote = begin;
      while (true) {
        quote = Find(bytes, quote, end_, marks_.quote);
        if (quote == end_) return Outcome::kCutOff;
        if (quote + 1 == end_ && !at_end_) return Outcome::kCutOff;
        if (quote + 1 == end_ || bytes[quote + 1] != marks_.quote) break;
        pairs_.push_back(quote + 1);
        quote += 2;
      }
      places_.push_back({begin, quote});
      at = quote + 1;
      skip_blanks();
      if (at < end_ && bytes[at] == '\r') {
        if (at + 1 == end_ && !at_end_) return Outcome::kCutOff;
        if (at + 1 == end_ || bytes[at + 1] == '\n') ++at;
      }
      if (at == end_ && !at_end_) return Outcome::kCutOff;
      if (at < end_ && bytes[at] != marks_.delimiter && bytes[at] != '\n') {
        *problem = marks_.delimiter == ','
                       ? "text between a closing quote and the comma"
                       : "text between a closing quote and the delimiter";
        return Outcome::kBroken;
      }
    } else {
      const size_t begin = at;
      while (at < end_ && bytes[at] != marks_.delimiter && bytes[at] != '\n' &&
             bytes[at] != marks_.quote) {
        ++at;
      }
      if (at == end_ && !at_end_) return Outcome::kCutOff;
      if (at < end_ && bytes[at] == marks_.quote) {
        *problem =
            "a quote inside a field that does not begin with one; such a field "
            "is written in quotes, each quote inside doubled";
        return Outcome::kBroken;
      }
      const bool at_line_end = at == end_ || bytes[at] == '\n';
      const bool has_return =
          at_line_end && at > begin && bytes[at - 1] == '\r';
      size_t end = has_return ? at - 1 : at;
      while (marks_.trims_blanks && end > begin && bytes[end - 1] == ' ') --end;
      places_.push_back({begin, end});
    }
    if (at == end_ || bytes[at] == '\n') {
      record_end_ = std::min(at + 1, end_);
      return Outcome::kDone;
    }
    ++at;  // the delimiter
  }
}

// Gives up the record; reading goes on after the line on which it began.
void CsvReader::BreakAtLine(absl::string_view problem) {
  const size_t newline = Find(buffer_.data(), at_, end_, '\n');
  record_.line = line_++;
  record_.fields = {};
  record_.text = absl::string_view(buffer_.data() + at_,
                                   std::min(newline - at_, kShownRecordBytes));
  if (!record_.text.empty() && record_.text.back() == '\r') {
    record_.text.remove_suffix(1);
  }
  record_.problem = problem;
  skip_line_ = newline == end_ && !at_end_;
  at_ = newline < end_ ? newline + 1 : end_;
}

absl::Status CsvReader::SkipLine() {
  skip_line_ = false;
  while (true) {
    const size_t newline = Find(buffer_.data(), at_, end_, '\n');
    at_ = newline < end_ ? newline + 1 : end_;
    if (newline < end_ || at_end_) return absl::OkStatus();
    FOOTFALL_RETURN_IF_ERROR(Fill());
  }
}

void AppendCsvField(absl::string_view field, std::string* out) {
  if (field.find_first_of(",\"\r\n") == absl::string_view::npos) {
    out->append(field.data(), field.size());
    return;
  }
  out->push_back('"');
  for (const char c : field) {
    if (c == '"') out->push_back('"');
    out->push_back(c);
  }
  out->push_back('"');
}

}  // namespace footfall::engine
