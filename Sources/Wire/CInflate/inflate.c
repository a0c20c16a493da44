#include "CInflate.h"

#include <string.h>
#include <zlib.h>

int teal_inflate(const uint8_t *input, size_t length, uint8_t *output, size_t capacity) {
    z_stream stream;
    memset(&stream, 0, sizeof stream);
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) return -1;
    // One byte more than declared, so that a longer stream is seen.
    uint8_t overflow;
    stream.next_in = (Bytef *)input;
    stream.avail_in = (uInt)length;
    stream.next_out = output;
    stream.avail_out = (uInt)capacity;
    int result = inflate(&stream, Z_FINISH);
    if (result == Z_BUF_ERROR && stream.avail_out == 0) {
        stream.next_out = &overflow;
        stream.avail_out = 1;
        result = inflate(&stream, Z_FINISH);
    }
    int exact = result == Z_STREAM_END && stream.total_out == capacity;
    inflateEnd(&stream);
    return exact ? 0 : -1;
}

teal_gunzip_result teal_gunzip(const uint8_t *input, size_t length, uint8_t *output, size_t capacity, size_t *produced) {
    z_stream stream;
    memset(&stream, 0, sizeof stream);
    *produced = 0;
    // 16 added to the window size asks for a gzip header and trailer.
    if (inflateInit2(&stream, MAX_WBITS + 16) != Z_OK) return TEAL_GUNZIP_BROKEN;
    stream.next_in = (Bytef *)input;
    stream.avail_in = (uInt)length;
    stream.next_out = output;
    stream.avail_out = (uInt)capacity;
    int result = inflate(&stream, Z_FINISH);
    int is_whole = result == Z_STREAM_END && stream.avail_in == 0;
    int is_full = result == Z_BUF_ERROR && stream.avail_out == 0;
    *produced = (size_t)stream.total_out;
    inflateEnd(&stream);
    if (is_whole) return TEAL_GUNZIP_WHOLE;
    return is_full ? TEAL_GUNZIP_TOO_LARGE : TEAL_GUNZIP_BROKEN;
}

uint32_t teal_crc32(const uint8_t *bytes, size_t length) { return (uint32_t)crc32(0, bytes, (uInt)length); }
