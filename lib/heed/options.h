#pragma once

// All options of training, translation and messages.

#include "heed/train_options.h"
#include "heed/translate_options.h"
