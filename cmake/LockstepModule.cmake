# lockstep_module(NAME SOURCES a.cpp ... [HEADERS x.hpp ...] [DEPS target ...] [PRIVATE_DEPS target ...])
#   One folder = one static library lockstep_NAME with the alias lockstep::NAME.
#   HEADERS are public headers, relative to include/; each of them must compile alone.
function(lockstep_module name)
  cmake_parse_arguments(M "" "" "SOURCES;HEADERS;DEPS;PRIVATE_DEPS" ${ARGN})
  if(M_SOURCES)
    add_library(lockstep_${name} STATIC ${M_SOURCES})
    set(scope PUBLIC)
    target_link_libraries(lockstep_${name} PRIVATE lockstep_flags ${M_PRIVATE_DEPS})
  else()
    add_library(lockstep_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  add_library(lockstep::${name} ALIAS lockstep_${name})
  target_include_directories(lockstep_${name} ${scope} $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}>)
  target_link_libraries(lockstep_${name} ${scope} ${M_DEPS})
  list(TRANSFORM M_HEADERS PREPEND "${CMAKE_SOURCE_DIR}/include/")
  target_sources(lockstep_${name} ${scope} FILE_SET HEADERS BASE_DIRS "${CMAKE_SOURCE_DIR}/include" FILES ${M_HEADERS})
  set_target_properties(lockstep_${name} PROPERTIES EXPORT_NAME ${name} VERIFY_INTERFACE_HEADER_SETS ON)
  set_property(GLOBAL APPEND PROPERTY LOCKSTEP_MODULES lockstep_${name})
endfunction()

# One target per kind of test: tests_unit builds every test binary labelled unit. ./dev test uses them.
foreach(label unit contract golden integration sim e2e tree)
  add_custom_target(tests_${label})
endforeach()

# lockstep_test(NAME LABEL unit|contract|sim|... SOURCES x_test.cpp ... DEPS target ...)
#   One test binary per module folder, registered with CTest as NAME; one case: build/dev/tests/.../NAME "sentence".
function(lockstep_test name)
  cmake_parse_arguments(T "" "LABEL" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${T_SOURCES})
  target_link_libraries(${name} PRIVATE lockstep_flags lockstep_catch_main ${T_DEPS})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  add_dependencies(tests_${T_LABEL} ${name})
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES LABELS "${T_LABEL}" TIMEOUT 300)
endfunction()

# lockstep_needs_broker(TEST...)
#   Runs the tests between the start and the stop of one real broker, which all of a run share: give
#   topics and ids a prefix of your own. Its address is in the environment: LOCKSTEP_TEST_BROKER.
function(lockstep_needs_broker)
  string(MD5 digest "${CMAKE_BINARY_DIR}")  # each build folder has its own port
  string(SUBSTRING "${digest}" 0 4 digest)
  math(EXPR port "22000 + 2 * (0x${digest} % 2000)")
  set(script ${CMAKE_SOURCE_DIR}/tools/kafka/broker.sh)
  get_property(have_broker GLOBAL PROPERTY LOCKSTEP_HAVE_BROKER)
  if(NOT have_broker)
    set_property(GLOBAL PROPERTY LOCKSTEP_HAVE_BROKER ON)
    add_test(NAME broker_start COMMAND ${script} fresh 4.1.0 ${CMAKE_BINARY_DIR}/broker ${port})
    add_test(NAME broker_stop COMMAND ${script} stop ${CMAKE_BINARY_DIR}/broker)
    set_tests_properties(broker_start PROPERTIES FIXTURES_SETUP broker TIMEOUT 300)
    set_tests_properties(broker_stop PROPERTIES FIXTURES_CLEANUP broker TIMEOUT 60)
  endif()
  set_tests_properties(${ARGN} PROPERTIES FIXTURES_REQUIRED broker RESOURCE_LOCK broker COST 100
                                          ENVIRONMENT LOCKSTEP_TEST_BROKER=localhost:${port})
endfunction()
