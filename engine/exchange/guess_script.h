// A guess as statements, with comments for what only a person can know.

#ifndef FOOTFALL_ENGINE_EXCHANGE_GUESS_SCRIPT_H_
#define FOOTFALL_ENGINE_EXCHANGE_GUESS_SCRIPT_H_

#include <string>

#include "engine/exchange/column_class.h"
#include "engine/exchange/table_sample.h"
#include "footfall/csv_import.h"

namespace footfall::engine {

// DEFINE METRIC of each metric; "" for events.
std::string DefineText(const TableSample& sample, const TableClass& found,
                       const ImportGuess& guess);
// The IMPORT, then what is left out.
std::string ImportText(const TableSample& sample, const TableClass& found,
                       const ImportGuess& guess);

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_EXCHANGE_GUESS_SCRIPT_H_
