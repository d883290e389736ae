#include "app/instance_table.h"
#include "app/print.h"
#include "app/start.h"
#include "app/verbs.h"
#include "host/instances.h"
#include "host/probe.h"

namespace hutch::app {

Result<int> ps(const Listing& listing) {
  const facts::Facts facts = TRY(host::probe());
  std::vector<instance::Record> records;
  for (host::Running& one : TRY(host::list_instances(facts))) records.push_back(std::move(one.record));
  if (listing.json) {
    print_json(json_of(records));
  } else {
    print_text(format_table(table_of(records), listing.legend));
  }
  return kSucceeded;
}

}  // namespace hutch::app
