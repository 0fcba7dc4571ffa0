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

  it.each([
    [
      'gb18030',
      '港口的渡轮因大雾返航，乘客均平安',
      'b8dbbfdab5c4b6c9c2d6d2f2b4f3ceedb7b5babda3acb3cbbfcdbef9c6bdb0b2',
    ],
    [
      'big5',
      '港口的渡輪因大霧返航，乘客均平安',
      'b4e4a466aabab4e7bdfca65da46ac3faaaf0afe8a141adbcabc8a7a1a5ada677',
    ],
    [
      'euc-kr',
      '항구의 여객선이 짙은 안개로 회항했다',
      'c7d7b1b8c0c720bfa9b0b4bcb1c0cc20c2a3c0ba20bec8b0b3b7ce20c8b8c7d7c7dfb4d9',
    ],
    [
      'euc-jp',
      '濃霧のため港のフェリーは引き返した',
      'c7bbccb8a4cea4bfa4e1b9c1a4cea5d5a5a7a5eaa1bca4cfb0faa4adcad6a4b7a4bf',
    ],
    [
      'shift_jis',
      '濃霧のため港のフェリーは引き返した',
      '945a96b682cc82bd82df8d6082cc83748346838a815b82cd88f882ab95d482b582bd',
    ],
    [
      'windows-874',
      'เรือข้ามฟากกลับท่าเพราะหมอกหนา',
      'e0c3d7cda2e9d2c1bfd2a1a1c5d1bab7e8d2e0bec3d2d0cbc1cda1cbb9d2',
    ],
    [
      'windows-1251',
      'Паром вернулся в гавань из-за густого тумана',
      'cfe0f0eeec20e2e5f0edf3ebf1ff20e220e3e0e2e0edfc20e8e72de7e020e3f3f1f2eee3ee20f2f3ece0ede0',
    ],
    [
      'koi8-r',
      'Паром вернулся в гавань из-за густого тумана',
      'f0c1d2cfcd20d7c5d2ced5ccd3d120d720c7c1d7c1ced820c9da2ddac120c7d5d3d4cfc7cf20d4d5cdc1cec1',
    ],
    [
      'iso-8859-5',
      'Паром вернулся в гавань из-за густого тумана',
      'bfd0e0dedc20d2d5e0dde3dbe1ef20d220d3d0d2d0ddec20d8d72dd7d020d3e3e1e2ded3de20e2e3dcd0ddd0',
    ],
    [
      'windows-1253',
      'Το πλοίο επέστρεψε στο λιμάνι λόγω ομίχλης',
      'd4ef20f0ebefdfef20e5f0ddf3f4f1e5f8e520f3f4ef20ebe9ecdcede920ebfce3f920efecdff7ebe7f2',
    ],
    [
      'windows-1255',
      'המעבורת חזרה לנמל בגלל ערפל סמיך',
      'e4eef2e1e5f8fa20e7e6f8e420ecf0eeec20e1e2ecec20f2f8f4ec20f1eee9ea',
    ],
    [
      'windows-1256',
      'عادت العبارة إلى الميناء بسبب الضباب الكثيف',
      'dac7cfca20c7e1dac8c7d1c920c5e1ec20c7e1e3ede4c7c120c8d3c8c820c7e1d6c8c7c820c7e1dfcbeddd',
    ],
  ])('guesses %s from one line', (encoding, text, hex) => {
    const line = (hex.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16));
    expect(bytesToText(bytes('<rss><title>', line, '</title>'))).toMatchObject({
      encoding,
      text: `<rss><title>${text}</title>`,
    });
  });

  it.each([
    ['utf-8', bytes('<a>新闻').subarray(0, -1), '<a>新'],
    ['gb18030', bytes('<?xml encoding="gbk"?>', GBK).subarray(0, -1), undefined],
    ['utf-16le', bytes([0x3c, 0, 0x61, 0, 0x3e, 0, 0xb0]), '<a>'],
  ] as [string, Uint8Array, string | undefined][])(
    'drops what is left of a %s character that a document is cut off in',
    (encoding, cut, text) => {
      const decoded = bytesToText(cut);
      expect(decoded.encoding).toBe(encoding);
      expect(decoded.text).not.toContain('\ufffd');
      if (text !== undefined) expect(decoded.text).toBe(text);
    },
  );

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
