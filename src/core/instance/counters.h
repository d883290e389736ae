// Counters of a network namespace, as the kernel prints them: /proc/PID/net/{snmp,snmp6,xfrm_stat} (proc(5)).
// Nothing here allocates: hutch-witness reads them where it may do nothing but read and write.
#pragma once

#include <cstdint>
#include <string_view>

namespace hutch::instance {

// Below the "Ip:" line of column names in snmp; 0 when it is not there.
[[nodiscard]] std::uint64_t ip_counter(std::string_view snmp, std::string_view column);
// "NAME   VALUE" lines; 0 when it is not there.
[[nodiscard]] std::uint64_t named_counter(std::string_view text, std::string_view name);

}  // namespace hutch::instance
