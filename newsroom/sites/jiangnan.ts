import type { Site } from '../site.ts';

/** Recipes: ruby, code in a sentence, and a lazy image as common blog themes write it. */
export const jiangnan: Site = {
  path: 'jiangnan',
  name: '江南食志',
  language: 'zh-cn',
  about: '一日三餐，四时有味',
  categories: ['生活', '江南食志', '食谱'],
  stories: [
    {
      slug: 'buns',
      title: '小笼的十八个褶，其实是给热气留的路',
      hoursBefore: 3,
      tags: ['点心', '面食'],
      author: '沈阿婆',
      html: (
        at,
      ) => `<p><img data-original="${at}/pictures/steamed-buns.png" src="${at}/pictures/blank.gif" alt="一笼小笼包"></p>
<p>褶子少了，汤会漏；褶子多了，面会厚。十八个，不多不少，是外婆的手说的。</p>
<ol><li>皮冻切丁，与肉馅一比二拌匀；</li><li>面醒半小时，擀到能看见手指的影子；</li><li>水开上笼，<b>八分钟</b>，一分钟也别贪。</li></ol>`,
    },
    {
      slug: 'tea',
      title: '采茶的人不看表，看露水',
      hoursBefore: 9,
      tags: ['茶', '手艺'],
      author: '陆青',
      html: (
        at,
      ) => `<p>露水没干的叶子不能采，露水干透的叶子来不及采。中间那一个多钟头，山上连鸟都不大说话。</p>
<p><img src="${at}/pictures/tea-garden.jpg" alt="茶园"></p>
<p><ruby>碧<rp>(</rp><rt>bì</rt><rp>)</rp>螺<rp>(</rp><rt>luó</rt><rp>)</rp>春<rp>(</rp><rt>chūn</rt><rp>)</rp></ruby>这三个字，念快了像风，念慢了像水。</p>`,
    },
    {
      slug: 'soy-sauce',
      title: '一缸酱油 & 一百八十天的太阳',
      hoursBefore: 26,
      tags: ['调味', '手艺'],
      author: '沈阿婆',
      html: () => `<p>豆子、面粉、盐、水，再加一百八十天的太阳。缺一天都是别的东西。</p>
<p>判断的办法很简单：<code>颜色 &lt; 琥珀</code> 就再等等，<code>颜色 &gt;= 琥珀</code> 就开缸。</p>`,
    },
    {
      slug: 'leftover-rice',
      title: '隔夜饭的第二条命：葱油菜饭',
      hoursBefore: 49,
      tags: ['家常'],
      author: '陆青',
      html: () =>
        `<p>冷饭粒粒分明，正好下锅。葱要小，火要稳，油要肯等。</p><p>五分钟后，厨房里会有人问：<q>今天谁过生日？</q></p>`,
    },
  ],
};
