// Members that look alike: the same name in other letters, with other blanks,
// or in another form of Unicode.

#ifndef FOOTFALL_MEMBER_NAMES_H_
#define FOOTFALL_MEMBER_NAMES_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "footfall/snapshot.h"

#pragma GCC visibility push(default)
namespace footfall {

// Without blanks around it; blanks side by side become one. A blank is a space,
// a tab, or one of the wider and narrower spaces of Unicode.
std::string CollapseBlanks(absl::string_view name);

// In small letters, of every script that has such.
std::string FoldCase(absl::string_view name);

// Equal for names that differ only in case, blanks, width (full-width letters
// are letters) and Unicode normal form (an accent is a mark of its own, or part
// of its letter). Text that is not UTF-8 is left as it is.
std::string FoldName(absl::string_view name);

// Groups of two or more members of a dimension that fold alike, each in order
// of their numbers; groups in order of their first. At most `max_groups`.
std::vector<std::vector<MemberId>> NearEqualMembers(const Snapshot& snapshot,
                                                    absl::string_view dimension,
                                                    size_t max_groups);

// "platform: 'iOS', 'ios' and 'iOS ' are nearly equal; ..."; "" where no
// members are. Of a dimension with more than 1,000,000 members it says nothing.
std::string NearEqualNote(const Snapshot& snapshot,
                          absl::string_view dimension);

}  // namespace footfall
#pragma GCC visibility pop

#endif  // FOOTFALL_MEMBER_NAMES_H_
