#include "app/bench/case_runner.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

namespace pleinair::bench {

using nlohmann::json;

namespace {

json toJson(const Figures& figures) {
  json list = json::array();
  for (const Figure& figure : figures) {
    list.push_back({{"name", figure.name}, {"value", figure.value}, {"unit", figure.unit}});
  }
  return list;
}

}  // namespace

Row runCase(const std::string& name, const std::function<Result<Figures>()>& measure) {
  std::fprintf(stderr, "%s …\n", name.c_str());
  Row row{name, json::array(), 0, ""};
  int pipeEnds[2];
  if (::pipe(pipeEnds) != 0) return row;
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(pipeEnds[0]);
    auto figures = measure();
    const json answer = figures ? json{{"figures", toJson(*figures)}} : json{{"error", figures.error().text()}};
    const std::string text = answer.dump();
    const bool written = ::write(pipeEnds[1], text.data(), text.size()) == static_cast<ssize_t>(text.size());
    ::_exit(written ? 0 : 1);
  }
  ::close(pipeEnds[1]);
  std::string text;
  char buffer[4096];
  for (ssize_t count = 0; (count = ::read(pipeEnds[0], buffer, sizeof buffer)) > 0;) {
    text.append(buffer, static_cast<std::size_t>(count));
  }
  ::close(pipeEnds[0]);
  int status = 0;
  rusage usage{};
  ::wait4(child, &status, 0, &usage);
  row.peakMiB = static_cast<double>(usage.ru_maxrss) / 1024;
  const json answer = json::parse(text, nullptr, false);
  if (answer.is_discarded()) {
    row.error = "the case ended without an answer (status " + std::to_string(status) + ")";
  } else {
    row.figures = answer.value("figures", json::array());
    row.error = answer.value("error", "");
  }
  return row;
}

double valueOf(const Row& row, const std::string& figure) {
  for (const json& entry : row.figures) {
    if (entry["name"] == figure) return entry["value"].get<double>();
  }
  return 0;
}

std::filesystem::path scratchFolder(const std::string& name) {
  return std::filesystem::temp_directory_path() / ("pleinair-bench-" + std::to_string(::getpid()) + "-" + name);
}

std::optional<std::string> outputOf(const std::string& command) {
  std::FILE* output = ::popen(command.c_str(), "r");
  if (output == nullptr) return std::nullopt;
  std::string text;
  char buffer[4096];
  for (std::size_t count = 0; (count = std::fread(buffer, 1, sizeof buffer, output)) > 0;) text.append(buffer, count);
  if (::pclose(output) != 0) return std::nullopt;
  return text;
}

void printTable(const std::vector<Row>& rows) {
  std::printf("%-34s %-32s %14s  %-14s %10s\n", "case", "figure", "value", "unit", "peak MiB");
  for (const Row& row : rows) {
    if (!row.error.empty()) {
      std::printf("%-34s %s\n", row.name.c_str(), row.error.c_str());
      continue;
    }
    bool first = true;
    for (const json& figure : row.figures) {
      std::printf("%-34s %-32s %14.4g  %-14s ", first ? row.name.c_str() : "",
                  figure["name"].get<std::string>().c_str(), figure["value"].get<double>(),
                  figure["unit"].get<std::string>().c_str());
      if (first) std::printf("%10.0f", row.peakMiB);
      std::printf("\n");
      first = false;
    }
  }
}

}  // namespace pleinair::bench
