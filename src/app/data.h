// hutch data: what apps keep in their boxes, brought in, given back and removed.
#pragma once

#include <string>
#include <vector>

#include "app/verbs.h"

namespace hutch::app {

struct DataRequest {
  profile::Request app;
  bool copies = false;
  bool moves = false;
  bool saved = false;    // export: the files the user saved, not the app's data
  bool is_sure = false;  // rm
  std::string to;        // export: a directory; empty: the home
  std::string from;      // import: a directory
};
[[nodiscard]] Result<int> list_data(const std::vector<std::string>& names, const Listing& listing);
[[nodiscard]] Result<int> adopt_data(const DataRequest& request);
[[nodiscard]] Result<int> export_data(const DataRequest& request);
[[nodiscard]] Result<int> import_data(const DataRequest& request);
[[nodiscard]] Result<int> remove_data(const DataRequest& request);

// What the end of a run started from a menu asks for, beside it: a notification that offers to move out the files saved
// in this private home since then.
[[nodiscard]] Result<int> saved(const std::string& home, const std::string& since);

}  // namespace hutch::app
