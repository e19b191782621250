// TextFile: plain or packed, and in place only once it is whole.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/exchange/without_sigpipe.h"
#include "footfall/csv_export.h"
#include "footfall/guard.h"
#include "storage/base/file_error.h"

#ifdef FOOTFALL_ZSTD
#include <zstd.h>
#endif

namespace footfall {
namespace {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
struct CloseGzip {
  void operator()(gzFile_s* file) const { gzclose(file); }
};

// A text that goes to a file, plain or packed. False, with errno, where it
// cannot.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual bool Open(int descriptor) = 0;  // which is the sink's if it could
  virtual bool Write(absl::string_view text) = 0;
  virtual bool Close() = 0;  // all is on disk then
};

class PlainSink : public Sink {
 public:
  bool Open(int descriptor) override {
    file_.reset(fdopen(descriptor, "wb"));
    return file_ != nullptr;
  }
  bool Write(absl::string_view text) override {
    return std::fwrite(text.data(), 1, text.size(), file_.get()) == text.size();
  }
  bool Close() override {
    // A pipe or a terminal cannot be synced.
    const bool flushed =
        std::fflush(file_.get()) == 0 && (fsync(fileno(file_.get())) == 0 ||
                                          errno == EINVAL || errno == ENOTSUP);
    return std::fclose(file_.release()) == 0 && flushed;
  }

 private:
  std::unique_ptr<std::FILE, CloseFile> file_;
};

class GzipSink final : public Sink {
 public:
  bool Open(int descriptor) override {
    file_.reset(gzdopen(descriptor, "wb"));
    return file_ != nullptr;
  }
  bool Write(absl::string_view text) override {
    return gzwrite(file_.get(), text.data(),
                   static_cast<unsigned>(text.size())) > 0;
  }
  bool Close() override { return gzclose(file_.release()) == Z_OK; }

 private:
  std::unique_ptr<gzFile_s, CloseGzip> file_;
};

#ifdef FOOTFALL_ZSTD
struct FreeStream {
  void operator()(ZSTD_CStream* stream) const { ZSTD_freeCStream(stream); }
};

class ZstdSink final : public PlainSink {
 public:
  bool Open(int descriptor) override {
    stream_.reset(ZSTD_createCStream());
    if (stream_ == nullptr) errno = ENOMEM;
    // Damage is found when it is read.
    return stream_ != nullptr &&
           ZSTD_isError(ZSTD_CCtx_setParameter(stream_.get(),
                                               ZSTD_c_checksumFlag, 1)) == 0 &&
           PlainSink::Open(descriptor);
  }
  bool Write(absl::string_view text) override {
    ZSTD_inBuffer in = {text.data(), text.size(), 0};
    while (in.pos < in.size) {
      if (!Pack(&in, ZSTD_e_continue).has_value()) return false;
    }
    return true;
  }
  bool Close() override {
    ZSTD_inBuffer in = {nullptr, 0, 0};
    bool packed = true;
    for (bool more = true; packed && more;) {
      const std::optional<size_t> left = Pack(&in, ZSTD_e_end);
      packed = left.has_value();
      more = packed && *left > 0;
    }
    return PlainSink::Close() && packed;
  }

 private:
  // How many packed bytes are still to come; nullopt where it failed.
  std::optional<size_t> Pack(ZSTD_inBuffer* in, ZSTD_EndDirective end) {
    ZSTD_outBuffer out = {packed_.data(), packed_.size(), 0};
    const size_t left = ZSTD_compressStream2(stream_.get(), &out, in, end);
    if (ZSTD_isError(left) != 0) return std::nullopt;
    if (!PlainSink::Write({packed_.data(), out.pos})) return std::nullopt;
    return left;
  }

  std::unique_ptr<ZSTD_CStream, FreeStream> stream_;
  std::vector<char> packed_ = std::vector<char>(ZSTD_CStreamOutSize());
};
#endif

// What a path leads to, so that what a link names is replaced, not the link;
// nullopt of a file that is open already, as /dev/stdout is.
std::optional<std::string> BehindLinks(std::filesystem::path path) {
  constexpr int kMaxLinks = 40;
  std::error_code ignored;
  for (int i = 0; i < kMaxLinks; ++i) {
    const std::string text = path.string();
    if (absl::StartsWith(text, "/proc/") ||
        absl::StartsWith(text, "/dev/fd/")) {
      return std::nullopt;
    }
    const auto next = std::filesystem::read_symlink(path, ignored);
    if (ignored) break;
    path = path.parent_path() / next;
  }
  return path.string();
}

class FileWriter final : public TextFile {
 public:
  FileWriter(const std::string& path, std::unique_ptr<Sink> sink)
      : path_(path), sink_(std::move(sink)) {}
  ~FileWriter() override {
    const engine::WithoutSigpipe without;
    sink_.reset();
    if (!closed_ && !part_.empty()) unlink(part_.c_str());
  }

  absl::Status Open() {
    struct stat there = {};
    errno = 0;
    const bool is_there = stat(path_.c_str(), &there) == 0;
    const std::optional<std::string> target = BehindLinks(path_);
    const bool is_file =
        target.has_value() && (!is_there || S_ISREG(there.st_mode));
    if (is_file) {
      target_ = *target;
      part_ = absl::StrCat(target_, ".part");
    }
    // A FIFO that nobody reads must not make the caller wait.
    const int descriptor =
        open(is_file ? part_.c_str() : path_.c_str(),
             O_WRONLY | O_CLOEXEC |
                 (is_file ? O_CREAT | O_TRUNC : O_NONBLOCK | O_APPEND),
             0666);
    if (descriptor < 0) return Failed();
    const bool is_kept = is_file && is_there;
    const bool ready =
        (is_file || fcntl(descriptor, F_SETFL, O_APPEND) == 0) &&
        (!is_kept || fchmod(descriptor, there.st_mode & 07777) == 0) &&
        sink_->Open(descriptor);
    if (ready) return absl::OkStatus();
    const absl::Status failed = Failed();
    close(descriptor);
    return failed;
  }

  absl::Status Write(absl::string_view text) override {
    if (text.empty()) return absl::OkStatus();
    const engine::WithoutSigpipe without;
    errno = 0;
    return sink_->Write(text) ? absl::OkStatus() : Failed();
  }

  absl::Status Close() override {
    const engine::WithoutSigpipe without;
    errno = 0;
    if (!sink_->Close() ||
        (!part_.empty() && std::rename(part_.c_str(), target_.c_str()) != 0)) {
      return Failed();
    }
    closed_ = true;
    return absl::OkStatus();
  }

 private:
  absl::Status Failed() const {
    const int error = errno == 0 ? EIO : errno;
    return storage::FileError(error, absl::StrCat(path_, " cannot be written"));
  }

  const std::string path_;
  std::string target_;  // where it leads, if it is to be a file
  std::string part_;    // beside it; empty: a device or a pipe
  std::unique_ptr<Sink> sink_;
  bool closed_ = false;
};

// Packed as the name's suffix says.
absl::StatusOr<std::unique_ptr<Sink>> SinkFor(const std::string& path) {
  if (absl::EndsWith(path, ".gz")) return std::make_unique<GzipSink>();
  if (absl::EndsWith(path, ".zst")) {
#ifdef FOOTFALL_ZSTD
    return std::make_unique<ZstdSink>();
#else
    return absl::UnimplementedError(absl::StrCat(
        path,
        ": this build is without zstd; a name that ends in .gz is packed "
        "by gzip"));
#endif
  }
  return std::make_unique<PlainSink>();
}

}  // namespace

absl::StatusOr<std::unique_ptr<TextFile>> TextFile::Create(
    const std::string& path) {
  return Guarded([&]() -> absl::StatusOr<std::unique_ptr<TextFile>> {
    absl::StatusOr<std::unique_ptr<Sink>> sink = SinkFor(path);
    if (!sink.ok()) return sink.status();
    auto file = std::make_unique<FileWriter>(path, *std::move(sink));
    if (absl::Status opened = file->Open(); !opened.ok()) return opened;
    return std::unique_ptr<TextFile>(std::move(file));
  });
}

}  // namespace footfall
