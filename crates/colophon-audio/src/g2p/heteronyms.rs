//! Mandarin characters with more than one reading, and the words that decide which.
//!
//! Readings follow the Table of Mandarin Words with Variant Pronunciation (1985) and the
//! Contemporary Chinese Dictionary (7th ed.).

use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Each line: character, usual reading, then readings with the words in which they hold.
const TABLE: &str = "\
行 xing2 hang2:银行,行业,行列,行情,同行,内行,外行,本行,一行字,一行行,两行,几行,行行,排行,央行,商行,车行,行家,行长,每行,第一行,这行,那行,各行各业,十行
长 chang2 zhang3:长大,成长,生长,增长,校长,班长,家长,市长,部长,船长,队长,局长,会长,院长,厂长,村长,镇长,县长,省长,首长,长辈,长老,助长,长出,长满,长高,长得,长成,长着,兄长,师长,董事长,行长,排长,连长,团长,司长,秘书长,酋长,年长,长子,长女,长官,滋长,长胖,长了,族长,长在
乐 le4 yue4:音乐,乐器,乐队,乐曲,乐团,乐章,民乐,声乐,乐谱,交响乐,乐师,乐坛,乐手,配乐,奏乐,国乐,器乐,管弦乐,爵士乐
重 zhong4 chong2:重新,重复,重来,重庆,重建,重叠,重逢,重返,重现,重申,重组,重启,重读,重生,重阳,双重,多重,重重,三重,一重,重塑,重写,重拾,重游,重演,重做,重播,重温,九重,几重,万重,重回,重见,重蹈
还 hai2 huan2:归还,还给,还钱,还债,偿还,还原,返还,还清,退还,交还,生还,还书,还乡,还款,奉还,还击,还手
都 dou1 du1:首都,都市,成都,古都,都城,京都,国都,大都会,都督,帝都,迁都,建都,定都,丰都,故都,旧都
为 wei4 wei4:因为,为了,为什么,为何,为此 wei2:认为,成为,作为,以为,称为,行为,为止,分为,变为,视为,改为,为主,为难,人为,极为,更为,尤为,最为,较为,颇为,化为,名为,誉为,定为,列为,设为,转为,为首,为期,为数,为所,为例,身为,无为,有为,大为,广为,为生,为患,为伴,命名为,为一,为二,为三,为五,为十,为零,译为,约为,即为,均为,总长为,为王,为帝,为家,为友,为师,封为,选为
觉 jue2 jiao4:睡觉,午觉,一觉,懒觉,觉觉,睡个觉,一大觉
地 di4
得 de5 de2:得到,获得,取得,得意,得分,得失,得出,得以,得知,得奖,得体,得罪,得当,心得,所得,得了,得逞,得救,得胜,不得不,难得,赢得,求得,夺得,得天独厚,不得已,博得,得手,得主,得名,得病,得益 dei3:我得,你得,他得,她得,我们得,还得,总得,就得,必得,都得,得去,得有,得先
的 de5 di4:目的,标的,有的放矢 di2:的确,的士
了 le5 liao3:了解,了不起,受不了,忘不了,少不了,免不了,大不了,不了了之,明了,一目了然,了结,了断,未了,了如指掌,办得了,忍不了,吃不了,做不了,走不了,去不了,回不了,离不了,到不了,了却,末了,了无,了事,好不了,了得
着 zhe5 zhao2:睡着,着火,着急,着迷,着凉,找着,着魔,着慌,猜着,够不着,睡不着,找不着,犯不着,用不着,摸不着 zhuo2:着手,着重,着陆,衣着,执着,着落,着装,沉着,着眼,附着,着色,着实,着力,着想,着笔,着意
好 hao3 hao4:爱好,好奇,喜好,好学,好客,嗜好,好战,好胜,癖好,好动,好斗,好恶
少 shao3 shao4:少年,少女,少儿,老少,少先队,少爷,青少年,少妇,少林,少将,少校,少男,少壮
大 da4 dai4:大夫
中 zhong1 zhong4:中奖,击中,命中,看中,中毒,中暑,打中,中风,猜中,射中,中弹,中意,选中,相中,中标,言中
种 zhong3 zhong4:种植,种地,种树,种花,耕种,种菜,种田,栽种,种下,种上,接种,种瓜,种豆,种粮,种着,种了,套种,种出
分 fen1 fen4:部分,成分,分量,水分,养分,过分,充分,身分,缘分,知识分子,天分,情分,本分,安分,盐分,糖分
发 fa1 fa4:头发,理发,发型,白发,金发,长发,短发,黑发,秀发,毛发,发丝,假发,烫发,染发,发夹,卷发,银发
数 shu4 shu3:数一数,数数,数不清,不可胜数,数不胜数,数落,倒数,数着,数星星,屈指可数,数了,数得
相 xiang1 xiang4:照相,相机,真相,相片,长相,首相,相声,丞相,宰相,面相,亮相,相貌,照相机,相册,月相
量 liang4 liang2:测量,丈量,量一量,衡量,估量,打量,商量,思量,量杯,量出
教 jiao4 jiao1:教书,教我,教你,教他,教她,教给,教会,教孩子,教学生,教课,教大家,教人
切 qie1 qie4:一切,亲切,密切,迫切,切实,热切,深切,关切,急切,恳切,确切,贴切,切记,殷切,心切,真切,切身
间 jian1 jian4:间隔,间接,间断,离间,间谍,间歇,间隙,相间,间或
空 kong1 kong4:空白,有空,空闲,填空,抽空,空隙,空地,没空,空缺,空余
难 nan2 nan4:灾难,苦难,难民,遇难,患难,遭难,避难,逃难,罹难,磨难,海难,空难,大难,劫难,落难,发难,非难,责难,国难
传 chuan2 zhuan4:传记,自传,水浒传,外传,列传,正传,小传
调 diao4 tiao2:调整,调节,调和,调皮,协调,空调,调解,调味,调料,烹调,失调,调理,调制,调教,调控,微调,调色,调试
弹 tan2 dan4:子弹,炸弹,导弹,炮弹,弹药,弹头,原子弹,枪弹,弹丸,氢弹,核弹,手榴弹,弹弓,弹道,飞弹
转 zhuan3 zhuan4:转动,转圈,打转,公转,自转,转速,转盘,转椅,转悠,团团转,转来转去
应 ying1 ying4:反应,适应,回应,应对,应用,供应,效应,响应,应付,应聘,对应,应邀,相应,应急,应变,应酬,呼应,感应,应战,应运,报应,应声,顺应,照应,应验,应答,应和 ying5:答应
当 dang1 dang4:当作,适当,恰当,上当,当天,当成,妥当,典当,当铺,正当,便当,得当,当真,不当,家当
处 chu4 chu3:处理,相处,处于,处分,处罚,处境,处在,处女,处置,设身处地,处方,处决,处世,处暑,共处,身处,处变,处事,独处
几 ji3 ji1:几乎,茶几,几率
干 gan4 gan1:干净,干燥,饼干,干旱,干涉,干预,干扰,干杯,干枯,若干,干脆,晒干,干涸,干粮,干草,干果,擦干,干渴,风干,烘干,葡萄干,干瘪,干裂,肉干,干冰,口干,烤干,吹干,干爽,干了
倒 dao3 dao4:倒影,倒退,倒是,倒映,反倒,倒计时,倒车,倒水,倒数,倒立,倒挂,倒流,倒茶,倒酒,倒置,倒叙,倒出,倒入,倒进
背 bei4 bei1:背包,背着,背起,背负
便 bian4 pian2:便宜
朝 chao2 zhao1:朝阳,朝霞,朝气,今朝,朝夕,朝露,朝晖,一朝一夕,朝三暮四
降 jiang4 xiang2:投降,降服,降伏,劝降,招降
角 jiao3 jue2:角色,主角,配角,角逐,角斗,角力
看 kan4 kan1:看守,看护,看管,看门,看押
没 mei2 mo4:淹没,沉没,埋没,没收,没落,出没,吞没,没入,隐没,湮没
模 mo2 mu2:模样,模板,模具,一模一样
宁 ning2 ning4:宁可,宁愿,宁肯,宁死
强 qiang2 qiang3:勉强,强迫,强求 jiang4:倔强
曲 qu3 qu1:弯曲,曲折,曲线,扭曲,歪曲,曲解,蜷曲
塞 sai1 sai4:边塞,塞外,要塞,塞北,塞翁失马 se4:堵塞,闭塞,阻塞
散 san4 san3:散文,松散,散漫,懒散,散装,零散,闲散
舍 she4 she3:舍不得,舍得,舍弃,取舍,施舍,不舍,割舍,舍己,舍命
盛 sheng4 cheng2:盛满,盛饭,盛着,盛汤,盛水,盛了
似 si4 shi4:似的
挑 tiao1 tiao3:挑战,挑衅,挑起,挑拨,挑逗,挑灯
系 xi4 ji4:系鞋带,系上,系好,系着,系领带,系紧
吓 xia4 he4:恐吓,恫吓,威吓
鲜 xian1 xian3:鲜为人知,鲜有,鲜见,朝鲜
兴 xing1 xing4:高兴,兴趣,兴致,即兴,尽兴,扫兴,败兴,雅兴,助兴,乘兴,兴高采烈,游兴
要 yao4 yao1:要求,要挟
与 yu3 yu4:参与,与会
载 zai4 zai3:记载,一年半载,千载,刊载,登载,转载,连载
藏 cang2 zang4:西藏,宝藏,藏族,藏语,藏獒,青藏,藏传
扎 zha1 zha2:挣扎 za1:包扎,捆扎
正 zheng4 zheng1:正月
只 zhi3 zhi1:一只,两只,三只,四只,五只,六只,七只,八只,九只,十只,几只,这只,那只,每只,船只,百只,千只,万只,多只,哪只,半只,数只,只只
钻 zuan1 zuan4:钻石,钻戒
作 zuo4 zuo1:作坊
卷 juan3 juan4:试卷,考卷,画卷,答卷,卷子,卷宗,书卷,长卷,手不释卷,万卷,开卷
答 da2 da1:答应,答理
恶 e4 wu4:可恶,厌恶,憎恶,好恶 e3:恶心
佛 fo2 fu2:仿佛
更 geng4 geng1:更新,更换,变更,更改,更替,三更,五更,更衣,更正,更迭,更名,自力更生
冠 guan1 guan4:冠军,夺冠
号 hao4 hao2:号叫,哀号,呼号,怒号,号啕
和 he2 huo5:暖和 he4:附和,应和
荷 he2 he4:负荷
横 heng2 heng4:蛮横,专横,横财
会 hui4 kuai4:会计,财会
假 jia3 jia4:放假,假期,请假,暑假,寒假,假日,度假,休假,假条,病假,长假
结 jie2 jie1:结实,结巴,开花结果,结出
尽 jin4 jin3:尽管,尽量,尽快,尽早,尽可能
禁 jin4 jin1:不禁,禁不住,情不自禁
劲 jin4 jing4:强劲,劲敌,刚劲,苍劲,劲旅
卡 ka3 qia3:关卡,卡壳
壳 ke2 qiao4:地壳,甲壳
累 lei4 lei3:积累,累计,累积,日积月累 lei2:累赘,累累
论 lun4 lun2:论语
率 lü4 shuai4:率领,草率,轻率,坦率,率先,表率,直率,统率,率真
蒙 meng2 meng3:蒙古,内蒙
磨 mo2 mo4:磨坊,石磨,磨盘,磨面
泊 bo2 po1:湖泊,血泊,梁山泊
薄 bao2 bo2:薄弱,单薄,淡薄,薄暮,微薄,稀薄,厚薄,浅薄,刻薄,喷薄 bo4:薄荷
差 cha4 cha1:差别,差异,差距,误差,时差,温差,偏差,差错,差价,逆差,顺差,落差 chai1:出差,差事,邮差,差使,差遣,当差 ci1:参差
称 cheng1 chen4:称心,对称,匀称,相称,称职
创 chuang4 chuang1:创伤,重创,创口,创可贴
伺 si4 ci4:伺候
担 dan1 dan4:担子,重担,扁担,一担
度 du4 duo2:揣度,测度,猜度
缝 feng2 feng4:缝隙,裂缝,门缝,石缝,夹缝,一条缝
奔 ben1 ben4:投奔
供 gong1 gong4:供奉,供品,口供,供词,供认
观 guan1 guan4:道观
喝 he1 he4:喝彩,大喝,喝令
哄 hong1 hong3:哄孩子,哄骗,哄着,哄他
华 hua2 hua4:华山,华佗
晃 huang4 huang3:晃眼,明晃晃,虚晃,一晃
济 ji4 ji3:济南,人才济济
将 jiang1 jiang4:将领,将士,大将,名将,上将,老将,猛将,小将,武将,部将,将帅,主将,战将
校 xiao4 jiao4:校对,校正,校准
圈 quan1 juan4:羊圈,猪圈,牛圈,圈养
露 lu4 lou4:露面,露馅,露一手
埋 mai2 man2:埋怨
脉 mai4 mo4:脉脉
闷 men4 men1:闷热,闷雷
漂 piao1 piao4:漂亮 piao3:漂白
铺 pu1 pu4:店铺,当铺,床铺,铺子,卧铺,药铺,上铺,下铺,杂货铺,铁匠铺,商铺
奇 qi2 ji1:奇数
悄 qiao1 qiao3:悄然
撒 sa1 sa3:撒下,撒在,撒上,撒满,撒向,撒种,播撒
厦 sha4 xia4:厦门
什 shi2 shen2:什么
说 shuo1 shui4:游说,说客
宿 su4 xiu3:一宿,整宿 xiu4:星宿
同 tong2 tong4:胡同
吐 tu3 tu4:呕吐,吐血
削 xue1 xiao1:削皮,切削,刀削
咽 yan4 yan1:咽喉 ye4:呜咽,哽咽
燕 yan4 yan1:燕山,燕国
晕 yun1 yun4:晕车,光晕,月晕,晕船,红晕,日晕
炸 zha4 zha2:油炸,炸鸡,炸酱
占 zhan4 zhan1:占卜,占星
涨 zhang3 zhang4:涨红
爪 zhao3 zhua3:爪子
仔 zi3 zai3:牛仔
曾 ceng2 zeng1:曾祖,曾孙,曾国藩
单 dan1 shan4:单县 chan2:单于
参 can1 shen1:人参,海参,党参 cen1:参差
匙 chi2 shi5:钥匙
畜 chu4 xu4:畜牧,畜养
吧 ba5 ba1:酒吧,吧台,网吧
车 che1
呢 ne5
吗 ma5
嘛 ma5
么 me5
们 men5
啊 a5
呀 ya5
哪 na3
那 na4
这 zhe4
谁 shei2
他 ta1
她 ta1
它 ta1
俩 lia3
地 di4
阿 a1
给 gei3 ji3:供给,给予,补给,自给自足
率 lü4
石 shi2
血 xue4
熟 shu2
薯 shu3
嗯 en5
哦 o4
喔 o1
咳 ke2
嘿 hei1
哎 ai1
唉 ai1
哇 wa5 wa1:哇哇
啦 la5
咯 lo5
幺 yao1
〇 ling2
兮 xi1
尔 er3
宿 su4
盖 gai4
洒 sa3
亲 qin1 qing4:亲家
任 ren4
吭 keng1 hang2:引吭
巷 xiang4
坊 fang2 fang1:街坊,牌坊
胜 sheng4
谷 gu3
叶 ye4
娜 na4
辟 pi4 bi4:复辟
澄 cheng2 deng4:澄清
咀 ju3
嚼 jiao2 jue2:咀嚼
秘 mi4 bi4:秘鲁
刨 pao2 bao4:刨子
炮 pao4 pao2:炮制
尿 niao4
迫 po4 pai3:迫击炮
屏 ping2 bing3:屏息,屏住
仆 pu2 pu1:前仆后继
蔓 man4 wan4:藤蔓
绷 beng1
剥 bo1 bao1:剥皮,剥开
龟 gui1 jun1:龟裂 qiu1:龟兹
芯 xin1
吁 yu4 xu1:气喘吁吁
洗 xi3
峙 zhi4
拾 shi2
识 shi2 zhi4:标识
";

/// Second syllables that lose their tone, by word.
const NEUTRAL: &str = "东西 朋友 先生 时候 地方 喜欢 漂亮 明白 告诉 衣服 眼睛 耳朵 月亮 星星 故事 名字 意思 消息 力气 脑袋 窗户 玻璃 \
棉花 豆腐 萝卜 葡萄 石榴 狐狸 骆驼 蛤蟆 苍蝇 麻烦 舒服 热闹 干净 凉快 便宜 清楚 糊涂 聪明 老实 厉害 结实 客气 休息 商量 收拾 打扮 \
打听 记得 认识 晓得 觉得 值得 懂得 显得 使得 省得 舍得 学生 大夫 师傅 亲戚 丈夫 妻子 媳妇 姑娘 老婆 行李 钥匙 扫帚 算盘 帐篷 灯笼 \
风筝 胳膊 屁股 嘴巴 下巴 尾巴 指甲 眉毛 家伙 功夫 工夫 买卖 生意 事情 关系 机灵 部分 点心 比方 主意 打算 招呼 折腾 琢磨 嘟囔 哆嗦 \
唠叨 嘀咕 咳嗽 抽屉 篱笆 柴火 庄稼 粮食 牲口 云彩 早上 晚上 地上 天上 身上 路上 心里 手里 家里 屋里 夜里 哪里 这里 那里 城里 村里 \
水里 嘴里 眼里 山上 树上 桌上 脸上 头上 床上 墙上 船上 车上 石头 木头 骨头 馒头 拳头 枕头 指头 丫头 念头 罐头 舌头 里头 外头 后头 \
前头 上头 妈妈 爸爸 哥哥 姐姐 弟弟 妹妹 爷爷 奶奶 叔叔 舅舅 姑姑 婶婶 娃娃 宝宝 太太 谢谢 看看 听听 说说 想想 试试 走走 笑笑 \
什么 怎么 这么 那么 多么 我们 你们 他们 她们 它们 咱们 人们 孩子们 是的 有的 似的 别的 为了 除了 罢了 蘑菇 芝麻 核桃 蚂蚁 队伍 时辰 \
状元 秀才 和尚 神仙 菩萨 福气 脾气 运气 和气 小气 阔气 体面 动静 相声 笑话 废话 话语 裁缝 木匠 铁匠 石匠 工匠 吩咐 吆喝 奉承 称呼 伺候";

/// Words that end in 子 with its full third tone.
const FULL_ZI: &str = "电子 原子 分子 男子 女子 王子 君子 孔子 老子 孟子 庄子 荀子 墨子 父子 母子 太子 才子 粒子 离子 量子 质子 中子 \
因子 天子 弟子 游子 赤子 浪子 孝子 学子 游子 莲子 种子 瓜子 公子 世子 皇子 养子 独子 长子 次子 基因子 光子 核子 介子 之子 鱼子 精子 卵子";

struct Entry {
    usual: &'static str,
    words: Vec<(Vec<char>, &'static str)>,
}

fn table() -> &'static BTreeMap<char, Entry> {
    static PARSED: OnceLock<BTreeMap<char, Entry>> = OnceLock::new();
    PARSED.get_or_init(|| {
        let mut out = BTreeMap::new();
        for line in TABLE.lines() {
            let mut parts = line.split(' ');
            let (Some(c), Some(usual)) = (parts.next().and_then(|c| c.chars().next()), parts.next()) else {
                continue;
            };
            let mut words = Vec::new();
            for (reading, list) in parts.filter_map(|p| p.split_once(':')) {
                words.extend(list.split(',').map(|w| (w.chars().collect(), reading)));
            }
            out.entry(c).or_insert(Entry { usual, words });
        }
        out
    })
}

fn listed(list: &'static str, cell: &'static OnceLock<Vec<&'static str>>, word: &str) -> bool {
    let sorted = cell.get_or_init(|| {
        let mut words: Vec<&str> = list.split_whitespace().collect();
        words.sort_unstable();
        words
    });
    sorted.binary_search(&word).is_ok()
}

/// The reading of `text[at]` from the longest listed word around it, else its usual reading;
/// `None` for a character that is not in the table.
pub(crate) fn reading(text: &[char], at: usize) -> Option<&'static str> {
    let entry = table().get(text.get(at)?)?;
    let mut best: Option<(usize, &'static str)> = None;
    for (word, reading) in &entry.words {
        for (offset, _) in word.iter().enumerate().filter(|(_, c)| **c == text[at]) {
            let Some(start) = at.checked_sub(offset) else { continue };
            let here = text.get(start..start + word.len()).is_some_and(|t| t == word.as_slice());
            if here && best.is_none_or(|(n, _)| word.len() > n) {
                best = Some((word.len(), reading));
            }
        }
    }
    Some(best.map_or(entry.usual, |(_, r)| r))
}

/// Whether the last syllable of this word (as segmented) is spoken without a tone.
pub(crate) fn ends_neutral(word: &str) -> bool {
    static NEUTRAL_WORDS: OnceLock<Vec<&'static str>> = OnceLock::new();
    static FULL_WORDS: OnceLock<Vec<&'static str>> = OnceLock::new();
    if word.chars().count() < 2 {
        return false;
    }
    if listed(NEUTRAL, &NEUTRAL_WORDS, word) {
        return true;
    }
    word.ends_with('子') && !listed(FULL_ZI, &FULL_WORDS, word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_decide() {
        for (text, at, want) in [
            ("银行", 1, "hang2"),
            ("行走", 0, "xing2"),
            ("长大", 0, "zhang3"),
            ("长城", 0, "chang2"),
            ("音乐", 1, "yue4"),
            ("快乐", 1, "le4"),
            ("重要", 0, "zhong4"),
            ("重新", 0, "chong2"),
            ("还有", 0, "hai2"),
            ("归还", 1, "huan2"),
            ("首都", 1, "du1"),
            ("睡觉", 1, "jiao4"),
            ("觉得", 0, "jue2"),
            ("因为", 1, "wei4"),
            ("成为", 1, "wei2"),
            ("睡着了", 1, "zhao2"),
            ("看着", 1, "zhe5"),
            ("了解", 0, "liao3"),
            ("三只猫", 1, "zhi1"),
            ("只有", 0, "zhi3"),
        ] {
            let text: Vec<char> = text.chars().collect();
            assert_eq!(reading(&text, at), Some(want), "{text:?}");
        }
        assert!(
            ends_neutral("孩子") && ends_neutral("朋友") && !ends_neutral("电子") && !ends_neutral("中国")
        );
    }

    #[test]
    fn every_reading_in_the_table_is_a_syllable() {
        for (c, entry) in table() {
            for r in entry.words.iter().map(|(_, r)| *r).chain([entry.usual]) {
                let s = crate::g2p::syllable::Syllable::parse(r);
                assert!(s.phonemes().is_some() && r.ends_with(|c: char| c.is_ascii_digit()), "{c} {r}");
            }
            assert!(entry.words.iter().all(|(w, _)| w.contains(c)), "{c}");
        }
    }
}
