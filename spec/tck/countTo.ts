/** 0, 1, 2 … of `count` numbers, made one by one. */
export function* countTo(count: number): Generator<number, void, void> {
  for (let n = 0; n < count; n++) yield n;
}
