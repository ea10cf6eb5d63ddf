/**
 * A writer for the protobuf wire format (https://protobuf.dev/programming-guides/encoding): varints, 32-bit floats and
 * length-delimited fields. It knows no message type.
 */

const VARINT = 0;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

export class ProtobufWriter {
  #bytes = new Uint8Array(1024);
  #length = 0;
  static readonly #encoder = new TextEncoder();

  #reserve(count: number): number {
    const start = this.#length;
    if (start + count > this.#bytes.byteLength) {
      const larger = new Uint8Array(Math.max(this.#bytes.byteLength * 2, start + count));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#length += count;
    return start;
  }

  /** A whole number of up to 2^53 - 1; a negative one takes the ten bytes of its 64-bit two's complement. */
  #varint(value: number): void {
    let rest = BigInt.asUintN(64, BigInt(value));
    while (rest >= 0x80n) {
      this.#byte(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    this.#byte(Number(rest));
  }

  #byte(value: number): void {
    const at = this.#reserve(1); // Before the array is named: reserving may replace it.
    this.#bytes[at] = value;
  }

  #tag(field: number, wireType: number): void {
    this.#varint(field * 8 + wireType);
  }

  integer(field: number, value: number): this {
    this.#tag(field, VARINT);
    this.#varint(value);
    return this;
  }

  float(field: number, value: number): this {
    this.#tag(field, FIXED32);
    const at = this.#reserve(4);
    new DataView(this.#bytes.buffer).setFloat32(at, value, true);
    return this;
  }

  bytes(field: number, data: Uint8Array): this {
    this.#tag(field, LENGTH_DELIMITED);
    this.#varint(data.byteLength);
    const at = this.#reserve(data.byteLength);
    this.#bytes.set(data, at);
    return this;
  }

  text(field: number, value: string): this {
    return this.bytes(field, ProtobufWriter.#encoder.encode(value));
  }

  message(field: number, fill: (writer: ProtobufWriter) => void): this {
    const writer = new ProtobufWriter();
    fill(writer);
    return this.bytes(field, writer.finish());
  }

  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }
}
