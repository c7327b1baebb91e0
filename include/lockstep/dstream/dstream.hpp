#pragma once

// DStream with all its operators: the class, and each operator's own file.
#include <lockstep/dstream/dstream_class.hpp>

#include <lockstep/dstream/count.hpp>
#include <lockstep/dstream/count_by_value.hpp>
#include <lockstep/dstream/filter.hpp>
#include <lockstep/dstream/flat_map.hpp>
#include <lockstep/dstream/foreach_rdd.hpp>
#include <lockstep/dstream/key_by.hpp>
#include <lockstep/dstream/map.hpp>
#include <lockstep/dstream/map_values.hpp>
#include <lockstep/dstream/print.hpp>
#include <lockstep/dstream/reduce.hpp>
#include <lockstep/dstream/reduce_by_key.hpp>
#include <lockstep/dstream/union.hpp>
#include <lockstep/dstream/update_state_by_key.hpp>
