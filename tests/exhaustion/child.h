// Runs a piece of a test in a process of its own: what ends that process ends
// no test, and what it uses up nobody misses.

#ifndef FOOTFALL_TESTS_EXHAUSTION_CHILD_H_
#define FOOTFALL_TESTS_EXHAUSTION_CHILD_H_

#include <functional>
#include <string>

namespace footfall::testing {

// What `work` returned; or how the process ended instead: "killed by signal 6",
// "WRONG ..." from the caller's own words, "hung" after 20 seconds.
std::string InChild(const std::function<std::string()>& work);

}  // namespace footfall::testing

#endif  // FOOTFALL_TESTS_EXHAUSTION_CHILD_H_
