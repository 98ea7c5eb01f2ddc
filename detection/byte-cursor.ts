/** What {@link digitValues} holds for a character that is no digit: a bit that no digit has. */
const noDigit = 0x80;

/** Value of each lower-case hexadecimal digit, by its character code. */
const digitValues = new Uint8Array(128).fill(noDigit);
for (const [value, digit] of [...'0123456789abcdef'].entries()) digitValues[digit.charCodeAt(0)] = value;

function digitAt(digits: string, at: number): number {
  return digitValues[digits.charCodeAt(at)] ?? noDigit;
}

/** Writes little-endian fields one after another. */
export class ByteWriter {
  readonly #view: DataView;
  #at = 0;

  constructor(view: DataView) {
    this.#view = view;
  }

  u8(value: number): void {
    this.#view.setUint8(this.#at, value);
    this.#at += 1;
  }

  u16(value: number): void {
    if (value > 0xffff) throw new RangeError('a count does not fit 16 bits');
    this.#view.setUint16(this.#at, value, true);
    this.#at += 2;
  }

  i16(value: number): void {
    this.#view.setInt16(this.#at, value, true);
    this.#at += 2;
  }

  u32(value: number): void {
    this.#view.setUint32(this.#at, value, true);
    this.#at += 4;
  }

  f64(value: number): void {
    this.#view.setFloat64(this.#at, value, true);
    this.#at += 8;
  }

  /** Each as {@link f64}. */
  f64s(values: readonly number[]): void {
    for (const value of values) this.f64(value);
  }

  /** Hexadecimal digits as bytes. */
  hex(digits: string, bytes: number): void {
    let unknown = digits.length === bytes * 2 ? 0 : noDigit;
    for (let i = 0; i < bytes; i++) {
      const high = digitAt(digits, 2 * i);
      const low = digitAt(digits, 2 * i + 1);
      unknown |= high | low;
      this.u8((high << 4) | low);
    }
    if ((unknown & noDigit) !== 0) throw new TypeError(`expected ${bytes} bytes as lower-case hexadecimal digits`);
  }
}

/** Reads little-endian fields one after another; throws RangeError at the end of the bytes. */
export class ByteReader {
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.#view.byteLength - this.#at;
  }

  #take(bytes: number): number {
    if (this.left < bytes) throw new RangeError('bytes are cut short');
    const at = this.#at;
    this.#at += bytes;
    return at;
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  i16(): number {
    return this.#view.getInt16(this.#take(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  f64(): number {
    return this.#view.getFloat64(this.#take(8), true);
  }

  hex(bytes: number): string {
    let digits = '';
    for (let i = 0; i < bytes; i++) digits += this.u8().toString(16).padStart(2, '0');
    return digits;
  }
}
