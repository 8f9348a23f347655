#include "core/engine/engine.h"  // a step up: check_layers must refuse this tree
