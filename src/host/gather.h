// Everything compose() asks of the host for one run, on top of probe().
#pragma once

#include "core/compose/compose.h"
#include "core/facts/facts.h"

namespace hutch::host {

void gather(facts::Facts& facts, const profile::Profile& profile, const profile::Request& request,
            const compose::Launch& launch);

}  // namespace hutch::host
