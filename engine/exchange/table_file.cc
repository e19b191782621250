// Opening a table: its first bytes are sniffed, then it is read from its header
// on. Also the names of encodings, and SniffCsv().

#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "engine/exchange/byte_source.h"
#include "engine/exchange/table_sniffer.h"
#include "engine/exchange/text_source.h"
#include "footfall/guard.h"
#include "storage/base/status_macros.h"

namespace footfall {
namespace engine {
namespace {

constexpr size_t kFrontBytes = size_t{1} << 18;

}  // namespace

absl::StatusOr<TableFile> OpenTable(const std::string& path,
                                    const CsvDialect& declared,
                                    const StopCheck& stop) {
  const std::string shown = path == "-" ? "stdin" : path;
  FOOTFALL_ASSIGN_OR_RETURN(auto source, OpenByteSource(path, stop));
  std::string front(kFrontBytes, '\0');
  size_t size = 0;
  bool whole = false;
  while (size < front.size() && !whole) {
    FOOTFALL_ASSIGN_OR_RETURN(
        const size_t got,
        source->Read(front.data() + size, front.size() - size));
    size += got;
    whole = got == 0;
  }
  front.resize(size);
  TableFile file;
  absl::StatusOr<SniffedCsv> sniffed = SniffTable(front, whole, declared);
  if (!sniffed.ok()) {
    return Prefixed(absl::StrCat(shown, " "), sniffed.status());
  }
  file.sniffed = *std::move(sniffed);
  const CsvDialect& dialect = file.sniffed.dialect;
  const CsvMarks marks = {.delimiter = *dialect.delimiter,
                          .quote = *dialect.quote,
                          .skip = *dialect.skip,
                          .trims_blanks = file.sniffed.trims_blanks};
  file.reader = std::make_unique<CsvReader>(
      NewTextSource(NewFrontSource(std::move(front), std::move(source)),
                    *dialect.encoding, file.sniffed.cr_lines),
      marks);
  FOOTFALL_ASSIGN_OR_RETURN(const bool any, file.reader->Next());
  if (!any) {
    return absl::InvalidArgumentError(
        absl::StrCat(shown, " is empty; its first line must name the columns"));
  }
  const CsvRecord& record = file.reader->record();
  if (!record.problem.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(shown, ": the header is broken: ", record.problem));
  }
  for (const absl::string_view name : record.fields) {
    file.sniffed.header.emplace_back(absl::StripAsciiWhitespace(name));
  }
  return file;
}

}  // namespace engine

absl::string_view EncodingName(CsvDialect::Encoding encoding) {
  switch (encoding) {
    case CsvDialect::Encoding::kUtf8:
      return "UTF-8";
    case CsvDialect::Encoding::kUtf16Le:
      return "UTF-16LE";
    case CsvDialect::Encoding::kUtf16Be:
      return "UTF-16BE";
    case CsvDialect::Encoding::kLatin1:
      return "Latin-1";
  }
  return "";
}

std::optional<CsvDialect::Encoding> ParseEncoding(absl::string_view name) {
  using Encoding = CsvDialect::Encoding;
  const std::string plain =
      absl::StrReplaceAll(absl::AsciiStrToLower(name), {{"-", ""}, {"_", ""}});
  for (const auto& [known, encoding] :
       {std::pair<absl::string_view, Encoding>{"utf8", Encoding::kUtf8},
        {"utf16le", Encoding::kUtf16Le},
        {"utf16be", Encoding::kUtf16Be},
        {"latin1", Encoding::kLatin1},
        {"iso88591", Encoding::kLatin1},
        {"windows1252", Encoding::kLatin1},
        {"cp1252", Encoding::kLatin1}}) {
    if (plain == known) return encoding;
  }
  return std::nullopt;
}

absl::StatusOr<SniffedCsv> SniffCsv(const std::string& path,
                                    const CsvDialect& declared) {
  return Guarded([&]() -> absl::StatusOr<SniffedCsv> {
    FOOTFALL_ASSIGN_OR_RETURN(engine::TableFile file,
                              engine::OpenTable(path, declared));
    return std::move(file.sniffed);
  });
}

}  // namespace footfall
