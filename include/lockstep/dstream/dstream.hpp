#pragma once

// DStream with all its operators: the class, and each operator's own file.
#include <lockstep/dstream/dstream_class.hpp>

#include <lockstep/dstream/aggregate_by_key.hpp>
#include <lockstep/dstream/avg_by_key.hpp>
#include <lockstep/dstream/branch.hpp>
#include <lockstep/dstream/cogroup.hpp>
#include <lockstep/dstream/collected_rdd.hpp>
#include <lockstep/dstream/combine_by_key.hpp>
#include <lockstep/dstream/count.hpp>
#include <lockstep/dstream/count_by_key.hpp>
#include <lockstep/dstream/count_by_value.hpp>
#include <lockstep/dstream/distinct.hpp>
#include <lockstep/dstream/filter.hpp>
#include <lockstep/dstream/flat_map.hpp>
#include <lockstep/dstream/flat_map_values.hpp>
#include <lockstep/dstream/fold_by_key.hpp>
#include <lockstep/dstream/foreach_rdd.hpp>
#include <lockstep/dstream/group_by_key.hpp>
#include <lockstep/dstream/join.hpp>
#include <lockstep/dstream/key_by.hpp>
#include <lockstep/dstream/map.hpp>
#include <lockstep/dstream/map_partitions.hpp>
#include <lockstep/dstream/map_values.hpp>
#include <lockstep/dstream/map_with_state.hpp>
#include <lockstep/dstream/min_max_by_key.hpp>
#include <lockstep/dstream/print.hpp>
#include <lockstep/dstream/reduce.hpp>
#include <lockstep/dstream/reduce_by_key.hpp>
#include <lockstep/dstream/repartition.hpp>
#include <lockstep/dstream/sum_by_key.hpp>
#include <lockstep/dstream/top_n.hpp>
#include <lockstep/dstream/transform.hpp>
#include <lockstep/dstream/union.hpp>
#include <lockstep/dstream/update_state_by_key.hpp>
