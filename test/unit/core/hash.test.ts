import * as fc from 'fast-check';
import { canonicalJson, canonicalSha256, sha256Hex, utf8Length } from '#core/hash';

describe('canonical JSON (RFC 8785)', () => {
  test('the sample of section 3.2.2', () => {
    const value: unknown = JSON.parse(String.raw`{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    }`);
    expect(canonicalJson(value)).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    );
  });

  test('the sorting sample of section 3.2.3: by UTF-16 code units', () => {
    const value: unknown = JSON.parse(String.raw`{
      "\u20ac": "Euro Sign",
      "\r": "Carriage Return",
      "\ufb33": "Hebrew Letter Dalet With Dagesh",
      "1": "One",
      "\ud83d\ude00": "Emoji: Grinning Face",
      "\u0080": "Control",
      "\u00f6": "Latin Small Letter O With Diaeresis"
    }`);
    expect([...canonicalJson(value).matchAll(/:"([^"]+)"/g)].map((match) => match[1])).toEqual([
      'Carriage Return',
      'One',
      'Control',
      'Latin Small Letter O With Diaeresis',
      'Euro Sign',
      'Emoji: Grinning Face',
      'Hebrew Letter Dalet With Dagesh',
    ]);
  });

  test.each([
    [0, '0'],
    [-0, '0'],
    [Number.MIN_VALUE, '5e-324'],
    [Number.MAX_VALUE, '1.7976931348623157e+308'],
    [9007199254740992, '9007199254740992'],
    [1e21, '1e+21'],
    [333333333.3333332, '333333333.3333332'],
  ])('number %p as in appendix B', (value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });

  test('text is not normalised and line ends stay', () => {
    expect(canonicalJson('e\u0301')).not.toBe(canonicalJson('\u00e9'));
    expect(canonicalJson('a\r\nb')).toBe(String.raw`"a\r\nb"`);
  });

  test('what has no JSON form is a fault', () => {
    expect(() => canonicalJson(undefined)).toThrow(TypeError);
    expect(() => canonicalJson(Number.NaN)).toThrow();
    expect(() => canonicalJson(Number.POSITIVE_INFINITY)).toThrow();
  });

  test('the order of keys never matters, and the text parses back', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).toReversed());
        expect(canonicalJson(reversed)).toBe(canonicalJson(value));
        expect(canonicalJson(JSON.parse(canonicalJson(value)))).toBe(canonicalJson(value));
      }),
    );
  });
});

describe('SHA-256', () => {
  test('the samples of FIPS 180-4', async () => {
    expect(await sha256Hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(await sha256Hex('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });

  test('a value is hashed in its canonical form, as UTF-8', async () => {
    expect(await canonicalSha256({ b: 'ü', a: 1 })).toBe(await sha256Hex('{"a":1,"b":"ü"}'));
  });
});

test('bytes are counted in UTF-8', () => {
  expect([utf8Length(''), utf8Length('a'), utf8Length('ü'), utf8Length('€'), utf8Length('😀')]).toEqual([
    0, 1, 2, 3, 4,
  ]);
});
