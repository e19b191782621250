// A database as C holds it.

#ifndef FOOTFALL_QUERY_C_DATABASE_H_
#define FOOTFALL_QUERY_C_DATABASE_H_

#include <memory>

#include "footfall/database.h"
#include "footfall/footfall.h"

// Questions share the database, so that one that is run after
// footfall_close() finds it closed.
struct footfall_database {
  std::shared_ptr<footfall::Database> shared;
};

#endif  // FOOTFALL_QUERY_C_DATABASE_H_
