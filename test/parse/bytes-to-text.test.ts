import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { bytesToText } from '../../src/parse/bytes-to-text.ts';
import { gunzip, isGzip } from '../../src/parse/gunzip.ts';

/** 新闻 in GBK. */
const GBK = [0xd0, 0xc2, 0xce, 0xc5];

function bytes(...parts: (string | number[])[]): Uint8Array {
  return Uint8Array.from(
    parts.flatMap((part) => (typeof part === 'string' ? [...new TextEncoder().encode(part)] : part)),
  );
}

function wide(text: string, unit: 2 | 4, littleEndian: boolean): Uint8Array {
  const found = new Uint8Array(text.length * unit);
  const view = new DataView(found.buffer);
  [...text].forEach((character, index) => {
    if (unit === 2) view.setUint16(index * 2, character.charCodeAt(0), littleEndian);
    else view.setUint32(index * 4, character.charCodeAt(0), littleEndian);
  });
  return found;
}

describe('decoding bytes', () => {
  it('believes a byte order mark before everything else, and drops it', () => {
    const marked = bytes([0xef, 0xbb, 0xbf], '<?xml encoding="gbk"?>é');
    expect(bytesToText(marked, 'text/xml; charset=iso-8859-1')).toEqual({
      text: '<?xml encoding="gbk"?>é',
      encoding: 'utf-8',
      repairs: [],
    });
    expect(bytesToText(bytes([0xff, 0xfe], [...wide('<é', 2, true)])).text).toBe('<é');
    expect(bytesToText(bytes([0, 0, 0xfe, 0xff], [...wide('<é', 4, false)])).text).toBe('<é');
  });

  it.each([
    ['utf-16le', 2, true],
    ['utf-16be', 2, false],
    ['utf-32le', 4, true],
    ['utf-32be', 4, false],
  ] as const)('knows %s without a mark by its zero bytes', (encoding, unit, littleEndian) => {
    expect(bytesToText(wide('<rss>é新', unit, littleEndian))).toEqual({
      text: '<rss>é新',
      encoding,
      repairs: [],
    });
  });

  it('takes valid UTF-8 for UTF-8 whatever is declared, and says so', () => {
    const { text, repairs } = bytesToText(bytes('<?xml version="1.0" encoding="gbk"?>新闻'));
    expect(text).toContain('新闻');
    expect(repairs).toEqual([{ kind: 'encoding', detail: 'declared gb18030, was utf-8' }]);
  });

  it('says nothing about a wrong declaration that made no difference', () => {
    expect(bytesToText(bytes('<?xml encoding="iso-8859-1"?>'), 'text/xml; charset=gbk').repairs).toEqual([]);
  });

  it('prefers the charset of the Content-Type to the XML declaration', () => {
    const decoded = bytesToText(
      bytes('<?xml version="1.0" encoding="iso-8859-1"?>', GBK),
      'text/xml; charset="GB2312"',
    );
    expect(decoded.text).toContain('新闻');
  });

  it('reads gb2312 and gbk as gb18030, their superset', () => {
    // 朱镕基: the middle character is in GBK but not in GB 2312
    const name = [0xd6, 0xec, 0xe9, 0x46, 0xbb, 0xf9];
    expect(bytesToText(bytes('<?xml version="1.0" encoding="gb2312"?>', name)).text).toContain('朱镕基');
  });

  it('passes over a declaration that the bytes do not fit', () => {
    const russian = [0xcd, 0xee, 0xe2, 0xee, 0xf1, 0xf2, 0xe8];
    const decoded = bytesToText(
      bytes('<?xml version="1.0" encoding="windows-1251"?>', russian),
      'text/xml; charset=utf-8',
    );
    expect(decoded.text).toContain('Новости');
    expect(decoded.repairs).toEqual([{ kind: 'encoding', detail: 'declared utf-8, was windows-1251' }]);
  });

  it('reads stray bytes in UTF-8 as windows-1252 and keeps the rest', () => {
    const decoded = bytesToText(
      bytes('<?xml version="1.0" encoding="utf-8"?>新闻和消息 — caf', [0xe9], ' ', [0x93], 'x', [0x94]),
    );
    expect(decoded.text).toMatch(/新闻和消息 — café “x”$/);
    expect(decoded.repairs).toHaveLength(1);
  });

  it('guesses an encoding that nothing declares', () => {
    const chinese = [...GBK, ...GBK, 0xb5, 0xc4, 0xa3, 0xac, 0xce, 0xd2, 0xc3, 0xc7];
    expect(bytesToText(bytes('<rss>', chinese)).encoding).toBe('gb18030');
    expect(bytesToText(bytes('<rss>caf', [0xe9], ' cr', [0xe8], 'me na', [0xef], 've')).text).toBe(
      '<rss>café crème naïve',
    );
  });

  it('never fails: bytes that fit nothing give text with replacement characters', () => {
    const decoded = bytesToText(bytes('<?xml version="1.0" encoding="shift_jis"?>', [0x82, 0xff, 0xff]));
    expect(decoded.text).toContain('\ufffd');
    expect(decoded.repairs).toEqual([{ kind: 'encoding', detail: 'some bytes are not valid shift_jis' }]);
    expect(bytesToText(new Uint8Array()).text).toBe('');
  });

  it('ignores labels that nobody knows', () => {
    expect(bytesToText(bytes('é'), 'text/xml; charset=bogus')).toEqual({
      text: 'é',
      encoding: 'utf-8',
      repairs: [],
    });
  });
});

describe('unpacking', () => {
  const text = 'feed '.repeat(20_000);

  it('unpacks gzip bytes', async () => {
    const packed = new Uint8Array(gzipSync(text));
    expect(isGzip(packed)).toBe(true);
    expect(isGzip(bytes('<rss>'))).toBe(false);
    const unpacked = await gunzip(packed, 1_000_000);
    expect(unpacked.kind === 'unpacked' && new TextDecoder().decode(unpacked.bytes)).toBe(text);
  });

  it('stops at the limit', async () => {
    expect(await gunzip(new Uint8Array(gzipSync(Buffer.alloc(5_000_000))), 1_000_000)).toEqual({
      kind: 'too-large',
    });
  });

  it('says that a stream is broken which gives nothing', async () => {
    expect(await gunzip(bytes([0x1f, 0x8b, 8, 0xff, 1, 2, 3]), 1000)).toEqual({ kind: 'broken' });
  });
});
