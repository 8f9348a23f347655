#pragma once

#include <filesystem>
#include <string_view>

namespace pleinair::log {

enum class Level { Debug, Info, Warning, Error };

/// Writes one finished line to standard error and, once openFile() was called, to the log file.
/// Thread-safe. Nothing a user typed as a secret may be passed here.
void write(Level level, std::string_view line);
inline void debug(std::string_view line) { write(Level::Debug, line); }
inline void info(std::string_view line) { write(Level::Info, line); }
inline void warning(std::string_view line) { write(Level::Warning, line); }
inline void error(std::string_view line) { write(Level::Error, line); }

/// Adds a log file that keeps the last 2 x 5 MiB. A folder that cannot be written is ignored:
/// logging never stops work.
void openFile(const std::filesystem::path& file);
/// Lines below `level` are dropped on standard error (files keep Info and above).
void setConsoleLevel(Level level);

}  // namespace pleinair::log
