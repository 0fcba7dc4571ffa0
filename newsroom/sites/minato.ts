import type { Site } from '../site.ts';

/** Its feed breaks off in the middle of the fourth item. */
export const minato: Site = {
  path: 'minato',
  name: 'みなと便り',
  language: 'ja',
  about: '港町の小さなお知らせ',
  categories: ['海外', 'みなと便り'],
  stories: [
    {
      slug: 'station-cat',
      title: '駅長の猫、勤続十年で「特別休暇」',
      hoursBefore: 10,
      tags: ['くらし'],
      html: (at) => `<p><img src="${at}/pictures/autumn-train.jpg" alt="秋の各駅停車"></p>
<p><ruby>湊<rt>みなと</rt></ruby>駅の三毛猫「こむぎ」に、町から十日間の休暇が贈られた。初日は改札の上で寝て過ごした。</p>`,
    },
    {
      slug: 'lantern',
      title: '灯台まつり、今年は風に名前をつけます',
      hoursBefore: 24,
      tags: ['行事'],
      html: (at) => `<p>北風は「はやと」、南風は「しおり」。応募は二百三通、最年少は四歳でした。</p>
<p><img src="${at}/pictures/harbour.jpg" alt="灯台と船"></p>`,
    },
    {
      slug: 'bread',
      title: 'パン屋の新作「潮騒ロール」は耳をすますと音がする',
      hoursBefore: 38,
      tags: ['食べもの'],
      html: () => '<p>正体は焼きたての皮が縮む音。店主いわく「三分だけの音楽会」。</p>',
    },
    {
      slug: 'umbrella',
      title: '忘れ物の傘、百本そろって持ち主を待つ',
      hoursBefore: 52,
      tags: ['くらし'],
      html: () =>
        '<p>柄に結ばれた小さな札には、見つかった場所と、そのときの空の色が書いてある。いちばん多いのは',
    },
  ],
};
