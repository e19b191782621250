// What a file holds, as UTF-8 text with lines that end in "\n" or "\r\n".

#ifndef FOOTFALL_ENGINE_EXCHANGE_TEXT_SOURCE_H_
#define FOOTFALL_ENGINE_EXCHANGE_TEXT_SOURCE_H_

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "engine/exchange/byte_source.h"
#include "footfall/csv_dialect.h"

namespace footfall::engine {

// `front`, then the rest of `source`: for bytes that were looked at already.
std::unique_ptr<ByteSource> NewFrontSource(std::string front,
                                           std::unique_ptr<ByteSource> source);

// The source's text in UTF-8. A byte order mark is left out; half of a UTF-16
// pair becomes U+FFFD. `cr_lines`: each '\r' is read as '\n'.
std::unique_ptr<ByteSource> NewTextSource(std::unique_ptr<ByteSource> source,
                                          CsvDialect::Encoding encoding,
                                          bool cr_lines);

// The same of bytes in memory. An unfinished character at the end is left out.
std::string ToUtf8(absl::string_view bytes, CsvDialect::Encoding encoding,
                   bool cr_lines);

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_EXCHANGE_TEXT_SOURCE_H_
