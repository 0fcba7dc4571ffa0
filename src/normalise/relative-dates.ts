const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Units in Chinese, Japanese, Korean and English, longest first where one begins another. */
const UNITS: readonly (readonly [RegExp, number])[] = [
  [/^(?:秒钟?|초|sec(?:ond)?s?|s)$/, 1000],
  [/^(?:分钟|分鐘|分|분|min(?:ute)?s?|m)$/, MINUTE],
  [/^(?:个?小时|個?小時|時間|시간|h(?:ou)?rs?|h)$/, HOUR],
  [/^(?:天|日|일|days?|d)$/, DAY],
  [/^(?:周|週|个?星期|個?星期|週間|주|weeks?|w)$/, 7 * DAY],
  [/^(?:个月|個月|ヶ月|か月|개월|달|months?)$/, 30 * DAY],
  [/^(?:年|년|years?|y)$/, 365 * DAY],
];

const AGO = /^(?:about |约|大约)?(\d{1,4}|半|an?|one) ?([^\d\s]{1,8}?) ?(?:以?前|之前|전|ago)$/;

/** `3小时前`, `5 minutes ago`: milliseconds before the present; undefined for any other text. Wants lower case. */
export function elapsed(text: string): number | undefined {
  if (/^(?:刚刚|剛剛|刚才|たった今|방금|just now|now)$/.test(text)) return 0;
  const [, count = '', unit = ''] = AGO.exec(text) ?? [];
  const length = UNITS.find(([names]) => names.test(unit))?.[1];
  if (length === undefined) return undefined;
  return length * (count === '半' ? 0.5 : /^\d/.test(count) ? Number(count) : 1);
}

const DAYS: readonly (readonly [RegExp, number])[] = [
  [/^(?:今天|今日|오늘|today)/, 0],
  [/^(?:昨天|昨日|어제|yesterday)/, 1],
  [/^(?:前天|一昨日|그저께)/, 2],
];

/** `昨天 08:20`, `yesterday at 5:00`: how many days ago, and the text of the time; undefined for any other text. */
export function namedDay(text: string): { daysAgo: number; time: string } | undefined {
  for (const [name, daysAgo] of DAYS) {
    const match = name.exec(text);
    if (match !== null) return { daysAgo, time: text.slice(match[0].length).replace(/^[\s,]*(?:at )?/, '') };
  }
  return undefined;
}
