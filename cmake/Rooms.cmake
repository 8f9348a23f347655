# One static library per room. A room is a folder: its sources are found, its direction is
# checked by tests/check_layers, its link list is what CMake says here.
#
#   pleinair_room(core base LINK Threads::Threads)
#   pleinair_room(core nn TORCH LINK pleinair_core_tensor)
function(pleinair_room level name)
  cmake_parse_arguments(ROOM "TORCH;QT" "" "LINK;PRIVATE_LINK" ${ARGN})
  set(target pleinair_${level}_${name})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp
                                              ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.h)
  if(NOT sources)
    add_library(${target} INTERFACE)
    target_link_libraries(${target} INTERFACE pleinair_options ${ROOM_LINK})
    return()
  endif()
  add_library(${target} STATIC ${sources})
  set_target_properties(${target} PROPERTIES LINKER_LANGUAGE CXX)
  target_link_libraries(${target} PUBLIC pleinair_options ${ROOM_LINK} PRIVATE ${ROOM_PRIVATE_LINK})
  if(ROOM_TORCH)
    target_link_libraries(${target} PUBLIC pleinair_torch)
    target_precompile_headers(${target} REUSE_FROM pleinair_torch_pch)
  endif()
  if(ROOM_QT)
    # With Ninja, CMake 3.25 looks for Q_OBJECT again only when a header that it knew has changed: one that came with an
    # update would be left out. Where the list of files is another than last time, it is made to look.
    set(list ${CMAKE_CURRENT_BINARY_DIR}/${target}_files.txt)
    set(before "")
    if(EXISTS ${list})
      file(READ ${list} before)
    endif()
    if(NOT before STREQUAL "${sources}")
      file(REMOVE ${CMAKE_CURRENT_BINARY_DIR}/${target}_autogen/timestamp)
      file(WRITE ${list} "${sources}")
    endif()
    set_target_properties(${target} PROPERTIES AUTOMOC ON)
    target_compile_definitions(${target} PUBLIC QT_NO_KEYWORDS)
  endif()
endfunction()

# Kernels for GPUs are compiled where they run: the program carries the text of <folder>/<name>.cu, as
# pleinair::sources::<name> of <room>/<folder>/gpu_sources.h.
function(pleinair_gpu_kernels target folder)
  set(texts "")
  foreach(name ${ARGN})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/${name}.cu)
    file(READ ${folder}/${name}.cu text)
    string(APPEND texts "inline constexpr char ${name}[] = R\"cuda(${text})cuda\";\n")
  endforeach()
  get_filename_component(level ${CMAKE_CURRENT_SOURCE_DIR} NAME)
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/${level}/${folder}/gpu_sources.h @ONLY CONTENT
    "#pragma once\n\nnamespace pleinair::sources {\n${texts}}  // namespace pleinair::sources\n")
  target_include_directories(${target} PRIVATE ${CMAKE_BINARY_DIR}/generated)
endfunction()
