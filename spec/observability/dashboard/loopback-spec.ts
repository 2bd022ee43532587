import { describe, expect, it } from '@jest/globals';
import { hostName, isLoopback } from '../../../lib/observability/dashboard/loopback.js';

describe('addresses', () => {
  it.each(['127.0.0.1', '127.8.9.1', '::1', '::ffff:127.0.0.1'])('%s is reached by this machine alone', (address) => {
    expect(isLoopback(address)).toBe(true);
  });

  it.each(['0.0.0.0', '::', '10.0.0.1', '::ffff:10.0.0.1', '127.0.0.1.example.org', '128.0.0.1', 'localhost', ''])(
    '%s is not, or need not be',
    (address) => {
      expect(isLoopback(address)).toBe(false);
    },
  );

  it.each([
    ['localhost:8080', 'localhost'],
    ['EXAMPLE.org', 'example.org'],
    ['[::1]:80', '::1'],
    ['127.0.0.1', '127.0.0.1'],
    [undefined, null],
    ['', null],
    ['a b', null],
    ['user@127.0.0.1', null],
    ['127.0.0.1/x', null],
    ['127.0.0.1:80:80', null],
    ['[::1', null],
  ])('a Host of %p names %p', (header, name) => {
    expect(hostName(header)).toBe(name);
  });
});
