//! The jurisdictions of Henan (GB/T 2260): the province, its cities and some of their districts.

use domain::Level;

/// A city and its districts and counties.
pub(crate) struct City {
    /// Six-digit code.
    pub(crate) code: &'static str,
    /// Name as published.
    pub(crate) name: &'static str,
    /// Codes and names of districts and counties.
    pub(crate) districts: &'static [(&'static str, &'static str)],
}

/// Code of the province.
pub(crate) const PROVINCE: &str = "410000";
/// Name of the province.
pub(crate) const PROVINCE_NAME: &str = "河南省";

/// The cities of the province, Zhengzhou first.
pub(crate) const CITIES: [City; 18] = [
    City {
        code: "410100",
        name: "郑州市",
        districts: &[
            ("410102", "中原区"),
            ("410103", "二七区"),
            ("410104", "管城回族区"),
            ("410105", "金水区"),
            ("410106", "上街区"),
            ("410108", "惠济区"),
            ("410122", "中牟县"),
            ("410181", "巩义市"),
            ("410182", "荥阳市"),
            ("410183", "新密市"),
            ("410184", "新郑市"),
            ("410185", "登封市"),
        ],
    },
    City {
        code: "410200",
        name: "开封市",
        districts: &[
            ("410202", "龙亭区"),
            ("410203", "顺河回族区"),
            ("410204", "鼓楼区"),
            ("410205", "禹王台区"),
            ("410212", "祥符区"),
            ("410221", "杞县"),
            ("410222", "通许县"),
            ("410223", "尉氏县"),
            ("410225", "兰考县"),
        ],
    },
    City {
        code: "410300",
        name: "洛阳市",
        districts: &[
            ("410302", "老城区"),
            ("410303", "西工区"),
            ("410304", "瀍河回族区"),
            ("410305", "涧西区"),
            ("410311", "洛龙区"),
            ("410323", "新安县"),
            ("410324", "栾川县"),
            ("410325", "嵩县"),
        ],
    },
    City {
        code: "410400",
        name: "平顶山市",
        districts: &[
            ("410402", "新华区"),
            ("410403", "卫东区"),
            ("410411", "湛河区"),
            ("410421", "宝丰县"),
            ("410422", "叶县"),
            ("410423", "鲁山县"),
            ("410481", "舞钢市"),
            ("410482", "汝州市"),
        ],
    },
    City {
        code: "410500",
        name: "安阳市",
        districts: &[
            ("410502", "文峰区"),
            ("410503", "北关区"),
            ("410505", "殷都区"),
            ("410506", "龙安区"),
            ("410523", "汤阴县"),
            ("410526", "滑县"),
            ("410527", "内黄县"),
            ("410581", "林州市"),
        ],
    },
    City {
        code: "410600",
        name: "鹤壁市",
        districts: &[
            ("410602", "鹤山区"),
            ("410603", "山城区"),
            ("410611", "淇滨区"),
            ("410621", "浚县"),
            ("410622", "淇县"),
        ],
    },
    City {
        code: "410700",
        name: "新乡市",
        districts: &[
            ("410702", "红旗区"),
            ("410703", "卫滨区"),
            ("410711", "牧野区"),
            ("410721", "新乡县"),
            ("410725", "原阳县"),
            ("410727", "封丘县"),
            ("410782", "辉县市"),
            ("410783", "长垣市"),
        ],
    },
    City {
        code: "410800",
        name: "焦作市",
        districts: &[
            ("410802", "解放区"),
            ("410811", "山阳区"),
            ("410821", "修武县"),
            ("410823", "武陟县"),
            ("410825", "温县"),
            ("410882", "沁阳市"),
            ("410883", "孟州市"),
        ],
    },
    City {
        code: "410900",
        name: "濮阳市",
        districts: &[
            ("410902", "华龙区"),
            ("410922", "清丰县"),
            ("410923", "南乐县"),
            ("410926", "范县"),
            ("410927", "台前县"),
            ("410928", "濮阳县"),
        ],
    },
    City {
        code: "411000",
        name: "许昌市",
        districts: &[
            ("411002", "魏都区"),
            ("411003", "建安区"),
            ("411024", "鄢陵县"),
            ("411025", "襄城县"),
            ("411081", "禹州市"),
            ("411082", "长葛市"),
        ],
    },
    City {
        code: "411100",
        name: "漯河市",
        districts: &[
            ("411102", "源汇区"),
            ("411103", "郾城区"),
            ("411104", "召陵区"),
            ("411121", "舞阳县"),
            ("411122", "临颍县"),
        ],
    },
    City {
        code: "411200",
        name: "三门峡市",
        districts: &[
            ("411202", "湖滨区"),
            ("411203", "陕州区"),
            ("411221", "渑池县"),
            ("411224", "卢氏县"),
            ("411281", "义马市"),
            ("411282", "灵宝市"),
        ],
    },
    City {
        code: "411300",
        name: "南阳市",
        districts: &[
            ("411302", "宛城区"),
            ("411303", "卧龙区"),
            ("411321", "南召县"),
            ("411322", "方城县"),
            ("411323", "西峡县"),
            ("411324", "镇平县"),
            ("411381", "邓州市"),
        ],
    },
    City {
        code: "411400",
        name: "商丘市",
        districts: &[
            ("411402", "梁园区"),
            ("411403", "睢阳区"),
            ("411421", "民权县"),
            ("411424", "柘城县"),
            ("411425", "虞城县"),
            ("411426", "夏邑县"),
            ("411481", "永城市"),
        ],
    },
    City {
        code: "411500",
        name: "信阳市",
        districts: &[
            ("411502", "浉河区"),
            ("411503", "平桥区"),
            ("411521", "罗山县"),
            ("411522", "光山县"),
            ("411523", "新县"),
            ("411525", "固始县"),
            ("411526", "潢川县"),
        ],
    },
    City {
        code: "411600",
        name: "周口市",
        districts: &[
            ("411602", "川汇区"),
            ("411603", "淮阳区"),
            ("411621", "扶沟县"),
            ("411622", "西华县"),
            ("411625", "郸城县"),
            ("411627", "太康县"),
            ("411628", "鹿邑县"),
            ("411681", "项城市"),
        ],
    },
    City {
        code: "411700",
        name: "驻马店市",
        districts: &[
            ("411702", "驿城区"),
            ("411721", "西平县"),
            ("411722", "上蔡县"),
            ("411723", "平舆县"),
            ("411725", "确山县"),
            ("411726", "泌阳县"),
            ("411728", "遂平县"),
            ("411729", "新蔡县"),
        ],
    },
    City {
        // Administered by the province directly: a city without districts.
        code: "419001",
        name: "济源市",
        districts: &[],
    },
];

/// All jurisdictions as rows: code, name, level, code of the next higher one.
pub(crate) fn jurisdictions() -> Vec<(&'static str, &'static str, Level, &'static str)> {
    let mut rows = vec![(PROVINCE, PROVINCE_NAME, Level::Province, "")];
    for city in &CITIES {
        rows.push((city.code, city.name, Level::City, PROVINCE));
        let districts = city.districts.iter();
        rows.extend(districts.map(|(code, name)| (*code, *name, Level::District, city.code)));
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_nest() {
        let rows = jurisdictions();
        let codes: std::collections::BTreeSet<_> = rows.iter().map(|row| row.0).collect();
        assert_eq!(codes.len(), rows.len());
        for (code, name, level, parent) in rows {
            assert!(code.len() == 6 && code.starts_with("41"), "{name}");
            assert!(level == Level::Province || codes.contains(parent), "{name}");
            assert!(
                level != Level::District || code[..4] == parent[..4],
                "{name}"
            );
        }
        assert_eq!(CITIES[0].districts.len(), 12);
    }
}
