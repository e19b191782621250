// IMPORT from tree to text, and texts as all statements print them.

#ifndef FOOTFALL_QUERY_LANG_PRINT_IMPORT_H_
#define FOOTFALL_QUERY_LANG_PRINT_IMPORT_H_

#include <string>

#include "absl/strings/string_view.h"
#include "footfall/statement.h"

namespace footfall::query {

// In single quotes, those inside doubled.
void PrintQuoted(absl::string_view text, std::string* out);
void PrintText(const Text& text, std::string* out);

void PrintImport(const Import& import, std::string* out);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_LANG_PRINT_IMPORT_H_
