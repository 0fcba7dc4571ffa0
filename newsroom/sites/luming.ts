import type { Site } from '../site.ts';

/** Served in GBK, as many older Chinese sites still are. */
export const luming: Site = {
  path: 'luming',
  name: '鹿鸣棋社',
  language: 'zh-cn',
  about: '每日一局，落子无悔',
  categories: ['体育', '鹿鸣棋社', '棋谱'],
  stories: [
    {
      slug: 'third-move',
      title: '第三手下在天元旁边，全场倒吸一口凉气',
      hoursBefore: 8,
      tags: ['对局'],
      author: '何一粟',
      html: (at) => `<p><img src="${at}/pictures/go-board.png" alt="第十二手后的棋盘"></p>
<p>执白的小将只有十四岁，落子之前先把椅子往前挪了三寸。解说员停了整整半分钟，说：“这一手，我得回家问问我师父。”</p>
<p>局后复盘，黑棋承认从第二十一手起就在看窗外的<strong>银杏</strong>。</p>`,
    },
    {
      slug: 'rain-match',
      title: '雨中快棋赛：棋子会漂，规矩不会',
      hoursBefore: 22,
      tags: ['赛事'],
      author: '何一粟',
      html: () =>
        '<p>亭子漏雨，裁判撑伞，六十盘棋一盘没停。冠军的奖品是一把新伞。</p><p>下届改在屋里，大家都说可惜。</p>',
    },
    {
      slug: 'old-manual',
      title: '旧书摊上的手抄棋谱，末页写着"欠茶钱两文"',
      hoursBefore: 45,
      tags: ['掌故'],
      author: '温故',
      html: () =>
        '<blockquote>胜固欣然，败亦可喜；茶钱两文，来日再议。</blockquote><p>茶馆早已不在，账还在。</p>',
    },
    {
      slug: 'lesson',
      title: '入门第一课：先学会把棋子放回盒子里',
      hoursBefore: 70,
      tags: ['教学'],
      author: '温故',
      html: () => '<p>黑的归黑，白的归白，盖子轻轻合上。剩下的，下星期再讲。</p>',
    },
  ],
};
