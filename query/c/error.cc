#include "query/c/error.h"

#include "footfall/refusal.h"

namespace footfall::query {

int CodeOf(const absl::Status& status, footfall_error** error) noexcept {
  const int code = static_cast<int>(status.code());
  if (code == FOOTFALL_OK || error == nullptr) return code;
  try {
    *error = new footfall_error{code, std::string(status.message()),
                                RefusalCode(status)};
  } catch (...) {
    *error = nullptr;
  }
  return code;
}

}  // namespace footfall::query

const char* footfall_version(void) { return footfall::Version(); }

const char* footfall_code_name(int code) {
  switch (code) {
#define FOOTFALL_CODE(name) \
  case FOOTFALL_##name:     \
    return #name
    FOOTFALL_CODE(OK);
    FOOTFALL_CODE(CANCELLED);
    FOOTFALL_CODE(INVALID_ARGUMENT);
    FOOTFALL_CODE(DEADLINE_EXCEEDED);
    FOOTFALL_CODE(NOT_FOUND);
    FOOTFALL_CODE(RESOURCE_EXHAUSTED);
    FOOTFALL_CODE(FAILED_PRECONDITION);
    FOOTFALL_CODE(OUT_OF_RANGE);
    FOOTFALL_CODE(UNIMPLEMENTED);
    FOOTFALL_CODE(INTERNAL);
    FOOTFALL_CODE(UNAVAILABLE);
    FOOTFALL_CODE(DATA_LOSS);
#undef FOOTFALL_CODE
    default:
      return "UNKNOWN";
  }
}

int footfall_error_code(const footfall_error* error) {
  return error == nullptr ? int{FOOTFALL_RESOURCE_EXHAUSTED} : error->code;
}

const char* footfall_error_message(const footfall_error* error) {
  return error == nullptr ? "" : error->message.c_str();
}

const char* footfall_error_refusal(const footfall_error* error) {
  return error == nullptr ? "" : error->refusal.c_str();
}

void footfall_error_free(footfall_error* error) { delete error; }
