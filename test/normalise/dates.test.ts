import { describe, expect, it } from 'vitest';
import { parseDate } from '../../src/normalise/dates.ts';

const NOW = Date.UTC(2026, 10, 23, 12);

function iso(text: string, timezone?: string): string | undefined {
  const instant = parseDate(text, { now: NOW, ...(timezone !== undefined && { timezone }) });
  return instant === undefined ? undefined : new Date(instant).toISOString();
}

/** Each row: what a feed wrote, and the instant it meant. */
const VECTORS: Record<string, [written: string, meant: string][]> = {
  'RFC 822 and its faults': [
    ['Tue, 03 Nov 2026 10:00:00 GMT', '2026-11-03T10:00:00.000Z'],
    ['Sun, 17 Dec 2017 1:55 PM EST', '2017-12-17T18:55:00.000Z'],
    ['Thu, 25 Feb 2016 00:00:00 Europe/Brussels', '2016-02-24T23:00:00.000Z'],
    ['Mon, 16th Nov 2020 13:16:28 GMT', '2020-11-16T13:16:28.000Z'],
    ['Thurs, 12 Nov 2020 10:00:00 GMT', '2020-11-12T10:00:00.000Z'],
    ['Sat, 2 Jan 99 10:00:00 +0100', '1999-01-02T09:00:00.000Z'],
    ['Thu (a comment), 01 Jan 2004 19:48 +0000', '2004-01-01T19:48:00.000Z'],
    ['Tue, 31 Dec 2002 24:00:00 GMT', '2003-01-01T00:00:00.000Z'],
    ['3 Nov 2026 10:00 UTC+8', '2026-11-03T02:00:00.000Z'],
    ['31 Feb 2020', '2020-03-02T00:00:00.000Z'],
  ],
  'ISO 8601 and its profiles': [
    ['2026-11-03T10:00:00.25+01:00', '2026-11-03T09:00:00.250Z'],
    ['2020-11-08T16:20:00-05:00Z', '2020-11-08T21:20:00.000Z'],
    ['2003-12-31 T 10:14:55 -08:00', '2003-12-31T18:14:55.000Z'],
    ['20031231T101455Z', '2003-12-31T10:14:55.000Z'],
    ['2002-12-31T192030+01:00', '2002-12-31T18:20:30.000Z'],
    ['2003-W52-3', '2003-12-24T00:00:00.000Z'],
    ['2003-335', '2003-12-01T00:00:00.000Z'],
    ['2003-12', '2003-12-01T00:00:00.000Z'],
    ['2003', '2003-01-01T00:00:00.000Z'],
    ['2003-07-32T00:00:00Z', '2003-08-01T00:00:00.000Z'],
  ],
  'other forms': [
    ['Thu Jan  1 00:00:00 EST 2004', '2004-01-01T05:00:00.000Z'],
    ['Thu Nov 12 2020 17:00:00 GMT+0000 (Coordinated Universal Time)', '2020-11-12T17:00:00.000Z'],
    ['1520932969', '2018-03-13T09:22:49.000Z'],
    ['1600000000000', '2020-09-13T12:26:40.000Z'],
    ['Nov. 16, 2020, 10:57 a.m.', '2020-11-16T10:57:00.000Z'],
    ['Nov. 2020', '2020-11-01T00:00:00.000Z'],
    ['Fri, 26/06/2020', '2020-06-26T00:00:00.000Z'],
    ['12/31/1999', '1999-12-31T00:00:00.000Z'],
    ['30.10.23', '2023-10-30T00:00:00.000Z'],
    ['19:37 2 Sep 2019', '2019-09-02T19:37:00.000Z'],
  ],
  'other languages': [
    ['Di, 23 Jan 2018 00:00:00 +0100', '2018-01-22T23:00:00.000Z'],
    ['Do, 29 Mär 2018 00:00:00 +0200', '2018-03-28T22:00:00.000Z'],
    ['14. Februar 2020, 14:30 Uhr', '2020-02-14T14:30:00.000Z'],
    ['mer, 9 avr 2018 00:00:00 +0200', '2018-04-08T22:00:00.000Z'],
    ['mar. 5 mai 2020 10h30', '2020-05-05T10:30:00.000Z'],
    ['1er janvier 2020', '2020-01-01T00:00:00.000Z'],
    ['lunes, 3 de mayo de 2021', '2021-05-03T00:00:00.000Z'],
    ['6 июня 2020 г. 12:30', '2020-06-06T12:30:00.000Z'],
    ['Κυρ, 11 Ιούλ 2004 12:00:00 EST', '2004-07-11T17:00:00.000Z'],
    ['2004-július-13T9:15-05:00', '2004-07-13T14:15:00.000Z'],
    ['2004년 5월 28일  오후 11:31:09', '2004-05-28T23:31:09.000Z'],
    ['2021年10月18日 14:56', '2021-10-18T14:56:00.000Z'],
    ['2018年9月3日 9时5分', '2018-09-03T09:05:00.000Z'],
    ['2021-10-18 下午 2:56', '2021-10-18T14:56:00.000Z'],
  ],
  'dates that count from the present': [
    ['3小时前', '2026-11-23T09:00:00.000Z'],
    ['半小时前', '2026-11-23T11:30:00.000Z'],
    ['刚刚', '2026-11-23T12:00:00.000Z'],
    ['2 hours ago', '2026-11-23T10:00:00.000Z'],
    ['昨天 08:20', '2026-11-22T08:20:00.000Z'],
    ['yesterday at 5:00 pm', '2026-11-22T17:00:00.000Z'],
    ['10月18日', '2026-10-18T00:00:00.000Z'],
    ['12月18日', '2025-12-18T00:00:00.000Z'],
    ['10-18 14:56', '2026-10-18T14:56:00.000Z'],
  ],
};

describe.each(Object.entries(VECTORS))('dates: %s', (_, vectors) => {
  it.each(vectors)('reads %s', (written, meant) => expect(iso(written)).toBe(meant));
});

describe('dates', () => {
  it('is absent, never now, when the text is no date', () => {
    for (const text of [
      '',
      '  ',
      'today-ish',
      'insert date here',
      '13',
      '07-01T01:55:07',
      '99/99/2020',
      'Monday',
    ]) {
      expect(iso(text)).toBeUndefined();
    }
  });

  it('takes an offset that no clock has for UTC', () => {
    expect(iso('2015-09-01 12:30:00 -13:00')).toBe('2015-09-01T12:30:00.000Z');
    expect(iso('2015-09-01 12:30:00 +15:00')).toBe('2015-09-01T12:30:00.000Z');
    expect(iso('2015-09-01 12:30:00 +14:00')).toBe('2015-08-31T22:30:00.000Z');
  });

  it("uses the source's zone for dates that carry none", () => {
    expect(iso('2021年10月18日 14:56', '+08:00')).toBe('2021-10-18T06:56:00.000Z');
    expect(iso('2021-07-01 12:00', 'Europe/Berlin')).toBe('2021-07-01T10:00:00.000Z');
    expect(iso('2021-12-01 12:00', 'Europe/Berlin')).toBe('2021-12-01T11:00:00.000Z');
    expect(iso('2021-12-01 12:00 GMT', 'Europe/Berlin')).toBe('2021-12-01T12:00:00.000Z');
    expect(iso('2021-12-01 12:00', 'Nowhere/Else')).toBe('2021-12-01T12:00:00.000Z');
  });

  it("counts named days in the source's zone", () => {
    expect(iso('昨天 08:20', 'Asia/Shanghai')).toBe('2026-11-22T00:20:00.000Z');
    const evening = parseDate('今天 01:00', { now: Date.UTC(2026, 10, 23, 20), timezone: '+08:00' });
    expect(evening).toBe(Date.UTC(2026, 10, 23, 17));
  });

  it('takes CST for the time of China where the source is known to be there', () => {
    expect(iso('Wed Nov 23 10:00:00 CST 2022', 'Asia/Shanghai')).toBe('2022-11-23T02:00:00.000Z');
    expect(iso('Wed Nov 23 10:00:00 CST 2022')).toBe('2022-11-23T16:00:00.000Z');
  });

  it('lets the weekday settle which number is the month', () => {
    expect(iso('Fri, 05/06/2020')).toBe('2020-06-05T00:00:00.000Z');
    expect(iso('Wed, 05/06/2020')).toBe('2020-05-06T00:00:00.000Z');
  });
});
