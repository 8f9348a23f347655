#pragma once

#include <optional>
#include <utility>
#include <variant>

#include "core/base/error.h"

namespace pleinair {

/// A value or the Error that kept it from being made. Reading value() of a failed Result is a
/// programming error and ends the program.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : m_state(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : m_state(std::in_place_index<1>, std::move(error)) {}

  [[nodiscard]] bool ok() const noexcept { return m_state.index() == 0; }
  explicit operator bool() const noexcept { return ok(); }

  T& value() & { return std::get<0>(m_state); }
  const T& value() const& { return std::get<0>(m_state); }
  T&& value() && { return std::get<0>(std::move(m_state)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const Error& error() const& { return std::get<1>(m_state); }
  Error&& error() && { return std::get<1>(std::move(m_state)); }

 private:
  std::variant<T, Error> m_state;
};

/// Success without a value, or an Error.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : m_error(std::move(error)) {}

  [[nodiscard]] bool ok() const noexcept { return !m_error.has_value(); }
  explicit operator bool() const noexcept { return ok(); }
  const Error& error() const& { return *m_error; }
  Error&& error() && { return std::move(*m_error); }

 private:
  std::optional<Error> m_error;
};

}  // namespace pleinair

#define PLEINAIR_CONCAT_INNER(a, b) a##b
#define PLEINAIR_CONCAT(a, b) PLEINAIR_CONCAT_INNER(a, b)

/// Returns the error from the enclosing function when `expression` (a Result) failed.
#define PLEINAIR_TRY(expression)                                            \
  do {                                                                      \
    if (auto pleinairResult = (expression); !pleinairResult) {              \
      return std::move(pleinairResult).error();                             \
    }                                                                       \
  } while (false)

/// Declares `variable` from the value of `expression` (a Result), or returns its error.
#define PLEINAIR_ASSIGN(variable, expression)                                                  \
  auto PLEINAIR_CONCAT(pleinairResult, __LINE__) = (expression);                               \
  if (!PLEINAIR_CONCAT(pleinairResult, __LINE__))                                              \
    return std::move(PLEINAIR_CONCAT(pleinairResult, __LINE__)).error();                       \
  variable = std::move(PLEINAIR_CONCAT(pleinairResult, __LINE__)).value()
