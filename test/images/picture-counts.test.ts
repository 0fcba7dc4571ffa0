import { describe, expect, it } from 'vitest';
import { PictureCounts } from '../../src/images/picture-counts.ts';

describe('what an isolate counts', () => {
  it('is due at once, and then once in five minutes', () => {
    const counts = new PictureCounts();
    const due = [0, 1, 299_999, 300_000, 300_001].map((now) => counts.isDue(now));
    expect(due).toEqual([true, false, false, true, false]);
  });

  it('is saved once', async () => {
    const counts = new PictureCounts();
    counts.add('cache');
    counts.add('cache');
    counts.add('failed 404');
    const saved: object[] = [];
    const save = async (each: object) => void saved.push(each);
    await counts.flush(save);
    counts.add('memory');
    await counts.flush(save);
    expect(saved).toEqual([{ cache: 2, 'failed 404': 1 }, { memory: 1 }]);
  });

  it('is counted on when it could not be saved', async () => {
    const counts = new PictureCounts();
    counts.add('cache');
    await counts.flush(async () => {
      counts.add('cache');
      throw new Error('the database is down');
    });
    let saved: object = {};
    await counts.flush(async (each) => {
      saved = each;
    });
    expect(saved).toEqual({ cache: 2 });
  });
});
