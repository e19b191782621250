// Bytes of a file, unpacked where they are gzip or zstd.

#ifndef FOOTFALL_ENGINE_EXCHANGE_BYTE_SOURCE_H_
#define FOOTFALL_ENGINE_EXCHANGE_BYTE_SOURCE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "footfall/stop.h"

namespace footfall::engine {

// Read front to back. One thread.
class ByteSource {
 public:
  virtual ~ByteSource() = default;

  // Reads at least 1 and at most `size` bytes; 0 at the end.
  //
  //   DATA_LOSS  gzip or zstd data are damaged or end early
  //   else       what the StopCheck answered, or FileError()
  virtual absl::StatusOr<size_t> Read(char* bytes, size_t size) = 0;

  // Of the file as it lies on disk.
  virtual uint64_t bytes_read() const = 0;
  virtual uint64_t bytes_total() const = 0;  // 0: not known (a pipe)
};

// "-" is the standard input. gzip and zstd are detected by the first bytes,
// which no text begins with. Messages name the path. `stop` is asked before
// each 256 KiB at least, of the file and of what is unpacked, and every 5 ms
// while a pipe has nothing to read or nobody to write it.
//
//   NOT_FOUND         no such file
//   INVALID_ARGUMENT  a folder
//   UNIMPLEMENTED     zstd, and this build is without it
//   else              FileError(): it cannot be opened
absl::StatusOr<std::unique_ptr<ByteSource>> OpenByteSource(
    const std::string& path, const StopCheck& stop = {});

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_EXCHANGE_BYTE_SOURCE_H_
