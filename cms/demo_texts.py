"""The demo county's words on the site: ours, built on the county report's facts, marked as demo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Block = dict[str, Any]

MARK = {
    "zh-hans": "<p>绿溪县是演示用的县，本页文字为演示而写。</p>",
    "en": "<p>Lüxi is a demonstration county; the words on this page were written for it.</p>",
}
SITE = {
    "site_name": "绿溪县工业园区",
    "site_name_en": "Lüxi County Industrial Park",
    "seal": "绿溪",
    "organiser": "绿溪县工业园区管理委员会（演示）",
    "organiser_en": "Lüxi Industrial Park Administration (demo)",
    "phone": "0000-6600100",
}


@dataclass(frozen=True)
class HomeText:
    headline: str
    lead: str
    body: list[Block]


@dataclass(frozen=True)
class ParkText:
    title: str
    slug: str
    headline: str
    intro: str
    contact_name: str
    search_description: str
    body: list[Block]


def _heading(text: str) -> Block:
    return {"type": "heading", "value": text}


def _paragraph(text: str) -> Block:
    return {"type": "paragraph", "value": text}


def _steps(*steps: tuple[str, str]) -> Block:
    items = [{"title": title, "text": text} for title, text in steps]
    return {"type": "steps", "value": {"steps": items}}


HOME = {
    "zh-hans": HomeText(
        headline="到绿溪，把厂办起来",
        lead="一个园区，三个片区，三样主打：纺织鞋服、健康食品、新能源电池。"
        "报批在园区办，项目有专人跟，进展记在一本台账里。",
        body=[
            _heading("从登记到投产"),
            _steps(
                ("登记意向", "写下行业、规模和想了解的事，当场得到回执编号。"),
                ("看地看厂", "园区陪同看地块、标准厂房和配套，给出能落地的方案。"),
                ("签约落地", "权利义务写进协议，立项、环评、施工许可在园区窗口办。"),
                ("建设投产", "驻企联络员一对一跟进，水电气和用工的事有人管。"),
            ),
            _heading("企业办事不出园"),
            _paragraph(
                "<p>园区设一站式审批专窗，专员代办报批、登记、备案和领证。"
                "没有授权到园区的事项，职能部门每周固定一天来园区集中办。</p>"
            ),
            _paragraph(MARK["zh-hans"]),
        ],
    ),
    "en": HomeText(
        headline="Build your factory in Lüxi",
        lead="One park, three zones, three strengths: textiles and footwear, health food and "
        "new-energy batteries. Permits are issued in the park, and every project has a person "
        "assigned to it.",
        body=[
            _heading("From enquiry to production"),
            _steps(
                ("Tell us", "Your industry, your scale, your questions. You get a receipt code."),
                ("Visit", "We show you plots, standard factories and utilities that fit."),
                ("Sign", "Terms go into the agreement; permits are handled in the park."),
                ("Build", "A liaison officer follows your project until it is in production."),
            ),
            _heading("Permits without leaving the park"),
            _paragraph(
                "<p>A one-stop window handles approvals, registrations and certificates. What the "
                "park may not decide itself, the county’s offices settle here once a week.</p>"
            ),
            _paragraph(MARK["en"]),
        ],
    ),
}

_CONTACT = {
    "zh-hans": "园区管委会招商服务科",
    "en": "Investment Service Office",
}

PARKS: dict[str, dict[str, ParkText]] = {
    "lvxi-industrial-park": {
        "zh-hans": ParkText(
            title="绿溪县工业园区",
            slug="lv-xi-gong-ye-yuan-qu",
            headline="一园三区，两个市级特色产业园都在这里",
            intro="园区沿溪布局，五里梁产城新区、两江工业区、绿溪工业区各有分工。"
            "纺织鞋服、健康食品已成集群，新能源电池正在起步。",
            contact_name=_CONTACT["zh-hans"],
            search_description="绿溪县工业园区的位置、片区、主导产业和项目进展，数字取自园区台账。",
            body=[
                _heading("厂房和土地"),
                _paragraph(
                    "<p>标准厂房分片建设，食品包装、智能制造和现代农业各有园中园。"
                    "低效用地和闲置厂房通过回购、租赁和转产盘活，适合先租后建的企业。</p>"
                ),
                _heading("资金"),
                _paragraph(
                    "<p>园区与金融机构合作推出“园惠贷”。重点企业由专班服务，按梯次培育。</p>"
                ),
                _paragraph(MARK["zh-hans"]),
            ],
        ),
        "en": ParkText(
            title="Lüxi County Industrial Park",
            slug="lvxi-industrial-park",
            headline="Three zones, and two specialised parks of city rank",
            intro="The park lies along the brook. Textiles with footwear and health food have "
            "grown into clusters; new-energy batteries are starting.",
            contact_name=_CONTACT["en"],
            search_description="Zones, industries and progress of Lüxi County Industrial Park, "
            "with figures from the park’s ledger.",
            body=[
                _heading("Factories and land"),
                _paragraph(
                    "<p>Standard factories are being built zone by zone, with parks within the "
                    "park for food packaging, smart manufacturing and modern agriculture. Idle "
                    "land and buildings are bought back or leased again.</p>"
                ),
                _paragraph(MARK["en"]),
            ],
        ),
    },
    "lvxi-textile": {
        "zh-hans": ParkText(
            title="绿溪县纺织鞋服产业园",
            slug="fang-zhi-xie-fu-chan-ye-yuan",
            headline="从面料、印染到成衣成鞋，一园配齐",
            intro="首批省级重点特色园区，市级专用服装产业园。印染企业已进入国家级和省级名单，"
            "来料、加工和环保处理都在园内。",
            contact_name=_CONTACT["zh-hans"],
            search_description="绿溪县纺织鞋服产业园：面料、印染、成衣成鞋一园配齐。",
            body=[
                _heading("适合谁来"),
                _paragraph(
                    "<ul><li>职业服、学生服和运动鞋服的整机工厂</li>"
                    "<li>面料、辅料、绣花和水洗等配套</li>"
                    "<li>面向外贸、需要合规用工和环保手续的企业</li></ul>"
                ),
                _paragraph(MARK["zh-hans"]),
            ],
        ),
        "en": ParkText(
            title="Lüxi Textile and Footwear Park",
            slug="lvxi-textile",
            headline="Fabric, dyeing, garments and shoes in one place",
            intro="Among the first specialised parks of provincial rank, with dyeing, processing "
            "and waste-water treatment inside the park.",
            contact_name=_CONTACT["en"],
            search_description="Lüxi Textile and Footwear Park: fabric to finished goods.",
            body=[
                _heading("Who fits here"),
                _paragraph(
                    "<ul><li>Makers of workwear, school uniforms and sports shoes</li>"
                    "<li>Suppliers of fabric, trimmings, embroidery and washing</li>"
                    "<li>Exporters who need clean labour and environmental records</li></ul>"
                ),
                _paragraph(MARK["en"]),
            ],
        ),
    },
    "lvxi-food": {
        "zh-hans": ParkText(
            title="绿溪县健康食品产业园",
            slug="jian-kang-shi-pin-chan-ye-yuan",
            headline="农业大县的原料，就近变成好食品",
            intro="省级农产品加工示范园区，市级健康食品产业园。粮油、肉类、调味品和药材的原料"
            "就在本县，包装和冷链相邻而建。",
            contact_name=_CONTACT["zh-hans"],
            search_description="绿溪县健康食品产业园：粮油、肉类、调味品加工与食品包装。",
            body=[
                _heading("适合谁来"),
                _paragraph(
                    "<ul><li>肉制品、预制菜、调味品和休闲食品加工</li>"
                    "<li>食品包装、冷链仓储和检验检测</li>"
                    "<li>道地药材的初加工和贸易</li></ul>"
                ),
                _paragraph(MARK["zh-hans"]),
            ],
        ),
        "en": ParkText(
            title="Lüxi Health Food Park",
            slug="lvxi-food",
            headline="From the county’s fields to finished food",
            intro="A provincial demonstration park for food processing. Grain, oil, meat, spices "
            "and herbs grow in the county; packaging and cold storage are next door.",
            contact_name=_CONTACT["en"],
            search_description="Lüxi Health Food Park: meat, seasoning, oil and food packaging.",
            body=[
                _heading("Who fits here"),
                _paragraph(
                    "<ul><li>Meat, ready meals, seasoning and snacks</li>"
                    "<li>Food packaging, cold storage and testing</li>"
                    "<li>First processing and trade of medicinal herbs</li></ul>"
                ),
                _paragraph(MARK["en"]),
            ],
        ),
    },
}
