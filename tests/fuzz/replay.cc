// Runs a fuzz target over files: each argument is one, or a folder of them.
//
// Each runs as it is and damaged: cut short, with a byte more, and with one of
// its first bytes, where counts and sizes stand, one larger or smaller.

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

constexpr size_t kDamagedBytes = 40;

void Run(const std::vector<uint8_t>& input) {
  // A block that ends where the input does.
  const std::vector<uint8_t> exact(input.begin(), input.end());
  LLVMFuzzerTestOneInput(exact.data(), exact.size());
}

size_t Replay(std::vector<uint8_t> input) {
  size_t runs = 1;
  Run(input);
  for (size_t cut = 1; cut <= input.size(); cut += 1 + cut / 2, ++runs) {
    Run({input.begin(), input.end() - static_cast<ptrdiff_t>(cut)});
  }
  for (size_t i = 0; i < input.size() && i < kDamagedBytes; ++i, runs += 2) {
    ++input[i];
    Run(input);
    input[i] = static_cast<uint8_t>(input[i] - 2);
    Run(input);
    ++input[i];
  }
  input.push_back(0);
  Run(input);
  return runs + 1;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::filesystem::path> files;
  for (int i = 1; i < argc; ++i) {
    if (std::filesystem::is_directory(argv[i])) {
      for (const auto& entry : std::filesystem::directory_iterator(argv[i])) {
        files.push_back(entry.path());
      }
    } else {
      files.push_back(argv[i]);
    }
  }
  size_t runs = 0;
  for (const auto& file : files) {
    std::ifstream stream(file, std::ios::binary);
    const std::vector<char> bytes{std::istreambuf_iterator<char>(stream), {}};
    runs += Replay({bytes.begin(), bytes.end()});
  }
  std::printf("%zu inputs replayed, %zu with their damaged ones\n",
              files.size(), runs);
  return files.empty() ? 1 : 0;
}
