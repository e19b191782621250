// A file's bytes, read in order.

#ifndef FOOTFALL_ENGINE_EXCHANGE_FILE_SOURCE_H_
#define FOOTFALL_ENGINE_EXCHANGE_FILE_SOURCE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "engine/exchange/byte_source.h"

namespace footfall::engine {

// Bytes that are read or unpacked before a StopCheck is asked again.
inline constexpr size_t kBytesBetweenStops = size_t{1} << 18;

class FileSource final : public ByteSource {
 public:
  // `descriptor` does not block, and is the source's from now on.
  FileSource(int descriptor, std::string path, bool is_regular,
             uint64_t bytes_total, StopCheck stop)
      : descriptor_(descriptor),
        path_(std::move(path)),
        is_regular_(is_regular),
        bytes_total_(bytes_total),
        stop_(std::move(stop)) {}
  ~FileSource() override;

  absl::StatusOr<size_t> Read(char* bytes, size_t size) override;

  const std::string& path() const { return path_; }
  const StopCheck& stop() const { return stop_; }
  uint64_t bytes_read() const override { return bytes_read_; }
  uint64_t bytes_total() const override { return bytes_total_; }

 private:
  bool Wait() const;

  const int descriptor_;
  const std::string path_;
  const bool is_regular_;
  const uint64_t bytes_total_;
  const StopCheck stop_;
  uint64_t bytes_read_ = 0;
};

// What a packed file unpacks to. `front`: its first bytes, which were read
// already.
//
//   UNIMPLEMENTED  (zstd) this build is without it
std::unique_ptr<ByteSource> UnpackGzip(std::unique_ptr<FileSource> file,
                                       const std::string& front);
absl::StatusOr<std::unique_ptr<ByteSource>> UnpackZstd(
    std::unique_ptr<FileSource> file, const std::string& front);

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_EXCHANGE_FILE_SOURCE_H_
