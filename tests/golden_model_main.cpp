// For ./studio check-peers: the models that its Python hands to the reference implementations.
#include <cstring>
#include <iostream>

#include "tests/golden_model.h"

int main(int count, char** arguments) {
  using namespace pleinair::test;
  const bool complete = count == 4 && std::strcmp(arguments[1], "complete") == 0;
  if (!complete && !(count == 4 && std::strcmp(arguments[1], "save") == 0)) {
    std::cerr << "golden_model complete GOLDEN_FOLDER TARGET | golden_model save MODEL_FOLDER TARGET\n";
    return 2;
  }
  const auto done =
      complete ? completeGoldenModel(arguments[2], arguments[3]) : saveModelAgain(arguments[2], arguments[3]);
  if (!done) std::cerr << done.error().text() << "\n";
  return done ? 0 : 1;
}
