#include "core/tensor/torch_error.h"

#include <c10/util/Exception.h>

#include <new>

#include "core/base/cancellation.h"

namespace pleinair {
namespace {

Error outOfMemory(std::string_view doing, std::string detail) {
  Error error{ErrorCode::OutOfMemory, "There is not enough memory for " + std::string(doing), std::move(detail),
              "Close other programs, or choose a smaller size or batch."};
  return error;
}

bool speaksOfMemory(const std::string& text) {
  return text.find("can't allocate memory") != std::string::npos || text.find("out of memory") != std::string::npos ||
         text.find("not enough memory") != std::string::npos;
}

std::string firstLine(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

Error errorFromException(std::string_view doing) {
  try {
    throw;
  } catch (const CancelledException&) {
    throw;
  } catch (const c10::OutOfMemoryError& error) {
    return outOfMemory(doing, firstLine(error.what_without_backtrace()));
  } catch (const c10::Error& error) {
    const std::string text = error.what_without_backtrace();
    if (speaksOfMemory(text)) return outOfMemory(doing, firstLine(text));
    return {ErrorCode::Unknown, "The computation failed while " + std::string(doing), firstLine(text), ""};
  } catch (const std::bad_alloc&) {
    return outOfMemory(doing, "");
  } catch (const std::exception& error) {
    if (speaksOfMemory(error.what())) return outOfMemory(doing, firstLine(error.what()));
    return {ErrorCode::Unknown, "Something failed while " + std::string(doing), firstLine(error.what()), ""};
  } catch (...) {
    return {ErrorCode::Unknown, "Something failed while " + std::string(doing), "", ""};
  }
}

}  // namespace pleinair
