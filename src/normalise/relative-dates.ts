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

/** One count with its unit, or two of them: `2 hours 5 minutes ago`. */
const AGO =
  /^(?:about |约|大约)?(\d{1,4}|半|an?|one) ?([^\d\s]{1,8}?)(?:,? ?(?:and )?(\d{1,4}) ?([^\d\s]{1,8}?))? ?(?:以?前|之前|전|ago)$/;

/** `3小时前`, `5 minutes ago`: milliseconds before the present; undefined for any other text. Wants lower case. */
export function elapsed(text: string): number | undefined {
  if (/^(?:刚刚|剛剛|刚才|たった今|방금|just now|now)$/.test(text)) return 0;
  const match = AGO.exec(text);
  if (match === null) return undefined;
  const [, count, unit, smallerCount, smallerUnit] = match;
  const longer = lengthOf(count, unit);
  const shorter = smallerCount === undefined ? 0 : lengthOf(smallerCount, smallerUnit);
  return longer === undefined || shorter === undefined ? undefined : longer + shorter;
}

function lengthOf(count = '', unit = ''): number | undefined {
  const length = UNITS.find(([names]) => names.test(unit))?.[1];
  if (length === undefined) return undefined;
  return length * (count === '半' ? 0.5 : /^\d/.test(count) ? Number(count) : 1);
}

/** What may stand between the day and its time. */
const BEFORE_TIME = '[\\s,]*(?:at|上午|早上|凌晨|下午|晚上|傍晚|午前|午後|오전|오후)?\\s*$';

const DAYS: readonly (readonly [RegExp, number])[] = [
  [new RegExp(`^(?:今天|今日|오늘|today)${BEFORE_TIME}`), 0],
  [new RegExp(`^(?:昨天|昨日|어제|yesterday)${BEFORE_TIME}`), 1],
  [new RegExp(`^(?:前天|一昨日|그저께)${BEFORE_TIME}`), 2],
];

/** How many days ago a text such as `昨天` or `yesterday at` means, without its time; undefined for any other text. */
export function daysAgo(text: string): number | undefined {
  const [, ago] = DAYS.find(([name]) => name.test(text)) ?? [];
  return ago;
}
