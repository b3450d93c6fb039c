/** A cyclic redundancy check of 32 bits, by the remainders of single bytes. */
export type Crc = (bytes: Uint8Array, previous?: number) => number;

/** The check of a polynomial whose bits are reversed, as zip, PNG and TFRecord have them. */
export function crcOf(polynomial: number): Crc {
  const remainders = Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ polynomial : value >>> 1;
    return value;
  });
  return (bytes, previous = 0) => {
    let crc = ~previous;
    for (const byte of bytes) crc = (crc >>> 8) ^ (remainders[(crc ^ byte) & 0xff] ?? 0);
    return ~crc >>> 0;
  };
}
