#include "footfall/version.h"

namespace footfall {

const char* Version() { return FOOTFALL_VERSION; }

}  // namespace footfall
