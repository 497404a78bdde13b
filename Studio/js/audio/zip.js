/** ZIP files of files that don't get smaller: they are put in as they are. */

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value >>> 0;
});

/** CRC-32 of bytes. @param {Uint8Array} data */
export function crc32(data) {
  let value = 0xffffffff;
  for (const byte of data) value = TABLE[(value ^ byte) & 0xff] ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}

/** Little-endian numbers of 2 and 4 bytes: pairs of width and value. */
function numbers(...pairs) {
  const view = new DataView(new ArrayBuffer(pairs.reduce((sum, [width]) => sum + width, 0)));
  let at = 0;
  for (const [width, value] of pairs) {
    if (width === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += width;
  }
  return new Uint8Array(view.buffer);
}

/**
 * A ZIP file.
 *
 * @param {{ name: string, data: ArrayBuffer }[]} files in all below 4 GiB
 * @returns {Blob}
 */
export function zipOf(files) {
  const parts = [], list = [];
  let place = 0;
  for (const file of files) {
    const name = new TextEncoder().encode(file.name), data = new Uint8Array(file.data);
    // Version 2.0, names in UTF-8, stored, no time.
    const common = numbers([2, 20], [2, 0x0800], [2, 0], [2, 0], [2, 0x21], [4, crc32(data)], [4, data.length],
      [4, data.length], [2, name.length], [2, 0]);
    parts.push(numbers([4, 0x04034b50]), common, name, data);
    list.push(numbers([4, 0x02014b50], [2, 20]), common, numbers([2, 0], [2, 0], [2, 0], [4, 0], [4, place]), name);
    place += 4 + common.length + name.length + data.length;
  }
  const size = list.reduce((sum, part) => sum + part.length, 0);
  const end = numbers([4, 0x06054b50], [2, 0], [2, 0], [2, files.length], [2, files.length], [4, size], [4, place],
    [2, 0]);
  return new Blob([...parts, ...list, end], { type: "application/zip" });
}
