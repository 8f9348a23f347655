# Where each library comes from. libtorch is taken as the plain lib/ and include/ of the wheel:
# only torch_cpu and c10 are linked, CUDA is opened at run time where a driver is found.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)

if(DEFINED ENV{TORCH_DIR})
  set(TORCH_DIR $ENV{TORCH_DIR} CACHE PATH "Folder with libtorch's include/ and lib/")
else()
  set(TORCH_DIR ${CMAKE_SOURCE_DIR}/.deps/torch-2.11.0/torch CACHE PATH "Folder with libtorch's include/ and lib/")
endif()
if(NOT EXISTS ${TORCH_DIR}/lib/libtorch_cpu.so)
  message(FATAL_ERROR "No libtorch in ${TORCH_DIR}. Run ./studio setup, or set TORCH_DIR to a libtorch 2.11 folder.")
endif()

add_library(pleinair_torch INTERFACE)
target_include_directories(pleinair_torch SYSTEM INTERFACE
  ${TORCH_DIR}/include ${TORCH_DIR}/include/torch/csrc/api/include)
target_link_libraries(pleinair_torch INTERFACE
  ${TORCH_DIR}/lib/libtorch_cpu.so ${TORCH_DIR}/lib/libc10.so Threads::Threads ${CMAKE_DL_LIBS})
target_link_options(pleinair_torch INTERFACE
  -Wl,-rpath,${TORCH_DIR}/lib -Wl,--disable-new-dtags -Wl,--allow-shlib-undefined
  -Wl,--version-script=${CMAKE_CURRENT_LIST_DIR}/executable.map)
target_compile_definitions(pleinair_torch INTERFACE PLEINAIR_TORCH_LIB_DIR="${TORCH_DIR}/lib")

# ATen costs about nine seconds a file; every torch room reuses this one precompiled header.
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/torch_pch.cpp CONTENT "")  # left alone once it is there
add_library(pleinair_torch_pch OBJECT ${CMAKE_BINARY_DIR}/torch_pch.cpp)
target_link_libraries(pleinair_torch_pch PRIVATE pleinair_options pleinair_torch)
target_precompile_headers(pleinair_torch_pch PRIVATE <ATen/ATen.h> <string> <vector> <memory> <unordered_map> <filesystem>)

find_package(yaml-cpp REQUIRED)
find_package(spdlog REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(PNG REQUIRED)
find_package(ZLIB REQUIRED)
find_package(ICU REQUIRED COMPONENTS uc)
if(PLEINAIR_PHOTOS)
  pkg_check_modules(VIPS REQUIRED IMPORTED_TARGET vips)
endif()
if(PLEINAIR_GUI)
  find_package(Qt6 6.4 REQUIRED COMPONENTS Core Gui Widgets Svg Network LinguistTools Test)
endif()
if(PLEINAIR_TESTS)
  find_package(GTest REQUIRED)
endif()
