// A Store that hands every call to one that outlives it. What is opened on it
// can be closed and opened again on the same state.

#ifndef FOOTFALL_TESTS_SUPPORT_LENT_STORE_H_
#define FOOTFALL_TESTS_SUPPORT_LENT_STORE_H_

#include "tests/support/store_wrapper.h"

namespace footfall::testing {

class LentStore final : public StoreWrapper {
 public:
  using StoreWrapper::StoreWrapper;

  absl::Status Close() override { return absl::OkStatus(); }
};

}  // namespace footfall::testing

#endif  // FOOTFALL_TESTS_SUPPORT_LENT_STORE_H_
