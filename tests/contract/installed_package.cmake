# Installs the library into an empty folder and builds examples/word_count.cpp against it as a stranger's project would:
# by find_package(lockstep) alone. The program must link, and run far enough to say that it has no settings.
# usage: cmake -DBUILD=... -DSOURCE=... -DWORK=... -DCOMPILER=... -P installed_package.cmake
function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE code OUTPUT_VARIABLE out ERROR_VARIABLE out)
  if(NOT code EQUAL 0)
    message(FATAL_ERROR "failed (${code}): ${ARGN}\n${out}")
  endif()
endfunction()

file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK}/program)
run(${CMAKE_COMMAND} --install ${BUILD} --component library --prefix ${WORK}/prefix)
file(COPY ${SOURCE}/examples/word_count.cpp DESTINATION ${WORK}/program)
file(WRITE ${WORK}/program/CMakeLists.txt "cmake_minimum_required(VERSION 3.24)
project(stranger LANGUAGES CXX)
find_package(lockstep REQUIRED)
add_executable(word_count word_count.cpp)
target_link_libraries(word_count PRIVATE lockstep::lockstep)
")
run(${CMAKE_COMMAND} -S ${WORK}/program -B ${WORK}/build -G Ninja -DCMAKE_PREFIX_PATH=${WORK}/prefix
    -DCMAKE_CXX_COMPILER=${COMPILER} -DCMAKE_CXX_FLAGS=${FLAGS})
run(${CMAKE_COMMAND} --build ${WORK}/build)
execute_process(COMMAND ${WORK}/build/word_count WORKING_DIRECTORY ${WORK}/program RESULT_VARIABLE code
                ERROR_VARIABLE said)
if(NOT code EQUAL 66 OR NOT said MATCHES "settings.yaml.*E002")
  message(FATAL_ERROR "without settings word_count ended with ${code}, not 66, and said: ${said}")
endif()
