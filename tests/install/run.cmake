# Installs Heed from BUILD into WORK, builds the program beside this file against it, and runs it.
function(run)
  execute_process(COMMAND ${ARGV} WORKING_DIRECTORY ${WORK} RESULT_VARIABLE result OUTPUT_VARIABLE output
    ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    list(JOIN ARGV " " command)
    message(FATAL_ERROR "${command}: ${result}\n${output}")
  endif()
endfunction()

file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK})
run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/prefix)
run(${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR} -B ${WORK}/build -G ${GENERATOR}
  -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_COMPILER=${COMPILER} -Dheed_ROOT=${WORK}/prefix)
run(${CMAKE_COMMAND} --build ${WORK}/build)

set(german eins zwei drei vier sieben)
set(english one two three four seven)
foreach(i RANGE 4)
  foreach(j RANGE 4)
    foreach(k RANGE 4)
      foreach(side german english)
        list(GET ${side} ${i} ${j} ${k} words)
        list(JOIN words " " line)
        file(APPEND ${WORK}/${side} "${line}\n")
      endforeach()
    endforeach()
  endforeach()
endforeach()
run(${WORK}/build/consumer ${WORK}/german ${WORK}/english)
run(${WORK}/prefix/bin/heed --version)

# The same from C, through pkg-config.
file(GLOB_RECURSE package ${WORK}/prefix/heed.pc)
get_filename_component(folder ${package} DIRECTORY)
run(sh -c "cc -std=c11 -Wall -Werror '${CMAKE_CURRENT_LIST_DIR}/main.c' -o c-consumer \
  $(PKG_CONFIG_PATH='${folder}' pkg-config --cflags --libs heed) && LD_LIBRARY_PATH='${folder}/..' ./c-consumer model.safetensors")

# Only lib/heed/ is public.
file(GLOB_RECURSE headers RELATIVE ${WORK}/prefix/include ${WORK}/prefix/include/*)
list(FILTER headers EXCLUDE REGEX "^heed/")
if(headers)
  message(FATAL_ERROR "expected only heed/ among the installed headers, found ${headers}")
endif()
