#ifndef TEAL_CINFLATE_H
#define TEAL_CINFLATE_H

#include <stddef.h>
#include <stdint.h>

/// Inflates one raw deflate stream into exactly `capacity` bytes. Returns 0, or -1 where the stream is broken, shorter or
/// longer than that.
int teal_inflate(const uint8_t *input, size_t length, uint8_t *output, size_t capacity);

/// How one gzip stream could be inflated.
typedef enum {
    TEAL_GUNZIP_WHOLE = 0,
    TEAL_GUNZIP_BROKEN = 1,
    /// The output holds more than there is room for.
    TEAL_GUNZIP_TOO_LARGE = 2,
} teal_gunzip_result;

/// Inflates one gzip stream, checksum included, with nothing behind it. `*produced` is the number of bytes in `output`.
teal_gunzip_result teal_gunzip(const uint8_t *input, size_t length, uint8_t *output, size_t capacity, size_t *produced);

/// The CRC-32 that zip archives carry.
uint32_t teal_crc32(const uint8_t *bytes, size_t length);

#endif
