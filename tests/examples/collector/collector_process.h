// The program `footfall_collector`, running as a service does.

#ifndef FOOTFALL_TESTS_EXAMPLES_COLLECTOR_COLLECTOR_PROCESS_H_
#define FOOTFALL_TESTS_EXAMPLES_COLLECTOR_COLLECTOR_PROCESS_H_

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace footfall {

class CollectorProcess {
 public:
  // Starts it with `arguments` behind `--listen 127.0.0.1:0`, in the
  // repository's root, and waits until it listens, or has ended.
  explicit CollectorProcess(const std::vector<std::string>& arguments);
  ~CollectorProcess();  // kills it
  CollectorProcess(const CollectorProcess&) = delete;
  CollectorProcess& operator=(const CollectorProcess&) = delete;

  uint16_t port() const { return port_; }  // 0: it has ended
  void Signal(int signal) const;
  // Its exit code; -1 where a signal ended it.
  int Wait();
  // Waits until it has said that on stderr; false where it ends before.
  bool WaitFor(const std::string& words);
  // What it has said, as far as that was waited for.
  const std::string& said() const { return said_; }

 private:
  pid_t child_ = -1;
  int err_ = -1;
  uint16_t port_ = 0;
  std::string said_;
};

// The metrics that these tests write and ask: dau, whose platforms overlap,
// and clicks, which add.
const char* CollectorScript();

}  // namespace footfall

#endif  // FOOTFALL_TESTS_EXAMPLES_COLLECTOR_COLLECTOR_PROCESS_H_
