/**
 * A ring buffer that doubles when it is full. It does not know its stage's capacity: whoever pushes has counted the
 * arrival against the credit first, so that what stands here is always paid for (or is a bounded overdraft).
 * Sizes are powers of two, so that an index is a mask and not a division.
 */
export class Inbox<T> {
  private ring: (T | undefined)[];
  private mask: number;
  private head = 0;
  size = 0;

  constructor(expected = 8) {
    let length = 8;
    while (length < expected && length < 1024) length *= 2;
    this.ring = new Array<T | undefined>(length).fill(undefined);
    this.mask = length - 1;
  }

  push(value: T): void {
    if (this.size > this.mask) this.grow();
    this.ring[(this.head + this.size) & this.mask] = value;
    this.size++;
  }

  /** Undefined where it is empty; ask `size` first where undefined can be a value. */
  shift(): T | undefined {
    if (this.size === 0) return undefined;
    const value = this.ring[this.head];
    this.ring[this.head] = undefined;
    this.head = (this.head + 1) & this.mask;
    this.size--;
    return value;
  }

  /** Takes the newest value back. */
  pop(): T | undefined {
    if (this.size === 0) return undefined;
    this.size--;
    const index = (this.head + this.size) & this.mask;
    const value = this.ring[index];
    this.ring[index] = undefined;
    return value;
  }

  /** What is in it, the oldest first. */
  toArray(): T[] {
    return Array.from({ length: this.size }, (_, index) => this.ring[(this.head + index) & this.mask] as T);
  }

  peek(): T | undefined {
    return this.ring[this.head];
  }

  clear(): void {
    this.ring = new Array<T | undefined>(8).fill(undefined);
    this.mask = 7;
    this.head = 0;
    this.size = 0;
  }

  private grow(): void {
    const { ring, head, size } = this;
    const larger = new Array<T | undefined>(ring.length * 2).fill(undefined);
    for (let index = 0; index < size; index++) larger[index] = ring[(head + index) & this.mask];
    this.ring = larger;
    this.mask = larger.length - 1;
    this.head = 0;
  }
}
