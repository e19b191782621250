#include "footfall/guard.h"

#include <cerrno>
#include <exception>
#include <new>
#include <stdexcept>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace footfall {
namespace {

// The message needs memory, which may be what is missing.
absl::Status Make(absl::StatusCode code, absl::string_view what,
                  absl::string_view detail) noexcept {
  try {
    return absl::Status(code, absl::StrCat(what, detail));
  } catch (...) {
    return absl::Status(code, absl::string_view());
  }
}

bool IsExhausted(const std::error_code& error) noexcept {
  switch (error.value()) {
    case EAGAIN:
    case ENOMEM:
    case EMFILE:
    case ENFILE:
      return true;
    default:
      return false;
  }
}

}  // namespace

absl::Status StatusOfException() noexcept {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    return Make(absl::StatusCode::kResourceExhausted, "memory ran out", "");
  } catch (const std::length_error& error) {
    return Make(absl::StatusCode::kResourceExhausted,
                "more than memory can hold: ", error.what());
  } catch (const std::system_error& error) {
    return Make(IsExhausted(error.code()) ? absl::StatusCode::kResourceExhausted
                                          : absl::StatusCode::kUnavailable,
                "the operating system refused: ", error.what());
  } catch (const std::exception& error) {
    return Make(absl::StatusCode::kInternal,
                "an exception was thrown: ", error.what());
  } catch (...) {
    return Make(absl::StatusCode::kInternal, "an exception was thrown", "");
  }
}

absl::Status Prefixed(absl::string_view before,
                      const absl::Status& status) noexcept {
  try {
    return absl::Status(status.code(), absl::StrCat(before, status.message()));
  } catch (...) {
    return status;
  }
}

}  // namespace footfall
