import { describe, expect, it } from 'vitest';
import { callerRange, truncateAddress } from './truncate-address.ts';

describe('addresses', () => {
  it.each([
    ['192.0.2.77', '192.0.2.0/24', '192.0.2.77'],
    ['::ffff:192.0.2.77', '192.0.2.0/24', '192.0.2.77'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1::/48', '2001:db8:1:2::/64'],
    ['2001:0db8::1', '2001:db8:0::/48', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0::/48', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0::/48', '0:0:0:0::/64'],
    ['::', '0:0:0::/48', '0:0:0:0::/64'],
    ['64:ff9b::192.0.2.1', '64:ff9b:0::/48', '64:ff9b:0:0::/64'],
  ])('%s is kept as %s and counted as %s', (address, kept, counted) => {
    expect(truncateAddress(address)).toBe(kept);
    expect(callerRange(address)).toBe(counted);
  });

  it('that are none are not kept', () => {
    for (const odd of ['', 'localhost', '1.2.3', '<script>']) {
      expect(truncateAddress(odd)).toBeUndefined();
      expect(callerRange(odd)).toBe('unknown');
    }
  });
});
