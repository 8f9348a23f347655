#include "core/base/log.h"

#include <spdlog/sinks/dist_sink.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

namespace pleinair::log {
namespace {

spdlog::level::level_enum toSpdlog(Level level) {
  switch (level) {
    case Level::Debug: return spdlog::level::debug;
    case Level::Info: return spdlog::level::info;
    case Level::Warning: return spdlog::level::warn;
    case Level::Error: return spdlog::level::err;
  }
  return spdlog::level::info;
}

struct Loggers {
  std::shared_ptr<spdlog::sinks::stderr_color_sink_mt> console =
      std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
  std::shared_ptr<spdlog::sinks::dist_sink_mt> sinks = std::make_shared<spdlog::sinks::dist_sink_mt>();
  spdlog::logger logger{"pleinair", sinks};

  Loggers() {
    console->set_level(spdlog::level::warn);
    sinks->add_sink(console);
    logger.set_level(spdlog::level::debug);
    logger.flush_on(spdlog::level::warn);
    logger.set_pattern("%Y-%m-%d %H:%M:%S.%e %l %v");
  }
};

Loggers& loggers() {
  static Loggers instance;
  return instance;
}

}  // namespace

void write(Level level, std::string_view line) {
  loggers().logger.log(toSpdlog(level), spdlog::string_view_t(line.data(), line.size()));
}

void openFile(const std::filesystem::path& file) {
  constexpr std::size_t kFileBytes = 5u << 20;
  try {
    auto sink = std::make_shared<spdlog::sinks::rotating_file_sink_mt>(file.string(), kFileBytes, 1);
    sink->set_level(spdlog::level::info);
    sink->set_pattern("%Y-%m-%d %H:%M:%S.%e %l %v");
    loggers().sinks->add_sink(std::move(sink));
  } catch (const std::exception& problem) {
    write(Level::Warning, std::string("No log file: ") + problem.what());
  }
}

void setConsoleLevel(Level level) { loggers().console->set_level(toSpdlog(level)); }

}  // namespace pleinair::log
