// The functions of the language, for what helps a person to write it:
// completion, help, pages.

#ifndef FOOTFALL_FUNCTIONS_H_
#define FOOTFALL_FUNCTIONS_H_

#include <vector>

#include "absl/strings/string_view.h"

#pragma GCC visibility push(default)
namespace footfall {

// What a function is called and what it is for. All texts live forever.
struct FunctionInfo {
  absl::string_view name = {};       // "avg"; "p1" speaks for p1 to p99
  absl::string_view arguments = {};  // "x, 1 week"
  absl::string_view help = {};       // what it gives, in one line
  // A whole statement, answered on the data of query/LANGUAGE.md.
  absl::string_view example = {};
};

// All of them, those over time first.
std::vector<FunctionInfo> Functions();

}  // namespace footfall
#pragma GCC visibility pop

#endif  // FOOTFALL_FUNCTIONS_H_
