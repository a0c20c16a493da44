#ifndef TEAL_CLINUX_H
#define TEAL_CLINUX_H

#include "sockets.h"
#include "process.h"

#endif
