//! What kinds of departments a government has, and what their data is about.

use domain::DepartmentGroup;

use crate::places::{City, PROVINCE, PROVINCE_NAME};

/// A kind of department.
pub(crate) struct Bureau {
    /// Name without its place, for example 公安局.
    pub(crate) name: &'static str,
    /// First two characters of its credit codes: 11 organ, 12 institution, 13 mass body, 91 company.
    pub(crate) register: &'static str,
    /// Size: its share of the catalogue, of requests and of feedback.
    pub(crate) weight: u64,
    /// What its resources are about.
    pub(crate) subjects: [&'static str; 8],
}

const fn bureau(
    name: &'static str,
    register: &'static str,
    weight: u64,
    subjects: [&'static str; 8],
) -> Bureau {
    Bureau {
        name,
        register,
        weight,
        subjects,
    }
}

/// Departments of a city 市直.
#[rustfmt::skip]
pub(crate) const MUNICIPAL: [Bureau; 35] = [
    bureau("公安局", "11", 90, ["常住人口", "居住证", "机动车", "机动车驾驶人", "特种行业", "保安服务公司", "养犬", "道路交通违法"]),
    bureau("市场监督管理局", "11", 85, ["企业登记", "个体工商户", "特种设备", "食品经营", "药品零售企业", "计量器具", "知识产权", "企业经营异常名录"]),
    bureau("人力资源和社会保障局", "11", 80, ["养老保险", "失业保险", "工伤保险", "社会保障卡", "职业技能等级", "劳动用工备案", "人力资源机构", "创业担保贷款"]),
    bureau("大数据管理局", "11", 50, ["政务云资源", "电子证照目录", "政务服务事项", "数据共享平台", "公共数据目录", "信息化项目", "政务外网", "好差评"]),
    bureau("民政局", "11", 60, ["婚姻登记", "低保对象", "特困人员", "社会组织", "养老机构", "殡葬", "地名", "残疾人两项补贴"]),
    bureau("自然资源和规划局", "11", 75, ["不动产", "建设用地规划", "国土空间规划", "测绘成果", "矿业权", "耕地保护", "土地供应", "地质灾害点"]),
    bureau("住房保障和房地产管理局", "11", 50, ["商品房预售", "房屋交易合同", "公共租赁住房", "物业服务企业", "房地产经纪机构", "住房租赁备案", "房屋安全鉴定", "维修资金"]),
    bureau("城乡建设局", "11", 45, ["施工许可", "竣工验收备案", "建筑业企业", "注册建造师", "工程质量监督", "绿色建筑", "消防设计审查", "城市管线"]),
    bureau("交通运输局", "11", 50, ["道路运输经营", "网约车", "出租汽车", "公路养护", "危险货物运输车辆", "驾驶员培训机构", "客运线路", "交通执法"]),
    bureau("教育局", "11", 55, ["中小学学籍", "教师资格", "幼儿园", "民办学校", "招生入学", "学生资助", "教育装备", "校外培训机构"]),
    bureau("卫生健康委员会", "11", 60, ["出生医学证明", "医疗机构", "执业医师", "执业护士", "预防接种", "传染病报告", "公共场所卫生", "托育机构"]),
    bureau("医疗保障局", "11", 55, ["参保人员", "医保定点机构", "医保缴费", "门诊慢特病", "异地就医备案", "生育保险", "医疗救助", "药品集中采购"]),
    bureau("财政局", "11", 35, ["预算单位", "政府采购", "非税收入票据", "惠民补贴", "会计师事务所", "国有资产", "专项资金", "政府债务"]),
    bureau("税务局", "11", 50, ["纳税人登记", "完税证明", "纳税信用", "发票", "社会保险费征缴", "欠税公告", "出口退税", "个体定额"]),
    bureau("发展和改革委员会", "11", 35, ["项目备案", "项目核准", "公共信用", "粮食储备", "节能审查", "招标投标", "价格监测", "重点项目"]),
    bureau("科学技术局", "11", 20, ["高新技术企业", "科技型中小企业", "科技项目", "技术合同", "科技奖励", "研发平台", "外国人来华工作", "科技特派员"]),
    bureau("工业和信息化局", "11", 25, ["规上工业企业", "专精特新企业", "技术改造项目", "民用爆炸物品", "工业用电", "绿色工厂", "无线电台站", "中小企业服务"]),
    bureau("司法局", "11", 30, ["律师", "公证", "法律援助", "司法鉴定", "人民调解", "社区矫正对象", "行政复议", "行政执法人员"]),
    bureau("生态环境局", "11", 45, ["排污许可", "建设项目环评", "空气质量", "水质断面", "危险废物", "辐射安全", "重点排污单位", "环境信用"]),
    bureau("水利局", "11", 25, ["取水许可", "水库", "河道采砂", "水土保持", "水文", "农村饮水", "节水", "灌区"]),
    bureau("农业农村局", "11", 35, ["农村土地承包", "农产品质量安全", "农机", "种子经营", "动物检疫", "农民合作社", "渔业", "防返贫监测对象"]),
    bureau("商务局", "11", 20, ["成品油经营", "对外贸易经营者", "外商投资企业", "单用途预付卡", "拍卖企业", "家政服务", "电子商务企业", "菜篮子"]),
    bureau("文化广电和旅游局", "11", 30, ["旅行社", "导游", "互联网上网服务场所", "娱乐场所", "文物保护单位", "非物质文化遗产", "公共图书馆", "景区客流"]),
    bureau("应急管理局", "11", 35, ["安全生产许可", "危险化学品经营", "烟花爆竹", "应急物资", "应急避难场所", "自然灾害救助", "生产安全事故", "特种作业人员"]),
    bureau("审计局", "11", 8, ["审计项目", "审计整改", "经济责任审计", "内部审计", "审计公告", "审计人员", "投资审计", "审计档案"]),
    bureau("统计局", "11", 20, ["国民经济核算", "人口普查", "经济普查", "居民收入", "价格指数", "能源统计", "统计调查单位", "统计年鉴"]),
    bureau("退役军人事务局", "11", 20, ["退役军人", "优抚对象", "军休干部", "烈士纪念设施", "优待证", "退役安置", "创业就业扶持", "光荣牌"]),
    bureau("城市管理局", "11", 40, ["户外广告", "建筑垃圾", "生活垃圾", "市容执法", "路灯", "城市道路挖掘", "停车场", "数字城管案件"]),
    bureau("园林局", "11", 20, ["公园", "古树名木", "城市绿地", "绿化工程", "义务植树", "湿地", "园林企业", "树木移植"]),
    bureau("体育局", "11", 10, ["体育场馆", "运动员等级", "社会体育指导员", "裁判员", "高危险性体育项目", "体育赛事", "健身设施", "体育彩票"]),
    bureau("信访局", "11", 8, ["信访事项", "信访代理", "信访评价", "领导接访", "信访矛盾", "信访人", "信访积案", "信访统计"]),
    bureau("残疾人联合会", "13", 15, ["残疾人证", "残疾人就业", "康复机构", "辅助器具", "无障碍改造", "残疾儿童救助", "托养机构", "残疾人培训"]),
    bureau("住房公积金管理中心", "12", 30, ["公积金缴存", "公积金贷款", "公积金提取", "缴存单位", "异地转移", "贷款楼盘", "个人征信授权", "公积金账户"]),
    bureau("气象局", "12", 12, ["气象观测", "天气预报", "气象预警", "防雷检测", "人工影响天气", "气候评价", "农业气象", "雷达拼图"]),
    bureau("地方史志办公室", "12", 4, ["地方志书", "年鉴", "地情资料", "史志人员", "旧志整理", "家谱", "方志馆", "口述史"]),
];

/// Departments of districts and counties 区县; a city with few districts has more of them in each.
#[rustfmt::skip]
pub(crate) const DISTRICT: [Bureau; 4] = [
    bureau("政务服务和大数据管理局", "11", 16, ["政务服务事项", "办件", "政务大厅", "基层网格", "便民服务站", "电子证照", "政务热线", "帮办代办"]),
    bureau("市场监督管理局", "11", 14, ["个体工商户", "食品摊贩", "小餐饮", "特种设备", "药店", "广告", "消费投诉", "企业年报"]),
    bureau("民政局", "11", 10, ["低保家庭", "高龄津贴", "社区", "养老服务站", "临时救助", "慈善组织", "孤儿保障", "村务公开"]),
    bureau("卫生健康委员会", "11", 10, ["基层医疗机构", "家庭医生签约", "健康档案", "妇幼保健", "老年人体检", "乡村医生", "计划生育", "疫苗接种点"]),
];

/// Public institutions and companies 公共企事业单位.
#[rustfmt::skip]
pub(crate) const PUBLIC_SERVICE: [Bureau; 5] = [
    bureau("供水集团有限公司", "91", 14, ["供水用户", "水费缴纳", "供水管网", "停水公告", "水质检测", "用水报装", "水表", "二次供水"]),
    bureau("燃气集团有限公司", "91", 14, ["燃气用户", "燃气缴费", "燃气管网", "入户安检", "燃气报装", "燃气场站", "隐患整改", "停气公告"]),
    bureau("热力集团有限公司", "91", 10, ["供热用户", "供热缴费", "换热站", "供热管网", "室温监测", "停热公告", "供热报装", "热计量"]),
    bureau("公共交通集团有限公司", "91", 12, ["公交线路", "公交站点", "公交车辆", "客流", "公交卡", "车辆到站", "场站", "驾驶员"]),
    bureau("轨道交通集团有限公司", "91", 12, ["地铁线路", "地铁站点", "进出站客流", "列车运行", "票务", "施工公告", "设备运维", "安检"]),
];

/// Departments of the province 省直 that share with the cities.
#[rustfmt::skip]
pub(crate) const PROVINCIAL: [Bureau; 6] = [
    bureau("行政审批和政务信息管理局", "11", 30, ["政务服务事项", "电子证照", "统一身份认证", "电子印章", "数据直达基层", "省级目录", "政务服务办件", "一件事"]),
    bureau("公安厅", "11", 40, ["人口基准", "出入境证件", "驾驶证", "车辆登记", "无犯罪记录", "身份核验", "居住登记", "户籍迁移"]),
    bureau("人力资源和社会保障厅", "11", 30, ["养老待遇资格", "参保缴费", "职称", "职业资格", "社保卡基准", "工伤认定", "就业失业登记", "继续教育"]),
    bureau("市场监督管理局", "11", 30, ["法人基准", "企业信用", "药品生产许可", "检验检测机构", "工业产品许可证", "企业股东", "严重违法名单", "行政处罚"]),
    bureau("自然资源厅", "11", 20, ["不动产登记基准", "国土调查", "永久基本农田", "采矿权", "卫星影像", "电子地图", "地理实体", "土地出让"]),
    bureau("住房和城乡建设厅", "11", 15, ["建筑企业资质", "注册执业人员", "工程项目监管", "农村危房", "城市体检", "工程造价", "勘察设计", "历史建筑"]),
];

/// Departments that the reform of 2018 set up anew.
const REFORMED: [&str; 10] = [
    "大数据管理局",
    "市场监督管理局",
    "自然资源和规划局",
    "卫生健康委员会",
    "医疗保障局",
    "生态环境局",
    "农业农村局",
    "文化广电和旅游局",
    "应急管理局",
    "退役军人事务局",
];

impl Bureau {
    /// Whether the department dates from the reform of 2018.
    pub(crate) fn is_reformed(&self) -> bool {
        REFORMED.iter().any(|name| self.name.ends_with(name))
    }

    /// Full name of the department in its place.
    pub(crate) fn full_name(&self, group: DepartmentGroup, city: &City, district: &str) -> String {
        match group {
            DepartmentGroup::Provincial => format!("{PROVINCE_NAME}{}", self.name),
            DepartmentGroup::Municipal if self.name == "税务局" => {
                format!("国家税务总局{}税务局", city.name)
            }
            DepartmentGroup::Municipal => format!("{}{}", city.name, self.name),
            // A district is part of its city; a county or county-level city bears its name alone.
            DepartmentGroup::District if district.ends_with('区') => {
                format!("{}{district}{}", city.name, self.name)
            }
            DepartmentGroup::District => format!("{district}{}", self.name),
            DepartmentGroup::PublicService => {
                format!("{}{}", city.name.trim_end_matches('市'), self.name)
            }
        }
    }

    /// Code of the jurisdiction of a department that is not of a district.
    pub(crate) fn region(group: DepartmentGroup, city: &City) -> &'static str {
        if group == DepartmentGroup::Provincial {
            PROVINCE
        } else {
            city.code
        }
    }
}
