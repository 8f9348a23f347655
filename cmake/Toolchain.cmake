# Language, warnings and sanitizers for every target of our own.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # A precompiled header makes ccache compare by content only with these allowances.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      ${CCACHE_PROGRAM})
endif()

option(PLEINAIR_WERROR "Warnings are errors; off for compilers newer than the ones tried" ON)
set(werror)
if(PLEINAIR_WERROR)
  set(werror -Werror)
endif()

add_library(pleinair_options INTERFACE)
target_compile_options(pleinair_options INTERFACE
  -Wall -Wextra -Wshadow -Wconversion ${werror} -fpch-preprocess
  # g++ 12 sees overlaps and uninitialised bytes in std::string and std::variant that are not there (GCC bug 105651).
  -Wno-restrict -Wno-maybe-uninitialized)
target_include_directories(pleinair_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_definitions(pleinair_options INTERFACE
  PLEINAIR_VERSION="${PROJECT_VERSION}"
  $<$<BOOL:${PLEINAIR_PHOTOS}>:PLEINAIR_PHOTOS=1>)

if(PLEINAIR_SANITIZE)
  target_compile_options(pleinair_options INTERFACE
    -fsanitize=${PLEINAIR_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(pleinair_options INTERFACE -fsanitize=${PLEINAIR_SANITIZE})
endif()
