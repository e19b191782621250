// What the first bytes of a file show about how its table is written.
//
// In this order; what is declared is taken as it is.
//
//   1  No table: by its first bytes a zip archive, workbook, PDF, database,
//      HTML or JSON. Refused in words.
//   2  Encoding: a byte order mark; else UTF-16 where nearly every second byte
//      of the first 4 KiB is 0 and nearly no other; else UTF-8.
//   3  Line ends: '\r' alone where there is no '\n'.
//   4  `sep=;` on the first line: the delimiter, and one line to skip.
//   5  Delimiter: of , TAB ; | the one for which the largest share of records
//      has the commonest number of fields (two or more); of equal shares the
//      one that gives more fields, then the first. None gives two: a comma.
//   6  Quote: '"'; or '\'' where no '"' stands anywhere and all fields of the
//      header that are not empty are in such.
//   7  Header: the first record with as many fields as most; lines before it
//      are passed over where they begin with '#' or hold one field. Also where
//      an empty line within the first 20 is followed by a header (fields none
//      of which is empty or a number) and that by as many fields, one of them a
//      number. A first record of another width than the others is a header
//      that does not fit, not a line to pass over.
//   8  Blanks: where every field but the first of every record begins with one,
//      those around fields are passed over.

#ifndef FOOTFALL_ENGINE_EXCHANGE_TABLE_SNIFFER_H_
#define FOOTFALL_ENGINE_EXCHANGE_TABLE_SNIFFER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "engine/exchange/csv_reader.h"
#include "footfall/csv_dialect.h"
#include "footfall/stop.h"

namespace footfall::engine {

// `front`: the first bytes of the file; `whole`: there are no more. The header
// is not filled in. INVALID_ARGUMENT, without the path: rule 1.
absl::StatusOr<SniffedCsv> SniffTable(absl::string_view front, bool whole,
                                      const CsvDialect& declared);

// A file that was opened, sniffed and is read from its header on.
struct TableFile {
  SniffedCsv sniffed;                 // with the header, if there is one
  std::unique_ptr<CsvReader> reader;  // after the header
};

// Messages name the path. INVALID_ARGUMENT: as SniffTable(); no header, or a
// broken one. Other errors as OpenByteSource().
absl::StatusOr<TableFile> OpenTable(const std::string& path,
                                    const CsvDialect& declared,
                                    const StopCheck& stop = {});

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_EXCHANGE_TABLE_SNIFFER_H_
