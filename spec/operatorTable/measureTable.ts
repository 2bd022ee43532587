import { balanceBooks } from './balanceBooks.js';
import type { Measured } from './check.js';
import { measure, type Scale } from './measure.js';
import { registry } from './registry.js';
import type { Variant } from './Variant.js';
import { VirtualClock } from './VirtualClock.js';

/** Everything that is to be known of one variant. */
export async function measureVariant(variant: Variant, scale: Scale): Promise<Measured> {
  const measurement = await measure(variant, scale);
  const clock = new VirtualClock();
  clock.install();
  try {
    const books = await balanceBooks(variant, { length: scale.length, pullLimit: scale.pullLimit }, clock);
    return { variant, measurement, books };
  } finally {
    clock.uninstall();
  }
}

export async function measureTable(scale: Scale): Promise<Map<string, Measured>> {
  const table = new Map<string, Measured>();
  for (const variant of registry) table.set(variant.name, await measureVariant(variant, scale));
  return table;
}
