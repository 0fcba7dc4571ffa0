/** `none`: send no Referer; `self`: the picture's own origin; `page`: the page it was seen on; else this very one. */
export type RefererRule = 'none' | 'self' | 'page' | `http${string}`;

/**
 * Which Referer a picture host wants, as far as its readers found out. `*.` stands for the domain and every name below
 * it; the longest match counts. Hosts that are not listed are climbed through by `referer.ts`.
 */
export const REFERER_RULES: Readonly<Record<string, RefererRule>> = {
  // Refuse foreign pages, and are content with none.
  '*.photo.sina.com.cn': 'none',
  // A wrong Referer gets 200 with a picture that says "not allowed", which no status check can see.
  '*.qpic.cn': 'none',
  '*.qlogo.cn': 'none',
  'inews.gtimg.com': 'none',
  'pnewsapp.tc.qq.com': 'none',
  // Not gated when last looked at; none is the safest.
  '*.zhimg.com': 'none',
  'gd-hbimg.huaban.com': 'none',
  'hbimg.huabanimg.com': 'none',
  'img.hb.aicdn.com': 'none',
  '*.upaiyun.com': 'none',
  // Any Referer gets "access denied".
  'cdn.ruguoapp.com': 'none',
  'fmn.rrfmn.com': 'none',
  '*.gamersky.com': 'none',
  'manhua.acimg.cn': 'none',
  'img.1ting.com': 'none',
  '*.pstatic.net': 'none',
  // Older lists say the picture's own origin.
  '*.tumblr.com': 'none',
  // No rule is known; they were proxied because they are http only, or load without one.
  '*.csdnimg.cn': 'none',
  '*.toutiaoimg.com': 'none',
  '*.nosdn.127.net': 'none',
  'img.ithome.com': 'none',
  'dockone.io': 'none',
  'image.woshipm.com': 'none',
  'pic.jiagoujishu.com': 'none',
  'static.1sapp.com': 'none',
  'lain.bgm.tv': 'none',
  'zkres1.myzaker.com': 'none',
  'zkres2.myzaker.com': 'none',
  'static.codeceo.com': 'none',
  // Want to be seen on their own site.
  '*.photo.store.qq.com': 'self',
  '*.jianshu.io': 'self',
  'img.cnbeta.com': 'self',
  'img.ph.126.net': 'self',
  'hiphotos.baidu.com': 'self',
  'imgsrc.baidu.com': 'self',
  'img.pconline.com.cn': 'self',
  '*.zol-img.com.cn': 'self',
  '*.chiphell.com': 'self',
  '*.poco.cn': 'self',
  // Want the article.
  // Wants the whole address of the article; its origin alone gets 404.
  'www.zaobao.com': 'page',
  // Want the site they belong to.
  '*.tianya.cn': 'http://bbs.tianya.cn/',
  'www.autoimg.cn': 'http://club.autohome.com.cn/',
  'mpic.haiwainet.cn': 'http://m.haiwainet.cn/',
  'imgpark.donga.com': 'http://mlbpark.donga.com/',
  'images.haiwainet.cn': 'http://news.haiwainet.cn/',
  '*.bdstatic.com': 'http://tieba.baidu.com/',
  '*.baidu-img.cn': 'http://www.baidu.com/',
  'img.knb.im': 'http://www.kenengba.com/',
  'cdn.newsen.com': 'http://www.newsen.com/',
  '*.laibafile.cn': 'http://www.tianya.cn/',
  '*.xici.net': 'http://www.xici.net/',
  '*.36krcdn.com': 'https://36kr.com/',
  'appinn.com': 'https://appinn.com/',
  'ac.namu.la': 'https://arca.live/',
  'bjp.org.cn': 'https://bjp.org.cn/',
  'i.4cdn.org': 'https://boards.4chan.org/',
  'img-comic.pximg.net': 'https://comic.pixiv.net/',
  'img-blog.csdn.net': 'https://csdn.net/',
  '*.geekpark.net': 'https://geekpark.net/',
  '*.rimg.com.tw': 'https://goods.ruten.com.tw/item/show',
  '*.guancha.cn': 'https://guancha.cn/',
  'i.gyazo.com': 'https://gyazo.com/',
  'img.hellogithub.com': 'https://hellogithub.com/',
  '*.huxiu.com': 'https://huxiu.com/',
  // Pictures of another site.
  '*.moyu.im': 'https://i.jandan.net/',
  '*.ifanr.com': 'https://ifanr.com/',
  '*.ifeng.com': 'https://ifeng.com/',
  '*.infoq.cn': 'https://infoq.cn/',
  '*.infzm.com': 'https://infzm.com/',
  // Shared by several sites of one company; this one works for most.
  '*.byteimg.com': 'https://juejin.cn/',
  '*.juejin.cn': 'https://juejin.cn/',
  // None gets 418.
  '*.doubanio.com': 'https://movie.douban.com/',
  '*.oschina.net': 'https://oschina.net/',
  'piccoma.kakaocdn.net': 'https://piccoma.com/',
  'cdn.pixabay.com': 'https://pixabay.com/',
  '*.segmentfault.com': 'https://segmentfault.com/',
  '*.smzdm.com': 'https://smzdm.com/',
  // Wants any Referer: none gets 403.
  '*.sspai.com': 'https://sspai.com/',
  '*.thepaper.cn': 'https://thepaper.cn/',
  '*.tmtpost.com': 'https://tmtpost.com/',
  'i.vsco.co': 'https://vsco.co/',
  // None works as well; any other page gets 403.
  '*.sinaimg.cn': 'https://weibo.com/',
  '*.weibocdn.com': 'https://weibo.com/',
  // Foreign ones get 403.
  '*.hdslb.com': 'https://www.bilibili.com/',
  '*.biliimg.com': 'https://www.bilibili.com/',
  '*.bilivideo.com': 'https://www.bilibili.com/',
  'static-beesseek.oss-cn-hangzhou.aliyuncs.com': 'https://www.chongbuluo.com/',
  'image.diyidan.net': 'https://www.diyidan.com/',
  '*.douban.com': 'https://www.douban.com/',
  '*.pstatp.com': 'https://www.douyin.com/',
  '*.douyinpic.com': 'https://www.douyin.com/',
  '*.gcores.com': 'https://www.gcores.com/',
  '*.cdninstagram.com': 'https://www.instagram.com/',
  '*.iqiyipic.com': 'https://www.iqiyi.com/',
  '*.yximgs.com': 'https://www.kuaishou.com/',
  '*.luscious.net': 'https://www.luscious.net/',
  '*.miyoushe.com': 'https://www.miyoushe.com/',
  'www.parkablogs.com': 'https://www.parkablogs.com/',
  'sp1.piokok.com': 'https://www.piokok.com/',
  '*.pximg.net': 'https://www.pixiv.net/',
  // Works without, but embedding from elsewhere is limited in bandwidth.
  'i.imgur.com': 'https://www.reddit.com/',
  '*.tiktokcdn.com': 'https://www.tiktok.com/',
  '*.xhscdn.com': 'https://www.xiaohongshu.com/',
  'ci.xiaohongshu.com': 'https://www.xiaohongshu.com/',
  '*.rednotecdn.com': 'https://www.xiaohongshu.com/',
};
