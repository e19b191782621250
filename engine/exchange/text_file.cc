// TextFile: plain or packed, and in place only once it is whole.

#include <unistd.h>
#include <zlib.h>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "footfall/csv_export.h"
#include "footfall/guard.h"
#include "storage/base/file_error.h"

namespace footfall {
namespace {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
struct CloseGzip {
  void operator()(gzFile_s* file) const { gzclose(file); }
};

class FileWriter final : public TextFile {
 public:
  explicit FileWriter(const std::string& path)
      : path_(path), part_(absl::StrCat(path, ".part")) {}
  ~FileWriter() override {
    file_.reset();
    gzip_.reset();
    if (!closed_) unlink(part_.c_str());
  }

  absl::Status Open() {
    errno = 0;
    if (absl::EndsWith(path_, ".gz")) {
      gzip_.reset(gzopen(part_.c_str(), "wbe"));
    } else {
      file_.reset(std::fopen(part_.c_str(), "wbe"));
    }
    return file_ == nullptr && gzip_ == nullptr ? Failed() : absl::OkStatus();
  }

  absl::Status Write(absl::string_view text) override {
    if (text.empty()) return absl::OkStatus();
    errno = 0;
    const bool written = gzip_ != nullptr
                             ? gzwrite(gzip_.get(), text.data(),
                                       static_cast<unsigned>(text.size())) > 0
                             : std::fwrite(text.data(), 1, text.size(),
                                           file_.get()) == text.size();
    return written ? absl::OkStatus() : Failed();
  }

  absl::Status Close() override {
    errno = 0;
    bool done;
    if (gzip_ != nullptr) {
      done = gzclose(gzip_.release()) == Z_OK;
    } else {
      done = std::fflush(file_.get()) == 0 && fsync(fileno(file_.get())) == 0;
      done = std::fclose(file_.release()) == 0 && done;
    }
    done = done && std::rename(part_.c_str(), path_.c_str()) == 0;
    if (!done) return Failed();
    closed_ = true;
    return absl::OkStatus();
  }

 private:
  absl::Status Failed() const {
    const int error = errno == 0 ? EIO : errno;
    return storage::FileError(error, absl::StrCat(path_, " cannot be written"));
  }

  const std::string path_;
  const std::string part_;
  std::unique_ptr<std::FILE, CloseFile> file_;
  std::unique_ptr<gzFile_s, CloseGzip> gzip_;
  bool closed_ = false;
};

}  // namespace

absl::StatusOr<std::unique_ptr<TextFile>> TextFile::Create(
    const std::string& path) {
  return Guarded([&]() -> absl::StatusOr<std::unique_ptr<TextFile>> {
    auto file = std::make_unique<FileWriter>(path);
    if (absl::Status opened = file->Open(); !opened.ok()) return opened;
    return std::unique_ptr<TextFile>(std::move(file));
  });
}

}  // namespace footfall
