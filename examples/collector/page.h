// The files of the page, which the program carries in itself.

#ifndef FOOTFALL_EXAMPLES_COLLECTOR_PAGE_H_
#define FOOTFALL_EXAMPLES_COLLECTOR_PAGE_H_

#include "absl/strings/string_view.h"

namespace footfall::collector {

struct PageFile {
  absl::string_view path;  // in the URL
  absl::string_view content_type;
  absl::string_view text;
};

// Null where there is no such file. They live forever.
const PageFile* FindPageFile(absl::string_view path);

}  // namespace footfall::collector

#endif  // FOOTFALL_EXAMPLES_COLLECTOR_PAGE_H_
