import type { Site } from '../site.ts';

/** Its pictures answer only to its own pages, as those of many Chinese sites do; bodies carry lazy images. */
export const shanhai: Site = {
  path: 'shanhai',
  name: '山海快报',
  language: 'zh-cn',
  about: '山与海之间的要闻',
  categories: ['新媒体', '山海快报', '要闻'],
  stories: [
    {
      slug: 'first-light',
      title: '今年第一缕金色晨光照进青螺谷，三千人守了一夜',
      hoursBefore: 1,
      tags: ['要闻', '旅行'],
      html: (
        at,
      ) => `<p><img src="${at}/pictures/mountains-at-dawn.jpg" alt="青螺谷的日出" width="800" height="450"></p>
<p>清晨六点四十二分，太阳从第三道山脊后面露出半张脸，守在观景台上的三千多人同时安静了下来。</p>
<p>“我奶奶说，看见这道光的人，一整年都不会迷路。”来自临川的中学生<strong>宋小满</strong>把手机举过头顶，拍到的却全是前排的帽子。</p>
<blockquote><p>山不会走，路会。所以要记住山。</p></blockquote>
<p>景区提醒：明晨仍有薄雾，请带一件厚外套，也请把垃圾带下山。</p>`,
    },
    {
      slug: 'night-market',
      title: '槐树街夜市重新亮灯："少一盏都不算回来"',
      hoursBefore: 5,
      tags: ['要闻', '城市'],
      html: (
        at,
      ) => `<p>停了四百一十二天以后，槐树街夜市昨晚重新开张。一百零八盏灯笼一盏不少，连卖糖画的老周也回来了。</p>
<p><img class="lazy" src="data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7" data-src="${at}/pictures/night-market.webp" alt="夜市的灯笼"></p>
<table><thead><tr><th>摊位</th><th>招牌</th><th>价格（元）</th></tr></thead>
<tbody><tr><td>老周糖画</td><td>会飞的鲤鱼</td><td>8</td></tr><tr><td>阿芬面档</td><td>葱油拌面</td><td>12</td></tr><tr><td>海边来的人</td><td>烤生蚝</td><td>15</td></tr></tbody></table>
<p>街道办说，人流超过五千时会暂时只出不进。</p><img src="${at}/tracker.gif?story=night-market" width="1" height="1" alt="">`,
    },
    {
      slug: 'terraces',
      title: '云岭梯田灌水：一块镜子一块天',
      hoursBefore: 11,
      tags: ['摄影', '乡村'],
      html: (
        at,
      ) => `<figure><img src="/shanhai/pictures/terraced-fields.jpg" srcset="/shanhai/pictures/terraced-fields.jpg 800w" alt="灌满水的梯田"><figcaption>从鹰嘴岩往下看，梯田像打翻的镜子。</figcaption></figure>
<p>冬水田要在小雪前后灌满，来年才养得住肥。六十七岁的<a href="${at}/articles/first-light?utm_source=rss&amp;utm_medium=feed">管水员</a>每天走十九公里，只带一把锄头和半包盐。</p>`,
    },
    {
      slug: 'slow-train',
      title: '慢火车加挂"菜篮子车厢"，一站一停，一停一笑',
      hoursBefore: 20,
      tags: ['要闻', '交通'],
      html: (at) => `<p>从明天起，7053 次列车多挂一节没有座位的车厢：两边是架子，中间是秤。</p>
<p><img src="${at}/pictures/autumn-train.jpg" alt="驶过秋山的慢火车" onload="alert('这一行不应该出现')"></p>
<ul><li>票价不变，两块到十一块五；</li><li>鸡鸭要进笼，白菜不用；</li><li>忘了带零钱，可以先欠列车长。</li></ul>
<script>document.body.innerHTML = '这一行也不应该出现';</script>`,
    },
    {
      slug: 'tide',
      title: '退潮两小时，海滩上多了一条"消息街"',
      hoursBefore: 30,
      tags: ['海岸'],
      html: () => `<p>每逢大潮，望舒湾的渔民会把当天的鱼价写在沙滩上，一直写到潮水回来。年轻人给它起了个名字，叫“消息街”。</p>
<p>昨天的头条是：<em>带鱼降了，船修好了，明天有风。</em></p>`,
    },
  ],
};
