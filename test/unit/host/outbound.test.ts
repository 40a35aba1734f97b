import { describe, expect, it } from '@jest/globals';
import { egressAllows } from '../../../host/forge/routes/outbound';

const allows = (address: string, url: string): boolean => egressAllows([address], new URL(url));

describe('egressAllows', () => {
  it.each([
    ['https://a.example.com', 'https://a.example.com/any?path=1', true],
    ['https://a.example.com/only/here', 'https://a.example.com/elsewhere', true],
    ['a.example.com', 'https://a.example.com/', true],
    ['https://*.example.com', 'https://deep.a.example.com/', true],
    ['https://*.example.com', 'https://example.com/', false],
    ['https://*.example.com', 'https://badexample.com/', false],
    ['https://a.example.com', 'https://a.example.com.evil.org/', false],
    ['https://a.example.com', 'https://a.example.com@evil.org/', false],
    ['https://a.example.com', 'http://a.example.com/', false],
    ['https://a.example.com', 'https://a.example.com:8443/', false],
    ['https://a.example.com:8443', 'https://a.example.com:8443/', true],
    ['*', 'https://anything.example.org/', true],
  ])('%s and %s: %s', (address, url, expected) => {
    expect(allows(address, url)).toBe(expected);
  });
});
