#ifndef TEAL_CLINUX_H
#define TEAL_CLINUX_H
#endif
